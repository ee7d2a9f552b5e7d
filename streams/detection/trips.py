"""Trips and second countries as declared: of each country `from, until, from, until, …` in ms; an `until` of None is open.

An open trip lasts until told otherwise: whatever is declared later for the same country ends it, where it says where the person is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, MutableMapping

TRIPS = 64
"""Kept of an account."""

Travel = dict[str, list[int | None]]


def trips(flat: list[int | None]) -> Iterator[tuple[int, int | None]]:
    """Give (from, until) of each trip to one country."""
    return ((begin or 0, end) for begin, end in zip(flat[::2], flat[1::2], strict=True))


def travelled(travel: Travel, since: int, until: int) -> set[str]:
    """Give the countries of travel declared for any time between `since` and `until` (ms)."""
    return {
        country
        for country, flat in travel.items()
        if any(begin <= until and (end is None or end >= since) for begin, end in trips(flat))
    }


def began(travel: Travel, first: int, last: int) -> tuple[int, int | None]:
    """Give the earliest start and the latest end of the trips that began from `first` to before `last`."""
    found = [trip for flat in travel.values() for trip in trips(flat) if first <= trip[0] < last]
    ends = [end for _, end in found if end is not None]
    return min(begin for begin, _ in found), max(ends) if len(ends) == len(found) else None


class Statement:
    """One declaration, of one country, beside what was declared of it lately: of two the later one counts, in any order."""

    def __init__(self, stated: MutableMapping[str, int], country: str, ts: int, *, late: bool) -> None:
        self._stated, self._country, self._ts = stated, country, ts
        self._unknown = math.inf if late else 0
        """When a trip was declared that nothing is known of: before this statement, unless this one comes days late."""

    def add(self, travel: Travel, start: int, until: int | None) -> set[int]:
        """Add a trip and end open ones; gives the starts of the trips that changed."""
        held = dict(trips(travel.get(self._country, [])))
        if start in held and self._declared(start) > self._ts:
            return set()
        said_open = until is None
        changed = {start}
        for other, end in held.items():
            if other == start:
                continue
            if self._declared(other) > self._ts:
                until = _sooner(until, _ends(start, other, end)) if said_open else until
            elif end is None or self._key("open", other) in self._stated:
                held[other] = _sooner(end, _ends(other, start, None if said_open else until))
                changed |= {other} if held[other] != end else set()
        held[start] = until
        self._remember(start, said_open)
        travel[self._country] = [at for trip in sorted(held.items(), key=lambda trip: trip[0]) for at in trip]
        return changed

    def _remember(self, start: int, said_open: bool) -> None:
        self._stated[self._key("trip", start)] = self._ts
        self._stated.pop(self._key("open", start), None)
        if said_open:  # also once it was ended: a declaration from between the two may still arrive
            self._stated[self._key("open", start)] = self._ts

    def _declared(self, start: int) -> float:
        return self._stated.get(self._key("trip", start), self._unknown)

    def _key(self, what: str, start: int) -> str:
        return f"{what}:{self._country}:{start}"


def forget_oldest(travel: Travel, stated: MutableMapping[str, int]) -> int:
    """Keep the number of trips bounded: the one that ended first goes, an open one last; how many went."""
    gone = 0
    while sum(map(len, travel.values())) > 2 * TRIPS:
        ends = [
            (math.inf if end is None else end, begin, at) for at, flat in travel.items() for begin, end in trips(flat)
        ]
        _, start, country = min(ends)
        left = [at for trip in trips(travel[country]) if trip[0] != start for at in trip]
        if left:
            travel[country] = left
        else:
            del travel[country]
        for what in ("trip", "open"):
            stated.pop(f"{what}:{country}:{start}", None)
        gone += 1
    return gone


def _ends(opened: int, start: int, until: int | None) -> int | None:
    """When a later declaration for `start` to `until` ends a trip open since `opened`; None when it does not."""
    if until is None:
        return start if start > opened else None
    if until <= opened:
        return None
    return until if start <= opened else min(start, until)


def _sooner(one: int | None, other: int | None) -> int | None:
    return min(one, other) if one is not None and other is not None else one if other is None else other
