"""Networks against the stated country."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.detection.families.location.kit import DAY, HOUR, MINUTE, T0, Account, facts, lived, lived_once

CLAIMED = "claimed_location_mismatch"


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


@pytest.mark.parametrize(("every", "expected"), [(2, 1.0), (3, 0.0)])
def test_ten_half_days_are_needed(every: int, expected: float) -> None:
    account = Account(claimed_country="AA")
    for day in range(0, 20, every):
        account.start(day * DAY, facts("athens"))
    account.close(19)
    assert account.confidence(CLAIMED) == expected
    if evidence := account.fired(CLAIMED):
        assert evidence.last == T0 + 20 * DAY - 1
        assert (evidence.numbers["elsewhere"], evidence.numbers["sessions"], evidence.numbers["percent"]) == (
            10,
            10,
            100,
        )


def test_a_document_alone_is_a_statement_to_compare_with() -> None:
    assert lived_once(Account(id_country="AA"), ["athens"] * 21).confidence(CLAIMED) == 1.0


@pytest.mark.parametrize(
    ("first", "last", "counts"), [(-9, -2, False), (-9, -1, True), (21, 29, True), (22, 29, False)]
)
def test_only_travel_of_the_weeks_that_are_judged_counts(first: int, last: int, counts: bool) -> None:
    trip: list[int | None] = [T0 + first * DAY, T0 + (last + 1) * DAY]
    account = lived_once(Account(claimed_country="AA", travel={"BB": trip}), ["athens"] * 21)
    assert account.confidence(CLAIMED) == (0.0 if counts else 1.0)


def test_a_holiday_is_silent() -> None:
    assert lived(Account(claimed_country="AA"), ["athens"] * 14).confidence(CLAIMED) == 0.0


@pytest.mark.parametrize("hidden", ["vpn", "relay", "corporate", "satellite", "residential_proxy"])
def test_networks_that_nobody_lives_on_are_left_out(hidden: str) -> None:
    assert lived(Account(claimed_country="AA"), ["athens"] * 21, hidden).confidence(CLAIMED) == 0.0


@pytest.mark.parametrize("carrier", ["mobile", "cgnat"])
def test_a_carriers_network_is_one_that_people_live_on(carrier: str) -> None:
    assert lived(Account(claimed_country="AA"), ["athens"] * 21, carrier).confidence(CLAIMED) == 1.0


def test_an_updated_profile_takes_the_finding_back() -> None:
    account = lived(Account(claimed_country="AA"), ["athens"] * 21)
    assert account.confidence(CLAIMED) == 1.0
    assert account.fired(CLAIMED).refs  # type: ignore[union-attr]
    for country, day in (("BB", 21), ("AA", 22)):
        account.state.profile.claimed_country = country
        account.close(day)
        assert account.confidence(CLAIMED) == 0.0, "nor is it made again of the same events"


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


@pytest.mark.parametrize(
    ("home", "expected"),
    [((), 1.0), ((4, 12), 1.0), ((4, 8, 12), 0.6), ((2, 4, 8, 10, 12, 16), 0.6), ((2, 4, 6, 8, 10, 12, 16), 0.0)],
)
def test_seven_and_nine_of_ten_half_days_count_as_the_text_says(home: tuple[int, ...], expected: float) -> None:
    places = ["lisbon" if day in home else "athens" for day in range(20)]
    assert lived_once(Account(claimed_country="AA"), places).confidence(CLAIMED) == expected


@pytest.mark.parametrize(("days", "expected"), [(14, 0.0), (15, 1.0)])
def test_from_the_first_to_the_last_there_are_two_weeks(days: int, expected: float) -> None:
    assert lived_once(Account(claimed_country="AA"), ["athens"] * days).confidence(CLAIMED) == expected


@pytest.mark.parametrize(("home", "left"), [(18, 1.0), (19, 0.0)])
def test_it_is_taken_back_below_one_half_day_of_ten(home: int, left: float) -> None:
    account = lived_once(Account(claimed_country="AA"), ["athens"] * 21)
    for day in range(23, 43):
        account.start(day * DAY, facts("lisbon" if day < 23 + home else "athens"))
    account.close(42)
    assert account.confidence(CLAIMED) == left


def test_an_exit_in_the_same_country_hides_no_line_there() -> None:
    account = Account(claimed_country="AA")
    for day in range(21):
        account.start(day * DAY, facts("athens", "vpn"))
        account.start(day * DAY + HOUR, facts("athens"))
    account.close(20)
    assert account.confidence(CLAIMED) == 1.0


@pytest.mark.parametrize(("first", "expected"), [(DAY - HOUR, 0.0), (DAY, 1.0)])
def test_three_weeks_are_judged_and_no_half_day_more(first: int, expected: float) -> None:
    account = Account(claimed_country="AA")
    for at in (first, *(day * DAY for day in range(13, 22))):
        account.start(at, facts("athens"))
    account.close(21)
    assert account.confidence(CLAIMED) == expected
