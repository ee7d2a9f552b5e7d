"""A file of expectations: which alerts a stream must give, and which it must not. Data, so that analysts can write it."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import msgspec

from streams.cli.outcome import BadConfigurationError
from streams.detection.alert import Alert
from streams.detection.catalogue.model import Catalogue
from streams.detection.scoring import TIERS
from streams.replay.belonging import Belongs
from streams.scenarios import SCENARIOS

LEAST_TIER = "review"
"""From here on an analyst is told."""


class Bounds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many; at least one of the three is set."""

    exactly: int | None = None
    at_least: int | None = None
    at_most: int | None = None

    def hold(self, found: int) -> bool:
        """Whether the number is within."""
        return self.least() <= found and (self.most() is None or found <= (self.most() or 0))

    def least(self) -> int:
        """The fewest."""
        return self.exactly if self.exactly is not None else self.at_least or 0

    def most(self) -> int | None:
        """The most; None is without end."""
        return self.exactly if self.exactly is not None else self.at_most

    def in_words(self) -> str:
        """As the file says it."""
        parts = (("exactly", self.exactly), ("at least", self.at_least), ("at most", self.at_most))
        return " and ".join(f"{name} {number}" for name, number in parts if number is not None)

    def faults(self) -> list[str]:
        """What makes no sense."""
        given = [number for number in (self.exactly, self.at_least, self.at_most) if number is not None]
        if not given:
            return ["no bound; expected exactly, at_least or at_most"]
        if min(given) < 0:
            return [f"{self.in_words()}; expected numbers of 0 or more"]
        if self.exactly is not None and len(given) > 1:
            return [f"{self.in_words()}; expected exactly without another bound"]
        most = self.most()
        return [f"{self.in_words()} cannot be"] if most is not None and most < self.least() else []


class Expected(Bounds, frozen=True, forbid_unknown_fields=True):
    """How many standing alerts of `tier` or above there are that have all of what is named: account, indicator, scenario."""

    name: str = ""
    account: str = ""
    """An id, or a pattern such as `farm-*`."""
    indicator: str = ""
    scenario: str = ""
    """A scenario of the generators, or the beginning of its name."""
    tier: str = LEAST_TIER

    def matches(self, alert: Alert, belongs: Belongs) -> bool:
        """Whether the alert is one of those that are counted."""
        accounts = [name for name in alert.subject.account_ids if self._names(name)]
        return (
            TIERS.index(alert.tier) >= TIERS.index(self.tier)
            and any(not self.scenario or belongs(name, self.scenario) for name in accounts)
            and (not self.indicator or any(item.indicator == self.indicator for item in alert.evidence))
        )

    def _names(self, account: str) -> bool:
        """An id is itself, whatever signs of a pattern are in it."""
        return account == self.account or fnmatchcase(account, self.account or "*")

    def title(self) -> str:
        """The entry's name, or what it says."""
        about = [f"{kind} {value}" for kind, value in self.subject().items() if value]
        return self.name or f"{', '.join(about)}: {self.in_words()} in {self.tier} or above"

    def subject(self) -> dict[str, str]:
        """Whose alerts are counted."""
        return {"account": self.account, "indicator": self.indicator, "scenario": self.scenario}


class Expectations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file. `unexpected`: what to do about an alert of review or above that no entry allows."""

    expect: tuple[Expected, ...] = ()
    unexpected: Literal["fail", "warn", "ignore"] = "fail"
    refused: Bounds | None = None
    """How many records may be refused."""


def read_expectations(name: str, catalogue: Catalogue) -> Expectations:
    """Read a file. Raises BadConfigurationError with everything that is wrong in it."""
    try:
        read = msgspec.toml.decode(Path(name).read_bytes(), type=Expectations)
    except OSError as error:
        raise BadConfigurationError(f"{name}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadConfigurationError(f"{name}: {error}") from error
    faults = [
        f"{name}: expect {number}: {fault}"
        for number, entry in enumerate(read.expect, 1)
        for fault in _faults(entry, catalogue)
    ]
    if read.refused is not None:
        faults += [f"{name}: refused: {fault}" for fault in read.refused.faults()]
    if not read.expect and read.refused is None:
        faults.append(f"{name}: nothing is expected; expected [[expect]] entries, or refused")
    if faults:
        raise BadConfigurationError("\n".join(faults))
    return read


def _faults(entry: Expected, catalogue: Catalogue) -> list[str]:
    faults = entry.faults()
    if not any(entry.subject().values()):
        faults.append("about nothing; expected account, indicator or scenario")
    vocabularies: tuple[tuple[str, str, Sequence[str]], ...] = (
        ("tier", entry.tier, TIERS[1:]),
        ("indicator", entry.indicator, [*catalogue.indicators]),
        ("scenario", entry.scenario, [name[:end] for name in SCENARIOS for end in range(len(name), 0, -1)]),
    )
    for kind, value, known in vocabularies:
        if value and value not in known:
            near = get_close_matches(value, known, n=1)
            expected = f"did you mean {near[0]!r}?" if near else f"expected such as {known[0]!r}"
            faults.append(f"{kind} {value!r} is not known; {expected}")
    return faults
