"""The command: what it writes, refuses, proves, and leaves behind when it is interrupted."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from streams.replay.unpacking import unpacked
from streams.scenarios import encode
from tests.cli.conftest import Command
from tests.detection.pipeline import scenario

TABLES = ("--tables", "demo")


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.ndjson"
    path.write_bytes(b"".join(encode(event) + b"\n" for _, event in scenario("S09")))
    return path


def content(path: Path) -> bytes:
    with path.open("rb") as raw:
        return unpacked(raw).read()


def report(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(f"{path}.about.json").read_bytes())
    return found


def test_a_capture_replays_without_tables_and_says_what_was_done(command: Command, story: Path, tmp_path: Path) -> None:
    made = tmp_path / "case.ndjson"
    ended = command("capture", str(story), *TABLES, "--output", str(made))
    assert ended.code == 0, ended.err
    assert "proof       replayed: the same 1 alerts and the same evidence of" in ended.err
    assert max(map(len, ended.err.splitlines())) <= 80
    about = report(made)
    lines = story.read_bytes().splitlines()
    assert (about["events"], about["accounts"]) == (len(lines), about["replaced"]["acct"] - clients(lines))
    assert about["proof"]["differences"] == []
    assert {table["role"] for table in about["tables"]} >= {"geo", "asn", "networks"}
    assert [about["snapshots"][0]] == about["snapshots"]
    for part in (content(made), json.dumps(about).encode()):
        assert b"s09-0" not in part

    before = command("replay", str(story), *TABLES)
    after = command("replay", str(made), "--tables", "none")
    one, other = json.loads(before.out), json.loads(after.out)
    assert (one["tier"], len(one["evidence"])) == (other["tier"], len(other["evidence"]))
    assert set(one["subject"]["account_ids"]).isdisjoint(other["subject"]["account_ids"])
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        "case.ndjson",
        "case.ndjson.about.json",
        "story.ndjson",
    ]


def clients(lines: list[bytes]) -> int:
    """Accounts that others name and that do nothing themselves."""
    events = [json.loads(line) for line in lines]
    named = {event[name] for event in events for name in ("client_id", "to_account_id") if name in event}
    return len(named - {event["account_id"] for event in events})


def test_a_key_file_gives_the_same_bytes_packed_or_not(command: Command, story: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(bytes(range(32)))
    paths = [tmp_path / f"one{suffix}" for suffix in (".ndjson", ".ndjson.gz", ".ndjson.zst")] + [
        tmp_path / "two.ndjson.gz"
    ]
    for path in paths:
        words = ("--key-file", str(key), "--output", str(path), "--no-verify")
        ended = command("capture", str(story), *TABLES, *words)
        assert ended.code == 0, ended.err
        assert "proof       not asked for" in ended.err
        assert report(path)["proof"] is None
    assert len({content(path) for path in paths}) == 1
    assert paths[1].read_bytes() == paths[3].read_bytes()
    assert gzip.decompress(paths[1].read_bytes()).startswith(b"{")
    assert paths[2].read_bytes().startswith(b"\x28\xb5\x2f\xfd")
    assert len({path.stat().st_size for path in paths[:3]}) == 3


def test_without_a_key_file_every_run_has_another_key(command: Command, story: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert command("capture", str(story), *TABLES, "--no-verify", "--output", str(tmp_path / name)).code == 0
    one, other = ((tmp_path / name).read_bytes().splitlines() for name in ("a", "b"))
    assert len(one) == len(other)
    assert not set(one) & set(other)


def test_a_selection_is_captured_and_proved_as_such(command: Command, story: Path, tmp_path: Path) -> None:
    made = tmp_path / "case.ndjson"
    words = ("--account", "s09-0-0-t1", "--start", "2026-03-10", "--end", "2026-04-01", "--output", str(made))
    ended = command("capture", str(story), *TABLES, *words)
    assert ended.code == 0, ended.err
    about, lines = report(made), content(made).splitlines()
    assert about["accounts"] == 1
    assert about["events"] == len(lines)
    assert about["left_out"]["not selected"] == len(story.read_bytes().splitlines()) - len(lines)
    assert about["first"] >= "2026-03-10"
    assert about["last"] < "2026-04-01"


def test_an_enriched_stream_is_captured_with_its_own_facts(command: Command, story: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.ndjson", tmp_path / "second.ndjson"
    assert command("capture", str(story), *TABLES, "--no-verify", "--output", str(first)).code == 0
    ended = command("capture", str(first), "--tables", "none", "--output", str(second))
    assert ended.code == 0, ended.err
    assert report(second)["snapshots"] == report(first)["snapshots"]
    facts = [{json.loads(line)["facts"].get("asn") for line in content(path).splitlines()} for path in (first, second)]
    assert facts[0] == facts[1]
    assert len(facts[0]) > 1


def test_what_cannot_be_read_is_left_out_and_counted(command: Command, story: Path, tmp_path: Path) -> None:
    bad = b'{"note": "call Jane Roe at 555-0100"}\n{broken\n{"event": {}, "origin": [], "ts": 5, "facts": "Jane"}\n'
    story.write_bytes(bad + story.read_bytes())
    made = tmp_path / "case.ndjson"
    ended = command("capture", str(story), *TABLES, "--output", str(made))
    assert ended.code == 0, ended.err
    assert report(made)["left_out"] == {"refused": 3}
    assert b"Jane" not in content(made) + json.dumps(report(made)).encode()


def test_a_capture_that_replays_otherwise_is_told_and_kept(command: Command, tmp_path: Path) -> None:
    """A declared IPv6 /72 becomes its whole /64, and there it explains a shared address that it was not about."""
    source, made = tmp_path / "office.ndjson", tmp_path / "case.ndjson"
    source.write_bytes(b"".join(office()))
    ended = command("capture", str(source), "--tables", "none", "--output", str(made))
    assert ended.code == 1, ended.err
    assert "proof       FAILED" in ended.err
    assert "MIT-OFFICE" in ended.err
    assert " is desk-1" in ended.err
    assert "desk-1" not in json.dumps(report(made))
    assert report(made)["inexact_prefixes"] == 1
    assert report(made)["proof"]["differences"]
    assert content(made).count(b"\n") == report(made)["events"]


def office() -> list[bytes]:
    """Six accounts that start sessions at one address on two days; one of them declared it a workplace."""
    events: list[dict[str, Any]] = [
        {"type": "affiliation.declared", "account_id": "desk-1", "affiliation_type": "office", "prefix": "2001:db8:1:0:ff00::/72",
         "occurred_at": "2026-03-02T07:00:00Z"}
    ]  # fmt: skip
    for day, hour in ((2, 8), (2, 12), (3, 8), (4, 8)):
        events += [
            {"type": "session.start", "account_id": f"desk-{number}", "ip": "2001:db8:1::7", "device_id": f"pc-{number}",
             "occurred_at": f"2026-03-0{day}T{hour:02}:0{number}:00Z"}
            for number in range(1, 7)
        ]  # fmt: skip
    return [json.dumps({"event_id": f"e-{number}", **event}).encode() + b"\n" for number, event in enumerate(events)]


@pytest.mark.parametrize("taken", ["case.ndjson", "case.ndjson.about.json"])
def test_nothing_is_overwritten(command: Command, story: Path, tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine")
    ended = command("capture", str(story), *TABLES, "--output", str(tmp_path / "case.ndjson"))
    assert ended.code == 2
    assert f"{taken}: found a file; expected a new name" in ended.err
    assert (tmp_path / taken).read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--key-file", "no-key"), "no-key: No such file or directory; expected a key"),
        (("--key-file", "short"), "short: found 4 bytes; expected a key of 16 or more"),
        (("--account", "nobody"), "no event was read from"),
        (("--output", "no/folder/case"), "No such file or directory; expected a file that can be written"),
    ],
)
def test_bad_words_leave_no_file(
    command: Command, story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("short").write_bytes(b"four")
    ended = command("capture", str(story), *TABLES, "--output", "case.ndjson", *words)
    assert ended.code == 2
    assert says in ended.err
    assert {path.name for path in tmp_path.iterdir()} == {"short", "story.ndjson"}


def test_an_output_is_needed(command: Command, story: Path) -> None:
    ended = command("capture", str(story))
    assert ended.code == 2
    assert "--output" in ended.err


def test_ctrl_c_leaves_no_file(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli.main", "capture", "-", *TABLES, "--output", str(tmp_path / "case.ndjson")],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if not name.startswith("PERSONAWATCH_")},
    )
    assert process.stdin is not None
    process.stdin.write(b"".join(encode(event) + b"\n" for _, event in scenario("B01")[:2000]))
    process.stdin.flush()
    deadline = time.monotonic() + 120
    while not any(path.stat().st_size for path in tmp_path.iterdir()):  # it writes: it is in the middle
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert (process.returncode, said) == (130, b"")
    assert not list(tmp_path.iterdir())
