"""Trips and second countries as declared: of each country `from, until, from, until, …` in ms; an `until` of None is open.

An open trip lasts until told otherwise: the first later declaration for the same country that says where the person is ends it, and
what ended stays so until the same start is declared again. Later and first are by event time, whichever arrived first. Trips are kept by
the dates that were stated; what they explain are those days wherever the person was (see `days`).

Among them are moments until which a country was stated to be home (see `home_until`): no journeys, that end none and explain none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from streams.detection.days import closes, opens
from streams.detection.windows import DAY

TRIPS = 64
"""Kept of an account, and as many declarations to be put in order."""

Travel = dict[str, list[int | None]]
Told = tuple[int, int, int | None]
"""When it was declared, and from when until when (ms); without an end it is open."""


def trips(flat: list[int | None]) -> Iterator[tuple[int, int | None]]:
    """Give (from, until) of each trip to one country."""
    return ((begin or 0, end) for begin, end in zip(flat[::2], flat[1::2], strict=True))


def home_until(ts: int) -> Told:
    """Give what stands for a country that was home until then: no midnight, which would mean a day."""
    moment = ts if ts % DAY else ts + 1
    return ts, moment, moment


def _is_moment(start: int, until: int | None) -> bool:
    return start == until and start % DAY != 0


def travelled(travel: Travel, since: int, until: int) -> set[str]:
    """Give the countries of travel declared for any time between `since` and `until` (ms)."""
    return {
        country
        for country, flat in travel.items()
        if any(opens(begin) <= until and (end is None or closes(end) >= since) for begin, end in trips(flat))
    }


def began(travel: Travel, first: int, last: int) -> tuple[int, int | None]:
    """Give from and until when the trips explain something that are declared to begin from `first` to before `last`."""
    every = (trip for flat in travel.values() for trip in trips(flat))
    found = [trip for trip in every if first <= trip[0] < last and not _is_moment(*trip)]
    ends = [closes(end) for _, end in found if end is not None]
    return opens(min(begin for begin, _ in found)), max(ends) if len(ends) == len(found) else None


class TravelLately(msgspec.Struct, array_like=True):
    """Trips to one country before what was declared lately, and that, oldest first."""

    before: list[int | None]
    told: list[Told] = []

    def fold(self) -> None:
        """Make the oldest declaration part of what was before."""
        held = dict(trips(self.before))
        _take(held, self.told.pop(0))
        self.before = _flat(held)

    def add(self, told: Told) -> None:
        """Put a declaration in its place in time."""
        if told not in self.told:
            self.told = sorted([*self.told, told], key=lambda one: (*one[:2], math.inf if one[2] is None else one[2]))

    def add_before(self, told: Told) -> None:
        """A declaration that comes days late only adds a trip that nothing is known of; what was declared since may end it."""
        _, start, until = told
        held = dict(trips(self.before))
        if start not in held:
            if until is None:
                ends = [end for trip in held.items() if (end := _ends(start, *trip)) is not None]
                until = min(ends, default=None)
            self.before = _flat({**held, start: until})

    def now(self) -> dict[int, int | None]:
        """Start → end of each trip after all that was declared."""
        held = dict(trips(self.before))
        for told in self.told:
            _take(held, told)
        return held


def declare(travel: Travel, known: dict[str, TravelLately], country: str, told: Told, *, late: bool) -> set[int]:
    """Add a declaration of one country, `late` when what it could precede is forgotten; gives the starts of trips that changed."""
    flat = travel.get(country, [])
    lately = known.get(country) or TravelLately(flat)
    if late:
        lately.add_before(told)
    else:
        lately.add(told)
        known[country] = lately
    held = lately.now()
    changed = {start for start, _ in set(trips(flat)) ^ held.items()}
    travel[country] = _flat(held)
    return changed


def forget_oldest(travel: Travel, known: dict[str, TravelLately]) -> int:
    """Keep the number of trips bounded: the one that ended first goes, an open one last; how many went."""
    gone = 0
    while sum(map(len, travel.values())) > 2 * TRIPS:
        ends = [
            (math.inf if end is None else end, begin, at) for at, flat in travel.items() for begin, end in trips(flat)
        ]
        _, start, country = min(ends)
        left = [at for trip in trips(travel[country]) if trip[0] != start for at in trip]
        known.pop(country, None)  # it would bring the trip back
        if left:
            travel[country] = left
        else:
            del travel[country]
        gone += 1
    return gone


def _take(held: dict[int, int | None], told: Told) -> None:
    """Add a trip, or what is now said of it, and end the open ones."""
    _, start, until = told
    if _is_moment(start, until):
        held.setdefault(start, until)
        return
    for other, end in held.items():
        if end is None and other != start:
            held[other] = _ends(other, start, until)
    held[start] = until


def _flat(held: dict[int, int | None]) -> list[int | None]:
    return [at for trip in sorted(held.items(), key=lambda trip: trip[0]) for at in trip]


def _ends(opened: int, start: int, until: int | None) -> int | None:
    """When a later declaration for `start` to `until` ends a trip open since `opened`; None when it does not."""
    if until is None:
        return start if start > opened else None
    if until <= opened:
        return None
    return until if start <= opened else min(start, until)
