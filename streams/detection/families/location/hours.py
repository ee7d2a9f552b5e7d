"""`activity_hours_mismatch`: for weeks, the quiet part of the day is the stated place's daytime (catalogue §5.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from enrichers.timezones import offset_of_zone
from streams.detection.families.location.memory import LocationMemory
from streams.detection.family import Desk
from streams.detection.remembered import recall
from streams.detection.windows import DAY, Presence

if TYPE_CHECKING:
    from streams.detection.account_state import AccountState  # it imports this package's memory

ID = "activity_hours_mismatch"


@lru_cache(16_384)
def quiet(mask: int) -> tuple[tuple[int, ...], int]:
    """Give the first hour of the longest run without activity, round the clock, and its length; of equal runs all first hours."""
    starts: tuple[int, ...] = ()
    longest = 0
    for start in range(24):
        if mask >> start & 1 or not mask >> (start - 1) % 24 & 1:
            continue
        length = next(step for step in range(1, 25) if mask >> (start + step) % 24 & 1)
        if length > longest:
            starts, longest = (), length
        if length == longest:
            starts += (start,)
    return starts, longest


def judge(account: AccountState, day: int, desk: Desk) -> None:
    """Fire when on most active days the middle of the quiet run is in the stated daytime and clients do not explain it.

    A day counts that was odd by what was known when it closed, and is odd by what is known now: neither the end of a contract
    nor a new statement makes earlier days odd.
    """
    profile = account.profile
    limits = desk.catalogue.indicators[ID].thresholds
    if not profile.claimed_tz or offset_of_zone(profile.claimed_tz, day * DAY) is None:
        return
    days, least = int(limits["window_days"]), limits["active_hours_min"]
    zones = [zone for zone in profile.client_zones.values() if zone is not None]
    odd_days = _watch(account, day, zones, limits)
    if len(account.active_hours) < float(limits["active_days_min"]):
        return
    busy = [on for on, mask in account.active_hours.items() if day - days < on <= day and mask.bit_count() >= least]
    if len(busy) < limits["active_days_min"]:
        return
    odd = sum([odd_days is not None and odd_days.count(on, on) and _odd(account, on, zones, limits) for on in busy])
    if odd < limits["share_min"] * len(busy):
        return
    numbers = {"odd_days": odd, "active_days": len(busy), "days": days}
    end = (day + 1) * DAY - 1
    refs = recall(account.location.refs, ID, end) if account.location else ()
    desk.fire(account, ID, 1.0, end, numbers, *refs)


def _watch(account: AccountState, day: int, zones: Sequence[int], limits: Mapping[str, float]) -> Presence | None:
    """Mark the closed day if it is odd, and the one before, of which the last may have arrived late; gives the odd days.

    Events are kept from the first odd day on: only then may they be needed, and an ordinary account pays nothing.
    """
    memory = account.location
    for on in (day - 1, day):
        if _odd(account, on, zones, limits):
            memory = account.location = memory or LocationMemory()
            memory.odd_days = memory.odd_days or Presence(on)
            memory.odd_days.mark(on)
    if memory is None or memory.odd_days is None:
        return None
    if day - memory.odd_days.newest >= limits["window_days"]:
        memory.odd_days = None
    return memory.odd_days


def _odd(account: AccountState, day: int, zones: Sequence[int], limits: Mapping[str, float]) -> bool:
    """Tell whether the quiet of a busy day lies in the stated daytime, and not in the night of enough clients.

    Of equal runs, each must: which of them comes first depends on where somebody lives, not on how.
    """
    mask = account.active_hours.get(day, 0)
    if mask.bit_count() < limits["active_hours_min"]:
        return False
    starts, length = quiet(mask)
    if length < limits["quiet_hours_min"]:
        return False
    offset = offset_of_zone(account.profile.claimed_tz, day * DAY) or 0
    middles = [start * 60 + length * 30 for start in starts]
    return all(_daytime(middle + offset, limits) and not _explained(middle, zones, limits) for middle in middles)


def _explained(middle: int, zones: Sequence[int], limits: Mapping[str, float]) -> bool:
    at_night = sum(not _daytime(middle + zone, limits) for zone in zones)
    return bool(zones) and at_night >= limits["clients_share"] * len(zones)


def _daytime(minute: int, limits: Mapping[str, float]) -> bool:
    return limits["daytime_from"] * 60 <= minute % (24 * 60) < limits["daytime_until"] * 60
