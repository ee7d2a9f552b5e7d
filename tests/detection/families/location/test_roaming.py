"""A carrier's gateway says where the carrier hands over, not where the phone is."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from enrichers.facts import Facts
from tests.detection.families.location.kit import DAY, HOUR, MINUTE, T0, Account, facts

ID = "impossible_travel"
HOTEL, HOME = facts("athens"), facts("lisbon")


def days(*stops: tuple[int, Facts], **profile: Any) -> Account:
    """The same stops on three days, of somebody at home in Lisbon."""
    account = Account(**{"claimed_country": "AA", **profile})
    for day in range(3):
        for at, where in stops:
            account.start(day * DAY + at, where)
    return account


@pytest.mark.parametrize("carrier", ["mobile", "cgnat"])
@pytest.mark.parametrize("gateway", ["lisbon", "chicago"])
def test_a_roaming_phone_beside_a_laptop_on_the_hotels_network_is_no_travel(gateway: str, carrier: str) -> None:
    """Traffic leaves at home, or in a third country for who bought data for the journey."""
    assert days((0, HOTEL), (HOUR, facts(gateway, carrier)), (2 * HOUR, HOTEL)).fired(ID) is None


def test_nor_are_two_cards_in_one_phone() -> None:
    cards = facts("lisbon", "mobile", asn=64501), facts("athens", "mobile", asn=64502)
    assert days((0, cards[0]), (HOUR, cards[1]), (2 * HOUR, cards[0])).fired(ID) is None


@pytest.mark.parametrize("pause", [MINUTE, 40 * MINUTE])
def test_a_phone_in_between_hides_no_jump_between_two_lines(pause: int) -> None:
    phone = facts("lisbon", "mobile")
    account = days((0, HOME), (pause, phone), (2 * pause, phone), (3 * pause, HOTEL))
    assert account.confidence(ID) == 1.0


def test_the_same_flight_is_none_with_a_phone_on_the_way_either() -> None:
    assert days((0, HOME), (2 * HOUR, facts("athens", "mobile")), (4 * HOUR, HOTEL)).fired(ID) is None


def test_a_phone_and_an_exit_far_away_count_as_any_exit_does() -> None:
    assert days((0, facts("lisbon", "mobile")), (HOUR, facts("athens", "vpn"))).confidence(ID) == 0.4


NAMED: list[dict[str, Any]] = [
    {"claimed_country": "CC"},
    {"id_country": "CC"},
    {"payout_countries": ["CC"]},
    {"travel": {"CC": [T0, T0 + 9 * DAY]}},
]


@pytest.mark.parametrize("carrier", ["mobile", "cgnat"])
def test_a_line_at_home_and_a_carrier_in_a_country_never_named_in_the_same_half_hour_are_two_places(
    carrier: str,
) -> None:
    abroad = facts("chicago", carrier)
    assert days((0, HOME), (20 * MINUTE, abroad)).confidence(ID) == 1.0
    assert days((0, abroad), (20 * MINUTE, HOME)).confidence(ID) == 1.0
    assert days((0, HOME), (20 * MINUTE, abroad), claimed_country="", id_country="AA").confidence(ID) == 1.0


@pytest.mark.parametrize("named", NAMED)
def test_a_card_of_a_country_that_the_person_named_may_be_used_anywhere(named: dict[str, Any]) -> None:
    """Migrants keep the card of where they come from, and who is paid there may have one too."""
    assert days((0, HOME), (20 * MINUTE, facts("chicago", "mobile")), **named).fired(ID) is None


def test_data_bought_for_a_journey_leads_far_away_as_soon_as_the_border_is_crossed() -> None:
    gateway = facts("chicago", "mobile")
    assert days((0, HOME), (50 * MINUTE, gateway), (4 * HOUR, HOTEL), (9 * HOUR, HOME)).fired(ID) is None


def test_a_card_of_the_state_of_a_territory_is_one_of_the_country() -> None:
    territory = msgspec.structs.replace(facts("chicago"), country="PR")
    state = msgspec.structs.replace(facts("athens", "mobile"), country="US")
    far = msgspec.structs.replace(facts("athens", "vpn"), country="PR")
    for claimed in ("PR", "US"):
        assert days((0, territory), (MINUTE, state), claimed_country=claimed).fired(ID) is None
    assert days((0, msgspec.structs.replace(state, latitude=0.0)), (MINUTE, far)).fired(ID) is None


def test_of_a_person_who_named_no_country_no_line_is_at_home() -> None:
    assert days((0, HOME), (20 * MINUTE, facts("chicago", "mobile")), claimed_country="").fired(ID) is None


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (("hosting",), 0.4),
        (("hosting", "mobile"), 0.0),
        (("hosting", "university"), 1.0),
        (("hosting", "mobile", "vpn"), 0.4),
        (("mobile", "residential_proxy"), 0.4),
    ],
)
def test_a_carrier_or_campus_on_a_hosting_list_is_what_it_is(classes: tuple[str, ...], expected: float) -> None:
    """Not an exit: whose phone roams would else be hidden, and a campus beside another line is a place."""
    assert days((0, HOTEL), (HOUR, facts("lisbon", *classes)), (2 * HOUR, HOTEL)).confidence(ID) == expected


def test_one_jump_among_phones_and_exits_stays_one() -> None:
    """What lies between is forgotten once nothing late can stand there; those beside it do not become neighbours."""
    account = Account()
    kinds = (("lisbon",), ("lisbon", "mobile"), ("lisbon", "vpn"), ("porto", "mobile"))
    for hour, where in enumerate([*kinds, *[("chicago", "vpn")] * 5]):
        account.start(hour * HOUR, facts(*where))
    memory = account.state.location
    assert memory is not None
    assert len(memory.pairs) == 1
    assert account.fired(ID) is None
