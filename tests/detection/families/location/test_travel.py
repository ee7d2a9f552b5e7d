"""Impossible travel: pairs, gates, edges."""

from __future__ import annotations

import msgspec
import pytest

from enrichers.facts import Facts
from streams.detection.catalogue.load import load
from streams.detection.messages import Mitigation
from streams.detection.scoring import weigh
from tests.detection.families.location.kit import DAY, HOUR, MINUTE, T0, Account, facts

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


def test_a_jump_that_a_late_event_takes_apart_is_taken_back() -> None:
    stops = [(0, facts("lisbon")), (17 * MINUTE, facts("athens", "vpn")), (18 * MINUTE, facts("lisbon"))]
    late = (16 * MINUTE, facts("lisbon", "vpn"))
    account = hops(*stops)
    assert account.confidence(ID) == 0.4
    account.start(*late)
    assert account.fired(ID) is None
    assert hops(*sorted([*stops, late], key=lambda stop: stop[0])).fired(ID) is None


def test_what_was_said_before_it_is_said_again() -> None:
    earlier = [(0, facts("lisbon")), (HOUR, facts("athens")), (2 * HOUR, facts("lisbon"))]
    account = hops(*earlier, (DAY, facts("lisbon")))
    before = account.fired(ID)
    account.start(DAY + 17 * MINUTE, facts("chicago", "corporate"))
    assert account.fired(ID) != before
    account.start(DAY + 16 * MINUTE, facts("lisbon", "corporate"))  # a laptop at home, whose gateway then changes
    assert account.fired(ID) == before


def test_ordinary_sessions_afterwards_say_nothing_new() -> None:
    stops = [(0, facts("lisbon")), (HOUR, facts("athens")), (2 * HOUR, facts("lisbon"))]
    account = hops(*stops)
    account.start(5 * HOUR, facts("lisbon"))
    evidence = account.fired(ID)
    assert evidence is not None
    for at in range(DAY, 5 * DAY, 5 * HOUR):
        account.start(at, facts("lisbon"))
    assert account.fired(ID) == evidence
    assert (evidence.count, [ref.ts for ref in evidence.refs]) == (1, [T0 + HOUR, T0 + 2 * HOUR])


def test_the_poorer_place_and_the_hidden_sides_are_among_the_numbers() -> None:
    account = hops(
        (0, facts("lisbon")), (HOUR, facts("athens", radius=300.0)), (2 * HOUR, facts("lisbon", "vpn", radius=5.0))
    )
    evidence = account.fired(ID)
    assert evidence is not None
    assert (evidence.numbers["radius_km"], evidence.numbers["one_side_hidden"]) == (300, 1)


def test_a_steady_vpn_explains_no_jump_between_access_networks() -> None:
    held = [Mitigation("MIT-STABLEVPN", T0, "")]
    left = []
    for tunnel in ((), ("vpn",)):
        account = hops((0, facts("lisbon")), (HOUR, facts("athens", *tunnel)), (2 * HOUR, facts("lisbon")))
        left.append(weigh(load(), account.state.fired.values(), held, T0 + 2 * HOUR)[ID].confidence)
    assert left == [1.0, 0.0]


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


def test_an_exit_in_the_same_town_is_no_sighting_at_home() -> None:
    stops = [(0, facts("lisbon", "vpn")), (MINUTE, facts("lisbon")), (30 * MINUTE, facts("athens"))]
    assert hops(*stops, (HOUR, facts("lisbon"))).confidence(ID) == 1.0


def test_nor_do_many_exits_in_between_however_long_they_take() -> None:
    exits = [facts("chicago", "vpn"), facts("lisbon", "vpn")]
    account = Account()
    for day in range(2):
        for minutes in (0, 40, 60, 80, 100, 120):
            account.start(day * DAY + minutes * MINUTE, exits[minutes // 20 % 2] if minutes else facts("lisbon"))
        account.start(day * DAY + 140 * MINUTE, facts("athens"))
    assert account.confidence(ID) == 1.0


def test_from_server_to_server_is_no_jump_from_home() -> None:
    """Home, an exit nearby, and only from there a far one, which then stays: nobody came from home to that one."""
    near, far, farther = facts("lisbon", "vpn"), facts("chicago", "vpn"), facts("athens", "vpn")
    account = Account()
    for day in range(3):
        for minutes, where in ((0, facts("lisbon")), (40, near), (60, far), (80, farther), (120, far), (160, near)):
            account.start(day * DAY + minutes * MINUTE, where)
        assert account.state.location is not None
        assert len(account.state.location.trail) <= 5
    assert account.confidence(ID) == 0.0


@pytest.mark.parametrize("one", ["vpn", "hosting", "tor", "residential_proxy"])
def test_two_anonymized_sides_are_silent(one: str) -> None:
    stops = [(index * HOUR, facts("athens" if index % 2 else "lisbon", one)) for index in range(6)]
    assert hops(*stops).confidence(ID) == 0.0


@pytest.mark.parametrize("silent", ["relay", "satellite"])
def test_relays_and_satellites_are_no_places(silent: str) -> None:
    stops = [(index * HOUR, facts("athens", silent) if index % 2 else facts("lisbon")) for index in range(6)]
    assert hops(*stops).confidence(ID) == 0.0


@pytest.mark.parametrize("kind", ["mobile", "cgnat", "corporate"])
def test_gateways_of_one_operator_are_one_place(kind: str) -> None:
    stops = [(index * HOUR, facts("athens" if index % 2 else "lisbon", kind, asn=64501)) for index in range(6)]
    assert hops(*stops).confidence(ID) == 0.0


@pytest.mark.parametrize(
    ("home", "gateway"),
    [
        (facts("lisbon"), msgspec.structs.replace(facts("athens", "mobile"), country=None)),
        (msgspec.structs.replace(facts("lisbon"), country=None), facts("athens", "cgnat")),
        (facts("lisbon", "mobile"), msgspec.structs.replace(facts("athens", "mobile"), asn=None)),
        (msgspec.structs.replace(facts("lisbon", "corporate"), asn=None), facts("athens", "corporate")),
    ],
)
def test_a_gateway_of_unknown_country_or_operator_may_be_a_known_one(home: Facts, gateway: Facts) -> None:
    assert hops(*[(index * HOUR, gateway if index % 2 else home) for index in range(6)]).confidence(ID) == 0.0


def test_a_company_gateway_and_a_phone_fire_and_are_left_to_mit_corp() -> None:
    stops = [
        (index * HOUR, facts("athens", "corporate") if index % 2 else facts("lisbon", "mobile")) for index in range(6)
    ]
    assert hops(*stops).confidence(ID) == 1.0


def test_nearby_and_unknown_places_are_silent() -> None:
    assert hops(*[(i * 16 * MINUTE, facts("porto" if i % 2 else "lisbon")) for i in range(9)]).confidence(ID) == 0.0
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
