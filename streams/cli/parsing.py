"""Parsers whose help looks the same on every Python and terminal, and whose errors are one line that says what to do."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any, NoReturn

from streams.cli.outcome import BAD_INPUT

WIDTH = 80


class Help(argparse.RawDescriptionHelpFormatter):
    """Help of a fixed width: what a person reads is what the golden files say."""

    def __init__(self, prog: str, **_: Any) -> None:
        super().__init__(prog, max_help_position=26, width=WIDTH)


class Parser(argparse.ArgumentParser):
    """A parser without abbreviations: what a script says today means the same tomorrow."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=Help, allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """End with the fault and where help is, instead of a page of usage."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}; see {self.prog} --help\n")


def moment(text: str) -> datetime:
    """Read an RFC 3339 time or a date; a date is its UTC midnight."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        value = None
    if value is None or (value.tzinfo is None and len(text) > len("2026-03-01")):
        raise argparse.ArgumentTypeError(f"{text!r} is not a time; expected 2026-03-01 or 2026-03-01T08:00:00Z")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def positive(text: str) -> int:
    """Read a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)
