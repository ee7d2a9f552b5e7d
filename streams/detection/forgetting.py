"""States that are over are dropped, a few at a time, so that what is remembered does not grow with every address ever seen.

Neither when nor in which order can be seen in the outputs: a stage begins anew on a state that is over, whether it is still there or not.
"""

from __future__ import annotations

from typing import Any

from streams.detection.stage import Forgets, Stage
from streams.detection.states import PartitionStates
from streams.detection.windows import DAY

LOOKS = 64
"""States looked at in one go: 0.2 ms. With five flushes a second, as by default, a million states of a partition take about an hour."""
MARGIN = 7 * DAY
"""How far a record may be older than newer ones of its partition and still find what was remembered."""
PRESENT = DAY
"""A worker forgets only while the newest event is no older than this. One that reads up a backlog gets months within minutes, from
partitions that are months apart, and after a crash again; who replays takes everything in the order of time and once."""


def forget_some(stage: Stage, states: PartitionStates[Any], newest_ms: int) -> int:
    """Drop states that are over, of the next few in turn; how many. `newest_ms`: newest event time of the partition, 0 = none yet."""
    if not newest_ms or not isinstance(stage, Forgets):
        return 0
    now = newest_ms - MARGIN
    return states.forget(lambda state: stage.over(state, now), LOOKS)
