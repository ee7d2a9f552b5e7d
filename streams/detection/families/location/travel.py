"""`impossible_travel`: neighbouring sessions, in event-time order, that no journey connects (catalogue §5.2).

Sightings are merged per place and quarter of an hour and kept in event-time order, so that arrival order within the
lateness does not matter. What lateness cannot reach any more is reduced to its last sighting; its pairs move to a list.
A pair fires at once; while a late event can still take it apart, the evidence from before it is kept beside.
"""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from streams.detection.families.location.claimed import stated
from streams.detection.families.location.memory import LocationMemory, Sighting
from streams.detection.families.location.networks import ACCESS, CORPORATE, FOREIGN, MOBILE, SILENT
from streams.detection.families.location.trail import ID, SLOT, TRAIL, Ends, Pair, insert, pairs_of, reachable
from streams.detection.family import Desk, Moment
from streams.detection.messages import Ref
from streams.detection.windows import DAY

PAIRS = 16


def note(memory: LocationMemory, moment: Moment, desk: Desk, kind: int) -> None:
    """Add a sighting and fire when the account has enough impossible pairs."""
    facts = moment.facts
    if facts.latitude is None or facts.longitude is None or kind == SILENT:
        return
    if kind == MOBILE and _foreign(moment, desk):
        kind = FOREIGN
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
    asn = facts.asn or 0 if kind == CORPORATE else 0
    profile, country = moment.account.profile, desk.sovereign_of(facts.agreed_country or "")
    if kind == ACCESS and country != desk.sovereign_of(profile.claimed_country or profile.id_country):
        country = ""
    sighting = Sighting(ts, ts, latitude, longitude, round(radius), kind, asn, country, network)
    said = _unsettled(pairs_of(trail, desk), trail) if memory.before is not None else set()
    sighting = insert(trail, sighting)
    found = pairs_of(trail, desk)
    newest = trail[-1].first // SLOT
    kept = reachable(trail, newest)
    memory.trail = kept
    if not found and not memory.pairs and memory.before is None:
        return
    _keep(sighting, moment.ref)
    unsure = _unsettled(found, trail)
    if len(trail) > TRAIL:
        unsure &= pairs_of(kept, desk).keys()  # what is cut off is not found again
    sure = found.keys() - unsure - set(memory.pairs)
    if sure or unsure != said:
        _judge(memory, found, sure, unsure, desk, moment)
    since = trail[-1].last - int(desk.threshold(ID, "window_days")) * DAY // 1000
    pairs = sorted({*memory.pairs, *sure}, key=_when)[-PAIRS:]
    memory.pairs = [pair for pair in pairs if pair[1] > since or pair in found]  # what is found again is not new


def _foreign(moment: Moment, desk: Desk) -> bool:
    profile, country = moment.account.profile, moment.facts.agreed_country or ""
    at_home = country == profile.claimed_country  # as nearly everybody is
    return not at_home and desk.sovereign_of(country) not in stated(profile, moment.ts, moment.ts, desk)


def _unsettled(found: Iterable[Pair], trail: list[Sighting]) -> set[Pair]:
    """Give the pairs that a late event can still take apart."""
    newest = trail[-1].first // SLOT
    return {pair for pair in found if pair[1] // SLOT >= newest - 1}


def _keep(held: Sighting, ref: Ref) -> None:
    """Keep the newest event of a sighting."""
    if held.ref is None or ref > held.ref:
        held.ref = ref


def _judge(
    memory: LocationMemory, found: dict[Pair, Ends], sure: set[Pair], unsure: set[Pair], desk: Desk, moment: Moment
) -> None:
    """Fire at each new pair, first at those that stay; what was said of pairs that may not have stayed is said anew."""
    account = moment.account
    if memory.before is not None:
        desk.retract(account, ID)
        for evidence in memory.before:
            account.fired[ID] = evidence
    known = {*memory.pairs, *found}
    for pair in sorted(sure, key=_when):
        _fire(pair, known, found[pair], desk, moment)
    before = account.fired.get(ID)
    fired = [_fire(pair, known, found[pair], desk, moment) for pair in sorted(unsure, key=_when)]
    memory.before = None if not any(fired) else [] if before is None else [before]


def _when(pair: Pair) -> tuple[int, Pair]:
    """Order of pairs: by when the journey would have ended."""
    return pair[1], pair


def _fire(pair: Pair, known: set[Pair], ends: Ends, desk: Desk, moment: Moment) -> bool:
    """Fire at `pair`, naming an event at either end: fully when enough pairs need no anonymizer, weakly when they do."""
    needed, days = desk.threshold(ID, "pairs_min"), int(desk.threshold(ID, "window_days"))
    since = pair[1] - days * DAY // 1000
    recent = [held for held in known if _when(held) <= _when(pair) and held[1] > since]
    recent = sorted(recent, key=_when)[-PAIRS:]  # as many as are remembered, however many are still open
    if len(recent) < needed:
        return False
    plain = [held for held in recent if held[2]]
    counted = plain if len(plain) >= needed else recent
    if pair not in counted:
        return False  # it adds nothing to what was said at the last pair without an anonymizer
    numbers = {
        "pairs": len(counted),
        "km": pair[3],
        "minutes": max(0, pair[1] - pair[0]) // 60,
        "days": days,
        "radius_km": max(held.radius for held in ends),
        "one_side_hidden": sum(not held[2] for held in counted),
    }
    confidence = 1.0 if counted is plain else desk.threshold(ID, "confidence_one_anonymized")
    refs = [held.ref for held in ends if held.ref is not None]
    desk.fire(moment.account, ID, confidence, pair[1] * 1000, numbers, *refs)
    return True
