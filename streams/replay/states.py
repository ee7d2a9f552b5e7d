"""What a run remembers at its end, one state at a time: a run that gave decoded states back is not filled up again by who looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streams.detection.states import StateCodec
from streams.runtime.local import LocalRuntime

PARTITIONS = 4
"""Of each topic of a runtime over recorded events."""


def each_state(runtime: LocalRuntime, stage_name: str) -> Iterator[tuple[bytes, Any]]:
    """Every state of a stage with its key, decoded when it is its turn and kept by nobody. `runtime` must have `PARTITIONS` partitions."""
    runtime.restart()
    (stage,) = (stage for stage in runtime.stages if stage.name == stage_name)
    decode = StateCodec[Any](stage.state_type).decode
    for partition in range(PARTITIONS):
        for key, raw in sorted(runtime.states(stage_name, partition).raw.items()):
            yield key, decode(raw)
