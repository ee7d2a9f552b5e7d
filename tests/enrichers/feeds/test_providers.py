"""Commercial feeds: MaxMind, IPinfo, Spur, IP2Proxy (catalogue §7 #6 to #9)."""

from __future__ import annotations

import gzip
import ipaddress
from pathlib import Path
from typing import Any

import maxminddb
import pytest
from maxminddb.const import MODE_MMAP_EXT

from enrichers.compiled import write
from enrichers.feeds.records import records_of
from enrichers.feeds.source import Source
from enrichers.feeds.statement import ListError, Notes
from enrichers.prefixes import of_network, text_of
from tests.enrichers.feeds.conftest import DAY, FIXTURES, Text, read, said


def mmdb(path: Path, records: dict[str, dict[str, Any]]) -> Path:
    entries = [(ipaddress.ip_network(prefix), record) for prefix, record in records.items()]
    write(entries, path, "GeoIP2-Anonymous-IP", 1_795_500_000, "test")
    return path


def test_maxmind_flags_are_there_only_when_true(tmp_path: Path) -> None:
    path = mmdb(
        tmp_path / "a.mmdb",
        {
            "192.0.2.0/25": {"is_anonymous": True, "is_anonymous_vpn": True, "is_hosting_provider": True},
            "192.0.2.128/25": {},
            "2001:db8::/48": {"is_anonymous": True, "is_tor_exit_node": True},
        },
    )
    statements, notes = read("mmdb", path)
    assert said(statements) == [
        ("192.0.2.0/25", ("hosting",), None),
        ("192.0.2.0/25", ("vpn",), None),
        ("2001:db8::/48", ("tor",), None),
    ]
    assert notes.metadata == {"database_type": "GeoIP2-Anonymous-IP"}
    assert str(notes.dated) == "2026-11-24"


def test_anonymous_plus_has_confidence_date_and_a_nested_record_alone(tmp_path: Path) -> None:
    plus = {
        "is_anonymous_vpn": True,
        "anonymizer_confidence": 30,
        "network_last_seen": "2026-04-14",
        "provider_name": "foo",
    }
    nested = {"residential": {"confidence": 90, "network_last_seen": "2026-01-02", "provider_name": "bar"}}
    statements, _ = read("mmdb", mmdb(tmp_path / "p.mmdb", {"192.0.2.0/25": plus, "192.0.2.128/25": nested}))
    assert [(s.kinds, s.operator, s.confidence, s.last_seen) for s in statements] == [
        (("vpn",), "foo", 0.3, "2026-04-14"),
        (("residential_proxy",), "bar", 0.9, "2026-01-02"),
    ]


def test_base_tables_say_place_and_owner(tmp_path: Path) -> None:
    records: dict[str, dict[str, Any]] = {
        "192.0.2.0/24": {"autonomous_system_number": 64500, "autonomous_system_organization": "Example"},
        "198.51.100.0/24": {"country": {"iso_code": "DE"}, "city": {"names": {"en": "Berlin"}}},
    }
    statements, _ = read("mmdb", mmdb(tmp_path / "b.mmdb", records))
    assert [s.kinds for s in statements] == [("asn",), ("geo",)]
    assert statements[0].owner == (64500, "Example")
    assert (statements[1].place.country, statements[1].place.city) == ("DE", "Berlin")


def test_a_damaged_mmdb_is_refused(tmp_path: Path) -> None:
    good = mmdb(tmp_path / "a.mmdb", {"192.0.2.0/25": {"is_anonymous_vpn": True}}).read_bytes()
    for content in (b"nothing", good[:-30]):
        (tmp_path / "b.mmdb").write_bytes(content)
        with pytest.raises(ListError, match=r"opens: found .*; expected an mmdb file"):
            read("mmdb", tmp_path / "b.mmdb")


def test_providers_samples_are_read(samples: Path) -> None:
    found = {
        file.name: sum(1 for s in read("mmdb", file)[0] if s.kinds)
        for folder in ("maxmind", "ipinfo")
        for file in sorted((samples / folder).glob("*.mmdb"))
        if "MaxMind-DB" not in file.name
    }
    silent = {name for name, count in found.items() if not count}
    assert silent <= {"GeoIP2-Static-IP-Score-Test.mmdb", "GeoIP2-User-Count-Test.mmdb"}


def test_a_walk_finds_what_the_c_reader_finds(samples: Path) -> None:
    for file in sorted((samples / "maxmind").glob("Geo*.mmdb")):
        with maxminddb.open_database(file, MODE_MMAP_EXT) as reader:
            expected = {of_network(network): record for network, record in reader}
        assert dict(records_of(Source(file, DAY), Notes())) == expected, file.name


def test_a_tree_that_leads_back_into_itself_ends(tmp_path: Path) -> None:
    good = mmdb(tmp_path / "a.mmdb", {"2001:db8::/32": {"is_anonymous_vpn": True}}).read_bytes()
    looped = bytearray(good)
    looped[6 * 9 : 6 * 10] = bytes(6)  # both branches of node 9 lead to the root
    (tmp_path / "b.mmdb").write_bytes(looped)
    with pytest.raises(ListError, match="branches lead back into the tree"):
        read("mmdb", tmp_path / "b.mmdb")


def test_ipinfo_text_booleans_and_ranges() -> None:
    statements, _ = read("ipinfo-csv", FIXTURES / "ipinfo.csv")
    assert said(statements) == [
        ("192.0.2.16/28", ("hosting",), "ExampleVPN"),
        ("192.0.2.16/28", ("vpn",), "ExampleVPN"),
        ("192.0.2.32/32", ("relay",), None),
    ]


def test_ipinfo_lite_is_place_and_owner() -> None:
    statements, _ = read("ipinfo-csv", FIXTURES / "ipinfo-lite.csv")
    assert [(text_of(s.prefix), s.kinds) for s in statements if s.prefix] == [
        ("192.0.2.0/24", ("geo",)),
        ("192.0.2.0/24", ("asn",)),
        ("2001:db8::/48", ("geo",)),
        ("2001:db8::/48", ("asn",)),
    ]
    assert statements[0].place.country == "DE"
    assert statements[3].owner == (64500, "Example, Inc.")


def test_ipinfo_objects() -> None:
    statements, _ = read("ipinfo-json", FIXTURES / "ipinfo.ndjson")
    assert said(statements) == [
        ("192.0.2.16/32", ("hosting",), "ExampleVPN"),
        ("192.0.2.16/32", ("vpn",), "ExampleVPN"),
        ("192.0.2.64/28", ("tor",), None),
    ]


def test_csv_without_a_useful_header_or_with_short_rows(text: Text) -> None:
    with pytest.raises(ListError, match="header: found a, b; expected network, range"):
        text("ipinfo-csv", "a,b\n1,2\n")
    _, notes = text(
        "ipinfo-csv", "range,vpn\n192.0.2.0-192.0.2.9,true\n1\n192.0.2.9-192.0.2.0,true\n192.0.2.1-2001:db8::1,true\n"
    )
    assert [tuple(r) for r in notes.rejects] == [(3, "wrong-fields"), (4, "not-a-range"), (5, "not-a-range")]


def test_spur_operators_proxies_and_optional_fields() -> None:
    statements, notes = read("spur", FIXTURES / "spur.ndjson")
    assert said(statements) == [
        ("198.51.100.9/32", ("vpn",), "EXAMPLE_VPN"),
        ("198.51.100.9/32", ("hosting",), None),
        ("198.51.100.9/32", ("asn",), None),
        ("198.51.100.10/32", ("residential_proxy",), "EXAMPLE_PROXY"),
        ("198.51.100.10/32", ("geo",), None),
        ("2001:db8:9::/64", ("vpn",), "EXAMPLE_RELAY"),
    ]
    assert not notes.rejects, "an object that says nothing is no fault"


def test_spur_gzip_is_the_same(text: Text) -> None:
    content = (FIXTURES / "spur.ndjson").read_bytes()
    assert text("spur", gzip.compress(content))[0] == text("spur", content)[0]


def test_spur_members_of_any_type(text: Text) -> None:
    lines = (
        '{"ip":"192.0.2.1","tunnels":[{"type":["VPN"]},7,null],"client":[],"location":"DE","as":{"number":true}}',
        '{"ip":["192.0.2.1"]}\n[]\n{"ip":"192.0.2.1"',
    )
    statements, notes = text("spur", "\n".join(lines))
    assert [s.kinds for s in statements] in ([], [("asn",)])
    assert [tuple(r) for r in notes.rejects] == [(2, "no-address"), (3, "not-an-object"), (4, "not-json")]


def test_a_gzip_bomb_and_a_cut_archive_are_refused(text: Text) -> None:
    with pytest.raises(
        ListError, match="gzip: found more than 50 times its size unpacked; expected a list, not a bomb"
    ):
        text("addresses", gzip.compress(b"\n" * (64 << 20)))
    with pytest.raises(ListError, match="gzip: found a damaged archive"):
        text("spur", gzip.compress((FIXTURES / "spur.ndjson").read_bytes())[:-12])


def test_ip2proxy_ranges_types_and_128_bit_numbers() -> None:
    statements, notes = read("ip2proxy", FIXTURES / "ip2proxy.csv")
    assert [(text_of(s.prefix), s.kinds[0], s.operator, s.last_seen) for s in statements if s.prefix] == [
        ("192.0.2.0/28", "vpn", "ExampleVPN", "2026-11-23"),
        ("192.0.2.16/32", "corporate", None, ""),
        ("2001:db8:7::/64", "residential_proxy", None, "2026-10-25"),
        ("203.0.113.240/29", "relay", "Example Relay", "2026-11-22"),
    ]
    assert (statements[2].place.country, statements[2].place.region, statements[2].place.city) == (
        "DE",
        "Berlin",
        "Berlin",
    )
    assert not notes.rejects, "SES and empty types say nothing"


def test_ip2proxy_bad_rows(text: Text) -> None:
    rows = ['"1","2"', '"9","2","VPN","US","-"', f'"{"9" * 60}","2","VPN","US","-"', '"1","2","XYZ","US","-"', '"a']
    _, notes = text("ip2proxy", "\n".join(rows))
    assert [r.reason for r in notes.rejects] == [
        "wrong-fields",
        "not-a-range",
        "not-a-range",
        "unknown-type",
        "wrong-fields",
    ]
