"""Remember in which half-days sessions began, by country, sort of network and device clock."""

from __future__ import annotations

from enrichers.territories import territorial_zones
from enrichers.timezones import offset_of_zone
from streams.detection.families.location.memory import LocationMemory, Sitting
from streams.detection.families.location.networks import MOBILE
from streams.detection.family import REFS, Desk, Moment
from streams.detection.messages import Ref
from streams.detection.windows import DAY, WIDTH, Presence

HALF_DAY = DAY // 2
SITTINGS = 16
"""Places and clocks kept: rotating exits of a month come to about a dozen countries."""

_UTC = ("UTC", "UCT", "Universal", "Zulu", "GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich")
CLOCKLESS = frozenset({*_UTC, *(f"Etc/{name}" for name in _UTC), "Atlantic/Reykjavik", "Iceland"}) | territorial_zones()
"""Zones of a clock that says nothing: those that privacy browsers and machines' images report for everybody, and those of territories,
where tables and people may name the state instead, whose clock is another."""


def clock(tz: str | None, offset: int | None, ts: int) -> int | None:
    """Give the offset of the device's clock in minutes; None when it does not tell. A 0 without a zone may be a private browser's."""
    if tz in CLOCKLESS:
        return None
    if offset:
        return offset
    zone = None if tz is None else offset_of_zone(tz, ts)
    return offset if zone is not None and offset is not None else zone


def note(memory: LocationMemory, moment: Moment, kind: int, offset: int | None, desk: Desk) -> Sitting | None:
    """Mark the half-day of `moment`; the sitting when that was news, None in the steady state."""
    facts = moment.facts
    country = (
        "" if "satellite" in facts.classes else facts.agreed_country or ""
    )  # a ground station's, far from any ship
    access = kind <= MOBILE
    half = moment.ts // HALF_DAY
    for sitting in memory.sittings:
        if sitting.country == country and sitting.offset == offset and sitting.access == access:
            seen = sitting.seen
            if seen.newest == half:
                return None
            seen.mark(half)
            return sitting
    sitting = Sitting(country, access, offset, Presence(half))
    memory.sittings.append(sitting)
    if len(memory.sittings) > SITTINGS:
        _make_room(memory, half - WIDTH, desk)
    return sitting


def _make_room(memory: LocationMemory, over: int, desk: Desk) -> None:
    """Drop what is too old to be judged, else an exit, which there may be any number of; a place of living goes last."""
    stalest = min(
        memory.sittings,
        key=lambda held: (
            held.seen.newest > over,
            held.access,
            held.seen.newest,
            held.country,
            held.offset or 0,
        ),
    )
    memory.sittings.remove(stalest)
    if stalest.seen.newest > over:
        desk.evict("network")


def keep_ref(refs: dict[str, list[Ref]], indicator: str, ref: Ref) -> None:
    """Keep the newest few events behind a finding that is made later, the same few in any order."""
    refs[indicator] = sorted({*refs.get(indicator, ()), ref})[-REFS:]


def within(seen: Presence, first: int, last: int) -> int:
    """Give the half-days first…last (both included) with a session as bits, the last one lowest: a union counts each once."""
    newer = seen.newest - last
    mask = seen.mask >> newer if newer >= 0 else seen.mask << -newer
    return mask & ((1 << (last - first + 1)) - 1)


def halves(day: int, days: int) -> tuple[int, int]:
    """Give first and last half-day of the `days` days that end with `day`."""
    last = 2 * day + 1
    return last - 2 * days + 1, last
