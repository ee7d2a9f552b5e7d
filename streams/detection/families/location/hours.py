"""`activity_hours_mismatch`: for weeks, the quiet part of the day is the stated place's daytime (catalogue §5.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from enrichers.timezones import offset_of_zone
from streams.detection.families.location.memory import LocationMemory
from streams.detection.family import Desk
from streams.detection.remembered import recall
from streams.detection.windows import DAY

if TYPE_CHECKING:
    from streams.detection.account_state import AccountState  # it imports this package's memory

ID = "activity_hours_mismatch"


@lru_cache(16_384)
def quiet(mask: int) -> tuple[int, int]:
    """Give first hour and length of the longest run without activity, round the clock; the earliest of equal ones."""
    best = (0, 0)
    for start in range(24):
        if mask >> start & 1 or not mask >> (start - 1) % 24 & 1:
            continue
        length = next(step for step in range(1, 25) if mask >> (start + step) % 24 & 1)
        if length > best[1]:
            best = (start, length)
    return best


def judge(account: AccountState, day: int, desk: Desk) -> None:
    """Fire when on most active days the middle of the quiet run is in the stated daytime and clients do not explain it."""
    profile = account.profile
    limits = desk.catalogue.indicators[ID].thresholds
    if not profile.claimed_tz:
        return
    offset = offset_of_zone(profile.claimed_tz, day * DAY)
    if offset is None:
        return
    days, busy = int(limits["window_days"]), limits["active_hours_min"]
    zones = [zone for zone in profile.client_zones.values() if zone is not None]
    _watch(account, day, offset, zones, limits)
    if len(account.active_hours) < float(limits["active_days_min"]):
        return
    masks = [mask for on, mask in account.active_hours.items() if day - days < on <= day and mask.bit_count() >= busy]
    if len(masks) < limits["active_days_min"]:
        return
    odd = sum([_odd(mask, offset, zones, limits) for mask in masks])
    if odd < limits["share_min"] * len(masks):
        return
    numbers = {"odd_days": odd, "active_days": len(masks), "days": days}
    end = (day + 1) * DAY - 1
    refs = recall(account.location.refs, ID, end) if account.location else ()
    desk.fire(account, ID, 1.0, end, numbers, *refs)


def _watch(account: AccountState, day: int, offset: int, zones: Sequence[int], limits: Mapping[str, float]) -> None:
    """Have events kept from the first odd day on: only then may they be needed, and an ordinary account pays nothing."""
    mask = account.active_hours.get(day, 0)
    memory = account.location
    if mask.bit_count() >= limits["active_hours_min"] and _odd(mask, offset, zones, limits):
        if memory is None:
            memory = account.location = LocationMemory()
        memory.odd_day = max(memory.odd_day, day)
    elif memory is not None and memory.odd_day and day - memory.odd_day >= limits["window_days"]:
        memory.odd_day = 0


def _odd(mask: int, offset: int, zones: Sequence[int], limits: Mapping[str, float]) -> bool:
    """Tell whether one day's quiet run lies in the daytime at `offset`, and not in the night of enough clients."""
    start, length = quiet(mask)
    if length < limits["quiet_hours_min"]:
        return False
    middle = start * 60 + length * 30
    if not _daytime(middle + offset, limits):
        return False
    explained = sum(not _daytime(middle + zone, limits) for zone in zones)
    return not zones or explained < limits["clients_share"] * len(zones)


def _daytime(minute: int, limits: Mapping[str, float]) -> bool:
    return limits["daytime_from"] * 60 <= minute % (24 * 60) < limits["daytime_until"] * 60
