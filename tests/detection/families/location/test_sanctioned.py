"""The setting of a sanctioned jurisdiction, off unless signed off."""

from __future__ import annotations

import pytest

from tests.detection.families.location.kit import DAY, HOUR, SIGNED, Account, facts

SETTING = "sanctioned_locale_setting"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"tz": "Asia/Pyongyang"}, 0.5),
        ({"locale_territory": "KP"}, 0.5),
        ({"tz": "Asia/Pyongyang", "locale_territory": "KP"}, 1.0),
        ({"tz": "Asia/Seoul", "locale_territory": "KR"}, 0.0),
    ],
)
def test_a_sanctioned_setting_on_two_days(fields: dict[str, str], expected: float) -> None:
    account = Account(SIGNED)
    account.start(0, facts("lisbon"), **fields)
    account.start(HOUR, facts("lisbon"), **fields)
    assert account.confidence(SETTING) == 0.0
    account.login(DAY, facts("lisbon"), **fields)
    assert account.confidence(SETTING) == expected
    if evidence := account.fired(SETTING):
        assert evidence.numbers["settings"] == len(fields)


def test_two_settings_half_a_year_apart_are_not_both() -> None:
    account = Account(SIGNED)
    account.start(0, facts("lisbon"), tz="Asia/Pyongyang")
    for day in (200, 201):
        account.start(day * DAY, facts("lisbon"), locale_territory="KP")
    evidence = account.fired(SETTING)
    assert evidence is not None
    assert (evidence.confidence, evidence.numbers["settings"], evidence.numbers["days_seen"]) == (0.5, 1, 2)


def test_the_sanctioned_setting_is_neither_judged_nor_kept_without_sign_off() -> None:
    account = Account()
    for day in range(3):
        account.start(day * DAY, facts("lisbon"), tz="Asia/Pyongyang", locale_territory="KP")
    assert account.fired(SETTING) is None
    assert account.state.location is not None
    assert account.state.location.zone_days == []


@pytest.mark.parametrize(("first", "then", "expected"), [(0, 29, 0.5), (0, 30, 0.0), (29, 0, 0.5), (30, 0, 0.0)])
def test_two_days_of_a_month_whichever_is_told_first(first: int, then: int, expected: float) -> None:
    account = Account(SIGNED)
    for day in (first, then):
        account.start(day * DAY, facts("lisbon"), tz="Asia/Pyongyang")
    assert account.confidence(SETTING) == expected


def test_either_setting_counts_its_days() -> None:
    account = Account(SIGNED)
    account.start(0, facts("lisbon"), tz="Asia/Pyongyang")
    account.start(DAY, facts("lisbon"), locale_territory="KP")
    assert account.confidence(SETTING) == 1.0
