"""The local runtime: any split gives the whole's outputs and states, also with restarts in between."""

from __future__ import annotations

import pytest

from streams.detection.stage import PlainRecord
from streams.runtime import cooling
from streams.runtime.cooling import Cooling
from streams.runtime.local import LocalRuntime
from streams.runtime.partitioner import partition_of
from tests.kafka.toys import stages
from tests.kafka.worker import events

RECORDS = [
    PlainRecord("login-events", 0, n, 1_700_000_000_000 + n, key, value)
    for n, (key, value) in enumerate(events(3000, keys=50))
]


def run(split: int, *, restart: bool = False) -> LocalRuntime:
    runtime = LocalRuntime(stages(), partitions=4)
    for start in range(0, len(RECORDS), split):
        runtime.feed("login-events", RECORDS[start : start + split])  # type: ignore[arg-type,unused-ignore]
        if restart:
            runtime.restart()
    return runtime


@pytest.mark.parametrize("split", [1, 7, 500])
@pytest.mark.parametrize("restart", [False, True])
def test_any_split_is_the_whole(split: int, *, restart: bool) -> None:
    whole, parts = run(len(RECORDS)), run(split, restart=restart)
    assert parts.all_states("accounts") == whole.all_states("accounts")
    assert sorted(parts.outputs["links"]) == sorted(whole.outputs["links"])


def test_keys_live_where_the_partitioner_says() -> None:
    runtime = run(1000)
    for partition in range(4):
        assert all(partition_of(key, 4) == partition for key, _ in runtime.states("accounts", partition).items())


def test_a_full_memory_gives_decoded_states_back_and_nobody_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooling, "LOOK_EVERY", 100)
    runtime = LocalRuntime(stages(), partitions=4, cooling=Cooling(most_bytes=1))
    for record in RECORDS:
        runtime.feed("login-events", (record,))
    assert sum(runtime.states("accounts", partition).hot for partition in range(4)) == 0, "3,000 is a look"
    whole = run(1)
    assert runtime.outputs == whole.outputs
    assert runtime.all_states("accounts") == whole.all_states("accounts")


@pytest.mark.parametrize(("most_bytes", "due"), [(1, [True, False, True]), (1e15, [False] * 3), (0, [False] * 3)])
def test_what_was_held_when_it_first_was_too_much_is_the_most(most_bytes: float, due: list[bool]) -> None:
    """Without a known limit there is none."""
    held = Cooling(most_bytes)
    assert [held.due(hot) for hot in (50, 49, 51)] == due
