"""`concurrent_distant_sessions`: two distant places with input at the same time in one account (catalogue §5.3)."""

from __future__ import annotations

from streams.detection.families.location.distance import great_circle
from streams.detection.families.location.networks import CORPORATE, MOBILE, SILENT, TUNNEL, kind_of
from streams.detection.families.session.memory import Open, SessionMemory
from streams.detection.family import Desk, Moment
from streams.detection.windows import Presence

ID = "concurrent_distant_sessions"
SLOT = 300
"""Seconds in which heartbeats with input count once: the usual interval of heartbeats."""
IDLE = 3600
"""A session not heard of for an hour (seconds) has ended, whether or not its end was sent."""
OPEN = 6
HALF_DAY = 43200
PHONES = ("/mobile", "/tablet")
"""Last part of the agent class of what one carries beside a desktop."""


def note(memory: SessionMemory, moment: Moment, desk: Desk, key: int, device: int, ts: int, active: bool) -> Open:
    """Extend the session `key` to `ts` seconds, compare it with the others once per five minutes, and give it."""
    sitting = None
    for held in memory.open:
        if held.key == key:
            sitting = held
            break
    slot = ts // SLOT
    if sitting is None:
        sitting = _begin(memory, moment, key, device, ts, desk)
        news = True
    else:
        news = slot != sitting.end // SLOT
        if ts > sitting.end:
            sitting.end = ts
        elif ts < sitting.start:
            sitting.start = ts
        if sitting.latitude is None and moment.facts.latitude is not None:
            _locate(sitting, moment)
            news = True
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
    for other in memory.open:
        if other is not sitting and _both(memory, sitting, other, desk):
            _overlap(memory, sitting, other, moment, desk)


def find(memory: SessionMemory, key: int) -> Open | None:
    """Give the open session `key`."""
    for held in memory.open:
        if held.key == key:
            return held
    return None


def _begin(memory: SessionMemory, moment: Moment, key: int, device: int, ts: int, desk: Desk) -> Open:
    sitting = Open(key, device, ts, ts)
    if moment.facts.latitude is not None:
        _locate(sitting, moment)
    newest = ts
    for held in memory.open:
        newest = max(newest, held.end)
    kept = [held for held in memory.open if held.end >= newest - IDLE]
    kept.append(sitting)
    if len(kept) > OPEN:
        desk.evict("session")
    if len(kept) > 1:
        kept = sorted(kept, key=lambda held: (held.end, held.key))[-OPEN:]
    memory.open = kept
    return sitting


def _locate(sitting: Open, moment: Moment) -> None:
    facts = moment.facts
    sitting.latitude = round((facts.latitude or 0.0) * 100)
    sitting.longitude = round((facts.longitude or 0.0) * 100)
    sitting.country = facts.agreed_country or ""
    sitting.kind = kind_of(facts.classes)
    sitting.phone = facts.agent is not None and facts.agent.endswith(PHONES)


def distance(one: Open, other: Open) -> float:
    """Give the distance of two located sessions in km."""
    return great_circle(one.latitude or 0, one.longitude, other.latitude or 0, other.longitude)


def _both(memory: SessionMemory, one: Open, other: Open, desk: Desk) -> bool:
    """Tell whether somebody was at both ends at the same time, and no ordinary setting explains it."""
    if one.device == other.device or not one.device or not other.device:
        return False
    if one.inputs is None or other.inputs is None or one.latitude is None or other.latitude is None:
        return False
    first, last = max(one.start, other.start) // SLOT, min(one.end, other.end) // SLOT
    if (last - first) * SLOT < desk.threshold(ID, "overlap_minutes") * 60:
        return False
    needed = desk.threshold(ID, "inputs_min")
    if one.inputs.count(first, last) < needed or other.inputs.count(first, last) < needed:
        return False
    return _apart(one, other, desk) and not _familiar(memory, one, other, desk)


def _apart(one: Open, other: Open, desk: Desk) -> bool:
    """Tell whether the places differ: company tunnels, relays, and a desktop with a phone at hand do not count."""
    kinds = {one.kind, other.kind}
    if CORPORATE in kinds or SILENT in kinds:
        return False
    abroad = bool(one.country and other.country and one.country != other.country)
    phone = one if one.phone else other
    if not abroad and one.phone != other.phone and phone.kind == MOBILE:
        return False
    return abroad or distance(one, other) > desk.threshold(ID, "km_min")


def _familiar(memory: SessionMemory, one: Open, other: Open, desk: Desk) -> bool:
    """Tell whether both devices have long belonged to the account and one of them is on a VPN."""
    if (one.kind == TUNNEL) == (other.kind == TUNNEL):
        return False
    since = min(one.end, other.end) - desk.threshold(ID, "device_history_days") * 86400
    old = {held.key for held in memory.devices if held.first <= since}
    return one.device in old and other.device in old


def _overlap(memory: SessionMemory, one: Open, other: Open, moment: Moment, desk: Desk) -> None:
    """Remember the overlap by the half-day of its start; fire when there were two, half a day or more apart."""
    half = max(one.start, other.start) // HALF_DAY
    held = memory.overlaps
    if held is None:
        memory.overlaps = Presence(half)
        return
    if held.count(half, half):
        return
    held.mark(half)
    days = int(desk.threshold(ID, "window_days"))
    count, last = 0, -2
    for bucket in held.buckets():
        if bucket > held.newest - 2 * days and bucket >= last + 2:
            count, last = count + 1, bucket
    if count >= desk.threshold(ID, "overlaps_min"):
        numbers = {"overlaps": count, "km": round(distance(one, other)), "days": days}
        ends = [held.ref for held in (one, other) if held.ref is not None]
        desk.fire(moment.account, ID, 1.0, moment.ts, numbers, *ends)
