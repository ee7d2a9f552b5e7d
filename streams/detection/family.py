"""What a family is, and the desk at which its code works.

A family is pure functions over an account's memory. Two kinds of judgement keep results independent of arrival order (design §4):

* **counting** indicators only grow with more events ("four networks in an hour"): judged at once, in `observe`;
* **weighing** indicators can fall again ("80 % of the minutes"): judged in `daily`, once a UTC day is closed, on closed days only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from enrichers.facts import Facts
from enrichers.territories import sovereign_of
from schemas.events import AnyEvent
from streams.detection.catalogue.model import Catalogue
from streams.detection.messages import Evidence, Link, Mitigation, Numbers, Ref, Who
from streams.detection.scoring import decides
from streams.detection.windows import DAY, touch

if TYPE_CHECKING:
    from streams.detection.account_state import AccountState
    from streams.detection.entity_state import EntityDesk, EntityState

REFS = 3
"""Raw events kept per piece of evidence: enough to start looking, small enough for any alert."""
LINKS = 48
MITIGATIONS = 32
"""Mitigating facts kept of an account: every mitigator once, and about twenty trips, offices and public computers beside."""

Remembered = Literal["client", "device", "link", "network", "payment", "session"]
"""Kinds of things that an account remembers a limited number of. `network` is also places, operators, exits and clocks."""
K = TypeVar("K", int, str)
V = TypeVar("V")


class Moment(msgspec.Struct):
    """One event before one account."""

    account_id: str
    account: AccountState  # a forward name: this module must not import the state that imports the families
    event: AnyEvent
    facts: Facts
    join_facts: Facts | None
    ts: int
    ref: Ref
    late: bool
    """Older than the watermark by more than its allowed lateness; memories take what still fits."""


class Desk:
    """What families may do to an account: fire, retract, mitigate, link. One desk serves one stage; it is not shared."""

    def __init__(
        self,
        catalogue: Catalogue,
        offsets_of: Callable[[str, int], frozenset[int]],
        sovereign_of: Callable[[str], str] = sovereign_of,
    ) -> None:
        self.catalogue = catalogue
        self.offsets_of = offsets_of
        """Country, ms → UTC offsets in minutes that hold there then; empty when unknown. Given in, so that tests can permute it."""
        self.sovereign_of = sovereign_of
        """Country → the state that it is a territory of, or itself: what a statement and a place are compared by. Given in likewise."""
        self.links: list[Link] = []
        self.touched = False
        """Something about the evidence changed since the stage last looked."""
        self.fired: dict[str, int] = {}
        """Firings by indicator, for the metric."""
        self.evicted: dict[Remembered, int] = {}
        """Things that accounts forgot because there were too many, for the metric."""

    def threshold(self, indicator: str, name: str) -> float:
        """One number of the catalogue."""
        return self.catalogue.indicators[indicator].thresholds[name]

    def enabled(self, indicator: str) -> bool:
        """Whether the indicator is switched on."""
        return self.catalogue.indicators[indicator].enabled

    def evict(self, kind: Remembered) -> None:
        """Count that an account forgot one thing because there were too many."""
        self.evicted[kind] = self.evicted.get(kind, 0) + 1

    def make_room(self, entries: dict[K, V], most: int, kind: Remembered, seen: Callable[[V], Any]) -> None:
        """Leave at most `most` entries: the one that was `seen` least lately goes, and is counted."""
        if len(entries) > most:
            del entries[min(entries, key=lambda key: (seen(entries[key]), key))]
            self.evict(kind)

    def fire(
        self, account: AccountState, indicator: str, confidence: float, ts: int, numbers: Numbers, *refs: Ref
    ) -> None:
        """Note that `indicator` holds at `ts` with `confidence` 0–1. Switched off: nothing happens.

        Kept is the firing that weighs most whenever it is looked at later: decay is exponential, and decisive findings have none, so
        that is the same one for every order of arrival.
        """
        if confidence <= 0 or not self.enabled(indicator):
            return
        note = Evidence(indicator, round(confidence, 4), ts, ts, 1, numbers, sorted({*refs})[-REFS:])
        self.keep(account, indicator, note)

    def keep(self, account: AccountState, key: str, note: Evidence) -> None:
        """Merge one piece of evidence into what the account has under `key`."""
        held = account.fired.get(key)
        self.fired[note.indicator] = self.fired.get(note.indicator, 0) + 1
        if held is None:
            account.fired[key] = note
            self.touched = True
            return
        stronger = self._outweighs(note, held)
        first, count = min(held.first, note.first), held.count + note.count
        winner = note if stronger else held
        refs = winner.refs if self._apart(note, held) else sorted({*held.refs, *note.refs})
        changed = stronger and (abs(note.confidence - held.confidence) >= 0.05 or note.last - held.last >= DAY)
        account.fired[key] = Evidence(
            note.indicator,
            winner.confidence,
            first,
            winner.last,
            count,
            winner.numbers,
            refs[:1] + refs[1:][-REFS + 1 :],
            note.entity,
        )
        self.touched = self.touched or changed

    def _outweighs(self, note: Evidence, held: Evidence) -> bool:
        """Whether `note` weighs at least as much as `held` whenever both are looked at: by `weigh`, decisive findings do not fade."""
        indicator = self.catalogue.indicators[note.indicator]
        if decides(indicator, held.confidence) or decides(indicator, note.confidence):
            return (note.confidence, note.last) >= (held.confidence, held.last)
        age = (note.last - held.last) / (indicator.half_life_days * DAY)
        return bool(note.confidence * 2.0 ** min(60.0, age) >= held.confidence)

    def _apart(self, note: Evidence, held: Evidence) -> bool:
        """Whether one is decisive and the other faint: what shows the one is no example of the other."""
        indicator = self.catalogue.indicators[note.indicator]
        return decides(indicator, note.confidence) != decides(indicator, held.confidence)

    def retract(self, account: AccountState, indicator: str) -> None:
        """Take back what is no longer so (the old device came back; the tool was declared)."""
        if account.fired.pop(indicator, None) is not None:
            self.touched = True

    def mitigate(
        self,
        account: AccountState,
        mitigator: str,
        ts: int,
        reason: str,
        until: int | None = None,
        about: tuple[str, ...] = (),
        one: str = "",
    ) -> None:
        """Note a mitigating fact; a later `until` extends it, and one that had lapsed begins anew.

        `about` confines it (see `Mitigation`); `one` tells apart facts of one sort, such as two trips or two offices.
        """
        slot = f"{mitigator}|{one}" if one else mitigator
        held = account.mitigations.get(slot)
        if held is None:
            account.mitigations[slot] = Mitigation(mitigator, ts, reason, until, about)
            self.touched = True
            _drop_stalest(account.mitigations)
        elif held.until is not None and (until is None or until > held.until):
            first = ts if ts > held.until else min(ts, held.first)
            account.mitigations[slot] = Mitigation(mitigator, first, reason, until, about)

    def restate(
        self, account: AccountState, mitigator: str, ts: int, reason: str, until: int | None, *, one: str
    ) -> None:
        """Note what is now said of a mitigating fact: unlike with `mitigate`, its end may also come sooner."""
        slot, told = f"{mitigator}|{one}", Mitigation(mitigator, ts, reason, until)
        if account.mitigations.get(slot) != told:
            account.mitigations[slot] = told
            self.touched = True
            _drop_stalest(account.mitigations)

    def link(
        self, moment: Moment, kind: str, key: str, refresh: int, data: Callable[[], Numbers] | None = None
    ) -> None:
        """Send a link to the thing `kind:key` unless one was sent within `refresh` milliseconds of event time."""
        account = moment.account
        name = f"{kind}:{key}"
        sent = account.links.get(name)
        if sent is not None and moment.ts - sent < refresh:
            return
        if touch(account.links, name, moment.ts, LINKS):
            self.evict("link")
        profile = account.profile
        who = Who(
            profile.created,
            profile.identity,
            profile.address,
            profile.agency if profile.agency_verified else "",
            profile.relations(),
            profile.kyc_approved is not None,
        )
        self.links.append(Link(kind, key, moment.account_id, moment.ts, moment.ref, who, data() if data else {}))


def _drop_stalest(mitigations: dict[str, Mitigation]) -> None:
    """Keep the number of facts bounded: of those about one thing or trip, the one that ends first gives way, one without an end last."""
    if len(mitigations) > MITIGATIONS:
        confined = [
            (math.inf if held.until is None else held.until, slot) for slot, held in mitigations.items() if "|" in slot
        ]
        del mitigations[min(confined)[1]]


Observe = Callable[[Moment, Desk], None]
Daily = Callable[[str, "AccountState", int, Desk], None]
Judge = Callable[["EntityState", Link, "EntityDesk"], None]


class Family:
    """One family: its code in the catalogue, and its functions by what calls them."""

    __slots__ = ("code", "daily", "indicators", "judge", "observe")

    def __init__(
        self,
        code: str,
        indicators: tuple[str, ...],
        observe: Mapping[type[Any], Observe],
        daily: Daily | None = None,
        judge: Mapping[str, Judge] | None = None,
    ) -> None:
        self.code = code
        self.indicators = indicators
        """Ids this code implements; start-up fails when the catalogue disagrees."""
        self.observe = observe
        """Event type → function, called for each event of that type."""
        self.daily = daily
        """Called as (account_id, account, day, desk) with the UTC day number that just closed."""
        self.judge = judge or {}
        """Kind of shared thing → function, called by the entities stage for each link after the member is noted."""
