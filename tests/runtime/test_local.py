"""The local runtime: any split gives the whole's outputs and states, also with restarts in between."""

from __future__ import annotations

import pytest

from streams.detection.stage import PlainRecord
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
