"""The normal form of every list, and what is noted while one is read."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import NamedTuple

from enrichers.prefixes import Prefix
from enrichers.shapes.asn import NOBODY, Owner
from enrichers.shapes.geo import NOWHERE, Place
from enrichers.shapes.values import printable

CLASSES = frozenset(
    {
        "relay", "tor", "residential_proxy", "vpn", "public_proxy", "hosting", "corporate", "mobile", "cgnat",
        "satellite", "abuse",
    }
)  # fmt: skip
"""Network classes. The catalogue's `corporate_egress` is `corporate` here, as in Facts. `abuse` is context only."""
KINDS = CLASSES | {"geo", "asn", "disposable_mail"}
"""What a list may be used for."""

KEPT_REJECTS = 20
"""Lines told one by one: enough to see the pattern. The counts are of all."""
KEPT_NOTES = 20
LONGEST_NOTE = 200
LONGEST_NAME = 100
EARLIEST = date(2009, 1, 1)
LATEST = date(2100, 1, 1)


class Statement(NamedTuple):
    """What one line or entry says. Without `kinds` it does not say which: the list is of one kind, by its feed."""

    line: int
    prefix: Prefix | None = None
    kinds: tuple[str, ...] = ()
    operator: str | None = None
    confidence: float = 1.0
    last_seen: str = ""
    """ISO date; empty when only the whole list has one."""
    place: Place = NOWHERE
    owner: Owner = NOBODY
    """With an AS number and without a prefix, the statement is about all prefixes of that network."""
    domain: str | None = None


class Reject(NamedTuple):
    """A line or entry that could not be used, and the named reason."""

    line: int
    reason: str


class ListError(ValueError):
    """A whole list may not be used: which check, what was found, what was expected. Its feed adds the file."""

    def __init__(self, check: str, found: object, expected: str) -> None:
        self.check, self.found, self.expected = check, printable(str(found)), expected
        super().__init__(f"{check}: found {self.found}; expected {expected}")


class Notes:
    """What a loader says beside its statements."""

    def __init__(self) -> None:
        self.rejects: list[Reject] = []
        self.reasons: Counter[str] = Counter()
        self.metadata: dict[str, str] = {}
        self.dated: date | None = None

    def reject(self, line: int, reason: str) -> None:
        """Count an unusable line, and keep it when it is among the first."""
        self.reasons[reason] += 1
        if len(self.rejects) < KEPT_REJECTS:
            self.rejects.append(Reject(line, reason))

    def tell(self, name: str, value: object) -> None:
        """Keep what a header says, within bounds."""
        if value is not None and len(self.metadata) < KEPT_NOTES and 0 < len(name) <= LONGEST_NAME:
            self.metadata.setdefault(printable(name), printable(str(value))[:LONGEST_NOTE])

    def date_is(self, found: date | None) -> None:
        """Keep the newest date that the list states of itself."""
        if found is not None and EARLIEST <= found <= LATEST and (self.dated is None or found > self.dated):
            self.dated = found


def name_of(value: object) -> str | None:
    """Read an operator's name; None for what is no text, empty, a placeholder or absurdly long."""
    if not isinstance(value, str):
        return None
    found = printable(value.strip())
    return found if found not in {"", "-", "?"} and len(found) <= LONGEST_NAME else None


def day_of(value: object) -> date | None:
    """Read a date: ISO text with or without a time, Unix seconds, or a number as text. None for anything else."""
    if isinstance(value, str):
        if value.isascii() and value.isdigit() and len(value) in {9, 10}:
            value = int(value)
        else:
            return _iso_day(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC).date()
    except (OverflowError, ValueError, OSError):
        return None


def _iso_day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text.strip()[:40]).date()
    except ValueError:
        return None
