from __future__ import annotations

from pathlib import Path
from typing import Any

import maxminddb
import pytest

from enrichers.facts import ListEntry
from enrichers.shapes import asn, geo, networks
from enrichers.tables import TableError, open_table


def record(file: Path, ip: str) -> Any:
    with maxminddb.open_database(file) as reader:
        return reader.get(ip)


@pytest.mark.parametrize(
    ("file", "ip", "country", "region", "city"),
    [
        ("maxmind/GeoIP2-City-Test", "81.2.69.160", "GB", "England", "London"),
        ("maxmind/GeoIP2-City-Shield-Test", "81.2.69.160", "GB", "England", "London"),
        ("maxmind/GeoLite2-City-Test", "2.125.160.216", "GB", "England", "Boxford"),
        ("maxmind/GeoLite2-City-Test", "89.160.20.112", "SE", "Östergötland County", "Linköping"),
        ("maxmind/GeoLite2-City-Test", "202.196.224.1", "PH", None, None),
        ("maxmind/GeoLite2-City-Test", "2001:218::1", "JP", None, None),
        ("maxmind/GeoLite2-Country-Test", "81.2.69.160", "GB", None, None),
        ("maxmind/GeoIP2-Enterprise-Test", "74.209.24.0", "US", "New York", "Chatham"),
        ("maxmind/GeoIP2-Enterprise-Test", "1.9.127.107", None, None, None),
        ("maxmind/GeoIP2-Enterprise-Test", "5.83.124.1", None, None, None),  # only registered there
        ("ipinfo/ipinfo_core_sample", "1.0.0.0", "AU", "New South Wales", "Sydney"),
        ("ipinfo/ipinfo_plus_sample", "1.0.1.0", "CN", "Fujian", "Xiamen"),
        ("ipinfo/ipinfo_lite_sample", "1.0.0.0", "AU", None, None),
        ("ipinfo/ipinfo_asn_sample", "1.0.0.0", None, None, None),  # the country of the ASN, not of the address
        ("ipinfo/ipinfo_carrier_sample", "1.5.151.1", None, None, None),
    ],
)
def test_where(samples: Path, file: str, ip: str, country: str | None, region: str | None, city: str | None) -> None:
    place = geo.read(record(samples / f"{file}.mmdb", ip))
    assert (place.country, place.region, place.city) == (country, region, city)


def test_a_country_of_registration_makes_a_table_of_places_but_no_place() -> None:
    registered = {"registered_country": {"iso_code": "GB"}}
    assert geo.recognises(registered)
    assert geo.read(registered) == geo.NOWHERE


def test_position_radius_and_zone(samples: Path) -> None:
    place = geo.read(record(samples / "maxmind/GeoIP2-City-Test.mmdb", "81.2.69.160"))
    assert place[3:] == (51.5142, -0.0931, 100.0, "Europe/London")
    assert geo.read(record(samples / "ipinfo/ipinfo_plus_sample.mmdb", "1.0.0.0")).radius_km == 5000


def test_flat_records_of_ip_location_db_and_old_ipinfo() -> None:
    flat = {
        "city": "Porto",
        "country_code": "PT",
        "latitude": 41.1,
        "longitude": -8.6,
        "state1": "Porto",
        "timezone": "",
    }
    assert geo.read(flat) == geo.Place("PT", "Porto", "Porto", 41.1, -8.6)
    old = {"city": "Oslo", "country": "NO", "lat": "59.9", "lng": "10.7", "region": "Oslo", "radius": "50"}
    assert geo.read(old) == geo.Place("NO", "Oslo", "Oslo", 59.9, 10.7, 50.0)


@pytest.mark.parametrize("latitude", [91, "north", float("nan"), True, None, [1]])
def test_half_a_position_is_none(latitude: object) -> None:
    place = geo.read({"country_code": "zz", "latitude": latitude, "longitude": 1.0})
    assert place == geo.NOWHERE


@pytest.mark.parametrize(
    ("file", "ip", "number", "organisation"),
    [
        ("maxmind/GeoLite2-ASN-Test", "1.128.0.1", 1221, "Telstra Pty Ltd"),
        ("maxmind/GeoLite2-ASN-Test", "2600:6000::1", 237, "Merit Network Inc."),
        ("maxmind/GeoLite2-ASN-Test", "12.96.16.1", 7018, None),
        ("maxmind/GeoIP2-ISP-Test", "149.101.100.0", 6167, "CELLCO-PART"),
        ("maxmind/GeoIP2-ISP-Test", "8.0.0.1", None, "Level 3 Communications"),
        ("maxmind/GeoIP2-Enterprise-Test", "74.209.24.0", 14671, "FairPoint Communications"),
        ("ipinfo/ipinfo_asn_sample", "1.0.0.0", 13335, "Cloudflare, Inc."),
        ("ipinfo/ipinfo_lite_sample", "1.0.0.0", 13335, "Cloudflare, Inc."),
        ("ipinfo/ipinfo_lite_sample", "1.0.24.0", None, None),
    ],
)
def test_whose(samples: Path, file: str, ip: str, number: int | None, organisation: str | None) -> None:
    assert asn.read(record(samples / f"{file}.mmdb", ip)) == (number, organisation)


@pytest.mark.parametrize(
    ("file", "ip", "classes", "operator"),
    [
        ("maxmind/GeoIP2-Anonymous-IP-Test", "1.2.0.1", {"vpn"}, None),
        ("maxmind/GeoIP2-Anonymous-IP-Test", "1.124.213.1", {"vpn", "tor"}, None),
        ("maxmind/GeoIP2-Anonymous-IP-Test", "71.160.223.1", {"hosting"}, None),
        ("maxmind/GeoIP2-Anonymous-IP-Test", "186.30.236.1", {"public_proxy"}, None),
        ("maxmind/GeoIP2-Anonymous-IP-Test", "6.1.0.4", {"residential_proxy"}, None),
        (
            "maxmind/GeoIP2-Anonymous-IP-Test",
            "81.2.69.1",
            {"vpn", "tor", "hosting", "public_proxy", "residential_proxy"},
            None,
        ),
        ("maxmind/GeoIP2-Anonymous-IP-Test", "8.8.8.8", set(), None),
        ("maxmind/GeoIP-Anonymous-Plus-Test", "1.2.0.1", {"vpn"}, "foo"),
        ("maxmind/GeoIP-Residential-Proxy-Test", "6.0.42.17", {"residential_proxy"}, "novada"),
        ("maxmind/GeoIP2-IP-Risk-Test", "6.1.2.1", {"vpn"}, "Test VPN Service"),
        ("maxmind/GeoIP2-IP-Risk-Test", "55.0.0.1", set(), None),
        ("maxmind/GeoIP2-Connection-Type-Test", "1.0.1.0", {"mobile"}, None),
        ("maxmind/GeoIP2-Connection-Type-Test", "214.78.120.1", {"satellite"}, None),
        ("maxmind/GeoIP2-Connection-Type-Test", "201.243.200.1", set(), None),
        ("ipinfo/privacy_detection_sample", "1.0.97.76", {"vpn"}, "ovpnpw"),
        ("ipinfo/privacy_detection_sample", "1.0.0.0", {"hosting"}, None),
        ("ipinfo/ipinfo_privacy_sample", "1.0.0.0", {"hosting"}, None),
        ("ipinfo/ipinfo_privacy_extended_sample", "1.0.97.76", {"vpn"}, "ovpnpw"),
        ("ipinfo/ip_residential_proxy_sample", "1.0.72.254", {"residential_proxy"}, "Floppydata"),
        ("ipinfo/ipinfo_carrier_sample", "1.5.151.1", {"mobile"}, None),
        ("ipinfo/ipinfo_plus_sample", "1.0.0.0", {"hosting"}, None),
    ],
)
def test_what_kind(samples: Path, file: str, ip: str, classes: set[str], operator: str | None) -> None:
    kind = networks.read(record(samples / f"{file}.mmdb", ip), "table")
    assert (set(kind.classes), kind.operator) == (classes, operator)
    assert {entry.network_class for entry in kind.lists} == classes


def test_confidence_and_date_of_the_provider(samples: Path) -> None:
    kind = networks.read(record(samples / "maxmind/GeoIP-Anonymous-Plus-Test.mmdb", "1.2.0.1"), "plus")
    assert kind.lists == (ListEntry("vpn", "plus", "2025-04-14", 0.3),)
    nested = {"residential": {"confidence": 90, "network_last_seen": "2026-01-02", "provider_name": "x"}}
    assert networks.read(nested, "plus").lists == (ListEntry("residential_proxy", "plus", "2026-01-02", 0.9),)


def test_a_residential_proxy_needs_no_confidence_and_no_date() -> None:
    """The products say it by having the address; what other products have beside a date is never only that."""
    for alone in ({"network_last_seen": "2026-01-02"}, {"anonymizer_confidence": 90}):
        assert networks.read({**alone, "provider_name": "x"}, "t").classes == {"residential_proxy"}
    for other in ({"ip_risk": 5}, {"is_anycast": True}):
        assert networks.read({"network_last_seen": "2026-01-02", **other}, "t").classes == set()


@pytest.mark.parametrize(
    "strange", [["vpn", "list", "2026-01-02"], ["vpn", "list", "", float("nan")], ["vpn", "list", "", 1.01],
                ["vpn", "list", "", -0.1], ["vpn", 3, "", 1.0], [["vpn"], "list", "", 1.0], "vpn!", 7, None]
)  # fmt: skip
def test_of_a_strange_record_in_our_own_form_only_what_can_be_facts_is_taken(strange: object) -> None:
    good = ["hosting", "list", "2026-01-02", 0]
    kind = networks.read({"classes": ["vpn", 3, "hosting"], "operator": 5, "lists": [strange, good]}, "t")
    assert kind == networks.Kind(
        frozenset({"vpn", "hosting"}), None, (ListEntry("hosting", "list", "2026-01-02", 0.0),)
    )
    assert networks.read({"classes": ["vpn"], "lists": strange}, "t").classes == {"vpn"}


@pytest.mark.parametrize("strange", [5, True, "VPN", {"type": "VPN"}, ["VPN", 5, {"type": ["VPN"]}]])
def test_strange_tunnels_are_none(strange: object) -> None:
    assert networks.read({"tunnels": strange, "infrastructure": "MOBILE"}, "t").classes == {"mobile"}


def test_classes_in_another_form_are_somebody_elses() -> None:
    assert not networks.recognises({"classes": "vpn"})
    assert networks.read({"classes": {"vpn": True}, "vpn": True}, "t").classes == {"vpn"}


def test_the_text_false_is_not_true() -> None:
    assert networks.read({"vpn": "false", "tor": "", "proxy": "true"}, "t").classes == {"public_proxy"}


def test_table_of_text_records_is_refused(samples: Path, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="shape: found records of type str; expected maps"):
        open_table(samples / "maxmind/MaxMind-DB-string-value-entries.mmdb", "geo", tmp_path)


def test_edges_of_what_a_record_may_say() -> None:
    assert [networks.read({"ipv4_32": users}, "t").classes for users in (15, 16)] == [set(), {"cgnat"}]
    assert [asn.read({"asn": number}).asn for number in (0, 1, 2**32 - 1, 2**32)] == [None, 1, 2**32 - 1, None]
    assert [geo.read({"country_code": code}).country for code in ("XX", "ZZ", "de")] == [None, None, "DE"]
    pole = geo.read({"country_code": "AQ", "latitude": -90, "longitude": 180, "radius": 0})
    assert (pole.latitude, pole.longitude, pole.radius_km) == (-90.0, 180.0, 0.0)


def test_a_date_of_the_record_counts_over_the_tables_and_the_first_named_tunnel_is_the_operator() -> None:
    for record, expected in (({"last_seen": "2026-01-02"}, "2026-01-02"), ({}, "2026-02-02")):
        assert networks.read({"is_vpn": True, **record}, "t", "2026-02-02").lists[0].dated == expected
    tunnels = [{"type": "VPN", "operator": "FIRST"}, {"type": "VPN"}, {"type": "VPN", "operator": "SECOND"}]
    assert networks.read({"tunnels": tunnels}, "t").operator == "FIRST"
