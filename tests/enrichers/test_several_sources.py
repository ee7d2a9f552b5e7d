"""Commercial files beside our own, several for one address: classes are joined with their sources, countries compared."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

import pytest

from enrichers.compiled import Row, write, write_networks
from enrichers.enrich import Enricher, combine
from enrichers.facts import Facts
from enrichers.manifest import named_files
from enrichers.shapes import geo, networks
from enrichers.shapes.geo import Place
from enrichers.shapes.networks import Kind
from enrichers.snapshot import load_sources

EPOCH = 1_793_577_600
COMMERCIAL = (
    "maxmind/GeoIP2-Anonymous-IP-Test",
    "maxmind/GeoIP-Anonymous-Plus-Test",
    "maxmind/GeoIP-Residential-Proxy-Test",
    "maxmind/GeoIP2-IP-Risk-Test",
    "maxmind/GeoIP2-ISP-Test",
    "maxmind/GeoIP2-Connection-Type-Test",
    "maxmind/GeoIP2-User-Count-Test",
    "maxmind/GeoIP2-Enterprise-Test",
    "ipinfo/ipinfo_privacy_sample",
    "ipinfo/ipinfo_privacy_extended_sample",
    "ipinfo/privacy_detection_sample",
    "ipinfo/ip_residential_proxy_sample",
    "ipinfo/ipinfo_carrier_sample",
    "ipinfo/ipinfo_plus_sample",
    "ipinfo/ipinfo_core_sample",
)


@pytest.fixture(scope="session")
def everything(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Enricher:
    """All commercial networks files together, after our own, in which two of their VPN prefixes are relays or gateways."""
    folder = tmp_path_factory.mktemp("several")
    rows = [Row("1.2.0.0/24", "relay", "egress list", "2026-11-20"), Row("1.124.213.1/32", "vpn", "ours", "2026-11-20")]
    write_networks(rows, folder / "own.mmdb", EPOCH, "test")
    named = ",".join(str(path) for path in (folder / "own.mmdb", *(samples / f"{name}.mmdb" for name in COMMERCIAL)))
    return Enricher(load_sources(named_files(networks=named), folder / "private"))


@pytest.mark.parametrize(
    ("ip", "classes", "operator", "sources"),
    [
        (
            "1.2.0.1",
            ("relay",),
            None,
            {"egress list"},
        ),  # two files say VPN, one of them with an operator: a relay is none
        ("1.2.3.5", ("vpn",), None, {"GeoIP2-Anonymous-IP", "GeoIP-Anonymous-Plus"}),
        ("149.101.100.0", ("mobile",), None, {"GeoIP2-ISP", "GeoIP2-Connection-Type", "GeoIP2-Enterprise"}),
        ("214.78.120.1", ("satellite",), None, {"GeoIP2-Connection-Type", "GeoIP2-Enterprise"}),
        ("6.1.2.1", ("vpn",), "Test VPN Service", {"GeoIP2-IP-Risk"}),
        (
            "1.0.97.76",
            ("residential_proxy", "vpn"),
            "ovpnpw",
            {
                "ipinfo standard_privacy_new_sample.mmdb",
                "ipinfo extended_privacy_new_sample.mmdb",
                "ipinfo standard_privacy_sample.mmdb",
                "ipinfo generic_privacy_proxy_residential_30d_sample.mmdb",
            },
        ),
        ("74.209.24.0", (), None, set()),  # known to several, and nothing said
    ],
)
def test_classes_of_all_sources_are_joined(
    everything: Enricher, ip: str, classes: tuple[str, ...], operator: str | None, sources: set[str]
) -> None:
    facts = everything.facts(ip, None, 0)
    assert (facts.classes, facts.operator) == (classes, operator)
    assert {entry.source for entry in facts.lists} == sources
    assert all(len(entry.dated) == 10 for entry in facts.lists), "every statement has its list's date"


def test_each_class_keeps_who_said_so_and_when(everything: Enricher) -> None:
    said = {(e.network_class, e.source, e.dated, e.confidence) for e in everything.facts("1.124.213.1", None, 0).lists}
    assert said == {
        ("vpn", "ours", "2026-11-20", 1.0),
        ("tor", "GeoIP2-Anonymous-IP", "2026-02-04", 1.0),
        ("vpn", "GeoIP2-Anonymous-IP", "2026-02-04", 1.0),
        ("tor", "GeoIP-Anonymous-Plus", "2026-02-04", 1.0),
        ("vpn", "GeoIP-Anonymous-Plus", "2026-02-04", 1.0),
        ("mobile", "GeoIP2-Enterprise", "2026-05-29", 1.0),
    }


@pytest.mark.parametrize(
    ("record", "classes", "operator"),
    [
        ({"ip": "192.0.2.1", "as": {"number": 64500}, "client": {}, "infrastructure": "DATACENTER"}, {"hosting"}, None),
        (
            {"tunnels": [{"type": "VPN", "operator": "X_VPN", "anonymous": True}, {"type": "TOR"}]},
            {"vpn", "tor"},
            "X_VPN",
        ),
        ({"client": {"proxies": ["P_PROXY", "Q"], "types": ["MOBILE"]}}, {"residential_proxy"}, "P_PROXY"),
        ({"tunnels": [{"type": "PROXY"}, "odd", {}], "client": "odd", "infrastructure": 7}, {"public_proxy"}, None),
        ({"infrastructure": "MOBILE", "client": {"proxies": None}}, {"mobile"}, None),
        ({"tunnels": []}, set(), None),
        ({"ipv4_24": 900, "ipv4_32": 16}, {"cgnat"}, None),
        ({"ipv4_24": 900, "ipv4_32": 15}, set(), None),
        ({"ipv6_32": 99, "ipv6_48": 99, "ipv6_64": 3}, set(), None),
        ({"traits": {"user_type": "hosting", "isp": "x"}}, {"hosting"}, None),
        ({"traits": {"user_type": "cellular", "connection_type": "Cellular"}}, {"mobile"}, None),
        ({"traits": {"user_type": "business"}}, set(), None),
    ],
)
def test_shapes_of_spur_user_count_and_enterprise(record: Any, classes: set[str], operator: str | None) -> None:
    assert networks.recognises(record)
    kind = networks.read(record, "table", "2026-11-24")
    assert (set(kind.classes), kind.operator) == (classes, operator)
    assert {(entry.network_class, entry.source, entry.dated) for entry in kind.lists} == {
        (name, "table", "2026-11-24") for name in classes
    }


def test_a_city_file_is_no_networks_table(samples: Path) -> None:
    assert not networks.recognises({"country": {"iso_code": "GB"}, "traits": {"is_anycast": True}})
    assert not networks.recognises({"autonomous_system_number": 1, "autonomous_system_organization": "x"})


def test_many_users_of_a_tunnel_are_no_carriers_gateway() -> None:
    crowd = Kind(frozenset({"cgnat"}))
    assert combine([crowd, Kind(frozenset({"vpn"}))]).classes == {"vpn"}
    assert combine([crowd, Kind(frozenset({"mobile"}))]).classes == {"mobile", "cgnat"}


def geo_table(path: Path, **countries: tuple[str, float, float] | str) -> Path:
    """A table of /24s, 20.0.N.0/24 for `aN`: country and position, or the country alone."""
    records: list[tuple[Any, Any]] = []
    for name, said in countries.items():
        record: dict[str, Any] = {"country": {"iso_code": said if isinstance(said, str) else said[0]}}
        if not isinstance(said, str):
            record["location"] = {"latitude": said[1], "longitude": said[2], "accuracy_radius": 20}
        records.append((ipaddress.ip_network(f"20.0.{name[1:]}.0/24"), record))
    write(records, path, "Test-City", EPOCH, "test")
    return path


@pytest.fixture
def disputed(tmp_path: Path) -> Enricher:
    first = geo_table(tmp_path / "1.mmdb", a1=("PT", 38.7, -9.1), a2=("PT", 38.7, -9.1), a3=("PT", 38.7, -9.1))
    second = geo_table(tmp_path / "2.mmdb", a1=("PT", 41.1, -8.6), a2=("ES", 40.4, -3.7), a3="BR", a4=("FR", 48.9, 2.4))
    third = geo_table(tmp_path / "3.mmdb", a1=("PT", 38.7, -9.1), a2=("PT", 38.7, -9.1))
    named = f"{first},{second},{third}"
    return Enricher(load_sources(named_files(geo=named), tmp_path / "private"))


def place(facts: Facts) -> tuple[object, ...]:
    return facts.country, facts.latitude, facts.radius_km, facts.other_countries, facts.country_confidence


def test_sources_that_agree_on_the_country_are_one_voice(disputed: Enricher) -> None:
    assert place(disputed.facts("20.0.1.7", None, 0)) == ("PT", 38.7, 20.0, (), 1.0)


def test_a_disputed_country_is_a_fact_lowers_confidence_and_widens_the_radius(disputed: Enricher) -> None:
    country, latitude, radius, others, confidence = place(disputed.facts("20.0.2.7", None, 0))
    assert (country, latitude, others, confidence) == ("PT", 38.7, ("ES",), 0.67)
    assert radius == pytest.approx(502, abs=10)  # Lisbon to Madrid


def test_a_dispute_without_a_position_could_be_anywhere(disputed: Enricher) -> None:
    assert place(disputed.facts("20.0.3.7", None, 0)) == ("PT", 38.7, geo.HALF_ROUND_KM, ("BR",), 0.5)


def test_the_second_source_answers_where_the_first_is_silent(disputed: Enricher) -> None:
    facts = disputed.facts("20.0.4.7", None, 0)
    assert place(facts) == ("FR", 48.9, 20.0, (), 1.0)
    assert facts.geo_prefix == "20.0.4.0/24"
    assert disputed.counts["geo", "hit"] == 1
    assert disputed.counts["geo", "miss"] == 2


def test_a_disputed_place_is_never_surer_than_its_own_source() -> None:
    near = Place("ES", latitude=40.4, longitude=-3.7)
    for radius, joined in ((5_000.0, 5_000), (5.0, 504), (None, 504)):
        place = Place("PT", latitude=38.7, longitude=-9.1, radius_km=radius)
        assert geo.join([place, near]).place.radius_km == pytest.approx(joined, abs=10)
    assert geo.join([Place("PT"), near]).place.radius_km == round(geo.HALF_ROUND_KM), "a position that is not known"


def test_places_without_a_country_join() -> None:
    assert geo.join([]).place == geo.NOWHERE
    assert geo.join([geo.NOWHERE, Place(time_zone="Europe/Oslo")]) == geo.Joined(geo.NOWHERE)
    assert geo.join([geo.NOWHERE, Place("NO")]) == geo.Joined(Place("NO"))


def test_one_file_may_serve_two_roles(samples: Path, tmp_path: Path) -> None:
    plus = str(samples / "ipinfo/ipinfo_plus_sample.mmdb")
    enricher = Enricher(load_sources(named_files(plus, plus, plus), tmp_path / "private"))
    facts = enricher.facts("1.0.0.0", None, 0)
    assert (facts.country, facts.asn, facts.classes) == ("AU", 13335, ("hosting",))
