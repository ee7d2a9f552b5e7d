"""Overlapping sessions in distant places, and what looks like it."""

from __future__ import annotations

import msgspec
import pytest

from enrichers.facts import Facts
from tests.detection.families.session.kit import (
    DAY,
    HOUR,
    MINUTE,
    PHONE,
    T0,
    Account,
    Seen,
    beats,
    facts,
    played,
    sitting,
)

OVERLAP = "concurrent_distant_sessions"


def overlapping(
    one: Facts, other: Facts, *, times: int = 2, minutes: int = 30, begin: int = 0, apart: int = 2 * DAY
) -> Account:
    """Two devices used at the same time, `times` times."""
    account = Account()
    for index in range(times):
        at = begin + index * apart
        both = sitting(at, at + minutes * MINUTE, "d1", one) + sitting(at, at + minutes * MINUTE, "d2", other)
        for seen in sorted(both, key=lambda held: held.at):
            account.see(seen)
    return account


def test_two_overlaps_in_a_week() -> None:
    account = overlapping(facts("lisbon"), facts("athens"))
    evidence = account.fired(OVERLAP)
    assert evidence is not None
    assert evidence.confidence == 1.0
    assert evidence.numbers["overlaps"] == 2
    assert evidence.numbers["km"] == pytest.approx(2852, abs=30)
    assert {ref.event_id[-2:] for ref in evidence.refs} == {"d1", "d2"}, "both ends"


def test_in_one_country_distance_decides() -> None:
    assert overlapping(facts("lisbon"), facts("funchal")).confidence(OVERLAP) == 1.0
    assert overlapping(facts("lisbon"), facts("porto")).confidence(OVERLAP) == 0.0


@pytest.mark.parametrize("pause", [0, 5 * MINUTE])
def test_two_devices_in_turns_are_silent(pause: int) -> None:
    """A VPN on one of two computers in a room, and a visit now to the one and now to the other."""
    seen: list[Seen] = []
    for day in range(7):
        for turn in range(8):
            device, where = ("d1", facts("lisbon")) if turn % 2 else ("d2", facts("athens", "vpn"))
            at = day * DAY + turn * (20 * MINUTE + pause)
            seen += beats(device, f"s{at}", at, at + 20 * MINUTE, where)
    assert played(seen).confidence(OVERLAP) == 0.0


@pytest.mark.parametrize(("minutes", "expected"), [(5, 0.0), (10, 1.0)])
def test_ten_minutes_and_three_inputs(minutes: int, expected: float) -> None:
    assert overlapping(facts("lisbon"), facts("athens"), minutes=minutes).confidence(OVERLAP) == expected


def test_one_overlap_or_two_on_one_day_or_two_weeks_apart_are_silent() -> None:
    one, other = facts("lisbon"), facts("athens")
    assert overlapping(one, other, times=1).confidence(OVERLAP) == 0.0
    assert overlapping(one, other, apart=2 * HOUR).confidence(OVERLAP) == 0.0
    assert overlapping(one, other, apart=8 * DAY).confidence(OVERLAP) == 0.0


@pytest.mark.parametrize("classes", [("mobile",), ()])
def test_a_phone_at_hand_is_silent_and_a_phone_abroad_is_not(classes: tuple[str, ...]) -> None:
    """Also when no table knows that its network is a mobile one."""
    phone = facts("funchal", *classes, agent=PHONE)
    assert overlapping(facts("lisbon"), phone).confidence(OVERLAP) == 0.0
    assert overlapping(phone, facts("lisbon")).confidence(OVERLAP) == 0.0
    assert overlapping(facts("athens"), phone).confidence(OVERLAP) == 1.0


def test_a_territory_and_its_state_are_one_country_in_which_distance_decides() -> None:
    """A geo table names either of the two: Jersey's networks, or its carrier's gateway, may be in `GB`."""
    island, state = (msgspec.structs.replace(facts("lisbon"), country=code) for code in ("JE", "GB"))
    phone = msgspec.structs.replace(facts("funchal", "mobile", agent=PHONE), country="GB")
    assert overlapping(island, state).confidence(OVERLAP) == 0.0
    assert overlapping(island, phone).confidence(OVERLAP) == 0.0
    assert overlapping(island, msgspec.structs.replace(facts("athens"), country="GB")).confidence(OVERLAP) == 1.0
    assert overlapping(island, msgspec.structs.replace(facts("porto"), country="FR")).confidence(OVERLAP) == 1.0


def test_a_phone_behind_a_far_exit_is_no_phone_at_hand() -> None:
    assert overlapping(facts("lisbon"), facts("funchal", "vpn", agent=PHONE)).confidence(OVERLAP) == 1.0


@pytest.mark.parametrize("classes", ["corporate", "relay", "satellite"])
def test_split_tunnels_and_relays_are_silent(classes: str) -> None:
    assert overlapping(facts("athens", classes), facts("lisbon", "mobile", agent=PHONE)).confidence(OVERLAP) == 0.0


@pytest.mark.parametrize(
    ("known", "days", "classes", "expected"),
    [
        (("d1", "d2"), 61, ["vpn"], 0.0),
        (("d1", "d2"), 50, ["vpn"], 1.0),
        (("d1", "d2"), 61, [], 1.0),
        (("d1",), 61, ["vpn"], 1.0),
        (("d2",), 61, ["vpn"], 1.0),
    ],
)
def test_old_devices_of_which_one_is_on_a_vpn_are_silent(
    known: tuple[str, ...], days: int, classes: list[str], expected: float
) -> None:
    account = Account()
    for device in known:
        account.work(0, 10 * MINUTE, device)
    for at in (days * DAY, (days + 2) * DAY):
        both = sitting(at, at + HOUR, "d1", facts()) + sitting(at, at + HOUR, "d2", facts("athens", *classes))
        for seen in sorted(both, key=lambda held: held.at):
            account.see(seen)
    assert account.confidence(OVERLAP) == expected


def test_a_second_device_without_input_is_silent() -> None:
    seen = []
    for at in (0, 2 * DAY):
        seen += beats("d1", "s1", at, at + HOUR, facts()) + beats("d2", "s2", at, at + HOUR, facts("athens"), 0)
    assert played(seen).confidence(OVERLAP) == 0.0


@pytest.mark.parametrize(("device", "where"), [("d2", Facts()), (None, facts("athens"))])
def test_where_place_or_device_is_unknown_nothing_overlaps(device: str | None, where: Facts) -> None:
    seen = []
    for at in (0, 2 * DAY):
        seen += beats("d1", "s1", at, at + HOUR, facts()) + beats(device, "s2", at, at + HOUR, where)
    assert played(seen).confidence(OVERLAP) == 0.0


def test_who_leaves_one_device_before_the_other_is_not_at_both() -> None:
    seen = []
    for at in (0, 2 * DAY):
        seen += beats("d1", "s1", at, at + 30 * MINUTE, facts())
        seen += beats("d1", "s1", at + 35 * MINUTE, at + HOUR, facts(), 0)
        seen += beats("d2", "s2", at + 35 * MINUTE, at + HOUR, facts("athens"))
    assert played(seen).confidence(OVERLAP) == 0.0


@pytest.mark.parametrize(("minutes", "expected"), [(5, 0.0), (10, 1.0)])
def test_input_in_two_sessions_of_one_device_at_the_same_time_counts_once(minutes: int, expected: float) -> None:
    seen = []
    for at in (0, 2 * DAY):
        seen += beats("d1", "s1", at, at + HOUR, facts())
        for session in ("s2", "s3"):
            seen += beats("d2", session, at, at + minutes * MINUTE, facts("athens"))
            seen += beats("d2", session, at + minutes * MINUTE, at + HOUR, facts("athens"), 0)
    assert played(seen).confidence(OVERLAP) == expected


@pytest.mark.parametrize("off", [OVERLAP, ""])
def test_what_is_switched_off_never_fires(off: str) -> None:
    seen = []
    for at in (0, 2 * DAY):
        seen += beats("d1", "s1", at, at + HOUR, facts()) + beats("d2", "s2", at, at + HOUR, facts("athens"))
    assert (played(seen, off).fired(OVERLAP) is None) is bool(off)


def test_a_session_that_survives_the_night_is_where_the_traveller_is_now() -> None:
    seen = beats("laptop", "s1", 9 * HOUR, 20 * HOUR, facts("lisbon"))
    phone = facts("athens", agent=PHONE)
    for day in (1, 2, 3):
        seen += beats("laptop", "s1", day * DAY + 8 * HOUR, day * DAY + 20 * HOUR, facts("athens"))
        seen += beats("phone", f"p{day}", day * DAY + 9 * HOUR, day * DAY + 11 * HOUR, phone)
    assert played(seen).confidence(OVERLAP) == 0.0


def test_a_session_that_moves_within_the_hour_counts_where_it_is() -> None:
    seen, silent = [], []
    for day in (0, 2):
        at = day * DAY
        seen += beats("d1", "s1", at, at + HOUR, facts("lisbon"))
        seen += beats("d1", "s1", at + HOUR + 5 * MINUTE, at + 2 * HOUR, facts("athens"))
        seen += beats("d2", "s2", at + HOUR + 5 * MINUTE, at + 2 * HOUR, facts("lisbon"))
        silent += beats("d1", "s1", at, at + HOUR, facts("lisbon"))
        silent += beats("d1", "s1", at + HOUR + 5 * MINUTE, at + 2 * HOUR, facts("athens"))
        silent += beats("d2", "s2", at + HOUR + 5 * MINUTE, at + 2 * HOUR, facts("athens"))
    assert played(seen).confidence(OVERLAP) == 1.0
    assert played(silent).confidence(OVERLAP) == 0.0


def test_a_session_resumed_next_day_overlaps_anew() -> None:
    seen = []
    for day in (0, 2):
        seen += beats("d1", "s1", day * DAY, day * DAY + HOUR, facts("lisbon"))
        seen += beats("d2", "s2", day * DAY, day * DAY + HOUR, facts("athens"))
    evidence = played(seen).fired(OVERLAP)
    assert evidence is not None
    assert evidence.first == T0 + 10 * MINUTE, "the first overlap, though it alone said nothing"
    assert evidence.refs[0].ts == evidence.first
    assert {ref.event_id[-2:] for ref in evidence.refs[1:]} == {"d1", "d2"}


def test_a_heartbeat_without_a_place_is_where_its_session_was() -> None:
    seen = []
    for at in (0, 2 * DAY):
        seen += beats("d1", "s1", at, at, facts("lisbon")) + beats("d1", "s1", at + 5 * MINUTE, at + HOUR, Facts())
        seen += beats("d2", "s2", at, at + 30 * MINUTE, Facts())
        seen += beats("d2", "s2", at + 35 * MINUTE, at + 35 * MINUTE, facts("athens"))
    assert played(seen).confidence(OVERLAP) == 1.0


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [((), (), "neither through"), ((), ("vpn",), "one of them"), (("vpn",), ("hosting",), "both through")],
)
def test_what_hides_the_ends_and_how_exact_their_places_are_is_told(
    one: tuple[str, ...], other: tuple[str, ...], said: str
) -> None:
    rough = msgspec.structs.replace(facts("athens", *other), radius_km=320.5)
    evidence = overlapping(facts("lisbon", *one), rough).fired(OVERLAP)
    assert evidence is not None
    assert evidence.numbers["networks"].startswith(said)
    assert evidence.numbers["radius_km"] == 321
    plain = overlapping(facts("lisbon"), facts("athens")).fired(OVERLAP)
    assert plain is not None
    assert "radius_km" not in plain.numbers


def test_a_computer_in_use_for_hours_stays_though_its_connection_changes() -> None:
    account = played(
        beats("d1", "s1", 0, HOUR, facts("lisbon")) + beats("d1", "s1", 65 * MINUTE, 95 * MINUTE, facts("porto"))
    )
    assert account.state.session is not None
    assert account.state.session.devices[-1].stayed == T0 // DAY


def test_a_single_heartbeat_from_a_far_exit_is_silent() -> None:
    seen = []
    for day in (0, 2):
        at = day * DAY
        seen += beats("d1", "s1", at, at + 2 * HOUR, facts("lisbon"))
        seen += beats("d2", "s2", at, at + HOUR, facts("lisbon", "vpn"))
        seen += beats("d2", "s2", at + 65 * MINUTE, at + 65 * MINUTE, facts("athens", "vpn"))
        seen += beats("d2", "s2", at + 70 * MINUTE, at + 2 * HOUR, facts("lisbon", "vpn"))
    assert played(seen).confidence(OVERLAP) == 0.0


def test_two_devices_on_one_journey_are_silent() -> None:
    seen = []
    for day in (0, 2):
        for index in range(36):  # three hours by train, another place with every heartbeat
            where = msgspec.structs.replace(facts("lisbon"), latitude=38.0 + index * 0.25)
            at = day * DAY + index * 5 * MINUTE
            seen += beats("d1", "s1", at, at, where) + beats("d2", "s2", at + MINUTE, at + MINUTE, where)
    assert played(seen).confidence(OVERLAP) == 0.0


def test_a_journey_is_silent_though_one_device_shows_only_gateways() -> None:
    seen = []
    for day in (0, 2):
        for index in range(36):
            at = day * DAY + index * 5 * MINUTE
            here = msgspec.structs.replace(facts("lisbon"), latitude=38.0 + index * 0.25)
            gateway = msgspec.structs.replace(facts("lisbon"), latitude=39.5 + index // 12 * 3)
            seen += beats("d1", "s1", at, at, here) + beats("d2", "s2", at + MINUTE, at + MINUTE, gateway)
    assert played(seen).confidence(OVERLAP) == 0.0
