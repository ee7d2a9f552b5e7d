"""The README is true: its commands run, its files exist, and the settings file says what the settings say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from enrichers.open_data import SOURCES
from streams.runtime.settings import describe

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
EXPORTED = re.compile(r"export \$\((.*)\)")
SHOWN = [
    EXPORTED.sub(r"\1", line.split("#")[0].strip())
    for block in re.findall(r"```\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith(("make ", "personawatch ", "export "))
]
PERSONAWATCH = [command for command in SHOWN if command.startswith("personawatch ")] + ["personawatch check --settings"]
MAKE = [command for command in SHOWN if command.startswith("make ")] + [
    "make help",
    "make lint",
    "make bench",
    "make lock",
    "make clean",
]
TRULY_RUN = {"personawatch check --settings"}
"""Commands that need no broker and no download. Of the others the arguments are checked here; they run in `tests/kafka`, `tests/cli`
and `tests/enrichers`."""


@pytest.mark.parametrize("command", PERSONAWATCH)
def test_shown_commands_are_understood(command: str) -> None:
    arguments = shlex.split(command)[1:]
    if command not in TRULY_RUN:
        arguments.append("--help")
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli.main", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_what_tables_print_can_be_exported_and_is_what_the_next_commands_use(tmp_path: Path) -> None:
    """As the README shows it, with the tables that need no download; the open ones print their lines by the same function."""
    assert EXPORTED.search(README)
    run = f"{shlex.quote(sys.executable)} -m streams.cli.main"
    line = f"export $({run} tables demo {shlex.quote(str(tmp_path / 'tables'))}) && {run} tables lookup 175.45.176.1"
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PERSONAWATCH_")}
    done = subprocess.run(["sh", "-c", line], cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "no table" not in done.stdout
    assert re.search(r"network of +AS\d+", done.stdout)
    assert "not known" not in done.stdout.split("place")[1].splitlines()[0]


def test_the_files_that_the_readme_replays_with_are_those_that_get_writes() -> None:
    (command,) = (command for command in SHOWN if "--tables geo=" in command)
    (folder,) = (shlex.split(command)[3] for command in SHOWN if command.startswith("personawatch tables get "))
    files: dict[str, str] = {}
    for source in SOURCES:
        files.setdefault(source.role, f"{source.role}={folder}/{source.file}")
    assert [word for word in shlex.split(command) if "=" in word] == list(files.values())


@pytest.mark.parametrize("command", MAKE)
def test_shown_targets_exist(command: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        [*shlex.split(command), "-n"], cwd=ROOT, env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_files_that_the_readme_names_exist() -> None:
    named = set(re.findall(r"`((?:schemas|enrichers|streams|deploy|tests)/[\w/.*-]+)`", README))
    missing = sorted(name for name in named if not list(ROOT.glob(name)))
    assert named
    assert not missing


def test_the_settings_file_has_every_setting_with_its_default() -> None:
    text = (ROOT / "deploy" / "personawatch.env").read_text("utf-8")
    expected = (
        "# Every setting of a worker with its default. Secrets come from files: name them in PERSONAWATCH_…_FILE.\n\n"
    )
    for item in describe():
        expected += f"# {item.about} ({item.type})\n"
        expected += f"#{item.name}_FILE=\n\n" if item.secret else f"#{item.name}={item.default}\n\n"
    assert text.strip() == expected.strip()
