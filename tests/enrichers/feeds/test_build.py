"""feeds.toml to tables: what a look-up then says, and what the manifest says."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import maxminddb
import msgspec
import pytest

from enrichers.building.build import build
from enrichers.building.faults import BuildError
from enrichers.building.manifest import read_manifest
from enrichers.building.verify import verify
from enrichers.enrich import Enricher
from enrichers.manifest import read_manifest as read_watched
from enrichers.snapshot import load_snapshot
from tests.enrichers.feeds.conftest import FIXTURES

TODAY = date(2026, 11, 25)

FEEDS = """
[[feeds]]
name = "x4bnet-vpn"
format = "addresses"
path = "x4bnet-vpn.txt"
kinds = ["vpn"]
licence = "MIT"
attribution = "X4BNet lists_vpn"
max_age_days = 7
dated = 2026-11-23
confidence = 0.5

[[feeds]]
name = "relay"
format = "geofeed"
path = "egress.csv"
kinds = ["relay", "geo"]
licence = "none stated: fetched by you, not to be passed on"
max_age_days = 7
dated = 2026-11-24
operator = "EXAMPLE_RELAY"

[[feeds]]
name = "exits"
format = "tor-exit-addresses"
path = "tor-exit-addresses.txt"
kinds = ["tor"]
licence = "CC0"
max_age_days = 2

[[feeds]]
name = "spur"
format = "spur"
path = "spur.ndjson"
kinds = ["vpn", "residential_proxy", "hosting", "relay"]
licence = "commercial"
max_age_days = 3
dated = 2026-11-24

[feeds.operators.example_vpn]
name = "ASTRILL"

[feeds.operators.EXAMPLE_RELAY]
name = "WARP"
kind = "relay"

[[feeds]]
name = "iptoasn"
format = "iptoasn"
path = "iptoasn.tsv"
kinds = ["asn"]
licence = "PDDL"
max_age_days = 30
dated = 2026-11-20

[feeds.asn_kinds]
398391 = "corporate"

[[feeds]]
name = "asndrop"
format = "spamhaus"
path = "asndrop.jsonl"
kinds = ["abuse"]
licence = "free, keep the copyright"
attribution = "Data (c) Example"
max_age_days = 3

[[feeds]]
name = "throwaway"
format = "domains"
path = "disposable.txt"
kinds = ["disposable_mail"]
licence = "CC0"
max_age_days = 90
dated = 2026-11-01
"""


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    folder = tmp_path / "feeds"
    folder.mkdir()
    for file in FIXTURES.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "feeds.toml").write_text(FEEDS)
    return folder / "feeds.toml"


@pytest.fixture
def built(feeds: Path, tmp_path: Path) -> Path:
    build(feeds, tmp_path / "tables", TODAY)
    return tmp_path / "tables"


def enricher(built: Path) -> Enricher:
    paths = {role: built / f"{role}.mmdb" for role in ("geo", "asn", "networks")}
    return Enricher(load_snapshot(paths, built / "private"))


@pytest.mark.parametrize(
    ("ip", "classes", "operator"),
    [
        ("198.51.100.130", ("vpn",), None),
        ("198.51.100.193", ("relay",), "EXAMPLE_RELAY"),  # inside the VPN list's /25: subtracted
        ("203.0.113.7", ("corporate",), None),  # the company's network number, inside the VPN list's /25
        ("198.51.100.7", ("tor",), None),
        ("198.51.100.9", ("hosting", "vpn"), "ASTRILL"),
        ("198.51.100.10", ("residential_proxy",), "EXAMPLE_PROXY"),
        ("2001:db8:9::5", ("relay",), "WARP"),
        ("192.0.2.200", ("abuse",), None),
        ("192.0.2.65", ("relay",), "EXAMPLE_RELAY"),
        ("192.0.2.1", (), None),
    ],
)
def test_what_a_look_up_says(built: Path, ip: str, classes: tuple[str, ...], operator: str | None) -> None:
    facts = enricher(built).facts(ip, None, 0)
    assert (facts.classes, facts.operator) == (classes, operator)
    assert {entry.network_class for entry in facts.lists} == set(classes)


def test_every_class_has_its_source_date_and_confidence(built: Path) -> None:
    asked = enricher(built)
    assert [
        tuple(getattr(e, f) for f in e.__struct_fields__) for e in asked.facts("198.51.100.130", None, 0).lists
    ] == [("vpn", "x4bnet-vpn", "2026-11-23", 0.5)]
    assert [(e.source, e.dated) for e in asked.facts("192.0.2.11", None, 0).lists] == [("exits", "2026-11-22")]
    assert [(e.source, e.dated) for e in asked.facts("192.0.2.200", None, 0).lists] == [("asndrop", "2026-11-24")]


def test_a_relays_list_says_where_its_user_is_and_an_asn_list_whose_it_is(built: Path) -> None:
    asked = enricher(built)
    facts = asked.facts("192.0.2.66", None, 0)
    assert (facts.country, facts.region, facts.city) == ("DE", "DE-BE", "Berlin")
    assert (facts.asn, facts.organisation) == (64500, "EXAMPLE-ONE")
    assert asked.facts("198.51.100.130", None, 0).country is None


def test_neighbours_that_say_the_same_become_one_prefix(built: Path) -> None:
    with maxminddb.open_database(built / "networks.mmdb") as reader:
        assert reader.get_with_prefix_len("192.0.2.64")[1] == 30


def test_mail_domains_are_a_file_of_their_own(built: Path) -> None:
    assert (built / "disposable-mail.txt").read_text() == "mailinator.example\nthrow.away.example\n"


def test_the_manifest(built: Path) -> None:
    manifest = read_manifest(built)
    assert [(file.role, file.entries) for file in manifest.files] == [
        ("networks", 15),
        ("geo", 4),
        ("asn", 4),
        ("disposable_mail", 2),
    ]
    assert {file.epoch for file in manifest.files} == {int(datetime(2026, 11, 24, tzinfo=UTC).timestamp())}
    by_name = {feed.name: feed for feed in manifest.feeds}
    assert by_name["spur"].kinds == {"hosting": 1, "relay": 1, "residential_proxy": 1, "vpn": 1}
    assert by_name["spur"].unused == 2, "place and network are not taken from it"
    assert (by_name["spur"].entries, by_name["spur"].used, by_name["spur"].prefixes) == (3, 3, 3)
    assert by_name["relay"].kinds == {"geo": 4, "relay": 5}
    assert by_name["x4bnet-vpn"].outranked == 1
    assert by_name["iptoasn"].kinds == {"asn": 4, "corporate": 1}
    assert (by_name["exits"].dated, by_name["exits"].dated_by) == (date(2026, 11, 24), "list")
    assert (by_name["spur"].dated, by_name["spur"].dated_by) == (date(2026, 11, 24), "feeds.toml")
    assert by_name["asndrop"].metadata["copyright"] == "(c) Example"


def test_the_same_lists_give_the_same_files(feeds: Path, built: Path, tmp_path: Path) -> None:
    for file in feeds.parent.iterdir():
        os.utime(file, (1_795_000_000, 1_795_000_000))
    build(feeds, tmp_path / "again", date(2026, 11, 26))
    names = sorted(path.name for path in (tmp_path / "again").iterdir())
    assert names == ["asn.mmdb", "disposable-mail.txt", "geo.mmdb", "manifest.json", "networks.mmdb", "tables.toml"]
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (built / name).read_bytes()


def test_a_workers_manifest_stands_beside(built: Path) -> None:
    listed = read_watched(built / "tables.toml")
    assert [(source.role, source.path.name) for source in listed] == [
        (role, f"{role}.mmdb") for role in ("networks", "geo", "asn")
    ]
    assert [source.sha256 for source in listed] == [file.sha256 for file in read_manifest(built).files[:3]]


def test_progress_reaches_the_end_of_every_list(feeds: Path, tmp_path: Path) -> None:
    told: dict[str, tuple[int, int]] = {}
    build(feeds, tmp_path / "tables", TODAY, lambda step, done, total: told.__setitem__(step, (done, total)))
    reading = {step: both for step, both in told.items() if step.startswith("reading ")}
    assert len(reading) == 7
    assert all(done == total > 0 for done, total in reading.values())
    assert {"merging", "writing networks", "writing geo", "writing asn"} <= told.keys()


def test_verify_agrees_with_what_was_built(built: Path) -> None:
    assert verify(built, read_manifest(built), TODAY) == []
    assert verify(built, read_manifest(built), date(2026, 11, 26)) == [], "two days are not over two"


def test_verify_finds_every_difference(built: Path) -> None:
    manifest = read_manifest(built)
    (built / "geo.mmdb").write_bytes((built / "asn.mmdb").read_bytes())
    (built / "asn.mmdb").unlink()
    faults = [str(fault).removeprefix(f"{built}/") for fault in verify(built, manifest, date(2026, 11, 27))]
    assert [fault.partition(": found")[0] for fault in faults] == [
        "geo.mmdb: sha256",
        "asn.mmdb: readable",
        "tor-exit-addresses.txt: exits: age",
    ]
    assert faults[2].endswith("found 3 days (of 2026-11-24); expected 2 days at most")


def test_verify_finds_a_wrong_role_and_epoch(built: Path) -> None:
    manifest = read_manifest(built)
    networks, geo = manifest.files[:2]
    swapped = (
        msgspec.structs.replace(geo, role="networks"),
        msgspec.structs.replace(networks, epoch=1, file="../tables/networks.mmdb"),
    )
    faults = verify(built, msgspec.structs.replace(manifest, files=swapped), TODAY)
    assert [fault.check for fault in faults] == ["shape", "epoch"]


@pytest.mark.parametrize("content", ["", "{}", '{"version": 1}', '{"version": 9, "files": [], "feeds": []}', "\xff"])
def test_a_manifest_of_another_form_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content, encoding="latin-1")
    with pytest.raises(BuildError, match=r"manifest.json: (format|version): found"):
        read_manifest(tmp_path)


def test_the_manifest_is_plain_json(built: Path) -> None:
    written = json.loads((built / "manifest.json").read_text())
    assert written["version"] == 1
    assert set(written["files"][0]) == {"role", "file", "sha256", "bytes", "entries", "epoch"}
