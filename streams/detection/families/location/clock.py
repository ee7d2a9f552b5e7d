"""`tz_ip_claim_triple_mismatch`: a steady device clock fits neither the network's nor the stated country (§5.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from enrichers.timezones import offset_of_zone
from streams.detection.families.location.memory import LocationMemory
from streams.detection.families.location.sittings import HALF_DAY, halves, within
from streams.detection.family import Desk
from streams.detection.trips import travelled
from streams.detection.windows import DAY

if TYPE_CHECKING:
    from streams.detection.account_state import AccountState, Profile  # it imports this package's memory

ID = "tz_ip_claim_triple_mismatch"
_ROUND = 24 * 60


def fits(offset: int, offsets: frozenset[int], tolerance: float) -> bool:
    """Tell whether a clock may belong to a place with `offsets`; an unknown place (no offsets) is never a mismatch."""
    if not offsets or offset in offsets:
        return True
    return any(min((offset - held) % _ROUND, (held - offset) % _ROUND) <= tolerance for held in offsets)


def claimed_offsets(profile: Profile, since: int, until: int, desk: Desk) -> frozenset[int]:
    """Give the offsets of the person's own statements: claimed country and zone, document, declared travel.

    Who names a territory may keep the clock of its state. The reverse is left to the device's zone, see `CLOCKLESS`: with the offsets of
    all its territories, a state would have nearly every clock there is.
    """
    countries = {profile.claimed_country, profile.id_country} - {""}
    offsets: frozenset[int] = frozenset()
    for country in sorted({*countries, *map(desk.sovereign_of, countries)}):
        offsets |= _around(country, since, until, desk)
    zone = offset_of_zone(profile.claimed_tz, until) if profile.claimed_tz else None
    if zone is not None:
        offsets |= {zone}
    if not offsets:
        return offsets
    for country in travelled(profile.travel, since, until):
        offsets |= _around(country, since, until, desk)
    return offsets


def _around(country: str, since: int, until: int, desk: Desk) -> frozenset[int]:
    """Give offsets at both ends of the window, so that a change to summer time inside it is no mismatch."""
    return desk.offsets_of(country, since) | desk.offsets_of(country, until)


def judge(account: AccountState, memory: LocationMemory, day: int, desk: Desk) -> None:
    """Fire when one clock is steady and fits neither side; take back when the statement now fits."""
    days = int(desk.threshold(ID, "window_days"))
    first, last = halves(day, days)
    by_clock: dict[int, int] = defaultdict(int)
    for sitting in memory.sittings:
        if sitting.offset is not None:
            by_clock[sitting.offset] |= within(sitting.seen, first, last)
    every = _union(by_clock.values())
    total = every.bit_count()
    if total < desk.threshold(ID, "sessions_min"):
        return
    offset = max(sorted(by_clock), key=lambda held: by_clock[held].bit_count())
    alone = by_clock[offset] & ~_union(mask for held, mask in by_clock.items() if held != offset)
    if alone.bit_count() < desk.threshold(ID, "steady_share") * total:
        return
    since, until = (day - days + 1) * DAY, (day + 1) * DAY - 1
    tolerance = desk.threshold(ID, "tolerance_minutes")
    if fits(offset, claimed_offsets(account.profile, since, until, desk), tolerance):
        desk.retract(account, ID)
        memory.refs.pop(ID, None)
        return
    apart = fitting = 0
    for sitting in memory.sittings:
        if sitting.offset != offset:
            continue
        if fits(offset, _around(sitting.country, since, until, desk), tolerance):
            fitting |= within(sitting.seen, first, last)
        else:
            apart |= within(sitting.seen, first, last)
    apart &= alone & ~fitting  # beside a network that it fits, another one is an exit
    if apart.bit_count() < desk.threshold(ID, "mismatch_share") * total:
        return
    refs = memory.refs.get(ID)
    if not refs:  # all fitted what was stated then
        return
    numbers = {
        "apart": apart.bit_count(),
        "steady": alone.bit_count(),
        "sessions": total,
        "offset_hours": round(offset / 60, 2),
        "since": _day_of(last + 1 - every.bit_length()),
        "days": days,
    }
    desk.fire(account, ID, 1.0, until, numbers, *refs)


def _union(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def _day_of(half: int) -> str:
    """Give the UTC date of a half-day."""
    return datetime.fromtimestamp(half * HALF_DAY / 1000, UTC).date().isoformat()
