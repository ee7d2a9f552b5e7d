"""Geofeeds, relays, clouds, base tables: catalogue §7 #11 to #15."""

from __future__ import annotations

from datetime import date

import pytest

from enrichers.feeds.statement import ListError
from enrichers.prefixes import text_of
from enrichers.shapes.geo import NOWHERE
from tests.enrichers.feeds.conftest import FIXTURES, Text, read, said


def test_the_relays_egress_list_has_an_empty_last_field() -> None:
    statements, notes = read("geofeed", FIXTURES / "egress.csv")
    assert [(text_of(s.prefix), *s.place[:3]) for s in statements if s.prefix] == [
        ("192.0.2.64/31", "DE", "DE-BE", "Berlin"),
        ("192.0.2.66/31", "DE", "DE-BE", "Berlin"),
        ("2001:db8:1::/64", "US", "US-CA", None),
        ("2001:db8:2::/64", "GB", None, "London, City"),
        ("198.51.100.192/31", None, None, None),
    ]
    assert not notes.rejects


def test_a_geofeed_with_comments_and_missing_fields() -> None:
    statements, _ = read("geofeed", FIXTURES / "starlink.csv")
    assert [s.place[:3] for s in statements] == [("PH", "PH-00", "Manila"), ("NZ", None, None)]


def test_geofeed_rejects(text: Text) -> None:
    statements, notes = text("geofeed", "192.0.2.0/24,ZZ,,,\n192.0.2.0/24,a,b,c,d,e\nnowhere,DE,,,\n")
    assert [s.place for s in statements] == [NOWHERE]
    assert [tuple(r) for r in notes.rejects] == [(2, "wrong-fields"), (3, "not-a-prefix")]


def test_mullvad_web_and_app() -> None:
    web, _ = read("mullvad", FIXTURES / "mullvad-web.json")
    assert said(web) == [("192.0.2.200/32", (), "MULLVAD"), ("2001:db8:c::200/128", (), "MULLVAD")]
    app, _ = read("mullvad", FIXTURES / "mullvad-app.json")
    assert said(app) == [("192.0.2.202/32", (), "MULLVAD")]
    assert [(s.place.country, s.place.city) for s in (web[0], app[0])] == [("DE", "Berlin"), ("SE", "Malmö")]


def test_mullvad_of_another_form(text: Text) -> None:
    with pytest.raises(ListError, match="format: found neither a list of relays nor `countries`"):
        text("mullvad", '{"wireguard": {}}')
    _, notes = text("mullvad", '[1, {"hostname": "x"}]')
    assert [tuple(r) for r in notes.rejects] == [(1, "not-an-object"), (2, "no-address")]


def test_clouds_are_hosting_and_their_desktops_corporate() -> None:
    assert said(read("aws", FIXTURES / "aws.json")[0]) == [
        ("198.51.100.0/24", ("hosting",), None),
        ("198.51.100.0/24", ("hosting",), None),
        ("198.51.100.64/27", ("corporate",), None),
        ("2001:db8:a000::/36", ("hosting",), None),
    ]
    assert said(read("gcp", FIXTURES / "gcp.json")[0]) == [
        ("203.0.113.64/26", ("hosting",), None),
        ("2001:db8:b000::/44", ("hosting",), None),
    ]
    assert said(read("azure", FIXTURES / "azure.json")[0]) == [
        ("203.0.113.32/27", ("hosting",), None),
        ("2001:db8:d000::/44", ("hosting",), None),
        ("203.0.113.40/30", ("corporate",), None),
    ]


def test_clouds_say_their_date() -> None:
    assert read("aws", FIXTURES / "aws.json")[1].dated == date(2026, 11, 24)
    assert read("gcp", FIXTURES / "gcp.json")[1].dated == date(2026, 11, 24)


@pytest.mark.parametrize("name", ["aws", "gcp", "azure"])
def test_clouds_of_another_form(text: Text, name: str) -> None:
    with pytest.raises(ListError, match="format: found no list"):
        text(name, "{}")
    key = "values" if name == "azure" else "prefixes"
    _, notes = text(name, f'{{"{key}": [1, {{}}, {{"properties": {{"addressPrefixes": [5]}}}}]}}')
    assert notes.rejects[0] == (1, "not-an-object")
    assert "no-address" in notes.reasons


def test_iptoasn_skips_what_is_not_routed() -> None:
    statements, notes = read("iptoasn", FIXTURES / "iptoasn.tsv")
    assert [(text_of(s.prefix), *s.owner) for s in statements if s.prefix] == [
        ("192.0.2.0/25", 64500, "EXAMPLE-ONE"),
        ("192.0.2.128/25", 64501, "EXAMPLE-BAD Example Inc."),
        ("203.0.113.0/24", 398391, "EXAMPLE-GATE"),
        ("2001:db8::/48", 64502, "EXAMPLE-SIX"),
    ]
    assert not notes.rejects


def test_dbip_files_are_told_apart_by_their_columns(text: Text) -> None:
    country, _ = read("dbip", FIXTURES / "dbip-country.csv")
    assert [(text_of(s.prefix), s.place.country) for s in country if s.prefix] == [
        ("192.0.2.0/24", "DE"),
        ("2001:db8::/32", "GB"),
    ]
    city, _ = read("dbip", FIXTURES / "dbip-city.csv")
    assert [s.place[:5] for s in city] == [("DE", "Berlin", "Berlin", 52.52, 13.405)]
    asn, _ = read("dbip", FIXTURES / "dbip-asn.csv")
    assert [s.owner for s in asn] == [(64500, "Example, Inc.")]
    _, notes = text("dbip", "a,b\n192.0.2.0,192.0.2.255,0,x\nx,y,DE\n")
    assert [r.reason for r in notes.rejects] == ["wrong-fields", "no-as-number", "not-a-prefix"]


@pytest.mark.parametrize(
    ("header", "day"),
    [
        ("2|ripencc|1795474799|9|19830705|20261122|+0100", date(2026, 11, 22)),
        ("2.3|arin|1795503607143|9|19700101|20261124|-0500", date(2026, 11, 24)),
        ("2|lacnic|20261123|9|19870101|20261120|-0300", date(2026, 11, 23)),
        ("2|ripencc|1795474799|9|19830705|00000000|+0100", None),
        ("2", None),
    ],
)
def test_delegated_is_dated_by_the_last_day_of_its_data(text: Text, header: str, day: date | None) -> None:
    assert text("delegated", header + "\nripencc|DE|ipv4|198.51.100.0|256|20100101|allocated|x\n")[1].dated == day


def test_delegated_counts_addresses_in_ipv4_and_bits_in_ipv6() -> None:
    statements, notes = read("delegated", FIXTURES / "delegated.txt")
    assert [(text_of(s.prefix), s.place.country) for s in statements if s.prefix] == [
        ("175.45.176.0/22", "KP"),
        ("192.0.2.0/26", "JP"),
        ("192.0.2.64/27", "JP"),
        ("2001:db8::/32", "JP"),
    ]
    assert notes.dated == date(2026, 11, 24)
    assert notes.metadata == {"registry": "apnic"}
    assert not notes.rejects


@pytest.mark.parametrize(
    "row",
    [
        "apnic|JP|ipv4|192.0.2.0|0|20000101|assigned|A",
        "apnic|JP|ipv4|255.255.255.0|257|20000101|assigned|A",
        "apnic|JP|ipv4|192.0.2.0|many|20000101|assigned|A",
        "apnic|JP|ipv6|2001:db8::|129|20000101|assigned|A",
        "apnic|JP|ipv4|2001:db8::|256|20000101|assigned|A",
    ],
)
def test_impossible_delegations(text: Text, row: str) -> None:
    statements, notes = text("delegated", row)
    assert not statements
    assert notes.reasons == {"not-a-prefix": 1}
