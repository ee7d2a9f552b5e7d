"""Running commands in process, golden texts, an alert to look at."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from streams.cli.main import main
from streams.detection.alert import Alert

with warnings.catch_warnings():
    # it reads its message schemas on import, through a function that Python 3.11 alone calls deprecated
    warnings.simplefilter("ignore", DeprecationWarning)
    import_module("kafka.admin")

GOLDEN = Path(__file__).parent / "golden"
RECORD = os.environ.get("RECORD_GOLDEN") == "1"
"""RECORD_GOLDEN=1 pytest tests/cli writes the golden files anew; read the diff before you commit it."""


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PERSONAWATCH_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    def run(*words: str) -> Ended:
        code = main(words)
        captured = capfd.readouterr()
        return Ended(code, captured.out, captured.err)

    return run


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if RECORD:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), f"{path}: RECORD_GOLDEN=1 records it anew"

    return compare


@pytest.fixture
def alert() -> Alert:
    return msgspec.json.decode((GOLDEN / "alert.json").read_bytes(), type=Alert)
