"""Hot swap: whatever happens to a table's file, the last good data stay in use and the next good ones are taken."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from enrichers.compiled import Row, write_networks
from enrichers.enrich import Enricher
from enrichers.manifest import named_files
from enrichers.watch import Load
from tests.enrichers.site import ADDRESSES, EPOCH, HOME, NOW, Site, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "networks.mmdb"
    write(path, "vpn")
    return path


@pytest.fixture
def site(path: Path, tmp_path: Path) -> Site:
    made = Site(tmp_path, named_files(networks=str(path)))
    first = made.settled()
    assert first == Load(made.enricher.snapshot)  # nothing changed since the start
    assert made.classes == ("vpn",)
    return made


def test_a_renamed_file_is_in_use_after_two_looks(site: Site, path: Path) -> None:
    old = site.enricher.snapshot
    write(path, "tor", EPOCH + 1)
    done = site.settled()
    assert (done.swapped, done.refused) == (("networks",), ())
    assert site.classes == ("tor",)
    assert site.enricher.facts(HOME, None, 0).tables == done.snapshot.id != old.id
    assert Enricher(old).facts(HOME, None, 0).classes == ("vpn",)  # whoever still holds the old tables can use them


def test_a_file_overwritten_in_place_is_taken_when_it_is_whole(site: Site, path: Path, tmp_path: Path) -> None:
    content = write(tmp_path / "other.mmdb", "tor", EPOCH + 1)
    with path.open("r+b") as file:  # the same inode, still mapped by nobody
        file.truncate()
        for start in range(0, len(content), 8_000):
            file.write(content[start : start + 8_000])
            file.flush()
            assert site.tick() is None, "still being written"
            assert site.classes == ("vpn",)
    done = site.tick()
    assert done is not None
    assert done.swapped == ("networks",)
    assert site.classes == ("tor",)


def _hole(start: float, end: float) -> Callable[[bytes], bytes]:
    """Zeros in the search tree (here all but 30 kB of the file), as a disk or a download leaves them."""

    def damage(good: bytes) -> bytes:
        tree = good.index(bytes(16)) if bytes(16) in good else len(good) - 30_000
        first, last = int(tree * start), int(tree * end)
        return good[:first] + bytes(last - first) + good[last:]

    return damage


DAMAGE: dict[str, tuple[Callable[[bytes], bytes | None], str]] = {
    "cut in half": (lambda good: good[: len(good) // 2], "opens"),
    "cut by a byte": (lambda good: good[:-1], "opens"),
    "empty": (lambda _: b"", "opens"),
    "web page": (lambda _: b"<!doctype html><title>Sign in</title>", "opens"),
    "deleted": (lambda _: None, "readable"),
    "root of the tree zeroed": (_hole(0, 0.02), "records"),
    "middle of the tree zeroed": (_hole(0.2, 0.9), "records"),
}


@pytest.mark.parametrize("sidecar", [False, True])
@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_keeps_the_last_good_data(site: Site, path: Path, kind: str, sidecar: bool) -> None:
    damage, check = DAMAGE[kind]
    good = write(path, "tor", EPOCH + 1)
    bad = damage(good)
    if sidecar:
        path.with_name("networks.mmdb.sha256").write_text(hashlib.sha256(good).hexdigest() + "  networks.mmdb\n")
    if bad is None:
        path.unlink()
    else:
        path.write_bytes(bad)
    old = site.enricher.snapshot
    done = site.settled()
    assert done.snapshot is old
    assert site.classes == ("vpn",)
    [refusal] = done.refused
    assert refusal.table == "networks"
    if sidecar and bad is not None:
        assert refusal.check == "sha256"
    else:
        assert refusal.check == check
    assert refusal.reason.startswith(f"{path}: {refusal.check}: found ")
    assert "; expected " in refusal.reason
    path.write_bytes(good)  # repaired: taken without being asked
    assert site.settled().swapped == ("networks",)
    assert site.classes == ("tor",)


def test_a_table_of_another_role_is_refused(site: Site, path: Path, demo_paths: dict[str, Path]) -> None:
    path.write_bytes(demo_paths["geo"].read_bytes())
    [refusal] = site.settled().refused
    assert (refusal.table, refusal.check) == ("networks", "shape")
    assert "expected records of a networks table" in refusal.reason
    assert site.classes == ("vpn",)


def test_a_build_time_in_the_future_is_refused(site: Site, path: Path) -> None:
    write(path, "tor", int(NOW) + 3 * 86_400)
    [refusal] = site.settled().refused
    assert refusal.reason == (
        f"{path}: epoch: found 2026-11-15T00:00:00Z; expected a build time that is not after 2026-11-12T00:00:00Z, now"
    )


def test_an_older_table_is_refused_unless_forced(site: Site, path: Path) -> None:
    write(path, "tor", EPOCH - 86_400)
    [refusal] = site.settled().refused
    assert refusal.reason == (
        f"{path}: age: found a build time of 2026-11-01T00:00:00Z; expected 2026-11-02T00:00:00Z or later, as the table "
        "in use (SIGUSR2 or the manifest can force an older one)"
    )
    assert site.load().refused, "asking again changes nothing"
    assert site.load(forced=True).swapped == ("networks",)
    assert site.classes == ("tor",)


def test_a_table_that_knows_far_less_is_refused_unless_forced(site: Site, path: Path) -> None:
    write(path, "tor", EPOCH + 1, prefixes=20)
    [refusal] = site.settled().refused
    expected = "found 20 of 200 addresses in use; expected at least 50% of the 200 that the table in use knows"
    assert refusal.reason == f"{path}: hit rate: {expected}"
    assert site.load(forced=True).swapped == ("networks",)


def test_a_list_that_would_mark_the_world_is_refused(site: Site, path: Path) -> None:
    write_networks([Row("16.0.0.0/4", "vpn", "test"), Row("192.0.2.0/24", "vpn", "test")], path, EPOCH + 1, "test")
    [refusal] = site.load(forced=True).refused
    assert refusal.check == "prefix"
    assert "classes for all of 16.0.0.0/4" in refusal.reason


def test_a_touched_file_swaps_nothing(site: Site, path: Path) -> None:
    path.write_bytes(path.read_bytes())
    old = site.enricher.snapshot
    assert site.settled() == Load(old)


def test_one_bad_file_does_not_hold_up_the_others(demo_paths: dict[str, Path], path: Path, tmp_path: Path) -> None:
    geo = tmp_path / "geo.mmdb"
    geo.write_bytes(demo_paths["geo"].read_bytes())
    site = Site(tmp_path, named_files(geo=str(geo), networks=f"{path}, {demo_paths['networks']}"))
    site.settled()
    before = site.enricher.snapshot
    geo.write_bytes(b"")
    write(path, "tor", EPOCH + 1)
    done = site.settled()
    assert done.swapped == ("networks",)
    assert done.snapshot.networks[1] is before.networks[1], "what did not change is not opened again"
    assert [refusal.table for refusal in done.refused] == ["geo"]
    assert site.enricher.facts("175.45.176.1", None, 0).country == "KP"
    assert site.classes == ("tor",)


def test_a_small_table_may_be_named_before_the_one_in_use(path: Path, tmp_path: Path) -> None:
    """It is new, and knows less than the table whose place it takes, which stays beside it."""
    manifest = tmp_path / "tables.toml"
    entry = '[[table]]\nrole = "networks"\nfile = "{}"\n'
    manifest.write_text(entry.format(path.name))
    site = Site(tmp_path, named_files(manifest=str(manifest)))
    site.settled()
    write(tmp_path / "mine.mmdb", "tor", EPOCH - 86_400, prefixes=1)
    manifest.write_text(entry.format("mine.mmdb") + entry.format(path.name))
    done = site.settled()
    assert (done.swapped, done.refused) == (("networks",), ())
    assert site.classes == ("tor", "vpn")


def test_no_look_up_fails_in_a_million_during_fifty_swaps(path: Path, tmp_path: Path) -> None:
    site = Site(tmp_path, named_files(networks=str(path)))
    enricher = site.enricher = Enricher(site.enricher.snapshot, lru_size=2)  # every question goes to a table
    loads: list[Load] = []
    ended = threading.Event()

    def swap() -> None:
        try:
            for number in range(50):
                write(path, ("tor", "vpn")[number % 2], EPOCH + 1 + number)
                loads.append(site.load())
        finally:
            ended.set()

    swapper = threading.Thread(target=swap)
    swapper.start()
    asked, seen = 0, set()
    while asked < 1_000_000 or not ended.is_set():
        [table] = enricher.snapshot.networks
        told = {tuple(table.look_up(ip)[0]["classes"]) for ip in ADDRESSES}
        assert told in ({("tor",)}, {("vpn",)})
        facts = enricher.facts(ADDRESSES[asked % 199], None, 0)
        assert facts.classes in {("tor",), ("vpn",)}
        asked += len(ADDRESSES)
        seen.add(facts.tables)
    swapper.join()
    assert [(load.swapped, load.refused) for load in loads] == [(("networks",), ())] * 50
    assert len(seen) > 25  # of 51; the others were replaced before the next question
    assert enricher.counts["networks", "hit"] == asked / len(ADDRESSES)
    assert enricher.counts["networks", "error"] == 0
