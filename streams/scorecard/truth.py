"""What is known about accounts: labels of generated or reviewed streams, and decisions of people. NDJSON, one account a line.

{"account_id": "a", "label": "attack", "expected_tier": "review"}      a label; `expected_tier` and `scenario` may be absent
{"account_id": "a", "outcome": "cleared"}                              a decision, as in `case.disposition`; the last one counts,
                                                                       and none where there is a label, in whichever file
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

import msgspec

from schemas.diagnosis import READ_FAULTS
from streams.cli.outcome import BadInputError

POSITIVE = frozenset({"attack", "confirmed_pattern", "identity_misuse_confirmed", "victim"})
"""Something was to be found. A victim's account was misused, so that finding it is right."""
NEGATIVE = frozenset({"benign", "stress", "background", "cleared"})
NEITHER = frozenset({"bystander", "insufficient"})
"""Nobody can say; such accounts count in no share."""
LABELS = POSITIVE | NEGATIVE | NEITHER


class Truth(msgspec.Struct, frozen=True):
    """What is known about one account."""

    label: str
    expected_tier: str | None = None

    @property
    def positive(self) -> bool | None:
        """Whether there is something to find; None when nobody can say."""
        return None if self.label in NEITHER else self.label in POSITIVE


class Known(NamedTuple):
    """Truths by account, and the decisions among them."""

    truths: Mapping[str, Truth]
    decisions: Mapping[str, str]


class _Line(msgspec.Struct):
    account_id: str
    label: str | None = None
    outcome: str | None = None
    expected_tier: Literal["none", "watch", "review", "priority"] | None = None


class _Member(msgspec.Struct):
    account_id: str
    cohort: str


_line = msgspec.json.Decoder(_Line).decode
_member = msgspec.json.Decoder(_Member).decode


def labels(name: str, lines: Iterable[bytes], labelled: set[str] | None = None) -> dict[str, Truth]:
    """Read labels, or decisions, of the file `name`. Raises BadInputError with file, line, what was found and what was expected.

    `labelled`: accounts with a label in the files before, of which no decision counts; those of this file are added.
    """
    found: dict[str, Truth] = {}
    before: set[str] = set() if labelled is None else labelled
    here: set[str] = set()
    for number, text in _numbered(lines):
        try:
            line = _line(text)
        except READ_FAULTS as error:
            raise _unreadable(name, number, error, '{"account_id": "a", "label": "benign"}') from error
        label = line.label or line.outcome
        if label not in LABELS:
            raise BadInputError(f"{name}: line {number}: label {label!r}, expected one of {', '.join(sorted(LABELS))}")
        if line.label:
            if line.account_id in here:
                raise BadInputError(f"{name}: line {number}: account {line.account_id!r} has a label already")
            here.add(line.account_id)
        elif line.account_id in here or line.account_id in before:
            continue
        found[line.account_id] = Truth(label, line.expected_tier)
    before |= here
    return found


def cohorts(name: str, lines: Iterable[bytes]) -> dict[str, str]:
    """Read account → cohort of the file `name`. Raises BadInputError like `labels`."""
    found: dict[str, str] = {}
    for number, text in _numbered(lines):
        try:
            line = _member(text)
        except READ_FAULTS as error:
            raise _unreadable(name, number, error, '{"account_id": "a", "cohort": "x"}') from error
        if found.setdefault(line.account_id, line.cohort) != line.cohort:
            raise BadInputError(f"{name}: line {number}: account {line.account_id!r} is in another cohort already")
    return found


def known(told: Mapping[str, Truth], decided: Mapping[str, str]) -> Known:
    """Join labels with the decisions of a stream. A label speaks louder: it was given for measuring."""
    decisions = {account: outcome for account, outcome in decided.items() if outcome in LABELS}
    truths = {account: Truth(outcome) for account, outcome in decisions.items()} | dict(told)
    outcomes = {"confirmed_pattern", "identity_misuse_confirmed", "victim", "cleared", "insufficient"}
    decisions |= {account: truth.label for account, truth in told.items() if truth.label in outcomes}
    return Known(truths, decisions)


def _unreadable(name: str, number: int, error: Exception, example: str) -> BadInputError:
    return BadInputError(f"{name}: line {number}: {error}; expected a line such as {example}")


def _numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(lines, 1):
        if text := line.strip():
            yield number, text
