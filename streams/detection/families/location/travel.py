"""`impossible_travel`: neighbouring sessions, in event-time order, that no journey connects (catalogue §5.2).

Sightings are merged per place and quarter of an hour and kept in event-time order, so that arrival order within the
lateness does not matter. What lateness cannot reach any more is reduced to its last sighting; its pairs move to a list.
"""

from __future__ import annotations

from itertools import pairwise
from zlib import crc32

from streams.detection.families.location.distance import great_circle
from streams.detection.families.location.memory import LocationMemory, Sighting
from streams.detection.families.location.networks import CORPORATE, MOBILE, SILENT, TUNNEL
from streams.detection.family import Desk, Moment
from streams.detection.messages import Ref
from streams.detection.windows import DAY, SESSION_LATENESS

ID = "impossible_travel"
SLOT = SESSION_LATENESS // 1000
"""Seconds in which sightings of one place are one. Two slots back, nothing can arrive any more."""
TRAIL = 12
PAIRS = 16

Pair = tuple[int, int, bool, int]


def note(memory: LocationMemory, moment: Moment, desk: Desk, kind: int) -> None:
    """Add a sighting and fire when the account has enough impossible pairs."""
    facts = moment.facts
    if facts.latitude is None or facts.longitude is None or kind == SILENT:
        return
    ts = moment.ts // 1000
    trail = memory.trail
    latitude, longitude = round(facts.latitude * 100), round(facts.longitude * 100)
    network = crc32(facts.network.encode()) if facts.network else 0
    if trail:
        held = trail[-1]
        same = (
            held.latitude == latitude and held.longitude == longitude and held.kind == kind and held.network == network
        )
        if same and ts >= held.last and ts // SLOT == held.first // SLOT:
            held.last = ts  # the steady state: the newest sighting goes on, no pair changes
            if memory.pairs or held.ref is not None:
                _keep(held, moment.ref)
            return
    radius = facts.radius_km if facts.radius_km is not None else desk.threshold(ID, "radius_unknown_km")
    sighting = Sighting(
        ts, ts, latitude, longitude, round(radius), kind, facts.asn or 0, facts.agreed_country or "", network
    )
    sighting = _insert(trail, sighting)
    found = _pairs(trail, desk)
    newest = trail[-1].first // SLOT
    if not found and not memory.pairs:
        memory.trail = _reachable(trail, newest)
        return
    _keep(sighting, moment.ref)
    days = int(desk.threshold(ID, "window_days"))
    old = [pair for pair in found if pair[1] // SLOT < newest - 1]
    memory.pairs = sorted({*memory.pairs, *old})[-PAIRS:]
    memory.trail = _reachable(trail, newest)
    _judge(sorted({*memory.pairs, *found}), trail, days, desk, moment)
    memory.pairs = [pair for pair in memory.pairs if pair[1] * 1000 > trail[-1].last * 1000 - days * DAY]


def _keep(held: Sighting, ref: Ref) -> None:
    """Keep the newest event of a sighting."""
    if held.ref is None or ref > held.ref:
        held.ref = ref


def _insert(trail: list[Sighting], new: Sighting) -> Sighting:
    """Merge `new` into the sighting of its place and slot, or put it in its place in time; gives the one that holds it."""
    if not trail or new.first // SLOT > trail[-1].first // SLOT:
        trail.append(new)
        return new
    for held in reversed(trail):
        if held.first // SLOT == new.first // SLOT and held.network == new.network and _same_place(held, new):
            held.first, held.last = min(held.first, new.first), max(held.last, new.last)
            break
    else:
        held = new
        trail.append(new)
    trail.sort(key=_order)
    return held


def _order(held: Sighting) -> tuple[int, ...]:
    return held.first // SLOT, held.first, held.last, held.latitude, held.longitude, held.kind, held.asn, held.network


def _same_place(one: Sighting, other: Sighting) -> bool:
    return one.latitude == other.latitude and one.longitude == other.longitude and one.kind == other.kind


def _reachable(trail: list[Sighting], newest: int) -> list[Sighting]:
    """Keep what a late event can still stand beside, and the last sightings (any, and not anonymized) before that."""
    settled = [held for held in trail if held.first // SLOT < newest - 1]
    plain = [place for place, held in enumerate(settled) if held.kind != TUNNEL]
    kept = settled[-1:]
    if plain and plain[-1] < len(settled) - 1:  # with the one after it, so that no later sighting becomes its neighbour
        kept = settled[plain[-1] : plain[-1] + 2] + (kept if plain[-1] + 2 < len(settled) else [])
    return (kept + trail[len(settled) :])[-TRAIL:]


def _pairs(trail: list[Sighting], desk: Desk) -> list[Pair]:
    """Give impossible pairs: neighbours among what is not anonymized, and neighbours of which exactly one is."""
    if all(_same_place(trail[-1], held) for held in trail):
        return []
    plain = [held for held in trail if held.kind != TUNNEL]
    found = [_pair(one, other, True, desk) for one, other in pairwise(plain)]
    found += [
        _pair(one, other, False, desk)
        for one, other in pairwise(trail)
        if (one.kind == TUNNEL) != (other.kind == TUNNEL)
    ]
    return [pair for pair in found if pair is not None]


def _pair(one: Sighting, other: Sighting, plain: bool, desk: Desk) -> Pair | None:
    """Give the pair when no airliner flies that fast; gateways of one company or mobile operator are one place."""
    if _same_place(one, other):
        return None
    if one.network and one.network == other.network:
        return None  # new tables moved it, not the person
    if one.kind == other.kind and one.kind in {MOBILE, CORPORATE} and one.asn == other.asn:
        return None
    if MOBILE in {one.kind, other.kind} and one.country == other.country:
        return None
    km = great_circle(one.latitude, one.longitude, other.latitude, other.longitude)
    seconds = max(0, other.first - one.last)
    if km <= desk.threshold(ID, "km_min"):
        return None
    if (km - one.radius - other.radius) * 3600 <= desk.threshold(ID, "km_per_hour") * seconds:
        return None
    return one.last, other.first, plain, round(km)


def _judge(pairs: list[Pair], trail: list[Sighting], days: int, desk: Desk, moment: Moment) -> None:
    """Fire at the newest pair, naming an event at either end: fully when enough pairs need no anonymizer, weakly when they do."""
    needed = desk.threshold(ID, "pairs_min")
    if len(pairs) < needed:
        return
    since = pairs[-1][1] - days * DAY // 1000
    recent = [pair for pair in pairs if pair[1] > since]
    plain = [pair for pair in recent if pair[2]]
    counted = plain if len(plain) >= needed else recent
    if len(counted) < needed:
        return
    latest = max(counted, key=lambda pair: (pair[1], pair[0]))
    numbers = {"pairs": len(counted), "km": latest[3], "minutes": max(0, latest[1] - latest[0]) // 60, "days": days}
    confidence = 1.0 if counted is plain else desk.threshold(ID, "confidence_one_anonymized")
    ends = [held.ref for held in trail if held.ref is not None and (held.last == latest[0] or held.first == latest[1])]
    desk.fire(moment.account, ID, confidence, latest[1] * 1000, numbers, *(ends or [moment.ref]))
