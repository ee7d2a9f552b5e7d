"""Numbers that detection need not compare to know that they are too small: read from the account's memory after each of its events.

Each sample is the very measure that is held against the threshold once there is enough to compare, so both are noted as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from streams.detection.account_state import AccountState
from streams.detection.catalogue.model import Catalogue
from streams.detection.entity_state import EntityState
from streams.detection.families.location import hours
from streams.detection.families.location.memory import LocationMemory
from streams.detection.families.network.egress import HOSTING, QUARTER
from streams.detection.families.network.memory import HOSTED, QUARTERS, NetworkMemory
from streams.detection.families.network.moments import MOMENTS
from streams.detection.families.network.proxies import PROXIES
from streams.detection.families.network.relations import groups_of
from streams.detection.families.network.sharing import SHARED, twice
from streams.detection.families.network.spread import BUCKET, SPREAD, networks_in, providers_in
from streams.detection.families.session import concurrent, fingerprints, marathon, shifts
from streams.detection.families.session.memory import SessionMemory
from streams.detection.windows import DAY, HOUR, MINUTE

TRAVEL = "impossible_travel"
Sample = tuple[str, str, float]
"""Indicator, threshold, value."""


def samples(account: AccountState, catalogue: Catalogue) -> Iterator[Sample]:
    """What counting indicators would count of `account` as it stands, at its watermark."""
    now = account.watermark
    if account.network is not None:
        yield from _network(account.network, account.profile.created, catalogue, now)
    if account.location is not None:
        yield from _location(account.location)
    if account.session is not None:
        yield from _session(account.session, catalogue, now)


def closed_samples(account: AccountState, catalogue: Catalogue) -> Iterator[Sample]:
    """What indicators that weigh closed days would weigh up to the last one."""
    if account.network is not None:
        yield from _hosting(account.network, account.day, catalogue)
    yield from _busy_days(account, catalogue)
    if account.session is not None:
        yield from _devices(account.session, account.day, catalogue)


def thing_samples(entity: EntityState, catalogue: Catalogue) -> Iterator[Sample]:
    """What is counted at a shared thing; from the threshold on, detection compares by itself."""
    limits = catalogue.indicators[SHARED].thresholds
    if entity.kind == "ip" and len(members := twice(entity, int(limits["days"]) * DAY)) < limits["accounts"]:
        yield SHARED, "accounts", len(groups_of(members))


def _network(memory: NetworkMemory, created: int | None, catalogue: Catalogue, now: int) -> Iterator[Sample]:
    yield from _spread(memory, catalogue.indicators[SPREAD].thresholds, now)
    week = int(catalogue.indicators[PROXIES].thresholds["days"])
    exits = sum(held.days.count(now // DAY - week + 1, now // DAY) > 0 for held in memory.proxies.values())
    yield PROXIES, "exits", exits
    if created is not None:
        until = created + int(catalogue.indicators[MOMENTS].thresholds["first_days"]) * DAY
        yield MOMENTS, "moments", sum(ts <= until for ts in memory.moments.values())


def _spread(memory: NetworkMemory, limits: Mapping[str, float], now: int) -> Iterator[Sample]:
    bucket, span = now // BUCKET, int(limits["minutes"]) * MINUTE // BUCKET
    within = {key: seen for key, seen in memory.networks.items() if seen.at.count(bucket - span + 1, bucket)}
    yield SPREAD, "networks", networks_in(within)
    yield SPREAD, "asns", providers_in(within)
    for name, unit, length in (("countries_day", HOUR, "day_hours"), ("countries_week", DAY, "week_days")):
        last, first = now // unit, now // unit - int(limits[length]) + 1
        held = [(key, place.hours if unit == HOUR else place.days) for key, place in memory.places.items()]
        yield SPREAD, name, len({key.partition("|")[0] for key, seen in held if seen.count(first, last)})


def _location(memory: LocationMemory) -> Iterator[Sample]:
    yield TRAVEL, "pairs_min", len(memory.pairs)
    if len({(held.latitude, held.longitude) for held in memory.trail}) == 1:
        yield TRAVEL, "km_min", 0.0


def _session(memory: SessionMemory, catalogue: Catalogue, now: int) -> Iterator[Sample]:
    limits = catalogue.indicators[marathon.ID].thresholds
    yield marathon.ID, "presence_hours", max((end - start for start, end in memory.runs), default=0) * 1000 / HOUR
    hour, span = now // HOUR, int(limits["presence_hours"])
    yield marathon.ID, "active_hours_min", memory.hours.count(hour - span + 1, hour) if memory.hours else 0
    located = [held for held in memory.open if held.device]
    slot = concurrent.SLOT
    overlaps = [
        min(one.end, other.end) // slot - max(one.start, other.start) // slot
        for one, other in combinations(located, 2)
        if one.device != other.device
    ]
    yield concurrent.ID, "overlap_minutes", max(overlaps, default=0) * slot / 60


def _busy_days(account: AccountState, catalogue: Catalogue) -> Iterator[Sample]:
    limits, day = catalogue.indicators[hours.ID].thresholds, account.day
    window, busy = int(limits["window_days"]), limits["active_hours_min"]
    masks = [mask for on, mask in account.active_hours.items() if day - window < on <= day]
    yield hours.ID, "active_days_min", sum(mask.bit_count() >= busy for mask in masks)


def _hosting(memory: NetworkMemory, day: int, catalogue: Catalogue) -> Iterator[Sample]:
    days = int(catalogue.indicators[HOSTING].thresholds["days"])
    rows = [row for on, row in memory.days.items() if day - days < on <= day]
    quarters = sum(row[QUARTERS] for row in rows if len(row) > QUARTERS)
    yield HOSTING, "minutes", quarters * QUARTER / MINUTE
    if quarters:
        yield HOSTING, "share", sum(row[HOSTED] for row in rows if len(row) > HOSTED) / quarters


def _devices(memory: SessionMemory, day: int, catalogue: Catalogue) -> Iterator[Sample]:
    days = int(catalogue.indicators[shifts.ID].thresholds["window_days"])
    used = [
        {half // 2 for half in held.halves.buckets() if day - days < half // 2 <= day}
        for held in memory.devices
        if held.key
    ]
    yield shifts.ID, "active_share", max(map(len, used), default=0) / days
    yield shifts.ID, "weekdays_min", max((len({on % 7 for on in active}) for active in used), default=0)
    last = 2 * day + 1
    first = last - 2 * int(catalogue.indicators[fingerprints.ID].thresholds["window_days"]) + 1
    odd = sum(held.odd.count(first, last) for held in memory.devices if held.odd is not None)
    total = sum(held.halves.count(first, last) for held in memory.devices)
    yield fingerprints.ID, "sessions_min", odd
    if total:
        yield fingerprints.ID, "share_min", odd / total
