from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest

from enrichers.demo import DemoNetworks, build
from enrichers.demo_source import demo_source
from enrichers.enrich import Enricher
from schemas.addresses import parse_address

DEMO = DemoNetworks()
DOCUMENTATION = [
    ipaddress.ip_network(text) for text in ("2001:db8::/32", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
]


def test_the_same_bytes_every_time(demo_paths: dict[str, Path], tmp_path: Path) -> None:
    again = build(tmp_path)
    assert {role: path.read_bytes() for role, path in again.items()} == {
        role: path.read_bytes() for role, path in demo_paths.items()
    }


def test_letters_of_the_catalogue() -> None:
    assert [DEMO.country(letter) for letter in "ABCDEFGH"] == ["PT", "NO", "CA", "JP", "BR", "ZA", "IN", "AU"]
    assert {"CN", "RU", "US", "DE"} <= set(DEMO.countries)
    assert DEMO.home("A", 7) == DEMO.home("PT", 7) == DEMO.pick("home", "PT", 7)


def test_a_million_distinct_home_addresses_over_many_networks() -> None:
    addresses = {DEMO.home("US", n, network=n % 240) for n in range(50_000)}
    assert len(addresses) == 50_000
    assert len({parse_address(text).network for text in addresses}) == 240
    assert DEMO.home("US", 65_534) != DEMO.home("US", 65_535)
    assert len({DEMO.home("US", n) for n in (0, 65_534, 65_535, 1_000_000, 240 * 65_535 - 1)}) == 5


def test_consecutive_addresses_share_a_network_and_hosts_a_subscriber() -> None:
    first, second = parse_address(DEMO.home("DE", 0)), parse_address(DEMO.home("DE", 1))
    assert first.network == second.network
    assert first.shared_key != second.shared_key
    desk = parse_address(DEMO.office("DE", 0, host=2))
    assert desk.shared_key == parse_address(DEMO.office("DE", 0)).shared_key
    assert parse_address(DEMO.home("DE", 0, network=5)).network != first.network


def test_every_operator_answers_in_every_country(enricher: Enricher) -> None:
    for country in DEMO.countries:
        for operator in demo_source().operators:
            tag = operator.partner or operator.operator or ""
            for n, network in ((0, None), (9, 3), (70_000, None), (5, 255)):
                ip = DEMO.pick(operator.kind, country, n, tag=tag, network=network)
                facts = enricher.facts(ip, None, 0)
                assert facts.ip == ip, "text is in the normal form"
                assert facts.country == country
                assert set(operator.classes) == set(facts.classes)
                assert facts.operator == operator.operator
                assert None not in {facts.city, facts.geo_tz, facts.latitude, facts.radius_km, facts.asn}


def test_home_lines_are_never_proxy_exits(enricher: Enricher) -> None:
    assert all(enricher.facts(DEMO.home("FR", 0, network=k), None, 0).classes == () for k in range(256))


def test_the_second_half_of_the_networks_is_in_the_second_city(enricher: Enricher) -> None:
    for network, city in ((0, "New York"), (127, "New York"), (128, "Los Angeles"), (239, "Los Angeles")):
        assert enricher.facts(DEMO.home("US", 0, network=network), None, 0).city == city
        assert DEMO.city("US", network).name == city


def test_relay_partners_are_three_networks(enricher: Enricher) -> None:
    assert len({enricher.facts(DEMO.relay(partner, 0, country="B"), None, 0).asn for partner in (1, 2, 3)}) == 3


def test_dprk_is_net_1(enricher: Enricher) -> None:
    for n in (0, 1021, 5000):
        facts = enricher.facts(DEMO.dprk(n), None, 0)
        assert (facts.country, facts.asn, facts.registry) == ("KP", 131279, "NET-1")
    assert len({DEMO.dprk(n) for n in range(1022)}) == 1022


def test_only_documentation_space_and_private_numbers_are_given_away() -> None:
    source = demo_source()
    picks = [
        DEMO.pick(operator.kind, country, 3, tag=operator.partner or operator.operator or "")
        for operator in source.operators
        for country in DEMO.countries
    ] + [DEMO.ipv4(kind, 300) for kind in ("home", "mobile", "office")]
    assert all(
        any(address in network for network in DOCUMENTATION if network.version == address.version)
        for address in map(ipaddress.ip_address, picks)
    )
    assert all(operator.inside or 4_200_000_000 <= operator.asn <= 4_294_967_294 for operator in source.operators)


@pytest.mark.parametrize(("kind", "country", "tag"), [("home", "XX", ""), ("vpn", "PT", "NOBODY"), ("hat", "PT", "")])
def test_what_does_not_exist(kind: str, country: str, tag: str) -> None:
    with pytest.raises(KeyError):
        DEMO.pick(kind, country, 0, tag=tag)
