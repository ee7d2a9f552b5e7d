"""Sittings: a session at one place without an hour's silence. A session id may live for weeks and travel.

Sittings of one session and place are intervals that join when they lie less than an hour apart, so that arrival order cannot change
them. A session that goes to and fro between two places has two sittings at once.
"""

from __future__ import annotations

from functools import lru_cache

from enrichers.facts import Facts
from streams.detection.families.location.networks import ACCESS, CORPORATE, SILENT, TUNNEL, kind_of
from streams.detection.families.session.memory import Open, SessionMemory
from streams.detection.family import Desk, Moment
from streams.detection.windows import SESSION_LATENESS, Presence

IDLE = 3600
"""A session not heard of for an hour (seconds) has ended, whether or not its end was sent."""
_SETTLED = IDLE + SESSION_LATENESS // 1000
"""A sitting that ended longer ago cannot grow: a late event may bridge one hour."""
OPEN = 8
"""Two devices whose connections alternate between a few places, and more."""
SLOT = 300
"""Seconds in which heartbeats count once: their usual interval."""
NOWHERE = frozenset({CORPORATE, SILENT})
"""Sorts of network whose address says nothing of where a person is: all of a sort are one place, far from none."""
PHONES = ("/mobile", "/tablet")
"""Last part of the agent class of what one carries beside a desktop."""
_kind = lru_cache(maxsize=256)(kind_of)


def usual(memory: SessionMemory, facts: Facts, key: int, ts: int) -> Open | None:
    """Give the sitting of the session `key` that goes on where it was at `ts` seconds, as nearly all do; None if there is more to it."""
    sitting = None
    for held in memory.open:
        if held.key == key:
            if sitting is not None:
                return None
            sitting = held
    if sitting is None or not sitting.start <= ts <= sitting.end + IDLE:
        return None
    latitude, longitude = facts.latitude, facts.longitude
    if latitude is None:
        return sitting
    if sitting.latitude is None or longitude is None:
        return None
    kind = _kind(facts.classes) if facts.classes else ACCESS
    if kind != sitting.kind:
        return None
    # strictly less: what lies halfway is rounded where it is begun, not here
    if -0.5 < latitude * 100 - sitting.latitude < 0.5 and -0.5 < longitude * 100 - sitting.longitude < 0.5:
        return sitting if facts.country == sitting.country and not facts.other_countries else None
    return sitting if kind in NOWHERE else None


def extend(memory: SessionMemory, moment: Moment, desk: Desk, key: int, device: int, ts: int) -> tuple[Open, bool]:
    """Extend the session `key`, where it is now, to `ts` seconds; its sitting, and whether there is more to compare than before."""
    facts = moment.facts
    sitting, alone = None, True
    for held in memory.open:
        if held.key != key:
            continue
        if sitting is None and held.start - IDLE <= ts <= held.end + IDLE and _at(held, facts):
            sitting = held
        else:
            alone = False
    if not alone and facts.latitude is None:
        sitting = _last(memory.open, key, ts)
    if sitting is None:
        return _begin(memory, moment, key, device, ts, desk), True
    located = sitting.latitude is None and facts.latitude is not None
    if located:
        _locate(sitting, facts)
    news = located or ts // SLOT != sitting.end // SLOT
    if ts > sitting.end:
        sitting.end = ts
    elif ts < sitting.start:
        sitting.start = ts
    return sitting, (not alone and _join(memory, sitting)) or news


def find(memory: SessionMemory, key: int) -> Open | None:
    """Give a sitting of the session `key`."""
    for held in memory.open:
        if held.key == key:
            return held
    return None


def since(memory: SessionMemory, sitting: Open) -> int:
    """Give when the session of `sitting` began (s), wherever it was then."""
    start = sitting.start
    if len(memory.open) == 1:
        return start
    for held in reversed(memory.open):
        if held.key == sitting.key and held.start < start <= held.end + IDLE:
            start = held.start
    return start


def _at(sitting: Open, facts: Facts) -> bool:
    """Tell whether the event came from where the sitting is, as far as is known."""
    latitude = facts.latitude
    if latitude is None or sitting.latitude is None:
        return True
    kind = _kind(facts.classes) if facts.classes else ACCESS
    if kind != sitting.kind or kind in NOWHERE:
        return kind == sitting.kind
    if round(latitude * 100) != sitting.latitude or round((facts.longitude or 0.0) * 100) != sitting.longitude:
        return False
    return sitting.country == (facts.agreed_country or "")


def _same(one: Open, other: Open) -> bool:
    if one.latitude is None or other.latitude is None:
        return True
    here = (one.latitude, one.longitude, one.country, one.kind)
    return here == (other.latitude, other.longitude, other.country, other.kind)


def _last(held_open: list[Open], key: int, ts: int) -> Open | None:
    """Give the sitting in which the session `key` was last heard of before `ts`: an event without a place belongs there."""
    near = [held for held in held_open if held.key == key and held.start - IDLE <= ts <= held.end + IDLE]
    return max(near, key=lambda held: (held.start <= ts, held.start), default=None)


def _begin(memory: SessionMemory, moment: Moment, key: int, device: int, ts: int, desk: Desk) -> Open:
    facts = moment.facts
    phone = facts.agent.endswith(PHONES) if facts.agent is not None else memory.devices[-1].phone
    sitting = Open(key, device, ts, ts, phone=phone)
    if facts.latitude is not None:
        _locate(sitting, facts)
    newest = ts
    for held in memory.open:
        newest = max(newest, held.end)
    kept = [held for held in memory.open if held.end >= newest - _SETTLED]
    kept.append(sitting)
    if len(kept) > OPEN:
        desk.evict("session")
        _condense(kept, sitting)
    if len(kept) > 1:
        kept = sorted(kept, key=lambda held: (held.end, held.key))[-OPEN:]
    memory.open = kept
    return sitting


def _condense(kept: list[Open], newcomer: Open) -> None:
    """Make one, at the first exit, of the two stalest sittings of a device behind exits, if there are two.

    Exits that change with each heartbeat would otherwise push out one another, and with them how long the device is there. Only
    exits: whoever really travels is not both here and there.
    """
    stalest: dict[int, Open] = {}
    for held in sorted(kept, key=lambda held: (held.end, held.start)):
        if held is newcomer or held.kind != TUNNEL:
            continue
        first = stalest.setdefault(held.device, held)
        if first is not held:
            _absorb(first, held)
            kept[:] = [one for one in kept if one is not held]
            return


def _locate(sitting: Open, facts: Facts) -> None:
    sitting.kind = kind_of(facts.classes)
    if sitting.kind in NOWHERE:
        sitting.latitude = 0
        return
    sitting.latitude = round((facts.latitude or 0.0) * 100)
    sitting.longitude = round((facts.longitude or 0.0) * 100)
    sitting.country = facts.agreed_country or ""


def _join(memory: SessionMemory, sitting: Open) -> bool:
    """Join to `sitting` what a late event showed to be the same sitting; whether there was any."""
    for other in memory.open:
        if other.key != sitting.key or other is sitting or not _same(sitting, other):
            continue
        if max(sitting.start, other.start) - min(sitting.end, other.end) > IDLE:
            continue
        if sitting.latitude is None:
            sitting.latitude, sitting.longitude = other.latitude, other.longitude
            sitting.country, sitting.kind = other.country, other.kind
        _absorb(sitting, other)
        memory.open = [held for held in memory.open if held is not other]
        return True
    return False


def _absorb(sitting: Open, other: Open) -> None:
    """Add to `sitting` when the other was heard of."""
    sitting.start, sitting.end = min(sitting.start, other.start), max(sitting.end, other.end)
    sitting.radius = max(sitting.radius, other.radius)
    if other.ref is not None and (sitting.ref is None or other.ref > sitting.ref):
        sitting.ref = other.ref
    for slot in other.inputs.buckets() if other.inputs is not None else ():
        if sitting.inputs is None:
            sitting.inputs = Presence(slot)
        sitting.inputs.mark(slot)
