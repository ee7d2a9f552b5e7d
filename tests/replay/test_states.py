"""What a run remembers is read one state at a time, and whoever reads it holds none."""

from __future__ import annotations

from streams.replay.selection import Selection
from streams.replay.states import PARTITIONS, each_state
from streams.runtime.local import LocalRuntime
from tests.replay.conftest import demo_configuration, numbered_lines, told


def run() -> LocalRuntime:
    runtime = LocalRuntime(demo_configuration().stages(Selection()), PARTITIONS, keep=())
    for topic, record in numbered_lines(told("S09")):
        runtime.play(topic, record)
    return runtime


def test_every_state_is_read_and_none_is_held() -> None:
    runtime, other = run(), run()
    for stage in ("accounts", "entities", "cases"):
        assert dict(each_state(runtime, stage)) == other.all_states(stage) != {}
        assert [runtime.states(stage, partition).hot for partition in range(PARTITIONS)] == [0] * PARTITIONS
