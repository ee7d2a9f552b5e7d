"""The image: pinned, confined, by hashes, with a health check that works."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from streams.runtime.settings import Settings, load

ROOT = Path(__file__).resolve().parents[2]
PATH = ROOT / "deploy" / "Dockerfile"
LINES = [line for line in PATH.read_text("utf-8").splitlines() if not line.startswith("#")]
STEPS = [tuple(step.split(None, 1)) for step in re.sub(r"\\\s*\n\s*", "", "\n".join(LINES)).splitlines() if step]
LAST = STEPS[max(number for number, step in enumerate(STEPS) if step[0] == "FROM") :]
OWN = ("schemas", "enrichers", "streams")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
BASE = re.compile(r"^[\w/.-]+:\d+\.\d+\.\d+-slim-\w+( AS \w+)?$")


def of(keyword: str, steps: list[Any] = LAST) -> list[str]:
    return [words for key, words in steps if key == keyword]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for words in of("ENV") for pair in words.split())


@pytest.mark.parametrize("habit", [r":latest\b", r"\bsudo\b", r"\bapt-get upgrade\b", r"(curl|wget)[^|]*\|", r"^ADD "])
def test_it_has_no_bad_habit(habit: str) -> None:
    assert not [line for line in LINES if re.search(habit, line)]


def test_it_has_one_health_check_in_exec_form() -> None:
    (check,) = of("HEALTHCHECK")
    assert json.loads(check.split("CMD", 1)[1])[0] == "python"


def test_every_base_is_pinned_and_the_same() -> None:
    bases = of("FROM", STEPS)
    assert len(bases) == 2
    assert all(BASE.match(base) for base in bases), bases
    assert len({base.split()[0] for base in bases}) == 1


def test_the_last_stage_only_copies_what_was_built() -> None:
    assert of("COPY") == ["--from=build /opt/personawatch /opt/personawatch"]
    assert not of("RUN"), "nothing to install, so nothing to clean up"
    assert not of("ADD", STEPS)


def test_it_is_not_root_and_starts_without_a_shell() -> None:
    (user,) = of("USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), "numbers: Kubernetes cannot tell whose name is root"
    assert json.loads(of("ENTRYPOINT")[0]) == ["personawatch"]
    assert json.loads(of("CMD")[0]) == ["worker"]


def test_every_package_comes_by_its_hash_and_nothing_else_asks_an_index() -> None:
    installs = [
        part for words in of("RUN", STEPS) for part in words.split("&&") if "pip" in part.replace("without-pip", "")
    ]
    assert len(installs) == 4
    for install in installs:
        assert "--no-index" in install or ("--require-hashes" in install and "requirements.lock" in install), install


@pytest.mark.parametrize("place", ["Makefile", "deploy/Dockerfile"])
def test_the_lock_is_installed_as_it_is_written(place: str) -> None:
    """Pip's resolver, asked for `coverage[toml]`, takes the newest coverage instead of the locked one and then misses its hash."""
    (command,) = (line for line in (ROOT / place).read_text("utf-8").splitlines() if "--require-hashes" in line)
    assert "--no-deps" in command


def test_only_what_a_worker_needs_is_installed() -> None:
    (install,) = (part for words in of("RUN", STEPS) for part in words.split("&&") if "/opt/personawatch/bin" in part)
    assert [word for word in install.split() if "wheel" not in word and word.endswith(".whl")] == ["/built/*.whl"]
    assert "[" not in install, "no extras"
    assert "requirement" not in install, "not the lock, which is also the tests'"
    installed = needed(PROJECT["dependencies"])
    extras = {canonical(text) for texts in PROJECT["optional-dependencies"].values() for text in texts}
    assert not extras & installed
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))
    assert installed < locked


def test_what_ships_imports_nothing_else() -> None:
    of_module = metadata.packages_distributions()
    found: dict[str, set[str]] = {}
    for folder in OWN:
        for path in (ROOT / folder).rglob("*.py"):
            for name in re.findall(r"^ *(?:from|import) (\w+)", path.read_text("utf-8"), re.MULTILINE):
                if name in of_module and name not in (*OWN, *sys.stdlib_module_names):
                    found.setdefault(name, set()).add(path.relative_to(ROOT).as_posix())
    assert {"faust", "msgspec"} <= set(found)
    installed = needed(PROJECT["dependencies"])
    beyond = {
        name: sorted(where) for name, where in found.items() if not {*map(canonical, of_module[name])} & installed
    }
    assert beyond.pop("pytest") == ["streams/replay/pytest_plugin.py"], "which only pytest loads"
    assert beyond.pop("confluent_kafka") == ["streams/runtime/embedded_broker.py"], "the extra `demo`"
    assert not beyond


def canonical(text: str) -> str:
    """The name of a requirement as the lock writes it."""
    return canonicalize_name(Requirement(text).name)


def needed(requirements: list[str]) -> set[str]:
    """What is installed with these on a machine like this one, as the installed packages say."""
    found: set[str] = set()
    todo = list(requirements)
    while todo:
        requirement = Requirement(todo.pop())
        name = canonical(str(requirement))
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and name not in found:
            found.add(name)
            todo += metadata.requires(name) or []
    return found


def test_the_builder_is_that_of_the_project() -> None:
    (wanted,) = set(re.findall(r"hatchling==[\d.]+", PATH.read_text("utf-8")))
    assert f'requires = ["{wanted}"]' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_the_context_holds_what_is_copied_and_no_more() -> None:
    rules = [
        line
        for line in (ROOT / "deploy" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    copied = {name for words in of("COPY", STEPS) if not words.startswith("--from") for name in words.split()[:-1]}
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied
    assert all((ROOT / name).exists() for name in copied)


def test_its_settings_are_settings_and_its_port_is_the_default() -> None:
    told = {name: value for name, value in environment().items() if name.startswith("PERSONAWATCH_")}
    settings = load(told)
    assert settings.http_host == "0.0.0.0"
    assert of("EXPOSE") == [str(Settings().http_port)]


@pytest.fixture
def answers() -> Iterator[tuple[int, dict[str, int]]]:
    """A server whose /live answers as the test says."""
    status = {"/live": 200}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status.get(self.path, 404))
            self.end_headers()

        def log_message(self, *words: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, status
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_health_check_tells_life_from_death(answers: tuple[int, dict[str, int]]) -> None:
    port, status = answers
    (check,) = of("HEALTHCHECK")
    program, *arguments = json.loads(check.split("CMD", 1)[1])
    assert program == "python"

    def healthy() -> bool:
        done = subprocess.run(
            [sys.executable, *arguments], env={"PERSONAWATCH_HTTP_PORT": str(port)}, capture_output=True, check=False
        )
        return done.returncode == 0

    assert healthy()
    status["/live"] = 500
    assert not healthy()
