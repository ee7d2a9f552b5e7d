"""`concurrent_distant_sessions`: two distant places with input at the same time in one account (catalogue §5.3)."""

from __future__ import annotations

from math import ceil

from streams.detection.families.location.distance import great_circle
from streams.detection.families.location.networks import TUNNEL
from streams.detection.families.session import sittings
from streams.detection.families.session.memory import Open, SessionMemory
from streams.detection.families.session.sittings import IDLE, NOWHERE
from streams.detection.family import REFS, Desk, Moment
from streams.detection.messages import Evidence, Numbers
from streams.detection.windows import Presence

ID = "concurrent_distant_sessions"
SLOT = sittings.SLOT
HALF_DAY = 43200
LONGEST_BEAT = 900
"""Seconds: platforms send a heartbeat every 1 to 15 minutes."""
NETWORKS = (
    "neither through an anonymizing or hosting network",
    "one of them through an anonymizing or hosting network",
    "both through anonymizing or hosting networks, which show where the exit is and not where the device is",
)
"""How the two ends were connected, by how many of them an exit hides."""


def note(memory: SessionMemory, moment: Moment, desk: Desk, key: int, device: int, ts: int, active: bool) -> Open:
    """Take in that the session `key` was heard of at `ts` seconds, compare it with others when that is news, and give its sitting."""
    facts, slot = moment.facts, ts // SLOT
    sitting = sittings.usual(memory, facts, key, ts)
    if sitting is None:
        sitting, news = sittings.extend(memory, moment, desk, key, device, ts)
    else:
        news = slot != sitting.end // SLOT
        if ts > sitting.end:
            sitting.end = ts
    radius = facts.radius_km
    if radius is not None and radius > sitting.radius:
        sitting.radius = ceil(radius)
    if memory.overlaps is not None and (sitting.ref is None or moment.ref > sitting.ref):
        sitting.ref = moment.ref  # one overlap says nothing yet; what the second rests on must name both ends
    if active:
        inputs = sitting.inputs
        if inputs is None:
            sitting.inputs = Presence(slot)
            news = True
        elif inputs.newest != slot:
            inputs.mark(slot)
            news = True
    if news and len(memory.open) > 1:
        _compare(memory, sitting, moment, desk)
    return sitting


def _compare(memory: SessionMemory, sitting: Open, moment: Moment, desk: Desk) -> None:
    """Look for other devices in use at the same time as that of `sitting`, wherever and in however many sessions both were of late."""
    if not _judged(sitting):
        return
    begin, end = sitting.start - IDLE, sitting.end + IDLE
    near = [held for held in memory.open if held.end >= begin and held.start <= end and _judged(held)]
    for device in {held.device: None for held in near if held.device != sitting.device}:
        others = [held for held in near if held.device == device and _distant(memory, sitting, held, desk)]
        if others:
            own = [held for held in near if held.device == sitting.device]
            ones = [held for held in own if any(_distant(memory, held, other, desk) for other in others)]
            start = _both(ones, others, desk)
            if start:
                _overlap(memory, sitting, max(others, key=lambda held: held.end), start, moment, desk)


def _judged(sitting: Open) -> bool:
    """Tell whether it is known where and on which device it was, and that somebody was there."""
    return sitting.inputs is not None and sitting.latitude is not None and sitting.device != 0


def distance(one: Open, other: Open) -> float:
    """Give the distance of two located sessions in km."""
    return great_circle(one.latitude or 0, one.longitude, other.latitude or 0, other.longitude)


def _both(ones: list[Open], others: list[Open], desk: Desk) -> int:
    """Give since when (s) somebody was at both ends at the same time, each end any number of places; 0 = for too short a time.

    An end that changes its exit with each heartbeat is nowhere for ten minutes, and yet all the time far from the other; some begin
    a session with each exit. Whoever uses two devices in turns is at one end only.
    """
    needed, shortest = desk.threshold(ID, "inputs_min"), desk.threshold(ID, "overlap_minutes") * 60
    for begin, until in _stretches(ones):
        for start, end in _stretches(others):
            first, last = max(begin, start) // SLOT, min(until, end) // SLOT
            if (last - first) * SLOT < shortest:
                continue
            if _inputs(ones, first, last) >= needed and _inputs(others, first, last) >= needed:
                return max(begin, start)
    return 0


def _stretches(held: list[Open]) -> list[tuple[int, int]]:
    """Give from when to when (s) a device was there, oldest first; sessions are joined where no heartbeat is missing between them."""
    sessions: dict[int, tuple[int, int]] = {}
    for one in held:
        start, end = sessions.get(one.key, (one.start, one.end))
        sessions[one.key] = min(start, one.start), max(end, one.end)
    found: list[tuple[int, int]] = []
    for start, end in sorted(sessions.values()):
        if found and start <= found[-1][1] + LONGEST_BEAT:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _inputs(held: list[Open], first: int, last: int) -> int:
    """Count slots with input from `first` to `last`; one that several sessions or places share counts once."""
    slots = {slot for one in held if one.inputs is not None for slot in one.inputs.buckets()}
    return sum(first <= slot <= last for slot in slots)


def _distant(memory: SessionMemory, one: Open, other: Open, desk: Desk) -> bool:
    """Tell whether these are two places, and no ordinary setting explains it."""
    return one.device != other.device and _apart(one, other, desk) and not _familiar(memory, one, other, desk)


def _apart(one: Open, other: Open, desk: Desk) -> bool:
    """Tell whether the places differ: company tunnels, relays, and a desktop with a phone at hand do not count.

    Few tables know which networks are mobile, so that any but an exit may be: a carrier's gateway stands anywhere in the country.
    """
    if one.kind in NOWHERE or other.kind in NOWHERE:
        return False
    abroad = bool(one.country and other.country) and desk.sovereign_of(one.country) != desk.sovereign_of(other.country)
    phone = one if one.phone else other
    if not abroad and one.phone != other.phone and phone.kind != TUNNEL:
        return False
    return abroad or distance(one, other) > desk.threshold(ID, "km_min")


def _familiar(memory: SessionMemory, one: Open, other: Open, desk: Desk) -> bool:
    """Tell whether both devices have long belonged to the account and one of them is on a VPN."""
    if (one.kind == TUNNEL) == (other.kind == TUNNEL):
        return False
    since = min(one.end, other.end) - desk.threshold(ID, "device_history_days") * 86400
    old = {held.key for held in memory.devices if held.first <= since}
    return one.device in old and other.device in old


def _overlap(memory: SessionMemory, one: Open, other: Open, start: int, moment: Moment, desk: Desk) -> None:
    """Remember the overlap by the half-day of its start; fire when there were two, half a day or more apart."""
    half = start // HALF_DAY
    held = memory.overlaps
    if held is None:
        held = memory.overlaps = Presence(half)
    elif held.count(half, half):
        return
    held.mark(half)
    days = int(desk.threshold(ID, "window_days"))
    begin = held.newest - 2 * days + 1
    known = {ref for ref in memory.refs.get(ID, ()) if ref.ts >= begin * HALF_DAY * 1000}
    refs = memory.refs[ID] = sorted({*known, moment.ref})[-REFS:]  # one event of each overlap
    count, last = 0, -2
    for bucket in held.buckets():
        if bucket >= begin and bucket >= last + 2:
            count, last = count + 1, bucket
    if count >= desk.threshold(ID, "overlaps_min") and desk.enabled(ID):
        ends = [held.ref for held in (one, other) if held.ref is not None]
        named = sorted({refs[0], *ends})
        numbers = _numbers(one, other, count, days)
        desk.keep(moment.account, ID, Evidence(ID, 1.0, refs[0].ts, moment.ts, 1, numbers, named))


def _numbers(one: Open, other: Open, count: int, days: int) -> Numbers:
    hidden = (one.kind == TUNNEL) + (other.kind == TUNNEL)
    numbers: Numbers = {
        "overlaps": count,
        "km": round(distance(one, other)),
        "days": days,
        "networks": NETWORKS[hidden],
    }
    radius = max(one.radius, other.radius)
    return {**numbers, "radius_km": radius} if radius else numbers
