from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from streams.cli.main import COMMANDS, parser_of
from tests.cli.conftest import Command


def test_first_page(command: Command, golden: Callable[[str, str], None]) -> None:
    ended = command("--help")
    assert ended.code == 0
    golden("help.txt", ended.out)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"help-{name}.txt", parser_of(name).format_help())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_teaches_with_an_example_and_fits_a_terminal(name: str) -> None:
    text = parser_of(name).format_help()
    assert f"personawatch {name}" in text.partition("examples:")[2]
    assert max(map(len, text.splitlines())) <= 80


def test_help_needs_none_of_the_heavy_modules() -> None:
    code = (
        "import sys; from streams.cli.main import COMMANDS, parser_of;"
        "[parser_of(name).format_help() for name in COMMANDS];"
        "heavy = {'faust', 'aiokafka', 'kafka', 'rich', 'msgspec', 'orjson', 'maxminddb', 'confluent_kafka', 'asyncio'};"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ), check=False
    )
    assert done.returncode == 0, done.stderr


def test_no_words_is_help(command: Command) -> None:
    assert command().out.startswith("usage: personawatch COMMAND")


def test_version(command: Command) -> None:
    ended = command("--version")
    assert (ended.code, ended.out.split()[0]) == (0, "personawatch")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["scenarios"],
            "personawatch: no command 'scenarios'; did you mean 'scenario'? `personawatch --help` lists them\n",
        ),
        (
            ["topics"],
            "personawatch topics: the following arguments are required: action; see personawatch topics --help\n",
        ),
        (["scenario", "S01", "--multi", "2"], "personawatch scenario: unrecognized arguments: --multi 2;"),
        (["scenario", "--start", "yesterday"], "'yesterday' is not a time; expected 2026-03-01"),
        (["scenario", "--start", "2026-03-01T10:00:00"], "is not a time"),
        (["scenario", "--multiplier", "0"], "'0' is not a whole number of at least 1"),
        (["demo", "--seconds", "0"], "'0' is not a whole number from 1 to 3,600"),
    ],
)
def test_bad_usage_is_one_line(command: Command, words: list[str], says: str) -> None:
    ended = command(*words)
    assert ended.code == 2
    assert says in ended.err
    assert ended.err.count("\n") == 1


def test_ctrl_c_is_quiet(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("streams.cli.scenario.run", interrupted)
    ended = command("scenario")
    assert (ended.code, ended.out, ended.err) == (130, "", "")


def test_a_fault_of_ours_shows_where(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("streams.cli.scenario.run", broken)
    ended = command("scenario")
    assert ended.code == 70
    assert "ZeroDivisionError" in ended.err


def test_a_reader_that_leaves_early_is_no_fault() -> None:
    line = f"{sys.executable} -m streams.cli.main scenario B01 --start 2026-03-01 | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[1] == "141"
    assert done.stderr == ""
