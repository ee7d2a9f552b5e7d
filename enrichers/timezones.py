"""Offsets from UTC in minutes: of one IANA zone, and of all zones of a country, at the time of an event.

The zones come from the `tzdata` package, never from the machine, so that a replay elsewhere gives the same answer. A
day on which no zone changes its clock (nearly all) is answered from a cache; on the others the exact time is asked.
"""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

DAY_MS = 86_400_000
CACHED_DAYS = 16_384
"""(country or zone, day) pairs: 250 countries for two months; about 2 MB."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def offsets_of(country: str, ts_ms: int) -> frozenset[int]:
    """All offsets in use in a country (ISO code) at that time; empty for an unknown country or an impossible time."""
    day = ts_ms // DAY_MS
    found = _offsets_on(country, day)
    if found is not None:
        return found
    exact = (offset_of_zone(zone, ts_ms) for zone in zones_of(country))
    return frozenset(offset for offset in exact if offset is not None)


def offset_of_zone(iana: str, ts_ms: int) -> int | None:
    """Offset of an IANA zone at that time; None for an unknown zone or an impossible time.

    A name that is not in the list is never made into a path, nor kept: it may be any text of any length.
    """
    if iana not in _names():
        return None
    first, last = _offset_on(iana, ts_ms // DAY_MS)
    return first if first == last else _offset(iana, ts_ms)


def zones_of(country: str) -> tuple[str, ...]:
    """IANA zones of a country (ISO code); none for an unknown one."""
    return _zones_of().get(country, ())


@functools.lru_cache(CACHED_DAYS)
def _offsets_on(country: str, day: int) -> frozenset[int] | None:
    """Offsets that hold all day; None when one of them changes during it."""
    pairs = [_offset_on(zone, day) for zone in zones_of(country)]
    if any(first != last for first, last in pairs):
        return None
    return frozenset(first for first, _ in pairs if first is not None)


@functools.lru_cache(CACHED_DAYS)
def _offset_on(iana: str, day: int) -> tuple[int | None, int | None]:
    """Offset at the first and at the last moment of a UTC day."""
    return _offset(iana, day * DAY_MS), _offset(iana, day * DAY_MS + DAY_MS - 1)


def _offset(iana: str, ts_ms: int) -> int | None:
    try:
        offset = (_EPOCH + timedelta(milliseconds=ts_ms)).astimezone(_zone(iana)).utcoffset()
    except (OverflowError, ValueError):
        return None
    return None if offset is None else int(offset.total_seconds() // 60)


@functools.lru_cache(1_024)
def _zone(iana: str) -> ZoneInfo:
    """Load a zone of the list from `tzdata`."""
    with resources.files("tzdata").joinpath("zoneinfo", *iana.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=iana)


@functools.cache
def _names() -> frozenset[str]:
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())


@functools.cache
def _zones_of() -> dict[str, tuple[str, ...]]:
    """Country → zones, from `zone.tab`: code, coordinates, zone, comment."""
    zones: dict[str, list[str]] = {}
    for line in resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, zone = line.split("\t")[:3]
            zones.setdefault(code, []).append(zone)
    return {code: tuple(names) for code, names in zones.items()}
