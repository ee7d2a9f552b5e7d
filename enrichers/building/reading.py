"""One feed read to the end: every statement put where it belongs, under the rules of feeds.toml."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from enrichers.building.feeds_file import Feed
from enrichers.compiled import Claim
from enrichers.feeds.formats import FORMATS
from enrichers.feeds.source import Source, Told, file_day
from enrichers.feeds.statement import CLASSES, ListError, Notes, Statement
from enrichers.prefixes import Prefix, is_global, is_too_wide
from enrichers.shapes.asn import Owner
from enrichers.shapes.geo import Place

MOST_PREFIXES = 8_000_000
"""A build would need about 4 GB: the largest table of one provider has half as many."""
BASE = frozenset({"geo", "asn"})
"""Tables of the whole address space: their width is no sign of damage, and they may touch special ranges."""


class Wide(NamedTuple):
    """The first line with a prefix that refuses a list, and how many there are."""

    line: int
    prefix: Prefix
    such: int


class Reading:
    """What one feed says, in the order of its lines."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.notes = Notes()
        self.sha256 = ""
        self.dated = feed.dated or date.min
        self.dated_by = "feeds.toml"
        self.kinds: Counter[str] = Counter()
        """Statements of each kind that are used."""
        self.lines = 0
        """Lines or entries that say something, used or not; those rejected are in the notes."""
        self.used_lines = 0
        self.prefixes = 0
        self.unused = 0
        self.refusing: dict[str, Wide] = {}
        """By check, `width` or `global`."""
        self.places: list[tuple[Prefix, Place]] = []
        self.owners: list[tuple[Prefix, Owner]] = []
        self.domains: list[str] = []
        self.of_asn: list[tuple[int, Claim]] = []
        """Claims about all prefixes of an AS number."""
        self._claims: list[tuple[Prefix, Claim]] = []
        self._known: dict[Claim, Claim] = {}
        self._line = 0
        self._used_line = 0
        self._prefix: Prefix | None = None
        self._rules = {name.casefold(): rule for name, rule in feed.operators.items()}
        self._asn_kinds = {int(number): kind for number, kind in feed.asn_kinds.items()}

    def claims(self) -> Iterator[tuple[Prefix, Claim]]:
        """Claims about prefixes. One without a date of its own has the list's."""
        day = self.dated.isoformat()
        dated = {claim: claim if claim.dated else claim._replace(dated=day) for claim in self._known}
        return ((prefix, dated[claim]) for prefix, claim in self._claims)

    def take(self, statement: Statement) -> None:
        """Put one statement where it belongs."""
        kinds, operator = self._by_operator(statement.kinds or self.feed.kinds, statement.operator)
        used = [kind for kind in kinds if kind in self.feed.kinds]
        by_network = self._asn_kinds.get(statement.owner.asn or 0) if self._asn_kinds else None
        prefix = statement.prefix
        if used and prefix is not None and BASE.issuperset(used) and is_too_wide(prefix):
            by_network = None  # it has its owner, and no class
        is_used = bool(used) or by_network is not None
        if is_used and prefix is not None and not self._is_usable(statement.line, prefix, used):
            return
        self.lines += statement.line != self._line
        self._line = statement.line
        if not is_used:
            self.unused += 1
            return
        self.used_lines += statement.line != self._used_line
        self._used_line = statement.line
        if prefix is not None and prefix != self._prefix:
            self._prefix = prefix
            self.prefixes += 1
            if self.prefixes > MOST_PREFIXES:
                raise ListError("size", f"more than {MOST_PREFIXES:,} prefixes", "a list that fits in memory")
        for kind in used:
            if kind in CLASSES:
                self._claim(kind, statement, operator)
            else:
                self._fact(kind, statement)
        if by_network is not None:
            self._claim(by_network, statement, operator)

    def _by_operator(self, kinds: tuple[str, ...], named: str | None) -> tuple[tuple[str, ...], str | None]:
        """Apply the rule of a named operator; the feed's own name stands in where there is none."""
        if named is None:
            return kinds, self.feed.operator
        rule = self._rules.get(named.casefold())
        if rule is None:
            return kinds, named
        if rule.kind is not None:
            kinds = (rule.kind, *(kind for kind in kinds if kind not in CLASSES))
        return kinds, named if rule.name is None else (rule.name or None)

    def _claim(self, kind: str, statement: Statement, operator: str | None) -> None:
        sure = round(min(max(statement.confidence, 0.0), 1.0) * self.feed.confidence, 3)
        claim = Claim(kind, self.feed.name, statement.last_seen, sure, operator)
        claim = self._known.setdefault(claim, claim)
        if statement.prefix is not None:
            self._claims.append((statement.prefix, claim))
        elif statement.owner.asn:
            self.of_asn.append((statement.owner.asn, claim))
        else:
            return
        self.kinds[kind] += 1

    def _fact(self, kind: str, statement: Statement) -> None:
        """Keep a place, an owner or a domain; a line that states none is no fault."""
        prefix = statement.prefix
        if kind == "disposable_mail" and statement.domain:
            self.domains.append(statement.domain)
        elif kind == "geo" and prefix is not None and statement.place.country:
            self.places.append((prefix, statement.place))
        elif kind == "asn" and prefix is not None and statement.owner.asn:
            self.owners.append((prefix, statement.owner))
        else:
            return
        self.kinds[kind] += 1

    def _is_usable(self, line: int, prefix: Prefix, used: list[str]) -> bool:
        """Whether it is public and, where it only gets a class, not too wide. If not it is never used; a list of classes is refused."""
        base = BASE.issuperset(used)
        if not (used and base) and is_too_wide(prefix):
            check, reason = "width", "too-wide"
        elif not is_global(prefix):
            check, reason = "global", "not-global"
        else:
            return True
        self.notes.reject(line, reason)
        if not base:
            first = self.refusing.get(check, Wide(line, prefix, 0))
            self.refusing[check] = first._replace(such=first.such + 1)
        return False


def read_feed(feed: Feed, path: Path, told: Told = lambda _: None) -> Reading:
    """Read one list. Raises ListError when it is none of its format, and OSError."""
    reading = Reading(feed)
    source = Source(path, feed.dated or file_day(path), told)
    reading.sha256 = source.sha256()
    for statement in FORMATS[feed.format].load(source, reading.notes):
        reading.take(statement)
    if feed.dated is None:
        stated = reading.notes.dated
        reading.dated, reading.dated_by = (stated, "list") if stated else (source.dated, "file")
    return reading
