from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from streams.cli.scenario import default_start
from streams.scenarios import SCENARIOS
from tests.cli.conftest import Command


def test_list_names_every_scenario(command: Command) -> None:
    ended = command("scenario")
    assert ended.code == 0
    assert [line.split()[0] for line in ended.out.splitlines()[1 : len(SCENARIOS) + 1]] == list(SCENARIOS)


def test_generates_events_in_order_and_the_same_every_time(command: Command) -> None:
    words = ("scenario", "t5", "--start", "2026-03-01", "--seed", "3", "--multiplier", "2")
    first, second = command(*words), command(*words)
    events = [json.loads(line) for line in first.out.splitlines()]
    times = [event["occurred_at"] for event in events]
    assert first == second
    assert times == sorted(times)
    assert {event["account_id"].rsplit("-", 1)[0] for event in events} == {"t5-3-0", "t5-3-1"}


def test_until_day_cuts(command: Command) -> None:
    words = ("scenario", "T5", "--start", "2026-03-01")
    assert len(command(*words, "--until-day", "10").out) < len(command(*words).out)


def test_unknown_scenario(command: Command) -> None:
    ended = command("scenario", "S99")
    assert ended.code == 2
    assert ended.err.startswith("personawatch scenario: scenario 'S99' is not known; known are S01")


@pytest.mark.parametrize(
    "words",
    [
        ("T5", "--until-day", "nan"),
        ("T5", "--until-day", "inf"),
        ("T5", "--start", "0001-01-01"),
        ("T5", "--start", "9999-12-30"),
        ("T5", "--seed", "many"),
        ("mix", "--seed", "9" * 60),
        ("mix", "--start", "0001-01-01"),
        ("mix", "--days", "0"),
    ],
    ids=" ".join,
)
def test_what_no_story_can_be_told_with_is_said_in_words(command: Command, words: tuple[str, ...]) -> None:
    ended = command("scenario", *words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"personawatch scenario: argument {words[1]}: {words[2]!r} is not a ")


def test_ends_at_the_last_midnight() -> None:
    start = default_start(SCENARIOS["B01"], datetime(2026, 3, 31, 15, tzinfo=UTC))
    assert start == datetime(2026, 3, 1, tzinfo=UTC)
    assert default_start(SCENARIOS["B01"], datetime(2026, 3, 31, 15, tzinfo=UTC), 1.5) == datetime(
        2026, 3, 29, tzinfo=UTC
    )
