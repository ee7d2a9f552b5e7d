"""New tables may move an address over night; whoever stayed on it has not travelled."""

from __future__ import annotations

import msgspec
import pytest

from enrichers.facts import Facts
from tests.detection.families.location.kit import DAY, HOUR, MINUTE, Account, facts

ID = "impossible_travel"
HOME, OFFICE = "203.0.113.0/24", "192.0.2.0/24"


def on(network: str, place: str) -> Facts:
    return msgspec.structs.replace(facts(place), network=network)


@pytest.mark.parametrize("gap", [MINUTE, HOUR, DAY])
def test_an_address_that_the_tables_move_is_no_travel(gap: int) -> None:
    account = Account()
    for swap in range(4):  # there and back, more often than the indicator asks for
        account.start(2 * swap * gap, on(HOME, ("lisbon", "athens")[swap % 2]))
        account.start((2 * swap + 1) * gap, on(HOME, ("lisbon", "athens")[swap % 2]))
    assert account.confidence(ID) == 0.0


def test_two_networks_of_one_place_of_which_one_is_moved_are_no_travel_either() -> None:
    account = Account()
    for day in range(3):
        account.start(day * DAY, on(OFFICE, "lisbon"))
        account.start(day * DAY + MINUTE, on(HOME, "lisbon"))
        account.start(day * DAY + 2 * MINUTE, on(HOME, "athens"))
        account.start(day * DAY + 3 * MINUTE, on(HOME, "lisbon"))
    assert account.confidence(ID) == 0.0


def test_travel_between_networks_still_counts() -> None:
    account = Account()
    for hour, (network, place) in enumerate([(HOME, "lisbon"), (OFFICE, "athens"), (HOME, "lisbon")]):
        account.start(hour * HOUR, on(network, place))
    assert account.confidence(ID) == 1.0


def test_a_position_that_two_sources_dispute_is_no_travel() -> None:
    account = Account()
    disputed = msgspec.structs.replace(on(OFFICE, "athens"), radius_km=2900.0, other_countries=("AA",))
    for hour, where in enumerate([on(HOME, "lisbon"), disputed, on(HOME, "lisbon")]):
        account.start(hour * HOUR, where)
    assert account.confidence(ID) == 0.0
