"""Places and clocks against statements: claimed location, triple mismatch, hours, sanctioned setting."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
import pytest

from streams.detection.families.location.hours import quiet
from tests.detection.families.location.kit import DAY, DAY0, HOUR, MINUTE, SIGNED, T0, Account, facts

CLAIMED = "claimed_location_mismatch"
CLOCK = "tz_ip_claim_triple_mismatch"
HOURS = "activity_hours_mismatch"
SETTING = "sanctioned_locale_setting"


def lived(account: Account, where: list[str], *classes: str, **fields: Any) -> Account:
    """One session a day at each of the places in turn."""
    for day, place in enumerate(where):
        account.start(day * DAY + 9 * HOUR, facts(place, *classes), **fields)
        account.close(day)
    return account


@pytest.mark.parametrize(("home", "expected"), [(0, 1.0), (2, 1.0), (3, 0.6), (6, 0.6), (7, 0.0), (20, 0.0)])
def test_share_of_half_days_outside_every_stated_country(home: int, expected: float) -> None:
    places = ["athens"] * 21
    for index in range(home):
        places[(index * 5 + 2) % 21] = "lisbon"
    assert lived_once(Account(claimed_country="AA"), places).confidence(CLAIMED) == expected


def test_a_country_that_two_sources_dispute_is_unknown() -> None:
    account = Account(claimed_country="AA")
    for day in range(21):
        disputed = msgspec.structs.replace(facts("athens"), other_countries=("AA",), country_confidence=0.5)
        account.start(day * DAY + 9 * HOUR, disputed)
    account.close(20)
    assert account.confidence(CLAIMED) == 0.0
    assert lived_once(Account(claimed_country="AA"), ["athens"] * 21).confidence(CLAIMED) == 1.0


def lived_once(account: Account, places: list[str]) -> Account:
    """As `lived`, judged only at the end."""
    for day, place in enumerate(places):
        account.start(day * DAY + 9 * HOUR, facts(place))
    account.close(len(places) - 1)
    return account


@pytest.mark.parametrize(
    "profile",
    [
        {"claimed_country": "AA", "id_country": "BB"},
        {"claimed_country": "AA", "payout_countries": ["BB"]},
        {"claimed_country": "AA", "travel": {"BB": [T0, None]}},
        {},
    ],
)
def test_every_country_that_was_stated_counts(profile: dict[str, Any]) -> None:
    assert lived(Account(**profile), ["athens"] * 21).confidence(CLAIMED) == 0.0


def test_a_document_alone_is_a_statement_to_compare_with() -> None:
    assert lived_once(Account(id_country="AA"), ["athens"] * 21).confidence(CLAIMED) == 1.0


@pytest.mark.parametrize(("first", "last", "counts"), [(-9, -2, False), (-9, 0, True), (20, 29, True), (21, 29, False)])
def test_only_travel_of_the_weeks_that_are_judged_counts(first: int, last: int, counts: bool) -> None:
    trip: list[int | None] = [T0 + first * DAY, T0 + (last + 1) * DAY]
    account = lived_once(Account(claimed_country="AA", travel={"BB": trip}), ["athens"] * 21)
    assert account.confidence(CLAIMED) == (0.0 if counts else 1.0)


def test_a_holiday_is_silent() -> None:
    assert lived(Account(claimed_country="AA"), ["athens"] * 14).confidence(CLAIMED) == 0.0


@pytest.mark.parametrize("hidden", ["vpn", "relay", "corporate", "satellite", "residential_proxy"])
def test_networks_that_nobody_lives_on_are_left_out(hidden: str) -> None:
    assert lived(Account(claimed_country="AA"), ["athens"] * 21, hidden).confidence(CLAIMED) == 0.0


def test_an_updated_profile_takes_the_finding_back() -> None:
    account = lived(Account(claimed_country="AA"), ["athens"] * 21)
    assert account.confidence(CLAIMED) == 1.0
    assert account.fired(CLAIMED).refs  # type: ignore[union-attr]
    account.state.profile.claimed_country = "BB"
    account.close(21)
    assert account.confidence(CLAIMED) == 0.0


def test_a_clock_that_fits_neither_side_fires() -> None:
    account = lived(Account(claimed_country="AA"), ["athens", "chicago"] * 5, "vpn", tz_offset_min=480)
    evidence = account.fired(CLOCK)
    assert evidence is not None
    assert evidence.confidence == 1.0
    assert evidence.numbers["offset_hours"] == 8.0
    assert evidence.refs


def test_the_offset_comes_from_the_zone_when_there_is_no_other() -> None:
    account = lived(Account(claimed_country="AA"), ["chicago"] * 6, "vpn", tz="Asia/Singapore")
    assert account.confidence(CLOCK) == 1.0


@pytest.mark.parametrize(("days", "expected"), [(5, 0.0), (6, 1.0)])
def test_six_half_days_are_needed(days: int, expected: float) -> None:
    account = lived(Account(claimed_country="AA"), ["athens"] * days, tz_offset_min=480)
    assert account.confidence(CLOCK) == expected


@pytest.mark.parametrize(
    ("place", "offset", "zone"),
    [
        ("athens", 120, None),  # the traveller whose clock follows
        ("athens", 0, "Europe/Lisbon"),  # the traveller whose clock stays at home
        ("athens", 60, None),  # within the tolerance of either
    ],
)
def test_clocks_that_fit_are_silent(place: str, offset: int, zone: str | None) -> None:
    account = Account(claimed_country="AA")
    fields = {"tz_offset_min": offset, **({"tz": zone} if zone else {})}
    assert lived(account, [place] * 14, **fields).confidence(CLOCK) == 0.0


@pytest.mark.parametrize(
    ("zone", "tells"),
    [
        ("Africa/Abidjan", True),
        ("UTC", False),
        ("Etc/UCT", False),
        ("GMT0", False),
        ("Atlantic/Reykjavik", False),
        ("Iceland", False),
        ("Nowhere/Land", False),
        (None, False),
    ],
)
def test_a_clock_at_utc_tells_only_under_the_name_of_a_place(zone: str | None, tells: bool) -> None:
    account = lived(Account(claimed_country="BB"), ["chicago"] * 6, tz_offset_min=0, tz=zone)
    assert account.confidence(CLOCK) == tells


def test_a_clock_that_fits_declared_travel_is_silent() -> None:
    account = Account(claimed_country="AA", travel={"CC": [T0, None]})
    assert lived(account, ["athens"] * 14, tz_offset_min=-300).confidence(CLOCK) == 0.0


def test_half_days_are_counted_once_whatever_the_clocks_and_countries() -> None:
    account = Account(claimed_country="CC")
    for day in range(21):
        for at in (3 * HOUR, 9 * HOUR, 14 * HOUR, 20 * HOUR):
            account.start(day * DAY + at, facts("athens"), tz_offset_min=120)
            account.start(day * DAY + at + MINUTE, facts("lisbon"), tz_offset_min=180)
    account.close(20)
    evidence = account.fired(CLAIMED)
    assert evidence is not None
    assert (evidence.numbers["elsewhere"], evidence.numbers["sessions"]) == (42, 42)


def test_a_half_day_at_home_and_abroad_is_none_abroad() -> None:
    account = Account(claimed_country="AA")
    for day in range(21):
        for place in ("athens", "chicago", "lisbon"):
            account.start(day * DAY + 9 * HOUR, facts(place))
    account.close(20)
    assert account.confidence(CLAIMED) == 0.0


def test_one_day_of_many_exits_is_two_half_days() -> None:
    account = Account(claimed_country="CC")
    for place, hour in (("lisbon", 1), ("athens", 2), ("lisbon", 13), ("athens", 14)):
        for classes in ((), ("vpn",)):
            account.start(hour * HOUR, facts(place, *classes), tz_offset_min=480)
    account.close(0)
    assert account.fired(CLOCK) is None


def test_a_clock_says_in_how_many_half_days_and_since_when_it_stood() -> None:
    account = Account(claimed_country="CC")
    for day in range(2, 9):
        account.start(day * DAY + HOUR, facts("athens", "vpn"), tz_offset_min=480)
        account.start(day * DAY + 2 * HOUR, facts("lisbon", "vpn"), tz_offset_min=480)
    account.close(8)
    evidence = account.fired(CLOCK)
    assert evidence is not None
    assert [evidence.numbers[name] for name in ("apart", "steady", "sessions", "since")] == [7, 7, 7, "2024-10-06"]


def test_a_second_clock_in_the_same_half_days_is_no_steady_one() -> None:
    account = Account(claimed_country="CC")
    for day in range(14):
        account.start(day * DAY, facts("athens"), tz_offset_min=480)
        account.start(day * DAY + HOUR, facts("athens"), tz_offset_min=120)
    account.close(13)
    assert account.fired(CLOCK) is None


def test_a_clock_that_fits_the_network_beside_an_exit_is_a_travellers() -> None:
    account = Account(claimed_country="CC")
    for day in range(14):
        account.start(day * DAY, facts("athens"), tz_offset_min=120)
        account.start(day * DAY + HOUR, facts("chicago", "vpn"), tz_offset_min=120)
    account.close(13)
    assert account.fired(CLOCK) is None


def test_exits_push_no_place_of_living_out() -> None:
    account = Account(claimed_country="AA")
    for day in range(21):
        if day < 6:
            account.start(day * DAY + 9 * HOUR, facts("lisbon"))
            account.start(day * DAY + 14 * HOUR, facts("lisbon"))
        else:
            account.start(day * DAY + 14 * HOUR, facts("athens"))
            for exit_ in range(3):
                country = "V" + chr(ord("A") + (day * 3 + exit_) % 17)
                where = msgspec.structs.replace(facts("athens", "vpn"), country=country)
                account.start(day * DAY + 15 * HOUR + exit_ * MINUTE, where)
    account.close(20)
    assert account.fired(CLAIMED) is None
    assert account.desk.evicted["network"] > 0


def test_a_ships_clock_is_not_held_against_the_ground_station() -> None:
    account = lived(Account(claimed_country="AA"), ["athens"] * 14, "satellite", tz_offset_min=-180)
    assert account.confidence(CLOCK) == 0.0


def test_an_unknown_claim_or_place_is_no_mismatch() -> None:
    assert lived(Account(), ["athens"] * 14, tz_offset_min=480).confidence(CLOCK) == 0.0
    assert lived(Account(claimed_country="ZZ"), ["athens"] * 14, tz_offset_min=480).confidence(CLOCK) == 0.0


def test_a_clock_that_changes_is_silent() -> None:
    account = Account(claimed_country="AA")
    for day in range(14):
        account.start(day * DAY, facts("athens"), tz_offset_min=480 if day % 4 else 540)
        account.close(day)
    assert account.confidence(CLOCK) == 0.0


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
