"""Plain lists, Tor, Spamhaus, mail domains: catalogue §7 #1 to #5, #10, #17."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from enrichers.feeds.source import Source
from enrichers.feeds.statement import ListError, Notes, name_of
from enrichers.prefixes import text_of
from tests.enrichers.feeds.conftest import FIXTURES, Text, read, said


def prefixes(name: str, fixture: str) -> list[str]:
    return [text_of(s.prefix) for s in read(name, FIXTURES / fixture)[0] if s.prefix]


def test_addresses_a_line() -> None:
    assert prefixes("addresses", "tor-bulk.txt") == ["192.0.2.10/32", "198.51.100.7/32"]
    assert prefixes("addresses", "x4bnet-vpn.txt") == ["203.0.113.0/25", "198.51.100.128/25"]


def test_a_firehol_header_becomes_metadata_and_date() -> None:
    statements, notes = read("addresses", FIXTURES / "firehol.netset")
    assert [text_of(s.prefix) for s in statements if s.prefix] == ["203.0.113.128/25"]
    assert notes.dated == date(2026, 11, 24)
    assert notes.metadata["name"] == "demo_vpn"
    assert notes.metadata["Maintainer"] == "Example"
    assert notes.metadata["List source URL"] == "https://lists.example/demo"
    assert not notes.rejects


def test_firehol_levels_are_refused(text: Text) -> None:
    with pytest.raises(ListError, match="set: found firehol_level2; expected a single set"):
        text("addresses", "#\n# firehol_level2\n#\n192.0.2.0/24\n")
    assert len(text("addresses", "#\n# firehol_level1\n192.0.2.0/24\n")[0]) == 1


def test_bad_lines_keep_number_and_reason(text: Text) -> None:
    content = "192.0.2.1 # why\n\n192.0.2.1/24\nexample.org\n134744072\n1.2.3\n::1%eth0\n192.0.2.0/33\n; old comment\n192.0.2.0/\n"
    statements, notes = text("addresses", content)
    assert said(statements) == [("192.0.2.1/32", (), None)]
    assert [tuple(reject) for reject in notes.rejects] == [
        (3, "host-bits"),
        *((line, "not-a-prefix") for line in (4, 5, 6, 7, 8, 10)),
    ]


def test_only_the_first_rejects_are_kept_but_all_are_counted(text: Text) -> None:
    _, notes = text("addresses", "x\n" * 1000)
    assert len(notes.rejects) == 20
    assert notes.reasons == {"not-a-prefix": 1000}


def test_bytes_that_are_no_text_and_endless_lines_are_one_reject_each(text: Text) -> None:
    content = b"\xef\xbb\xbf192.0.2.1\r\n\xff\xfe\n" + b"1" * 3_000_000 + b"\n192.0.2.2"
    statements, notes = text("addresses", content)
    assert [s.line for s in statements] == [1, 4]
    assert [tuple(reject) for reject in notes.rejects] == [(2, "not-utf-8"), (3, "too-long")]


def test_mapped_ipv6_is_ipv4(text: Text) -> None:
    statements, _ = text("addresses", "::ffff:192.0.2.1\n::ffff:192.0.2.0/120\n2001:db8::/32\n")
    assert [text_of(s.prefix) for s in statements if s.prefix] == ["192.0.2.1/32", "192.0.2.0/24", "2001:db8::/32"]


def test_several_exit_addresses_and_the_newest_time() -> None:
    statements, notes = read("tor-exit-addresses", FIXTURES / "tor-exit-addresses.txt")
    assert [(text_of(s.prefix), s.last_seen) for s in statements if s.prefix] == [
        ("192.0.2.10/32", "2026-11-24"),
        ("198.51.100.7/32", "2026-11-24"),  # the node was up a day after this address was seen
        ("192.0.2.11/32", "2026-11-22"),
    ]
    assert notes.dated == date(2026, 11, 24)


def test_strange_words_in_exit_addresses(text: Text) -> None:
    _, notes = text("tor-exit-addresses", "ExitNode x\nFoo bar\nExitAddress nowhere\nExitAddress\n")
    assert [tuple(r) for r in notes.rejects] == [(2, "unknown-keyword"), (3, "not-a-prefix"), (4, "not-a-prefix")]


def test_onionoo_takes_the_union_without_ports_and_only_exits() -> None:
    statements, notes = read("onionoo", FIXTURES / "onionoo.json")
    assert [text_of(s.prefix) for s in statements if s.prefix] == [
        "192.0.2.10/32",
        "2001:db8:a::1/128",
        "192.0.2.11/32",
        "198.51.100.8/32",
    ]
    assert statements[0].place.country == "DE"
    assert notes.dated == date(2026, 11, 24)


def test_onionoo_of_another_form(text: Text) -> None:
    with pytest.raises(ListError, match="format: found no list `relays`"):
        text("onionoo", "[]")
    with pytest.raises(ListError, match="format: found no JSON"):
        text("onionoo", '{"relays": [')
    _, notes = text("onionoo", '{"relays": [1, {}, {"or_addresses": ["[::zz]:1", 5]}]}')
    assert [tuple(r) for r in notes.rejects] == [(1, "not-an-object"), (2, "no-address"), (3, "not-a-prefix")]


def test_the_trailer_of_drop_is_no_row_and_its_copyright_stays() -> None:
    statements, notes = read("spamhaus", FIXTURES / "drop.jsonl")
    assert said(statements) == [("203.0.113.0/24", (), None)]
    assert notes.metadata["copyright"] == "(c) Example"
    assert notes.metadata["terms"] == "https://terms.example/"
    assert notes.dated == date(2026, 11, 24)


def test_asn_drop_is_about_networks() -> None:
    statements, _ = read("spamhaus", FIXTURES / "asndrop.jsonl")
    assert [(s.prefix, s.owner) for s in statements] == [(None, (64501, "EXAMPLE-BAD"))]


def test_a_cut_drop_list_is_refused(text: Text) -> None:
    with pytest.raises(ListError, match="records: found 1 rows; expected 2, as its trailer says"):
        text("spamhaus", '{"cidr":"203.0.113.0/24"}\n{"type":"metadata","records":2}\n')


def test_mail_domains_without_alias_providers() -> None:
    statements, notes = read("domains", FIXTURES / "disposable.txt")
    assert [s.domain for s in statements] == ["mailinator.example", "throw.away.example"]
    assert notes.metadata["alias providers left out"] == "2"
    assert not notes.rejects


@pytest.mark.parametrize("bad", ["nodots", "-a.example", "a..example", "a b.example", "192.0.2.1", "x" * 250 + ".org"])
def test_what_is_no_domain(text: Text, bad: str) -> None:
    statements, notes = text("domains", bad)
    assert not statements
    assert notes.reasons == {"not-a-domain": 1}


def test_a_list_cannot_say_that_it_is_of_an_impossible_day() -> None:
    notes = Notes()
    for impossible in (date(1970, 1, 1), date(2008, 12, 31), date(2100, 1, 2)):
        notes.date_is(impossible)
        assert notes.dated is None
    for newest in (date(2009, 1, 1), date(2026, 11, 24), date(2100, 1, 1)):
        notes.date_is(newest)
        notes.date_is(date(2009, 1, 1))
        assert notes.dated == newest


def test_a_line_as_long_as_the_limit_is_read_and_a_longer_one_does_not_hide_the_next(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"123456789\n1234567890\n" + b"x" * 35 + b"\nlast")
    notes = Notes()
    assert list(Source(tmp_path / "list", date(2026, 11, 24)).lines(notes, 10)) == [(1, "123456789"), (4, "last")]
    assert [(reject.line, reject.reason) for reject in notes.rejects] == [(2, "too-long"), (3, "too-long")]


@pytest.mark.parametrize("value", ["", " ", "-", "?", "x" * 101, None, 7, ["x"]])
def test_what_is_no_name_names_nobody(value: object) -> None:
    assert name_of(value) is None
    assert name_of(" " + "x" * 100) == "x" * 100


def test_the_status_of_one_exit_says_nothing_of_the_next(text: Text) -> None:
    statements, _ = text(
        "tor-exit-addresses",
        "ExitNode A\nLastStatus 2026-11-24 05:00:00\nExitAddress 192.0.2.1 2026-11-20 05:00:00\n"
        "ExitNode B\nExitAddress 192.0.2.2 2026-11-21 05:00:00\n",
    )
    assert [statement.last_seen for statement in statements] == ["2026-11-24", "2026-11-21"]
