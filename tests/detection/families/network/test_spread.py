from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.facts import Facts, ListEntry
from streams.detection.families.network.memory import NetworkMemory
from tests.detection.families.network.kit import DAY, HOUR, MINUTE, Account, facts, ipv6, vpn

SPREAD = "multi_ip_multi_country_window"


def visit(steps: list[tuple[int, Facts]]) -> Account:
    account = Account()
    for at, where in steps:
        account.start(at, where)
    return account


def test_four_networks_of_three_providers_in_an_hour() -> None:
    steps = [(0, facts(1)), (10 * MINUTE, facts(2)), (20 * MINUTE, facts(3)), (50 * MINUTE, facts(4))]
    account = visit(steps)
    assert account.confidence(SPREAD) == 1.0
    evidence = account.fired(SPREAD)
    assert evidence is not None
    assert evidence.numbers["spread"] == "4 networks of 4 providers"


def test_edges_of_the_hour_rule() -> None:
    apart = [(0, facts(1)), (10 * MINUTE, facts(2)), (20 * MINUTE, facts(3)), (61 * MINUTE, facts(4))]
    assert visit(apart).confidence(SPREAD) == 0
    two_providers = [(n * MINUTE, facts(n, asn=64500 + n % 2)) for n in range(1, 6)]
    assert visit(two_providers).confidence(SPREAD) == 0
    unknown_providers = [(n * MINUTE, facts(n, asn=0)) for n in range(1, 6)]
    assert visit(unknown_providers).confidence(SPREAD) == 0
    assert visit([(n * MINUTE, facts(n)) for n in range(1, 4)]).confidence(SPREAD) == 0


def test_an_ipv4_and_an_ipv6_network_of_one_provider_are_one_line() -> None:
    home, office = [facts(1), ipv6(facts(1))], [facts(2), ipv6(facts(2))]
    on_the_way = [facts(3, classes=("mobile",))]
    day = [(n * 10 * MINUTE, where) for n, where in enumerate([*home, *on_the_way, *office])]
    assert visit(day).confidence(SPREAD) == 0
    evidence = visit([*day, (55 * MINUTE, ipv6(facts(4)))]).fired(SPREAD)
    assert evidence is not None
    assert evidence.numbers["networks"] == 4
    unknown = [(n * 10 * MINUTE, where) for n, where in enumerate([facts(1, asn=0), ipv6(facts(1, asn=0))])]
    assert visit([*unknown, *day[2:]]).confidence(SPREAD) == 0


def test_countries_in_a_day_and_in_a_week() -> None:
    assert visit([(n * 10 * HOUR, facts(1, country=c)) for n, c in enumerate("ABC")]).confidence(SPREAD) == 1.0
    assert visit([(n * 13 * HOUR, facts(1, country=c)) for n, c in enumerate("ABC")]).confidence(SPREAD) == 0
    assert visit([(n * DAY, facts(1, country=c)) for n, c in enumerate("ABCDEF")]).confidence(SPREAD) == 1.0
    assert visit([(n * DAY, facts(1, country=c)) for n, c in enumerate("ABCDE")]).confidence(SPREAD) == 0
    assert visit([(n * HOUR, facts(n, country=None, asn=7)) for n in range(1, 5)]).confidence(SPREAD) == 0


def test_one_vpn_operator_explains_it_partly_and_two_do_not() -> None:
    hopping = [(n * HOUR, vpn(n, country=c)) for n, c in enumerate("ABC")]
    assert visit(hopping).confidence(SPREAD) == 0.6
    assert visit([*hopping, (4 * HOUR, facts(9, country="Z"))]).confidence(SPREAD) == 0.6
    assert visit([*hopping, (4 * HOUR, vpn(9, country="Z", operator="OTHER"))]).confidence(SPREAD) == 1.0
    own = [(5 * HOUR, facts(n, country=c)) for n, c in ((20, "X"), (21, "Y"), (22, "Z"))]
    assert visit([*hopping, *own]).confidence(SPREAD) == 1.0


def test_an_exit_whose_operator_nobody_names_is_no_second_operator() -> None:
    for named in ("ASTRILL", None):
        exits = [(n * HOUR, vpn(n, country=c, operator=named if n else None)) for n, c in enumerate("ABC")]
        assert visit(exits).confidence(SPREAD) == 0.6
    hour = [(n * MINUTE, vpn(n, operator="ASTRILL" if n % 2 else None)) for n in range(4)]
    assert visit(hour).confidence(SPREAD) == 0.6


def test_an_hour_of_two_operators_or_of_many_own_networks_is_no_one_vpns() -> None:
    hops = [(n * MINUTE, vpn(n)) for n in range(4)]
    assert visit(hops).confidence(SPREAD) == 0.6
    assert visit([*hops, (5 * MINUTE, vpn(4, operator="OTHER"))]).confidence(SPREAD) == 1.0
    own = [((10 + n) * MINUTE, facts(n)) for n in range(20, 24)]
    assert visit([*hops, *own[:3]]).confidence(SPREAD) == 0.6
    assert visit([*hops, *own]).confidence(SPREAD) == 1.0


def test_tor_is_one_operator_whatever_vpn_lists_say_of_its_exits() -> None:
    circuits = [(n * MINUTE, facts(n, classes=("tor", "vpn") if n % 2 else ("tor",), operator=None)) for n in range(4)]
    assert visit(circuits).confidence(SPREAD) == 0.6
    assert visit([*circuits, (5 * MINUTE, vpn(9))]).confidence(SPREAD) == 1.0


def test_a_carriers_addresses_are_one_network() -> None:  # B04
    steps = [(n * 20 * MINUTE, facts(n % 200, asn=64999, classes=("mobile",))) for n in range(300)]
    assert visit(steps).confidence(SPREAD) == 0


def test_a_relays_addresses_are_one_network() -> None:  # B05
    steps = [
        (n * 5 * MINUTE, facts(n, asn=64600 + n % 3, classes=("relay",), operator="EXAMPLE_RELAY")) for n in range(120)
    ]
    assert visit(steps).confidence(SPREAD) == 0


def test_territories_and_their_state_are_one_country() -> None:
    """Whoever flies from Chicago by San Juan to Saint Thomas has not left the country, whatever a table calls it."""
    assert visit([(n * HOUR, facts(1, country=c)) for n, c in enumerate(("US", "PR", "VI"))]).confidence(SPREAD) == 0
    islands = ("US", "PR", "VI", "FR", "RE")
    assert visit([(n * HOUR, facts(1, country=c)) for n, c in enumerate(islands)]).confidence(SPREAD) == 0
    evidence = visit([(n * HOUR, facts(1, country=c)) for n, c in enumerate((*islands, "JE"))]).fired(SPREAD)
    assert evidence is not None
    assert evidence.numbers["countries"] == 3
    hopping = [facts(1, country="US"), *(vpn(2, country=c) for c in ("PR", "FR", "GB"))]
    assert visit([(n * HOUR, where) for n, where in enumerate(hopping)]).confidence(SPREAD) == 0.6


@pytest.mark.parametrize("name", ["mobile", "cgnat", "satellite", "corporate", "relay"])
def test_what_deals_out_many_networks_is_one(name: str) -> None:
    steps = [(n * 4 * MINUTE, facts(20 + n, asn=64700 + n % 3, classes=(name,), operator="Example")) for n in range(12)]
    others = [(n * MINUTE, facts(n)) for n in (1, 2)]
    assert visit([*steps, *others]).confidence(SPREAD) == 0
    assert visit([*steps, *others, (50 * MINUTE, facts(3))]).confidence(SPREAD) == 1.0


@pytest.mark.parametrize(("name", "expected"), [("corporate", 0), ("satellite", 0), ("tor", 0), ("mobile", 1.0)])
def test_an_exit_that_nobody_chose_by_country_says_nothing_of_places(name: str, expected: float) -> None:
    steps = [(n * HOUR, facts(n, country=country, asn=7, classes=(name,))) for n, country in enumerate("ABCDEFG")]
    assert visit(steps).confidence(SPREAD) == expected


def test_relays_whose_feed_names_no_operator_are_one_network_too_and_carrier_grade_nat_is_its_providers() -> None:
    steps = [(n * 4 * MINUTE, facts(20 + n, asn=64700 + n % 3, classes=("relay",))) for n in range(12)]
    assert visit([*steps, (50 * MINUTE, facts(1))]).confidence(SPREAD) == 0
    gateways = [(n * 4 * MINUTE, facts(20 + n, asn=64700, classes=("cgnat",))) for n in range(12)]
    others = [(n * MINUTE, facts(n)) for n in (1, 2)]
    assert visit([*gateways, *others]).confidence(SPREAD) == 0
    assert visit([*gateways, *others, (50 * MINUTE, facts(3))]).confidence(SPREAD) == 1.0


def test_a_travelling_account_with_one_vpn_keeps_the_lower_confidence() -> None:  # B02
    steps = [(day * DAY + n * HOUR, vpn(n, country=c)) for day in range(6) for n, c in enumerate(("C1", "C2", "C3"))]
    steps += [(day * DAY + 5 * HOUR, facts(90 + day, country=f"C{1 + day // 3}")) for day in range(6)]
    assert visit(steps).confidence(SPREAD) == 0.6


def test_that_one_vpn_explains_it_names_the_list_that_says_so() -> None:
    said = (ListEntry("vpn", "a list", "2026-11-20"),)
    exits = [(n * HOUR, facts(n, country=f"C{n}", classes=("vpn",), operator="ASTRILL", lists=said)) for n in range(3)]
    account = visit(exits)
    assert account.confidence(SPREAD) == 0.6
    assert account.state.fired[SPREAD].numbers["lists"] == ["vpn: a list of 2026-11-20"]
    assert "lists" not in visit([(n * HOUR, facts(n, country=f"C{n}")) for n in range(3)]).state.fired[SPREAD].numbers


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_of_several_lists_the_newest_is_named_in_any_order(order: tuple[int, ...]) -> None:
    account = Account()
    for n in order:
        said = (ListEntry("vpn", f"list {n}", f"2026-11-{20 + n}"),)
        account.start(n * HOUR, facts(n, country=f"C{n}", classes=("vpn",), operator="ASTRILL", lists=said))
    assert account.state.fired[SPREAD].numbers["lists"] == ["vpn: list 2 of 2026-11-22"]


WHERE = st.sampled_from(
    [
        *(facts(n, country=c) for n, c in ((1, "A"), (2, "A"), (3, "B"), (4, "C"))),
        vpn(5, "D"),
        vpn(6, "E"),
        vpn(7, "F", operator="OTHER"),
        facts(8, country="A", classes=("mobile",)),
        facts(9, country="G", classes=("residential_proxy",)),
        facts(10, country="H", classes=("residential_proxy",)),
        facts(11, country="I", classes=("residential_proxy",)),
    ]
)
MINUTES = st.integers(0, 24 * 60)


@given(steps=st.lists(st.tuples(MINUTES, WHERE), max_size=30), seed=st.integers(0, 99))
def test_any_order_within_the_lateness_and_duplicates_give_the_same(steps: list[tuple[int, Facts]], seed: int) -> None:
    chance = random.Random(seed)
    ordered = sorted(((at * MINUTE, where) for at, where in steps), key=lambda step: (step[0], step[1].ip))
    shuffled = sorted(ordered * 2, key=lambda step: step[0] + chance.randrange(15 * MINUTE))
    one, other = visit(ordered), visit(shuffled)
    assert {k: e.confidence for k, e in one.state.fired.items()} == {
        k: e.confidence for k, e in other.state.fired.items()
    }
    one.close(1)
    other.close(1)
    assert one.confidence("named_vpn_operator") == other.confidence("named_vpn_operator")
    assert (
        one.state.network is None or other.state.network is None or one.state.network.days == other.state.network.days
    )


@given(steps=st.lists(st.tuples(MINUTES, WHERE), max_size=20))
def test_state_may_be_stored_and_read_back_at_any_moment(steps: list[tuple[int, Facts]]) -> None:
    plain, stored = Account(), Account()
    for at, where in steps:
        plain.start(at * MINUTE, where)
        stored.start(at * MINUTE, where)
        raw = msgspec.msgpack.encode(stored.state.network)
        stored.state.network = msgspec.msgpack.decode(raw, type=NetworkMemory)
    assert plain.state == stored.state
