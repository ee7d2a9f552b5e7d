"""Impossible travel: pairs, gates, edges."""

from __future__ import annotations

import pytest

from enrichers.facts import Facts
from tests.detection.families.location.kit import DAY, HOUR, MINUTE, Account, facts

ID = "impossible_travel"


def hops(*stops: tuple[int, Facts]) -> Account:
    account = Account()
    for at, where in stops:
        account.start(at, where)
    return account


def test_two_jumps_between_access_networks_fire_fully() -> None:
    account = hops((0, facts("lisbon")), (HOUR, facts("athens")), (3 * DAY, facts("lisbon")))
    assert account.confidence(ID) == 0.0
    account.start(3 * DAY + HOUR, facts("athens"))
    evidence = account.fired(ID)
    assert evidence is not None
    assert evidence.confidence == 1.0
    assert evidence.numbers["pairs"] == 2
    assert evidence.numbers["km"] == pytest.approx(2852, abs=30)
    assert evidence.numbers["minutes"] == 60
    assert [ref.event_id for ref in evidence.refs] == [f"e{3 * DAY}AA", f"e{3 * DAY + HOUR}BB"], "one at either end"


def test_an_account_without_a_jump_keeps_no_event() -> None:
    account = hops((0, facts("lisbon")), (HOUR, facts("lisbon")), (2 * DAY, facts("athens")))
    assert account.state.location is not None
    assert [held.ref for held in account.state.location.trail] == [None, None]


def test_one_jump_is_silent() -> None:
    assert hops((0, facts("lisbon")), (HOUR, facts("athens"))).confidence(ID) == 0.0


def test_there_and_back_is_two_jumps() -> None:
    account = hops((0, facts("lisbon")), (HOUR, facts("athens")), (2 * HOUR, facts("lisbon")))
    assert account.confidence(ID) == 1.0


def test_the_same_places_after_a_flight_are_silent() -> None:
    stops = [(index * 5 * HOUR, facts("athens" if index % 2 else "lisbon")) for index in range(6)]
    assert hops(*stops).confidence(ID) == 0.0


def test_a_vpn_on_one_side_counts_four_tenths() -> None:
    account = hops((0, facts("lisbon")), (HOUR, facts("athens", "vpn")), (2 * HOUR, facts("lisbon")))
    assert account.confidence(ID) == 0.4


def test_a_vpn_in_between_does_not_hide_a_jump_between_access_networks() -> None:
    stops = [(0, facts("lisbon")), (20 * MINUTE, facts("chicago", "vpn")), (40 * MINUTE, facts("athens"))]
    again = [(at + DAY, where) for at, where in stops]
    assert hops(*stops, *again).confidence(ID) == 1.0


@pytest.mark.parametrize("one", ["vpn", "hosting", "tor", "residential_proxy"])
def test_two_anonymized_sides_are_silent(one: str) -> None:
    stops = [(index * HOUR, facts("athens" if index % 2 else "lisbon", one)) for index in range(6)]
    assert hops(*stops).confidence(ID) == 0.0


@pytest.mark.parametrize("silent", ["relay", "satellite"])
def test_relays_and_satellites_are_no_places(silent: str) -> None:
    stops = [(index * HOUR, facts("athens", silent) if index % 2 else facts("lisbon")) for index in range(6)]
    assert hops(*stops).confidence(ID) == 0.0


@pytest.mark.parametrize("kind", ["mobile", "corporate"])
def test_gateways_of_one_operator_are_one_place(kind: str) -> None:
    stops = [(index * HOUR, facts("athens" if index % 2 else "lisbon", kind, asn=64501)) for index in range(6)]
    assert hops(*stops).confidence(ID) == 0.0


def test_a_company_gateway_and_a_phone_fire_and_are_left_to_mit_corp() -> None:
    stops = [
        (index * HOUR, facts("athens", "corporate") if index % 2 else facts("lisbon", "mobile")) for index in range(6)
    ]
    assert hops(*stops).confidence(ID) == 1.0


def test_nearby_and_unknown_places_are_silent() -> None:
    assert hops(*[(i * MINUTE, facts("porto" if i % 2 else "lisbon")) for i in range(9)]).confidence(ID) == 0.0
    assert hops(*[(i * MINUTE, Facts(country="AA")) for i in range(9)]).confidence(ID) == 0.0


@pytest.mark.parametrize(("radius", "expected"), [(10.0, 1.0), (1400.0, 0.0)])
def test_the_accuracy_of_both_places_is_taken_off(radius: float, expected: float) -> None:
    where = [facts(place, radius=radius) for place in ("lisbon", "athens", "lisbon")]
    assert hops(*[(index * 2 * HOUR, place) for index, place in enumerate(where)]).confidence(ID) == expected


@pytest.mark.parametrize(("minutes", "expected"), [(180, 1.0), (200, 0.0)])
def test_the_speed_of_an_airliner_is_the_edge(minutes: int, expected: float) -> None:
    stops = [(index * minutes * MINUTE, facts("athens" if index % 2 else "lisbon")) for index in range(3)]
    assert hops(*stops).confidence(ID) == expected


@pytest.mark.parametrize(("days", "expected"), [(13, 1.0), (15, 0.0)])
def test_pairs_count_for_two_weeks(days: int, expected: float) -> None:
    first = [(0, facts("lisbon")), (HOUR, facts("athens"))]
    second = [(at + days * DAY, where) for at, where in first]
    assert hops(*first, *second).confidence(ID) == expected
