"""Files named one by one, and a manifest that speaks of all of them at once."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from enrichers.manifest import Sources, named_files
from enrichers.snapshot import Snapshot, load_sources
from enrichers.tables import Source
from tests.enrichers.site import EPOCH, Site, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "networks.mmdb"
    write(path, "vpn")
    return path


def test_a_manifest_is_taken_whole_or_not_at_all(demo_paths: dict[str, Path], path: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "tables.toml"
    entry = '[[table]]\nrole = "{}"\nfile = "{}"\n'
    manifest.write_text(entry.format("geo", demo_paths["geo"]) + entry.format("networks", path.name))
    site = Site(tmp_path, Sources(manifest=manifest))
    site.settled()
    content = write(tmp_path / "newer.mmdb", "tor", EPOCH + 1)
    assert site.tick() is None
    assert site.tick() is None, "a file counts only when the manifest names it"
    named = entry.format("geo", demo_paths["geo"]) + entry.format("networks", "newer.mmdb")
    for sha256, taken in (("0" * 64, ()), (hashlib.sha256(content).hexdigest(), ("networks",))):
        manifest.write_text(named + f'sha256 = "{sha256}"\n')
        done = site.settled()
        assert done.swapped == taken
        assert [refusal.check for refusal in done.refused] == ([] if taken else ["sha256"])
        assert site.classes == (("tor",) if taken else ("vpn",))
    write(tmp_path / "older.mmdb", "relay", EPOCH - 1)
    manifest.write_text(named.replace("newer", "older") + "force = true\n")
    assert site.settled().swapped == ("networks",)
    assert site.classes == ("relay",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[table]", "manifest: found "),
        ('[[table]]\nrole = "geo"\n', "manifest: found Object missing required field `file`"),
        ('[[table]]\nrole = "city"\nfile = "x"\n', "role: found 'city'; expected geo or asn or networks"),
        (2 * '[[table]]\nrole = "asn"\nfile = "x"\n', "number: found 2 asn tables; expected one"),
        (b"table = '\xff'", "manifest: found 'utf-8' codec can't decode"),
        ("table = " + "[" * 5_000, "manifest: found maximum recursion depth exceeded"),
        ("table = " + "9" * 5_000, "manifest: found Exceeds the limit"),
        ('[[table]]\nrole = "geo"\nfile = "a\\u0000b"\n', "file: found 'a\\x00b'; expected the name of a file"),
        ('[[table]]\nrole = "geo"\nfile = "/"\n', "file: found '/'; expected the name of a file"),
        (None, "readable: found No such file or directory; expected a manifest of tables"),
    ],
)
def test_a_bad_manifest_changes_nothing(path: Path, tmp_path: Path, text: str | bytes | None, reason: str) -> None:
    manifest = tmp_path / "tables.toml"
    manifest.write_text(f'[[table]]\nrole = "networks"\nfile = "{path}"\n')
    site = Site(tmp_path, Sources(manifest=manifest))
    site.settled()
    if text is None:
        manifest.unlink()
    else:
        manifest.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = site.settled()
    assert done.snapshot is site.enricher.snapshot
    assert reason in done.refused[0].reason
    assert done.refused[0].table == "manifest"


def test_sources_are_named_with_commas(tmp_path: Path) -> None:
    assert named_files(geo="a.mmdb", networks=" b.mmdb,c.mmdb ,").files == (
        Source("geo", Path("a.mmdb")),
        Source("networks", Path("b.mmdb")),
        Source("networks", Path("c.mmdb")),
    )
    assert named_files().listed() == ()
    assert isinstance(load_sources(named_files(), tmp_path), Snapshot)
