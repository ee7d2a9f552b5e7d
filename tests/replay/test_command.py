"""`personawatch replay`: outputs, exit codes, selection, comparison, expectations, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from schemas.reasons import RejectReason
from streams.detection.catalogue.load import builtin
from tests.cli.conftest import Command, Ended
from tests.replay.conftest import told

STORY = told("S05b")[:2_000]
"""As far as the tier that it reaches: priority."""
S09_ACCOUNT = json.loads(told("S09")[0])["account_id"]


@pytest.fixture
def s05b(tmp_path: Path) -> Path:
    path = tmp_path / "s05b.ndjson"
    path.write_bytes(b"".join(STORY))
    return path


def replay(command: Command, *words: object) -> Ended:
    return command("replay", *map(str, words), "--tables", "demo")


def tiers(ended: Ended) -> list[str]:
    return [json.loads(line)["tier"] for line in ended.out.splitlines()]


def test_final_alerts_on_standard_output_and_a_summary_beside_it(command: Command, s05b: Path) -> None:
    ended = replay(command, s05b)
    assert (ended.code, tiers(ended)) == (0, ["priority"])
    rows = {line.split()[0]: line for line in ended.err.splitlines() if not line.startswith(" ")}
    assert rows["events"].split()[1] == f"{len(STORY):,}"
    assert rows["alerts"].split("alerts")[1].strip().startswith("priority 1, review 0, watch 0; ")
    assert "marathon_session" in ended.err


def test_revisions_come_one_by_one_and_the_last_is_the_final_one(command: Command, s05b: Path, tmp_path: Path) -> None:
    final = replay(command, s05b)
    out = tmp_path / "all.ndjson"
    ended = replay(command, s05b, "--revisions", "--output", out)
    revisions = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert (ended.code, ended.out) == (0, "")
    assert [alert["revision"] for alert in revisions] == list(range(1, len(revisions) + 1))
    assert len(revisions) > 1
    assert revisions[-1] == json.loads(final.out)


def test_what_is_refused_is_counted_by_reason_with_its_first_place(command: Command, s09: Path) -> None:
    s09.write_bytes(b'{"event_id":"1"}\nnonsense\n' + s09.read_bytes() + b"more\n")
    ended = replay(command, s09)
    assert ended.code == 0
    assert f"2 {RejectReason.NOT_JSON}, first record 2:" in ended.err
    assert f"1 {RejectReason.MISSING_FIELD}, first record 1:" in ended.err


def test_a_stream_without_events_is_bad_input(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "none"
    path.write_bytes(b"nonsense\n")
    ended = replay(command, path)
    assert ended.code == 2
    assert "no event was read" in ended.err


def test_accounts_and_times_are_selected_by_event(command: Command, tmp_path: Path, s09: Path) -> None:
    array = tmp_path / "array"
    array.write_bytes(b"[" + b",".join(line.strip() for line in told("S09")[:50]) + b"]\n")
    events = [json.loads(line) for line in told("S09")[:50]]
    own = [event for event in events if event["account_id"] == S09_ACCOUNT]
    ended = replay(command, array, "--account", S09_ACCOUNT)
    assert ended.err.startswith(f"events    {len(own)} of 1 records")
    assert 0 < len(own) < 50
    middle = events[25]["occurred_at"]
    early, late = replay(command, array, "--end", middle), replay(command, array, "--start", middle)
    counts = [int(ended.err.split()[1]) for ended in (early, late)]
    assert sum(counts) == 50
    assert counts[0] == sum(event["occurred_at"] < middle for event in events)


@pytest.mark.parametrize("rest", [[], ["--against-tables", "none"], ["--expect", "EXPECT"]])
def test_a_selection_that_selects_nothing_is_bad_input(
    command: Command, s09: Path, tmp_path: Path, rest: list[str]
) -> None:
    expect = tmp_path / "expect.toml"
    expect.write_text('[[expect]]\naccount = "*"\nat_most = 0\n')
    rest = [str(expect) if word == "EXPECT" else word for word in rest]
    ended = replay(command, s09, "--account", "typo", *rest)
    assert (ended.code, ended.out) == (2, "")
    assert f"none of {len(told('S09')):,} events was selected" in ended.err
    assert replay(command, s09, "--end", "2001-01-01", *rest).code == 2
    backwards = replay(command, s09, "--start", "2026-03-02", "--end", "2026-03-01", *rest)
    assert backwards.code == 2
    assert "--start 2026-03-02T00:00:00+00:00 is not before --end" in backwards.err


def test_accounts_without_an_event_are_named(command: Command, s09: Path) -> None:
    ended = replay(command, s09, "--account", S09_ACCOUNT, "--account", "typo", "--account", "other")
    rows = [line for line in ended.err.splitlines() if line.startswith("absent")]
    assert (ended.code, [row.split()[2] for row in rows]) == (0, ["typo:", "other:"])


def test_recorded_alerts_are_narrowed_to_the_accounts(command: Command, tmp_path: Path) -> None:
    stream, recorded = tmp_path / "both.ndjson", tmp_path / "recorded.ndjson"
    stream.write_bytes(b"".join(STORY + told("S09")))
    assert replay(command, stream, "--output", recorded).code == 0
    owner = json.loads(STORY[0])["account_id"]
    ended = replay(command, stream, "--account", owner, "--against", recorded)
    assert (ended.code, ended.out.splitlines()[0]) == (0, "1 alerts before, 1 after: 0 added, 0 removed, 0 changed")
    assert "compared with all" not in ended.err
    early = replay(command, stream, "--account", owner, "--against", recorded, "--start", "2001-01-01")
    assert f"{recorded}: compared with all that it holds; --start and --end select events" in early.err


def changed_catalogue(folder: Path) -> Path:
    folder.mkdir()
    text = builtin()["session.toml"]
    assert "weight = 32" in text
    (folder / "session.toml").write_text(text.replace("weight = 32", "weight = 2"))
    return folder


def test_against_another_catalogue(command: Command, s05b: Path, tmp_path: Path) -> None:
    other = changed_catalogue(tmp_path / "tuned")
    ended = replay(command, s05b, "--against", other)
    assert ended.code == 1
    assert ended.out.startswith("1 alerts before, 1 after: 0 added, 0 removed, 1 changed\n")
    found = json.loads(replay(command, s05b, "--against", other, "--json").out)["comparison"]
    (change,) = found["changes"]
    assert change["score"][0] < change["score"][1]
    assert [item["indicator"] for item in change["evidence_changed"]] == ["concurrent_distant_sessions"]
    assert found["indicators"]["marathon_session"] == [1, 1]
    turned = json.loads(
        replay(command, s05b, "--catalogue", other, "--against", builtin_folder(tmp_path), "--json").out
    )
    assert turned["comparison"]["changes"][0]["score"] == change["score"][::-1]


def builtin_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "builtin"
    folder.mkdir()
    for name, text in builtin().items():
        (folder / name).write_text(text)
    return folder


def test_against_other_tables(command: Command, s05b: Path) -> None:
    ended = replay(command, s05b, "--against-tables", "none")
    assert ended.code == 1
    assert "tz_ip_claim_triple_mismatch" in ended.out


def test_against_its_own_recorded_alerts_nothing_differs(command: Command, s05b: Path, tmp_path: Path) -> None:
    recorded = tmp_path / "recorded.ndjson"
    assert replay(command, s05b, "--output", recorded, "--revisions").code == 0
    ended = replay(command, s05b, "--against", recorded)
    assert (ended.code, ended.out.splitlines()[0]) == (0, "1 alerts before, 1 after: 0 added, 0 removed, 0 changed")
    kept = [{"topic": "alerts", "key": "k", "payload": line} for line in recorded.read_text("utf-8").splitlines()]
    forms = (*kept, {"topic": "alerts", "key": "k", "payload": None})
    recorded.write_text("\n".join(map(json.dumps, forms)), "utf-8")  # as kcat -J shows the topic, with a tombstone
    assert replay(command, s05b, "--against", recorded).code == 0
    for wrong in (b"{}\n", b'{"topic": "alerts", "payload": "{}"}\n'):
        recorded.write_bytes(wrong)
        assert replay(command, s05b, "--against", recorded).code == 2


EXPECT = """
unexpected = "{policy}"
refused = {{ at_most = 0 }}
[[expect]]
account = "s05b-*"
tier = "{tier}"
exactly = 1
"""


def test_expectations_decide_the_exit_code(command: Command, s05b: Path, tmp_path: Path) -> None:
    file, report = tmp_path / "expect.toml", tmp_path / "report.xml"
    file.write_text(EXPECT.format(policy="fail", tier="priority"))
    ended = replay(command, s05b, "--expect", file, "--junit", report)
    assert (ended.code, [line[:8] for line in ended.out.splitlines()]) == (0, ["ok      "] * 3)
    first = report.read_bytes()
    assert ET.fromstring(first)[0].attrib["failures"] == "0"
    replay(command, s05b, "--expect", file, "--junit", report)
    assert report.read_bytes() == first

    s05b.write_bytes(b"nonsense\n" + s05b.read_bytes())
    ended = replay(command, s05b, "--expect", file, "--junit", report)
    assert ended.code == 1
    assert "FAILED  refused records: expected at most 0, found 1" in ended.out
    assert [case.attrib["name"] for case in ET.fromstring(report.read_bytes()).iter("testcase") if len(case)] == [
        "refused records"
    ]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--junit", "x"], 2, "--junit goes with --expect"),
        (["--labels", "x"], 2, "--labels goes with --expect"),
        (["--speed", "0"], 2, "'0' is not a speed"),
        (["--output", "/no/folder/x"], 2, "/no/folder/x: No such file or directory"),
        (["--catalogue", "/no/folder"], 3, "/no/folder: found no *.toml"),
        (["--tables", "geo"], 3, "--tables geo: expected demo, none, a manifest"),
        (["--tables", "geo=/no/file"], 3, "--tables demo: expected"),
        (["--against-tables", "geo=/no/file"], 3, "/no/file"),
        (["--format", "elsewhere"], 3, "elsewhere"),
        (["--expect", "/no/file"], 3, "/no/file: No such file"),
        (["--against", "/no/file"], 2, "/no/file: No such file"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_code(
    command: Command, s09: Path, words: list[str], code: int, says: str
) -> None:
    ended = replay(command, s09, *words)
    assert ended.code == code
    assert says in ended.err


@pytest.mark.parametrize("mode", [[], ["--revisions"]])
def test_ctrl_c_leaves_whole_lines_and_says_how_far_it_came(s05b: Path, mode: list[str]) -> None:
    """Standard input stays open: only Ctrl-C ends it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli.main", "replay", "-", "--tables", "demo", *mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(s05b.read_bytes())
    process.stdin.flush()
    # A pipe holds less than the story, so the replay is at work. The first revision comes long before the story's end.
    first = process.stdout.readline() if mode else b""
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    process.stdin.close()
    with process.stdout, process.stderr:
        out, err = process.stdout.read(), process.stderr.read()
    assert err.startswith(b"interrupted\nevents ")
    assert bool(first + out) is bool(mode)
    for line in (first + out).splitlines():
        json.loads(line)


def test_the_page_of_a_replay_holds_its_alerts_and_the_events_behind_them(command: Command, s05b: Path) -> None:
    page = s05b.with_suffix(".html")
    ended = replay(command, s05b, "--report", page)
    (alert,) = map(json.loads, ended.out.splitlines())
    text = page.read_text("utf-8")
    assert alert["alert_id"] in text
    assert all(ref["event_id"] in text for item in alert["evidence"] for ref in item["events"])
    again = s05b.with_name("again.html")
    replay(command, s05b, "--report", again)
    assert again.read_bytes() == page.read_bytes()
    replay(command, s05b, "--report", again, "--shadow", changed_catalogue(s05b.parent / "tuned"))
    assert f'"shadows":[{{"configuration":"{s05b.parent / "tuned"}"' in again.read_text("utf-8")
    refused = replay(command, s05b, "--report", s05b.parent / "no" / "page.html")
    assert refused.code == 2
    assert "expected a file that can be written" in refused.err


def test_pace_is_no_difference(command: Command, tmp_path: Path) -> None:
    """A paced run hands on record by record, and so do those that run beside it."""
    story, same = tmp_path / "s09.ndjson", tmp_path / "same"
    story.write_bytes(b"".join(told("S09")))
    same.mkdir()
    (same / "network.toml").write_text(builtin()["network.toml"])
    ended = replay(command, story, "--speed", "1e12", "--against", same, "--shadow", same, "--json")
    assert ended.code == 0, ended.out
    found = json.loads(ended.out)
    assert found["comparison"]["changes"] == found["shadow"][0]["comparison"]["changes"] == []
