"""The flood stop: a few bad records pass, a flood does not."""

from __future__ import annotations

import pytest

from streams.runtime.dead_letters import FloodError, FloodGate, FloodLimits

LIMITS = FloodLimits(ratio=0.5, window=1000, run=300)


def test_few_dead_letters_pass() -> None:
    gate = FloodGate(LIMITS)
    for _ in range(1000):
        gate.saw(100, 40)


def test_a_run_stops_before_the_window_is_full() -> None:
    gate = FloodGate(LIMITS)
    gate.saw(250, 250)
    with pytest.raises(FloodError, match="300 dead letters in a row"):
        gate.saw(50, 50)


def test_a_good_record_ends_a_run() -> None:
    gate = FloodGate(LIMITS)
    gate.saw(250, 250)
    gate.saw(10, 9)
    gate.saw(250, 250)


def test_a_share_over_the_window_stops() -> None:
    gate = FloodGate(LIMITS)
    for _ in range(9):
        gate.saw(100, 60)
    with pytest.raises(FloodError, match="60% of the last 1000 records are dead letters"):
        gate.saw(100, 60)


@pytest.mark.parametrize("dead", [500, 501])
def test_a_share_stops_above_its_limit_and_not_at_it(dead: int) -> None:
    gate = FloodGate(LIMITS)
    gate.saw(dead - 250, dead - 250)
    gate.saw(750 - dead, 0)
    if dead > 500:
        with pytest.raises(FloodError, match="of the last 1000 records are dead letters"):
            gate.saw(500, 250)
    else:
        gate.saw(500, 250)


def test_what_left_the_window_no_longer_counts() -> None:
    gate = FloodGate(LIMITS)
    for _ in range(8):
        gate.saw(100, 60)
    for _ in range(50):
        gate.saw(100, 0)
    for _ in range(8):
        gate.saw(100, 60)


def test_several_dead_letters_of_one_record_count_once() -> None:
    gate = FloodGate(FloodLimits(ratio=0.5, window=1000, run=300))
    gate.saw(1, 500)
    for _ in range(298):
        gate.saw(1, 2)
    with pytest.raises(FloodError, match="300 dead letters in a row"):
        gate.saw(1, 2)


def test_a_share_is_of_records_and_not_of_what_was_in_them() -> None:
    gate = FloodGate(LIMITS)
    gate.saw(800, 0)
    gate.saw(200, 900)


def test_the_window_is_no_longer_than_it_must_be() -> None:
    gate = FloodGate(LIMITS)
    gate.saw(100, 0)
    for _ in range(9):
        gate.saw(100, 50)
    with pytest.raises(FloodError, match="of the last 1000 records are dead letters"):
        gate.saw(100, 51)
