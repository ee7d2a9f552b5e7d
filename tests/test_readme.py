"""The README is true: its commands run, its files exist, and the settings file says what the settings say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from streams.runtime.settings import describe

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
SHOWN = [
    line.split("#")[0].strip()
    for block in re.findall(r"```\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith(("make ", "personawatch "))
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
