"""Working hours against the stated zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from streams.detection.families.location.hours import quiet
from tests.detection.families.location.kit import DAY, DAY0, T0, Account

HOURS = "activity_hours_mismatch"


UTC = "Africa/Abidjan"
"""A zone that is at UTC all the year."""


def at_work(account: Account, day: int, *hours: int) -> None:
    """Active on one day at these UTC hours."""
    account.state.active_hours[DAY0 + day] = sum(1 << hour % 24 for hour in hours)
    account.close(day)


def worked(hours: range, days: int = 28, **profile: Any) -> Account:
    """Active at these UTC hours every day."""
    account = Account(**{"claimed_tz": UTC, **profile})
    for day in range(days):
        at_work(account, day, *hours)
    return account


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (range(9, 18), 0.0),
        (range(21, 29), 1.0),
        (range(23, 33), 1.0),
        (range(18, 23), 0.0),  # an evening job: five hours a day say nothing about sleep
        (range(18, 38), 0.0),  # too short a rest to be sleep
        (range(15, 33), 1.0),  # six hours may be
        (range(13, 29), 1.0),  # the middle at nine
        (range(22, 38), 0.0),  # and at six in the evening
    ],
)
def test_quiet_time_in_the_stated_daytime(hours: range, expected: float) -> None:
    assert worked(hours).confidence(HOURS) == expected


@pytest.mark.parametrize(
    ("active", "starts", "length"),
    [
        (range(9, 18), (18,), 15),
        (range(21, 29), (5,), 16),
        ((0, 1, 12), (13,), 11),
        ((3,), (4,), 23),
        ((0, 8, 16), (1, 9, 17), 7),
        (range(24), (), 0),
        ((), (), 0),
    ],
)
def test_the_longest_quiet_of_a_day_goes_round_the_clock(
    active: Iterable[int], starts: tuple[int], length: int
) -> None:
    assert quiet(sum(1 << hour % 24 for hour in active)) == (starts, length)


def test_hours_are_found_at_the_end_of_the_day_and_kept_for_as_long_as_they_are_judged() -> None:
    account = worked(range(21, 29))
    evidence, memory = account.fired(HOURS), account.state.location
    assert evidence is not None
    assert evidence.last == T0 + 28 * DAY - 1
    assert memory is not None
    account.close(27 + 27)
    assert memory.odd_days is not None
    account.close(27 + 28)
    assert memory.odd_days is None


def test_no_event_is_kept_for_days_of_a_few_hours() -> None:
    assert worked(range(18, 23)).state.location is None


def test_clients_far_away_explain_the_hours() -> None:
    assert worked(range(21, 29), client_zones={"c1": -600, "c2": 0}).confidence(HOURS) == 0.0
    assert worked(range(21, 29), client_zones={"c1": -600, "c2": 0, "c3": 0}).confidence(HOURS) == 1.0


def test_hours_need_weeks_and_a_known_zone() -> None:
    assert worked(range(21, 29), days=13).confidence(HOURS) == 0.0
    account = worked(range(21, 29), days=14)
    assert account.confidence(HOURS) == 1.0
    assert worked(range(21, 29), claimed_tz="Nowhere/Land").confidence(HOURS) == 0.0


def test_the_end_of_a_contract_makes_no_earlier_night_odd() -> None:
    account = worked(range(21, 29), client_zones={"c1": -600})
    account.state.profile.client_zones = {}
    for day in range(28, 46):
        at_work(account, day, *range(21, 29))
        assert account.confidence(HOURS) == 0.0, day
    for day in range(46, 48):
        at_work(account, day, *range(21, 29))
    assert account.confidence(HOURS) == 1.0


def test_a_zone_that_is_stated_anew_explains_the_nights_before() -> None:
    account = worked(range(21, 29), days=13)
    account.state.profile.claimed_tz = "Pacific/Honolulu"
    at_work(account, 13, *range(21, 29))
    assert account.confidence(HOURS) == 0.0


def test_a_change_to_summer_time_makes_no_earlier_day_odd() -> None:
    spring = (date(2025, 3, 30) - date(1970, 1, 1)).days - DAY0
    account = Account(claimed_tz="Europe/Lisbon")
    for day in range(spring - 28, spring + 28):
        at_work(account, day, *(hour - (day >= spring) for hour in range(13, 28)))  # asleep until one at noon
        assert account.confidence(HOURS) == 0.0, day - spring


@pytest.mark.parametrize("east", range(-10, 14))
def test_two_equal_rests_are_read_alike_wherever_somebody_lives(east: int) -> None:
    zone = f"Etc/GMT{-east:+d}"
    split = [hour - east for hour in (6, 7, 8, 18, 19, 20)]  # before and after nine hours with the children
    night = [hour - east for hour in (20, 21, 22, 23, 0, 1)]
    for hours, expected in ((split, 0.0), (night, 1.0)):
        account = Account(claimed_tz=zone)
        for day in range(20):
            at_work(account, day, *hours)
        assert account.confidence(HOURS) == expected


def test_what_arrives_after_a_day_has_closed_is_judged_with_the_next() -> None:
    account = Account(claimed_tz=UTC)
    for day in range(16):
        at_work(account, day, 9)
        account.state.active_hours[DAY0 + day] = sum(1 << hour % 24 for hour in range(21, 29))
    account.close(16)
    evidence = account.fired(HOURS)
    assert evidence is not None
    assert (evidence.numbers["odd_days"], evidence.numbers["active_days"]) == (16, 16)


def test_four_weeks_are_judged() -> None:
    evidence = worked(range(21, 29), days=34).fired(HOURS)
    assert evidence is not None
    assert [evidence.numbers[name] for name in ("odd_days", "active_days")] == [28, 28]


@pytest.mark.parametrize(("odd", "expected"), [(14, 1.0), (13, 0.0)])
def test_seven_of_ten_busy_days_count_as_the_text_says(odd: int, expected: float) -> None:
    account = Account(claimed_tz=UTC)
    for day in range(20):
        at_work(account, day, *(range(9, 17) if day < 20 - odd else range(21, 29)))
    assert account.confidence(HOURS) == expected
