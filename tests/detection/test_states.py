"""States of a partition: what was changed is written, whatever is cooled or forgotten in between."""

from __future__ import annotations

import pytest

from streams.detection.entity_state import EntityState
from streams.detection.states import PartitionStates, StateCodec, keep

KEYS = (b"a", b"b", b"c")


def state(key: bytes, watermark: int = 0) -> EntityState:
    return EntityState("ip", key.decode(), watermark=watermark)


@pytest.fixture
def states() -> PartitionStates[EntityState]:
    """Three states, all of them written."""
    made = PartitionStates[EntityState](StateCodec(EntityState))
    for key in KEYS:
        made.put(key, state(key))
    keep(made.raw, made.take_changes())
    return made


def flush(states: PartitionStates[EntityState]) -> dict[bytes, EntityState]:
    """What a worker that begins with the changelog has."""
    keep(states.raw, states.take_changes())
    return dict(PartitionStates(StateCodec[EntityState](EntityState), dict(states.raw)).items())


def test_what_was_changed_is_not_cooled_before_it_is_written(states: PartitionStates[EntityState]) -> None:
    states.put(b"a", state(b"a", 7))
    assert (states.cool(), states.hot) == (2, 1)
    assert flush(states) == {**{key: state(key) for key in KEYS}, b"a": state(b"a", 7)}
    assert (states.cool(), states.hot, len(states)) == (1, 0, 3)
    assert states.get(b"a") == state(b"a", 7)


def test_what_was_changed_is_not_forgotten_before_it_is_written(states: PartitionStates[EntityState]) -> None:
    states.put(b"a", state(b"a", 7))
    states.put(b"d", state(b"d"))
    assert len(states) == 4, "one of them is not written yet"
    assert states.forget(lambda _: True, 10) == 2
    assert flush(states) == {b"a": state(b"a", 7), b"d": state(b"d")}
    assert states.forget(lambda _: True, 10) == 2
    assert (flush(states), len(states)) == ({}, 0)


def test_what_was_forgotten_begins_anew(states: PartitionStates[EntityState]) -> None:
    states.forget(lambda held: held.key == "a", 10)
    assert states.get(b"a") is None
    states.put(b"a", state(b"a", 9))
    assert flush(states)[b"a"] == state(b"a", 9)


def test_each_state_is_looked_at_once_in_a_round(states: PartitionStates[EntityState]) -> None:
    looked: list[str] = []

    def looks(held: EntityState) -> bool:
        looked.append(held.key)
        return False

    for _ in range(4):
        states.forget(looks, 2)
    assert sorted(looked[:3]) == sorted(looked[3:]) == ["a", "b", "c"]
    assert states.take_changes() == []
