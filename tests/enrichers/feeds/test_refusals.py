"""Lists and feeds.toml files that are refused, each with file, check, found and expected."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from enrichers.building.build import build
from enrichers.building.faults import BuildError
from enrichers.building.manifest import read_manifest
from enrichers.tables import open_table

TODAY = date(2026, 11, 25)
ENTRY = """
[[feeds]]
name = "mine"
format = "addresses"
path = "list.txt"
kinds = ["vpn"]
licence = "MIT"
max_age_days = 7
dated = 2026-11-24
"""


def lines(count: int, start: int = 0) -> str:
    return "".join(f"198.51.{100 + n // 256}.{n % 256}\n" for n in range(start, start + count))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "feeds.toml").write_text(ENTRY)
    (tmp_path / "list.txt").write_text(lines(100))
    return tmp_path


def refusal(folder: Path, entry: str = ENTRY, today: date = TODAY) -> str:
    (folder / "feeds.toml").write_text(entry)
    with pytest.raises(BuildError) as caught:
        build(folder / "feeds.toml", folder / "tables", today)
    assert not (folder / "tables" / "networks.mmdb").exists(), "nothing is written"
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "list.txt: mine: content: found an empty file; expected a list of format addresses"),
        (" \n\n", "list.txt: mine: content: found an empty file; expected a list of format addresses"),
        ("\n<!DOCTYPE html><title>Sign in</title>", "list.txt: mine: content: found a web page, probably of a failed"),
        ("<?xml version='1.0'?><html>", "list.txt: mine: content: found a web page, probably of a failed"),
        ("# only a header\n", "list.txt: mine: empty: found nothing of kind vpn; expected at least one usable line"),
        (
            lines(97) + "x\ny\n192.0.2.1/8\n",
            "lines: found 3 of 100 unusable (not-a-prefix 2, host-bits 1; first in line 98, 99, 100); expected 1 % at most",
        ),
        (
            "12.0.0.0/7\n" + lines(500),
            "mine: width: found 12.0.0.0/7 in line 1 (1 such); expected /8 or longer for IPv4, /16 or longer for IPv6",
        ),
        ("2000::/15\n", "mine: width: found 2000::/15 in line 1 (1 such)"),
        (lines(500) + "10.1.0.0/16\n::1\n", "mine: global: found 10.1.0.0/16 in line 501 (2 such); expected public"),
        ("172.0.0.0/8\n", "mine: global: found 172.0.0.0/8 in line 1 (1 such)"),
        ("fe80::/64\n", "mine: global: found fe80::/64 in line 1"),
    ],
)
def test_refused_content(folder: Path, content: str, words: str) -> None:
    (folder / "list.txt").write_text(content)
    assert words in refusal(folder)


@pytest.mark.parametrize("kind", ["disposable_mail", "geo", "asn"])
def test_a_list_that_says_nothing_of_its_kind_is_empty(folder: Path, kind: str) -> None:
    words = f"mine: empty: found nothing of kind {kind}; expected at least one usable line"
    assert words in refusal(folder, ENTRY.replace('"vpn"', f'"{kind}"'))


def test_one_bad_line_in_a_hundred_is_kept_and_told(folder: Path) -> None:
    (folder / "list.txt").write_text(lines(99) + "x\n")
    feed = build(folder / "feeds.toml", folder / "tables", TODAY).feeds[0]
    assert (feed.entries, feed.rejected, feed.reasons) == (100, 1, {"not-a-prefix": 1})
    assert feed.first_rejects == ((100, "not-a-prefix"),)


def test_lines_that_say_other_things_count_as_read(folder: Path) -> None:
    objects = [f'{{"ip":"198.51.100.{n}","infrastructure":"DATACENTER"}}' for n in range(199)]
    vpn = '{"ip":"192.0.2.1","tunnels":[{"type":"VPN"}]}'
    (folder / "list.txt").write_text("\n".join([*objects, vpn, "nonsense"]))
    (folder / "feeds.toml").write_text(ENTRY.replace('"addresses"', '"spur"'))
    feed = build(folder / "feeds.toml", folder / "tables", TODAY).feeds[0]
    assert (feed.entries, feed.used, feed.unused, feed.rejected) == (201, 1, 199, 1)


def test_a_missing_file(folder: Path) -> None:
    (folder / "list.txt").unlink()
    assert refusal(folder).startswith("list.txt: mine: readable: found No such file or directory; expected a file")


def test_ages(folder: Path) -> None:
    old = refusal(folder, today=date(2026, 12, 2))
    assert old == "list.txt: mine: age: found 8 days (of 2026-11-24 by feeds.toml); expected 7 days at most"
    assert "age: found a date in the future (2026-11-24 by feeds.toml)" in refusal(folder, today=date(2026, 11, 22))
    assert build(folder / "feeds.toml", folder / "tomorrow", date(2026, 11, 23)).feeds, "its publisher's day has begun"
    assert build(folder / "feeds.toml", folder / "week", date(2026, 12, 1)).feeds, "seven days are not over seven"
    undated = ENTRY.replace("dated = 2026-11-24\n", "")
    os.utime(folder / "list.txt", (1_790_000_000, 1_790_000_000))
    assert "(of 2026-09-21 by the file's last change)" in refusal(folder, undated)
    (folder / "list.txt").write_text("# This File Date : Tue Nov 10 00:00:00 UTC 2026\n" + lines(9))
    assert "found 15 days (of 2026-11-10 by its own word)" in refusal(folder, undated)


@pytest.mark.parametrize(("count", "refused"), [(49, True), (50, False), (200, False), (201, True)])
def test_half_or_double_of_the_last_build(folder: Path, count: int, refused: bool) -> None:
    build(folder / "feeds.toml", folder / "tables", TODAY)
    before = (folder / "tables" / "networks.mmdb").read_bytes()
    (folder / "list.txt").write_text(lines(count))
    if refused:
        words = f"mine: size: found {count} lines where the last build used 100; expected half to double"
        with pytest.raises(BuildError, match=words):
            build(folder / "feeds.toml", folder / "tables", TODAY)
        assert (folder / "tables" / "networks.mmdb").read_bytes() == before
    build(folder / "feeds.toml", folder / "tables", TODAY, accepted=["mine"] if refused else [])
    assert read_manifest(folder / "tables").feeds[0].prefixes == count


def test_all_faults_of_all_lists_at_once(folder: Path) -> None:
    (folder / "list.txt").write_text("")
    both = ENTRY + ENTRY.replace('"mine"', '"other"').replace("list.txt", "none.txt")
    assert [line.split(": ")[1:3] for line in refusal(folder, both).splitlines()] == [
        ["mine", "content"],
        ["other", "readable"],
    ]


def test_numbers_of_networks_need_a_list_that_knows_them(folder: Path) -> None:
    (folder / "list.txt").write_text('{"asn":64501}\n')
    entry = ENTRY.replace('"addresses"', '"spamhaus"').replace('"vpn"', '"abuse"')
    assert "asn: found a list of AS numbers only; expected a feed of kind asn" in refusal(folder, entry)


OF_NETWORKS = """
[[feeds]]
name = "owners"
format = "iptoasn"
path = "owners.tsv"
kinds = ["asn"]
licence = "PDDL"
max_age_days = 7
dated = 2026-11-24

[feeds.asn_kinds]
64500 = "corporate"
"""


@pytest.mark.parametrize("number", [64500, 64501])
def test_no_network_number_gives_a_class_to_a_prefix_that_no_list_may_name(folder: Path, number: int) -> None:
    """64500 has its class by the list of owners itself, 64501 by a list of numbers."""
    owned = [f"198.51.{n}.0\t198.51.{n}.255\t{number}\tZZ\tX\n" for n in range(200)]
    (folder / "owners.tsv").write_text("".join([*owned, f"12.0.0.0\t13.255.255.255\t{number}\tZZ\tX\n"]))
    (folder / "list.txt").write_text('{"asn":64501}\n')
    abuse = ENTRY.replace('"addresses"', '"spamhaus"').replace('"vpn"', '"abuse"')
    (folder / "feeds.toml").write_text(abuse + OF_NETWORKS)
    build(folder / "feeds.toml", folder / "tables", TODAY)
    table = open_table(folder / "tables" / "networks.mmdb", "networks", folder / "private")
    (entry,) = table.look_up("198.51.7.1")[0]["lists"]
    assert entry[2:] == ["2026-11-24", 1.0], "as the list that says it"
    assert table.look_up("12.1.2.3")[0] is None
    owners = open_table(folder / "tables" / "asn.mmdb", "asn", folder / "private")
    assert owners.look_up("12.1.2.3")[0]["autonomous_system_number"] == number, "whose it is stays known"


def test_classes_by_number_are_taken_where_the_owners_themselves_are_not(folder: Path) -> None:
    owned = [f"198.51.{n}.0\t198.51.{n}.255\t{64500 + n % 2}\tZZ\tX\n" for n in range(200)]
    (folder / "owners.tsv").write_text("".join(owned))
    (folder / "feeds.toml").write_text(OF_NETWORKS.replace('["asn"]', '["corporate"]'))
    (feed,) = build(folder / "feeds.toml", folder / "tables", TODAY).feeds
    assert (feed.kinds, feed.used, feed.unused, feed.prefixes) == ({"corporate": 100}, 100, 100, 100)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"addresses"', '"addreses"', "mine: format: found 'addreses'; expected one of addresses, tor-exit-addresses"),
        ('["vpn"]', '["vnp"]', "mine: kinds: found ['vnp']; expected of abuse, asn"),
        ('["vpn"]', "[]", "mine: kinds: found none; expected of abuse"),
        ('"MIT"', '""', "mine: licence: found an empty text; expected the terms of the list"),
        ("= 7", "= 0", "mine: max_age_days: found 0.0; expected days, above 0"),
        ("= 7", "= 7\nconfidence = 2", "mine: confidence: found 2.0; expected above 0 and at most 1"),
        ("= 7", "= 7\nmax_days = 2", "feeds.toml: format: found Object contains unknown field `max_days`"),
        ("2026-11-24", "2026-11-24\n[feeds.asn_kinds]\nAS5 = 'vpn'", "mine: asn_kinds: found 'AS5'; expected an AS"),
        ("2026-11-24", "2026-11-24\n[feeds.asn_kinds]\n5 = 'geo'", "mine: asn_kinds.5: found 'geo'; expected one of"),
        ("2026-11-24", "2026-11-24\n[feeds.operators.X]\nkind = 'y'", "mine: operators.X: found y; expected one of"),
        ("[[feeds]]", "[[feeds]", "feeds.toml: format: found "),
    ],
)
def test_a_wrong_feeds_file(folder: Path, old: str, new: str, words: str) -> None:
    assert words in refusal(folder, ENTRY.replace(old, new))


def test_feeds_files_with_none_or_twice_the_same(folder: Path) -> None:
    assert "feeds.toml: feeds: found none; expected at least one [[feeds]]" in refusal(folder, "feeds = []")
    assert "feeds.toml: mine: name: found it used twice; expected one feed of a name" in refusal(folder, ENTRY * 2)
    for strange in (b"\xff", b"feeds = " + b"[" * 5_000, b"feeds = " + b"9" * 5_000):
        (folder / "feeds.toml").write_bytes(strange)
        with pytest.raises(BuildError, match=r"feeds.toml: format: found "):
            build(folder / "feeds.toml", folder / "tables", TODAY)
    with pytest.raises(BuildError, match=r"none.toml: readable: found No such file"):
        build(folder / "none.toml", folder / "tables", TODAY)
