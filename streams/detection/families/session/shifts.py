"""`operator_shift_pattern`: devices take turns at the same hours every day, like a rota (catalogue §5.3).

Of each day with more than one device, a device's activity is kept as one arc of the clock (two bytes). Only times are
kept, no typing or pointer profile of anybody.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from math import cos, log, pi, sin, sqrt
from typing import TYPE_CHECKING

from streams.detection.families.session.memory import Device, SessionMemory
from streams.detection.family import Desk
from streams.detection.messages import Ref
from streams.detection.remembered import recall, remember
from streams.detection.windows import DAY

if TYPE_CHECKING:
    from streams.detection.account_state import AccountState  # it imports this package's memory

ID = "operator_shift_pattern"
SLOTS = 48
"""Half-hours in a day: hand-over times are needed to well under an hour."""
_CONTINUED = 128
"""Added to a start of 0 when the activity went on from the day before: then the day has no hand-over of its own."""


def arc(mask: int) -> tuple[int, int]:
    """Give start and length of the shortest arc of the clock that holds all activity; length 0 when there is none."""
    if not mask:
        return 0, 0
    quiet = (-1, 0)
    for end in range(SLOTS):
        if mask >> end & 1:
            gap = next(step for step in range(1, SLOTS + 1) if mask >> (end + step) % SLOTS & 1)
            if gap > quiet[0]:
                quiet = (gap, end)
    gap, end = quiet
    if gap == 1:  # active in every slot: there is no start
        return 0, SLOTS
    return (end + gap) % SLOTS, SLOTS + 1 - gap


def close(memory: SessionMemory, day: int, days: int) -> None:
    """Reduce the closed `day` to one arc per device, when more than one device was used."""
    masks = [(held, _mask(held, day)) for held in memory.devices]
    if sum(mask > 0 for _, mask in masks) < 2:
        return
    for device, mask in masks:
        if not mask or device.arcs_day >= day:
            continue
        start, length = arc(mask)
        if start == 0 and _reaches_midnight(device, day):
            start = _CONTINUED
        skipped = min(days, day - device.arcs_day - 1) if device.arcs else 0
        device.arcs = (device.arcs + bytes(2 * skipped) + bytes((start, length)))[-2 * days :]
        device.arcs_day = day


def _mask(device: Device, day: int) -> int:
    if device.day == day:
        return device.slots
    return device.before if device.day == day + 1 else 0


def _reaches_midnight(device: Device, day: int) -> bool:
    """Tell whether the arc of the day before goes up to or beyond midnight."""
    return bool(device.arcs) and device.arcs_day == day - 1 and device.arcs[-2] % _CONTINUED + device.arcs[-1] >= SLOTS


def arcs(device: Device, day: int, days: int) -> dict[int, tuple[int, int]]:
    """Give day → (start, length) within the `days` days that end with `day`; start 128 = continued."""
    held = device.arcs
    oldest = device.arcs_day - len(held) // 2 + 1
    found = {oldest + at: (held[2 * at], held[2 * at + 1]) for at in range(len(held) // 2)}
    return {on: value for on, value in found.items() if value[1] and day - days < on <= day}


def judge(account: AccountState, memory: SessionMemory, day: int, desk: Desk) -> None:
    """Fire when two devices of different place or make share the day between them, at steady hours, for weeks."""
    if len(memory.devices) < 2:
        return
    days = int(desk.threshold(ID, "window_days"))
    close(memory, day, days)
    needed = desk.threshold(ID, "active_share") * days
    _watch(memory, needed)
    steady = [held for held in memory.devices if held.key and _regular(held, day, days, needed, desk)]
    for one, other in combinations(sorted(steady, key=lambda held: held.key), 2):
        shared = _overlap(arcs(one, day, days), arcs(other, day, days))
        if shared is None or shared >= desk.threshold(ID, "overlap_share") or not _different(one, other):
            continue
        jitter = max(_jitter(one, day, days), _jitter(other, day, days))
        numbers = {
            "profiles": len(steady),
            "turns": _turns(steady, day, days),
            "jitter_minutes": round(jitter),
            "days": days,
        }
        end = (day + 1) * DAY - 1
        refs = [ref for held in (one, other) for ref in recall(memory.refs, _slot(held), end)[-2:]]
        desk.fire(account, ID, 1.0, end, numbers, *refs)
        return


def keep(memory: SessionMemory, device: Device, ref: Ref) -> None:
    """Keep an event of a device that may be one side of a rota."""
    remember(memory.refs, _slot(device), ref)


def _slot(device: Device) -> str:
    return f"{ID}|{device.key}"


def _watch(memory: SessionMemory, needed: float) -> None:
    """Have events kept once two different devices have half of the days that a rota needs; a laptop and its phone never have."""
    often = [held for held in memory.devices if len(held.arcs) // 2 - held.arcs[1::2].count(0) >= needed / 2]
    memory.rota = any(_different(one, other) for one, other in combinations(often, 2))
    known = {_slot(held) for held in memory.devices} if memory.rota else set()
    for slot in [slot for slot in memory.refs if slot.startswith(ID) and slot not in known]:
        del memory.refs[slot]


def _regular(device: Device, day: int, days: int, needed: float, desk: Desk) -> bool:
    """Tell whether it is used on enough days, on more weekdays than a working week has, from a steady hour on."""
    if not device.arcs:
        return False
    active = {half // 2 for half in device.halves.buckets() if day - days < half // 2 <= day}
    if len(active) < needed or len({on % 7 for on in active}) < desk.threshold(ID, "weekdays_min"):
        return False
    return _jitter(device, day, days) < desk.threshold(ID, "jitter_minutes")


def _jitter(device: Device, day: int, days: int) -> float:
    """Give the circular standard deviation of the hand-over time in minutes; a full day when too few days have one."""
    starts = [start for start, _ in arcs(device, day, days).values() if start < _CONTINUED]
    if len(starts) < days / 2:
        return 24 * 60.0
    angles = [2 * pi * start / SLOTS for start in starts]
    mean = sqrt(sum(map(cos, angles)) ** 2 + sum(map(sin, angles)) ** 2) / len(angles)
    return sqrt(-2 * log(min(1.0, mean))) * 24 * 60 / (2 * pi) if mean > 1e-9 else 24 * 60.0


def _turns(steady: list[Device], day: int, days: int) -> int:
    """Count the days on which at least two of the devices were used."""
    used = Counter(on for held in steady for on in arcs(held, day, days))
    return sum(count > 1 for count in used.values())


def _overlap(one: dict[int, tuple[int, int]], other: dict[int, tuple[int, int]]) -> float | None:
    """Give the share of the shorter activity that lies within the other's, over days with both; None without such days."""
    shared = shorter = 0
    for day in one.keys() & other.keys():
        mine, theirs = _covered(*one[day]), _covered(*other[day])
        shared += (mine & theirs).bit_count()
        shorter += min(mine.bit_count(), theirs.bit_count())
    return shared / shorter if shorter else None


def _covered(start: int, length: int) -> int:
    whole = ((1 << length) - 1) << start % _CONTINUED
    return (whole | whole >> SLOTS) & ((1 << SLOTS) - 1)


def _different(one: Device, other: Device) -> bool:
    """Tell whether country, network operator or make differ; unknown is not different.

    A desktop and a phone are what one person carries, unless they are in two countries: phone at lunch, laptop in the evening is no rota.
    """
    if one.phone != other.phone:
        here, there = ({place[0] for place in held.places if place[0]} for held in (one, other))
        return bool(here and there) and here.isdisjoint(there)
    if one.agent and other.agent and one.agent != other.agent:
        return True
    operators, others = ({place[:2] for place in held.places} for held in (one, other))
    return bool(operators and others) and operators.isdisjoint(others)
