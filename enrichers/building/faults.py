"""Faults in words that a person can act on: file, check, found, expected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Fault(NamedTuple):
    """One fault of one file."""

    file: str
    check: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}: {self.check}: found {self.found}; expected {self.expected}"


class BuildError(ValueError):
    """Nothing was written; the text has one line a fault."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))
