"""`scenario mix`: a platform's ordinary days with stories planted among them, and what is true beside."""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.scenarios import SCENARIOS
from streams.scenarios.labels import label_lines, other_lines
from streams.scenarios.mix import mix, planted
from streams.scorecard.truth import labels
from tests.cli.conftest import Command, bare_environment, command

__all__ = ["bare_environment", "command"]
START = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("S05,S09", ["S05a", "S05b", "S09"]),
        ("s05b, t2", ["S05b", "T2"]),
        ("B", [name for name in SCENARIOS if name.startswith("B")]),
        ("S05b,S05", ["S05b", "S05a"]),
        ("", []),
    ],
)
def test_what_is_planted(words: str, ids: list[str]) -> None:
    assert planted(words) == ids


def test_writes_events_in_order_and_the_truth_beside(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "labels.ndjson"
    words = ("--accounts", "15", "--days", "3", "--plant", "S09,B06", "--start", "2026-03-04", "--seed", "4")
    first = command("scenario", "mix", *words, "--labels", str(file))
    assert (first.code, first.err) == (0, "")
    assert first.out == command("scenario", "mix", *words).out
    events = [json.loads(line) for line in first.out.splitlines()]
    assert [event["occurred_at"] for event in events] == sorted(event["occurred_at"] for event in events)
    told = labels(str(file), file.read_bytes().splitlines())
    assert set(told) == {event["account_id"] for event in events} | set(SCENARIOS["S09"].accounts(4))
    assert told["bg-4-0"].expected_tier == "none"
    assert {told[account].label for account in SCENARIOS["B06"].accounts(4)} == {"benign"}


def test_a_story_that_is_cut_short_promises_nothing() -> None:
    short, whole = (labels("f", label_lines(["S05b"], 1, days)) for days in (21, 22))
    assert short["s05b-0-0-a5"].expected_tier is None
    assert whole["s05b-0-0-a5"].expected_tier == "priority"


def test_those_beside_a_story_are_told_apart() -> None:
    """Clients of a benign story are benign; somebody beside an attack is nobody's to judge."""
    seen = [b"b06-0-0-client1", b"s01-0-0-client", b"s01-0-0-a1", b"acct-7"]
    found = labels("f", other_lines(["S01", "B06"], seen))
    assert {name: truth.label for name, truth in found.items()} == {
        "b06-0-0-client1": "benign",
        "s01-0-0-client": "bystander",
    }


def test_memory_does_not_grow_with_days() -> None:
    """Streams: ten times the days, hardly more memory."""
    assert sum(1 for _ in mix(("S05a",), 20, START, 20)) > 0  # fills the caches, so that they count for neither
    peaks = []
    for days in (2, 20):
        tracemalloc.start()
        assert sum(1 for _ in mix(("S05a",), 20, START, days)) > 0
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("mix", "--plant", "S77"), "scenario 'S77' is not known; known are S01"),
        (("mix", "--until-day", "3"), "--until-day does not go with mix; see --days"),
        (("S01", "--accounts", "3"), "--accounts does not go with one story; see mix"),
        (("mix", "--days", "0"), "'0' is not a number of days"),
        (("mix", "--labels", "/nowhere/labels"), "/nowhere/labels: No such file or directory"),
    ],
)
def test_faults_are_one_line(command: Command, words: tuple[str, ...], says: str) -> None:
    ended = command("scenario", *words)
    assert ended.code == 2
    assert says in ended.err
    assert ended.err.count("\n") == 1
