from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from enrichers.compiled import Row, write_networks
from enrichers.demo import DemoNetworks
from enrichers.enrich import Enricher
from enrichers.registry import load_registry
from enrichers.snapshot import Snapshot, TablesError, load_snapshot
from enrichers.table_checks import SAMPLE
from enrichers.tables import ROLES, TableError, open_table

ADDRESSES = ("1.1.1.1", "8.8.8.8", "81.2.69.160", "175.45.176.1", "0.0.0.1", "223.255.255.1", "2001:db8::1", "2a00::1")


def test_the_copy_is_content_addressed_and_private(demo_paths: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "private"
    table = open_table(demo_paths["geo"], "geo", folder)
    content = demo_paths["geo"].read_bytes()
    assert table.sha256 == hashlib.sha256(content).hexdigest()
    assert [path.name for path in folder.iterdir()] == [f"{table.sha256}.mmdb"]
    assert folder.stat().st_mode & 0o077 == 0
    assert (table.role, table.database_type, table.epoch) == ("geo", "PersonaWatch-Demo-City", 1_793_491_200)


def test_overwriting_the_original_changes_nothing(demo_paths: dict[str, Path], tmp_path: Path) -> None:
    original = tmp_path / "geo.mmdb"
    original.write_bytes(demo_paths["geo"].read_bytes())
    table = open_table(original, "geo", tmp_path / "private")
    before = table.look_up("175.45.176.1")
    original.write_bytes(b"")
    assert table.look_up("175.45.176.1") == before


@pytest.mark.parametrize(
    ("damage", "check", "words"),
    [
        (lambda good: b"", "opens", "an empty file"),
        (lambda good: gzip.compress(good), "opens", "a gzip file, unpack it first"),
        (lambda good: b"<!doctype html><title>Sign in</title>", "opens", "a web page"),
        (lambda good: good[: len(good) // 2], "opens", "a damaged or foreign file"),
        (lambda good: good[:-200], "opens", "a damaged or foreign file"),
        (lambda good: good[:-1], "opens", "a damaged or foreign file"),
    ],
)
def test_usual_mistakes_are_named(demo_paths: dict[str, Path], tmp_path: Path, damage, check: str, words: str) -> None:  # type: ignore[no-untyped-def]
    bad = tmp_path / "bad.mmdb"
    bad.write_bytes(damage(demo_paths["geo"].read_bytes()))
    with pytest.raises(TableError, match=words) as caught:
        open_table(bad, "geo", tmp_path / "private")
    assert caught.value.check == check
    assert not list((tmp_path / "private").iterdir())


def test_a_sidecar_catches_what_nothing_else_does(demo_paths: dict[str, Path], tmp_path: Path) -> None:
    good = demo_paths["geo"].read_bytes()
    path = tmp_path / "geo.mmdb"
    path.write_bytes(good)
    sidecar = tmp_path / "geo.mmdb.sha256"
    sidecar.write_text(f"{hashlib.sha256(good).hexdigest()}  geo.mmdb\n")
    open_table(path, "geo", tmp_path / "private")
    path.write_bytes(good.replace(b"Lisbon", b"Lisbom"))
    with pytest.raises(TableError, match=r"sha256: found \w{64}; expected \w{64}, as geo.mmdb.sha256 says"):
        open_table(path, "geo", tmp_path / "private")


def test_a_missing_file_and_an_unknown_role(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="readable: found No such file or directory"):
        open_table(tmp_path / "none.mmdb", "geo", tmp_path / "private")
    with pytest.raises(TableError, match="role: found 'city'; expected geo or asn or networks"):
        open_table(tmp_path / "none.mmdb", "city", tmp_path / "private")


@pytest.mark.parametrize(
    ("role", "ip", "known"), [("geo", "175.45.176.1", "PT"), ("asn", "175.45.176.1", 1), ("networks", "8.8.8.8", "vpn")]
)
def test_a_canary_that_says_something_else_refuses(
    demo_paths: dict[str, Path], tmp_path: Path, role: str, ip: str, known: object
) -> None:
    with pytest.raises(TableError, match=f"canary {ip}: found"):
        open_table(demo_paths[role], role, tmp_path, {ip: known})


def test_canaries_that_agree(demo_paths: dict[str, Path], tmp_path: Path) -> None:
    vpn = DemoNetworks().vpn("ASTRILL", "US", 0)
    open_table(demo_paths["geo"], "geo", tmp_path, {"175.45.176.1": "KP"})
    open_table(demo_paths["asn"], "asn", tmp_path, {"175.45.176.1": 131279})
    open_table(demo_paths["networks"], "networks", tmp_path, {vpn: "vpn"})


def test_a_table_of_another_role_is_refused(demo_paths: dict[str, Path], tmp_path: Path) -> None:
    for role in ROLES:
        for other in set(ROLES) - {role}:
            with pytest.raises(TableError, match=f"expected records of a {role} table"):
                open_table(demo_paths[other], role, tmp_path)


def test_an_impossible_epoch_is_refused(samples: Path, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="epoch: found 18446744073709551615; expected a build time"):
        open_table(samples / "maxmind-bad/libmaxminddb-uint64-max-epoch.mmdb", "geo", tmp_path)


def test_a_broken_number_is_found_at_load(samples: Path, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="InvalidDatabaseError"):
        open_table(samples / "maxmind-bad/GeoIP2-City-Test-Broken-Double-Format.mmdb", "geo", tmp_path)


def test_every_damaged_file_is_refused_or_answers_without_raising(samples: Path, tmp_path: Path) -> None:
    files = sorted((samples / "maxmind-bad").glob("*.mmdb"))
    assert len(files) == 25
    for file in files:
        for role in ROLES:
            try:
                table = open_table(file, role, tmp_path)
            except TableError as error:
                assert str(error).startswith(f"{file}: ")  # noqa: PT017 - either outcome is right, this is about its words
                continue
            tables = {role: (table,) if role == "networks" else table}
            enricher = Enricher(Snapshot(load_registry(), **tables))  # type: ignore[arg-type]
            for ip in ADDRESSES:
                assert enricher.facts(ip, None, 0).ip == ip


@pytest.mark.parametrize(("prefix", "fits"), [("128.0.0.0/7", False), ("128.0.0.0/8", True), ("2400::/12", False)])
def test_a_class_for_a_large_part_of_the_world_is_found_wherever_it_stands(
    tmp_path: Path, prefix: str, fits: bool
) -> None:
    rows = [Row(f"1.{n // 200}.{n % 200}.0/24", "vpn", f"list {n}") for n in range(SAMPLE + 50)]
    write_networks([*rows, Row(prefix, "vpn", "damaged")], tmp_path / "n.mmdb", 1_790_000_000, "test")
    if fits:
        open_table(tmp_path / "n.mmdb", "networks", tmp_path / "private")
        return
    with pytest.raises(TableError, match=r"prefix: found classes for all of .*; expected narrower prefixes: /8"):
        open_table(tmp_path / "n.mmdb", "networks", tmp_path / "private")


def test_all_faults_are_told_at_once(demo_paths: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(TablesError) as caught:
        load_snapshot({"geo": tmp_path / "a", "networks": [demo_paths["asn"]], "hats": tmp_path / "b"}, tmp_path / "p")
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[1] for line in lines] == ["readable", "shape", "role"]


def test_the_id_follows_the_content(demo_paths: dict[str, Path], tmp_path: Path) -> None:
    whole = load_snapshot(demo_paths, tmp_path)
    assert whole.id == load_snapshot(demo_paths, tmp_path / "other").id
    assert whole.id != load_snapshot({"geo": demo_paths["geo"]}, tmp_path).id
    assert [version["role"] for version in whole.versions()] == ["geo", "asn", "networks", "registry"]
    assert all(set(version) == {"role", "type", "epoch", "sha256"} for version in whole.versions())
