"""The device's clock against the network and the statement."""

from __future__ import annotations

import pytest

from streams.detection.families.location.clock import fits
from streams.detection.families.location.sittings import clock
from tests.detection.families.location.kit import DAY, HOUR, T0, Account, facts, lived

CLOCK = "tz_ip_claim_triple_mismatch"


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


@pytest.mark.parametrize(
    ("offset", "held", "expected"),
    [
        (60, 0, True),
        (61, 0, False),
        (0, 60, True),
        (345, 330, True),
        (300, -300, False),
        (780, -660, True),  # either side of the date line
        (-660, 780, True),
        (840, -690, False),
    ],
)
def test_a_clock_fits_within_an_hour_round_the_world(offset: int, held: int, expected: bool) -> None:
    assert fits(offset, frozenset({held}), 60) is expected
    assert fits(offset, frozenset({held, 540}), 60) is expected
    assert fits(offset, frozenset(), 60)


@pytest.mark.parametrize(("others", "expected"), [(1, 1.0), (2, 0.0)])
def test_nine_of_ten_half_days_make_a_clock_steady(others: int, expected: float) -> None:
    account = Account(claimed_country="AA")
    for day in range(10):
        account.start(day * DAY, facts("athens"), tz_offset_min=120 if day < others else 480)
    account.close(9)
    assert account.confidence(CLOCK) == expected


@pytest.mark.parametrize(("first", "last", "expected"), [(-9, -2, 1.0), (-9, -1, 0.0), (14, 20, 0.0), (15, 20, 1.0)])
def test_a_clock_may_be_that_of_travel_in_the_two_weeks_that_are_judged(first: int, last: int, expected: float) -> None:
    trip: list[int | None] = [T0 + first * DAY, T0 + (last + 1) * DAY]
    account = Account(claimed_country="AA", travel={"CC": trip})
    for day in range(14):
        account.start(day * DAY, facts("athens"), tz_offset_min=-300)
    account.close(13)
    assert account.confidence(CLOCK) == expected
    evidence = account.fired(CLOCK)
    assert evidence is None or evidence.last == T0 + 14 * DAY - 1


def test_declared_travel_alone_is_no_claim_to_compare_with() -> None:
    account = lived(Account(travel={"CC": [T0, None]}), ["athens"] * 14, tz_offset_min=480)
    assert account.confidence(CLOCK) == 0.0


def test_a_clock_that_fits_declared_travel_is_silent() -> None:
    account = Account(claimed_country="AA", travel={"CC": [T0, None]})
    assert lived(account, ["athens"] * 14, tz_offset_min=-300).confidence(CLOCK) == 0.0


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


@pytest.mark.parametrize("profile", [{"id_country": "BB"}, {"claimed_tz": "Europe/Athens"}])
def test_a_clock_may_be_that_of_the_document_or_of_the_stated_zone(profile: dict[str, str]) -> None:
    at_home = {"claimed_country": "AA"}
    assert lived(Account(**at_home, **profile), ["chicago"] * 14, tz_offset_min=180).confidence(CLOCK) == 0.0
    assert lived(Account(**at_home), ["chicago"] * 14, tz_offset_min=180).confidence(CLOCK) == 1.0


@pytest.mark.parametrize(("both", "expected"), [(1, 1.0), (2, 0.0)])
def test_a_clock_is_steady_where_no_other_one_runs_beside_it(both: int, expected: float) -> None:
    account = Account(claimed_country="AA")
    for day in range(14):
        account.start(day * DAY, facts("chicago"), tz_offset_min=480)
        if day < both:
            account.start(day * DAY + HOUR, facts("chicago"), tz_offset_min=-300)
    account.close(13)
    assert account.confidence(CLOCK) == expected
    if evidence := account.fired(CLOCK):
        assert [evidence.numbers[name] for name in ("apart", "steady", "sessions")] == [13, 13, 14]


@pytest.mark.parametrize(("fitting", "expected"), [(2, 1.0), (3, 0.0)])
def test_a_network_that_the_clock_fits_in_more_than_one_half_day_of_five_is_an_answer(
    fitting: int, expected: float
) -> None:
    places = ["athens"] * fitting + ["chicago"] * (10 - fitting)
    assert lived(Account(claimed_country="AA"), places, tz_offset_min=120).confidence(CLOCK) == expected


def test_a_statement_that_fits_takes_the_finding_back_with_its_events() -> None:
    account = lived(Account(claimed_country="AA"), ["chicago"] * 14, tz_offset_min=120)
    assert account.confidence(CLOCK) == 1.0
    for country, day in (("BB", 14), ("AA", 15)):
        account.state.profile.claimed_country = country
        account.close(day)
        assert account.fired(CLOCK) is None
    account.start(16 * DAY, facts("chicago"), tz_offset_min=120)
    account.close(16)
    evidence = account.fired(CLOCK)
    assert evidence is not None
    assert [ref.ts for ref in evidence.refs] == [T0 + 16 * DAY]


@pytest.mark.parametrize(
    ("zone", "offset", "told"),
    [
        ("Asia/Tokyo", 480, 480),
        ("Asia/Tokyo", 0, 0),
        ("Asia/Tokyo", None, 540),
        ("Nowhere/Land", 480, 480),
        ("Nowhere/Land", 0, None),
        ("Etc/UTC", 480, None),
        (None, 480, 480),
        (None, None, None),
    ],
)
def test_the_offset_of_a_device_goes_before_that_of_its_zone(
    zone: str | None, offset: int | None, told: int | None
) -> None:
    assert clock(zone, offset, T0) == told
