"""tables build, verify, show: a person's way from lists to tables."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from enrichers.building.build import build
from enrichers.building.manifest import read_manifest
from streams.cli.tables_build import in_words
from tests.cli.conftest import Command

TODAY = datetime.now(UTC).date()
FEEDS = """
[[feeds]]
name = "exits"
format = "addresses"
path = "exits.txt"
kinds = ["tor"]
licence = "CC0"
attribution = "Tor Metrics"
max_age_days = 2
dated = {day}

[[feeds]]
name = "vpn"
format = "addresses"
path = "vpn.txt"
kinds = ["vpn"]
licence = "MIT"
max_age_days = 7
dated = {day}

[[feeds]]
name = "gateways"
format = "addresses"
path = "gateways.txt"
kinds = ["corporate"]
licence = "our own"
max_age_days = 365
dated = {day}
"""


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    return written(tmp_path, TODAY)


def written(folder: Path, day: date) -> Path:
    (folder / "exits.txt").write_text("192.0.2.10\n198.51.100.7\n")
    (folder / "vpn.txt").write_text("".join(f"203.0.113.{n}\n" for n in range(200)) + "nonsense\n")
    (folder / "gateways.txt").write_text("203.0.113.0/28\n")
    (folder / "feeds.toml").write_text(FEEDS.format(day=day))
    return folder / "feeds.toml"


def test_build_verify_show_and_look_up(
    command: Command, feeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tables"
    ended = command("tables", "build", str(feeds), str(folder))
    assert (ended.code, ended.out) == (0, f"PERSONAWATCH_NETWORKS_TABLE={folder}/networks.mmdb\n")
    assert ended.err.splitlines() == [
        "reading exits",
        "reading vpn",
        "reading gateways",
        "merging",
        "writing networks",
        "exits: tor 2",
        "vpn: vpn 200; 1 of 201 lines unusable",
        "gateways: corporate 1",
        f"a running worker takes each new build with PERSONAWATCH_TABLES_MANIFEST={folder}/tables.toml",
    ]
    assert command("tables", "verify", str(folder)).out.endswith("1 files and 3 lists are as the manifest says\n")
    assert "exits" in command("tables", "show", str(folder)).out
    monkeypatch.setenv("PERSONAWATCH_NETWORKS_TABLE", f"{folder}/networks.mmdb")
    facts = json.loads(command("tables", "lookup", "203.0.113.5", "--json").out)
    assert (facts["classes"], facts["lists"]) == (["corporate"], [["corporate", "gateways", TODAY.isoformat(), 1.0]])
    assert command("tables", "lookup", "203.0.113.99").out.count("vpn by vpn") == 1


def test_show(feeds: Path, tmp_path: Path, golden: Callable[[str, str], None]) -> None:
    built = date(2026, 11, 24)
    build(written(tmp_path, built), tmp_path / "tables", built)
    manifest = read_manifest(tmp_path / "tables")
    same = tuple(msgspec.structs.replace(file, sha256="0123456789ab" * 5) for file in manifest.files)
    lines = in_words(msgspec.structs.replace(manifest, files=same), date(2026, 11, 27))
    assert max(map(len, lines)) <= 80
    golden("tables-show.txt", "\n".join(lines) + "\n")


def test_a_refused_list_says_why_and_writes_nothing(command: Command, feeds: Path, tmp_path: Path) -> None:
    (tmp_path / "vpn.txt").write_text("<html>Sign in</html>")
    (tmp_path / "exits.txt").write_text("10.0.0.1\n")
    ended = command("tables", "build", str(feeds), str(tmp_path / "tables"))
    assert ended.code == 2
    said = ended.err.replace(f"{tmp_path}/", "")
    assert "personawatch tables: 2 faults:\n" in said
    assert "  exits.txt: exits: global: found 10.0.0.1/32 in line 1 (1 such); expected public prefixes only\n" in said
    assert "  vpn.txt: vpn: content: found a web page" in said
    assert not (tmp_path / "tables").exists()


def test_a_new_size_is_taken_when_a_person_says_so(command: Command, feeds: Path, tmp_path: Path) -> None:
    words = ("tables", "build", str(feeds), str(tmp_path / "tables"))
    assert command(*words).code == 0
    (tmp_path / "vpn.txt").write_text("203.0.113.77\n")
    refused = command(*words)
    assert (refused.code, "vpn: size: found 1 lines where the last build used 200" in refused.err) == (2, True)
    assert command(*words, "--accept", "vpn").code == 0


def test_verify_names_a_changed_table(command: Command, feeds: Path, tmp_path: Path) -> None:
    command("tables", "build", str(feeds), str(tmp_path / "tables"))
    with (tmp_path / "tables" / "networks.mmdb").open("ab") as file:
        file.write(b"x")
    ended = command("tables", "verify", str(tmp_path / "tables"))
    assert ended.code == 78
    assert "networks.mmdb: sha256: found" in ended.err


def test_ctrl_c_leaves_nothing_behind(
    command: Command, feeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("enrichers.building.build.write_tree", interrupted)
    assert command("tables", "build", str(feeds), str(tmp_path / "tables")).code == 130
    assert not list((tmp_path / "tables").iterdir())


def test_a_folder_that_cannot_be_written(command: Command, feeds: Path) -> None:
    ended = command("tables", "build", str(feeds), "/dev/null/x")
    assert ended.code == 2
    assert "name a folder that can be written" in ended.err


def test_a_terminal_sees_a_bar(feeds: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "streams.cli.main", "tables", "build", str(feeds), str(tmp_path / "tables")]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=theirs, timeout=120, check=False)
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    assert done.returncode == 0
    assert b"reading vpn" in shown
    assert "\N{BOX DRAWINGS HEAVY HORIZONTAL}".encode() in shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's way to say that the other side is closed
        return b""
