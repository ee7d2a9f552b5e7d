"""The trail of an account's last sightings in event-time order, and the neighbours in it that no journey connects."""

from __future__ import annotations

from itertools import pairwise

from streams.detection.families.location.distance import great_circle
from streams.detection.families.location.memory import Sighting
from streams.detection.families.location.networks import ACCESS, CARRIERS, CORPORATE, FOREIGN, TUNNEL
from streams.detection.family import Desk
from streams.detection.windows import SESSION_LATENESS

ID = "impossible_travel"
SLOT = SESSION_LATENESS // 1000
"""Seconds in which sightings of one place are one. Two slots back, nothing can arrive any more."""
TRAIL = 12
STANDING = frozenset({ACCESS, CORPORATE})
"""Sorts of network whose place is known; that the person was there is for `MIT-CORP` to doubt."""

Pair = tuple[int, int, bool, int]
"""Earlier s, later s, both on access networks, km."""
Ends = tuple[Sighting, Sighting]


def insert(trail: list[Sighting], new: Sighting) -> Sighting:
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


def reachable(trail: list[Sighting], newest: int) -> list[Sighting]:
    """Keep what a late event can still stand beside, and the last sightings (any, and on a standing network) before that.

    What is left out must make no neighbours of which exactly one is anonymized: it goes between two that both are, or both are not.
    """
    settled = [held for held in trail if held.first // SLOT < newest - 1]
    standing = [place for place, held in enumerate(settled) if held.kind in STANDING]
    last = len(settled) - 1
    if not standing or standing[-1] == last:
        return (settled[-1:] + trail[len(settled) :])[-TRAIL:]
    after = standing[-1] + 1  # kept too, so that no later sighting becomes a neighbour of the standing one
    hidden = settled[after].kind == TUNNEL
    alike = max(place for place in range(after, last + 1) if (settled[place].kind == TUNNEL) == hidden)
    places = sorted({after - 1, after, alike, min(alike + 1, last), last})
    return ([settled[place] for place in places] + trail[len(settled) :])[-TRAIL:]


def pairs_of(trail: list[Sighting], desk: Desk) -> dict[Pair, Ends]:
    """Give impossible pairs: neighbours among standing networks, and neighbours of different sorts."""
    if all(_same_place(trail[-1], held) for held in trail):
        return {}
    standing = [held for held in trail if held.kind in STANDING]
    found = {_pair(one, other, True, desk): (one, other) for one, other in pairwise(standing)}
    for one, other in pairwise(trail):
        kinds = {one.kind, other.kind}
        if one.kind != other.kind and not kinds <= STANDING and not kinds <= CARRIERS:
            found[_pair(one, other, TUNNEL not in kinds, desk)] = one, other
    return {pair: ends for pair, ends in found.items() if pair is not None}


def _pair(one: Sighting, other: Sighting, plain: bool, desk: Desk) -> Pair | None:
    """Give the pair when no airliner flies that fast; gateways of one company are one place."""
    if _same_place(one, other):
        return None
    if one.network and one.network == other.network:
        return None  # new tables moved it, not the person
    if one.kind == other.kind == CORPORATE and not _differ(one.asn, other.asn):
        return None
    kinds, seconds = {one.kind, other.kind}, max(0, other.first - one.last)
    if not CARRIERS.isdisjoint(kinds) and not _differ(one.country, other.country):
        return None
    if ACCESS in kinds and not CARRIERS.isdisjoint(kinds) and _roams(kinds, seconds, desk):
        return None
    km = great_circle(one.latitude, one.longitude, other.latitude, other.longitude)
    if km <= desk.threshold(ID, "km_min"):
        return None
    if (km - one.radius - other.radius) * 3600 <= desk.threshold(ID, "km_per_hour") * seconds:
        return None
    return one.last, other.first, plain, round(km)


def _roams(kinds: set[int], seconds: int, desk: Desk) -> bool:
    """Whether a line and a carrier's gateway may be one traveller's: a phone's stands where the carrier hands over, wherever the phone is.

    It is at home for who roams; in a third country for who bought data, and that as soon as the border is crossed. What is left is a line
    at home (`Sighting.country`) and a gateway in a country never named, in too short a time to have come any distance that counts.
    """
    return FOREIGN not in kinds or desk.threshold(ID, "km_per_hour") * seconds >= desk.threshold(ID, "km_min") * 3600


def _differ(one: int | str, other: int | str) -> bool:
    """Whether both are known and not the same: what is unknown is no evidence."""
    return bool(one) and bool(other) and one != other
