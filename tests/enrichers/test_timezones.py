from __future__ import annotations

from datetime import UTC, datetime

import pytest

from enrichers import timezones
from enrichers.timezones import offset_of_zone, offsets_of


def ms(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc,arg-type]


WINTER, SUMMER = ms(2026, 1, 15), ms(2026, 7, 15)


@pytest.mark.parametrize(
    ("country", "winter", "summer"),
    [
        ("PT", {0, -60}, {60, 0}),
        ("NO", {60}, {120}),
        ("JP", {540}, {540}),
        ("IN", {330}, {330}),
        ("CN", {480, 360}, {480, 360}),
        ("US", {-300, -360, -420, -480, -540, -600}, {-240, -300, -360, -420, -480, -540, -600}),
    ],
)
def test_all_zones_of_a_country(country: str, winter: set[int], summer: set[int]) -> None:
    assert offsets_of(country, WINTER) == winter
    assert offsets_of(country, SUMMER) == summer


def test_one_zone() -> None:
    assert offset_of_zone("Asia/Kathmandu", WINTER) == 345
    assert offset_of_zone("America/New_York", WINTER) == -300
    assert offset_of_zone("America/New_York", SUMMER) == -240
    assert offset_of_zone("Etc/GMT+3", WINTER) == -180


def test_the_day_of_the_change_is_answered_exactly() -> None:
    before, after = ms(2026, 3, 29, 0, 59, 59), ms(2026, 3, 29, 1)
    assert (offset_of_zone("Europe/Oslo", before), offset_of_zone("Europe/Oslo", after)) == (60, 120)
    assert [set(offsets_of("NO", when)) for when in (before, after)] == [{60}, {120}]


@pytest.mark.parametrize("name", ["", "Mars/Base", "../../etc/passwd", "/etc/localtime", "zone.tab", "UTC\0"])
def test_unknown_zones(name: str) -> None:
    assert offset_of_zone(name, WINTER) is None


def test_names_that_strangers_invent_are_not_kept() -> None:
    kept = timezones._offset_on.cache_info().currsize
    assert [offset_of_zone(f"{'x' * 9_000}{number}", WINTER) for number in range(3)] == [None] * 3
    assert timezones._offset_on.cache_info().currsize == kept


@pytest.mark.parametrize("when", [10**18, -(10**18), 10**30])
def test_impossible_times(when: int) -> None:
    assert offset_of_zone("UTC", when) is None
    assert offsets_of("PT", when) == frozenset()


def test_unknown_countries_have_no_offsets() -> None:
    assert offsets_of("ZZ", WINTER) == frozenset()
    assert offsets_of("", WINTER) == frozenset()
