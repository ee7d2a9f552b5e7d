"""Small stages with exactly predictable outputs and states, to test the runtime without the detection."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import msgspec

from streams.detection.stage import Output, Result, SourceRecord, Stage
from streams.detection.states import PartitionStates


class CountState(msgspec.Struct, array_like=True):
    """Counts what was seen for one key, and up to which offset of each input."""

    seen: dict[str, int] = {}
    number: int = 0
    checksum: int = 0


class Spread:
    """Stateless: gives every record the key that its value names, like enrich does."""

    name = "enrich"
    inputs: tuple[str, ...] = ("platform-events", "login-events")
    stateful = False
    state_type: Any = None

    def process(self, input_name: str, records: Iterable[SourceRecord], states: PartitionStates[Any]) -> Result:
        outputs, dead = [], 0
        for record in records:
            if record.value is None or b" " not in record.value:
                dead += 1
                outputs.append(
                    Output("dead-letters", b"x", b"%s %d %d" % (input_name.encode(), record.partition, record.offset))
                )
                continue
            outputs.append(Output("enriched-events", record.value.split(b" ", 1)[0], record.value))
        return Result(outputs, {("dead_letters", "toy"): dead} if dead else {})


class Count:
    """Stateful: counts records per key; one output per record with the count so far."""

    name = "accounts"
    inputs: tuple[str, ...] = ("enriched-events",)
    stateful = True
    state_type: Any = CountState

    def __init__(self, output: str = "links", every: int = 1) -> None:
        self.output = output
        self.every = every

    def process(self, input_name: str, records: Iterable[SourceRecord], states: PartitionStates[Any]) -> Result:
        outputs = []
        output, every = self.output, self.every
        for record in records:
            key = record.key
            if key is None:
                continue
            state = states.get(key)
            if state is None:
                state = CountState()
            if record.offset <= state.seen.get(input_name, -1):
                continue
            state.seen[input_name] = record.offset
            state.number += 1
            state.checksum = zlib.crc32(record.value or b"", state.checksum)
            states.put(key, state)
            if state.number % every == 0:
                outputs.append(Output(output, key, b"%s %d %d" % (key, state.number, state.checksum)))
        return Result(outputs, {})


class Hoard:
    """Stateful: keeps the last value of each key, whatever its size."""

    name = "accounts"
    inputs: tuple[str, ...] = ("enriched-events",)
    stateful = True
    state_type: Any = bytes

    def process(self, input_name: str, records: Iterable[SourceRecord], states: PartitionStates[Any]) -> Result:
        for record in records:
            states.put(record.key or b"", record.value or b"")
        return Result([], {})


def stages() -> list[Stage]:
    """The toy pipeline: spread, then count."""
    return [Spread(), Count()]
