"""Marathons: a day and more without a break."""

from __future__ import annotations

import pytest

from tests.detection.families.session.kit import DAY, HOUR, MINUTE, Account

MARATHON = "marathon_session"


def test_the_first_day_without_a_break_and_its_repetition() -> None:
    account = Account()
    account.work(0, 25 * HOUR, "d1")
    evidence = account.fired(MARATHON)
    assert evidence is not None
    assert evidence.confidence == 0.6
    assert evidence.numbers["hours"] >= 24
    assert evidence.numbers["active_hours"] >= 20
    for times in (2, 3):
        begin = 5 * (times - 1) * DAY
        account.work(begin, begin + 25 * HOUR, "d1")
        evidence = account.fired(MARATHON)
        assert evidence is not None
        assert evidence.confidence == 1.0
        assert evidence.numbers["times"] == times


@pytest.mark.parametrize(("hours", "expected"), [(23, 0.0), (25, 0.6), (36, 0.6), (47, 0.6), (55, 0.6), (84, 1.0)])
def test_how_long_without_a_break(hours: int, expected: float) -> None:
    account = Account()
    account.work(0, hours * HOUR, "d1")
    assert account.confidence(MARATHON) == expected


@pytest.mark.parametrize(("days", "expected"), [(13, 1.0), (14, 0.6), (16, 0.6)])
def test_a_repetition_after_two_weeks_is_a_first_time(days: int, expected: float) -> None:
    account = Account()
    account.work(0, 25 * HOUR, "d1")
    account.work(days * DAY, days * DAY + 25 * HOUR, "d1")
    assert account.confidence(MARATHON) == expected


def test_input_from_before_a_break_does_not_count() -> None:
    """Eight hours of work, a break, twelve more, and then an open tab until the next morning."""
    account = Account()
    account.work(0, 8 * HOUR, "d1")
    account.work(8 * HOUR + 20 * MINUTE, 20 * HOUR, "d1")
    account.work(20 * HOUR + 5 * MINUTE, 33 * HOUR, "d1", inputs=0)
    assert account.confidence(MARATHON) == 0.0


def test_open_tabs_are_silent() -> None:
    account = Account()
    account.work(0, 60 * HOUR, "d1", inputs=0)
    assert account.confidence(MARATHON) == 0.0


@pytest.mark.parametrize(("minutes", "expected"), [(14, 0.6), (15, 0.0)])
def test_a_gap_of_a_quarter_of_an_hour_ends_presence(minutes: int, expected: float) -> None:
    account = Account()
    account.work(0, 12 * HOUR, "d1")
    account.work(12 * HOUR + minutes * MINUTE, 25 * HOUR, "d1")
    assert account.confidence(MARATHON) == expected


@pytest.mark.parametrize(("idle", "expected"), [(4, 0.6), (6, 0.0)])
def test_input_in_twenty_of_twenty_four_hours(idle: int, expected: float) -> None:
    account = Account()
    account.work(0, 12 * HOUR, "d1")
    account.work(12 * HOUR + 5 * MINUTE, (12 + idle) * HOUR - 5 * MINUTE, "d1", inputs=0)
    account.work((12 + idle) * HOUR, 24 * HOUR + 10 * MINUTE, "d1")
    assert account.confidence(MARATHON) == expected
