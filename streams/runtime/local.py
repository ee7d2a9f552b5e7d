"""The stages of a worker in one process, with a FIFO in Kafka's place: replay, explain, scenario tests, benchmarks.

Same stages, same partitioner, same states as the worker. The order is fixed: an event, then whatever it caused, first in first out, then
the next event. So the same input always gives the same outputs, byte for byte, however it is cut into batches.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from schemas.topics import ONE_ORDER
from streams.detection.forgetting import forget_some
from streams.detection.stage import Forgets, Output, PlainRecord, SourceRecord, Stage
from streams.detection.states import PartitionStates, StateCodec, keep
from streams.runtime.partitioner import partition_of

FORGET_EVERY = 1024
"""Records handled between two looks at states that may be over."""


class Log:
    """One topic: how many partitions, and the next offset of each."""

    __slots__ = ("offsets",)

    def __init__(self, partitions: int) -> None:
        self.offsets = [0] * partitions

    def append(self, topic: str, key: bytes, value: bytes, timestamp: int) -> PlainRecord:
        """Give the record its partition and offset."""
        partition = partition_of(key, len(self.offsets))
        offset = self.offsets[partition]
        self.offsets[partition] = offset + 1
        return PlainRecord(topic, partition, offset, timestamp, key, value)


class Forgetting:
    """Drops what is over of one stage, every so many records."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._records = 0
        self._newest: dict[int, int] = {}

    def handled(self, partition: int, records: int, event_ms: int, states: PartitionStates[Any]) -> None:
        """Note that records of a partition were handled; look at some of its states when it is time."""
        newest = self._newest[partition] = max(self._newest.get(partition, 0), event_ms)
        self._records += records
        if self._records >= FORGET_EVERY:
            self._records = 0
            forget_some(self._stage, states, newest)


class LocalRuntime:
    """Runs stages over records that are fed in. `keep` names the topics whose outputs are kept in `outputs` (None: all)."""

    def __init__(
        self,
        stages: Sequence[Stage],
        partitions: int = 4,
        keep: Iterable[str] | None = None,
        on_output: Callable[[Output], object] | None = None,
    ) -> None:
        """`on_output` is given what would be kept instead, in the one order in which it was made."""
        self.stages = list(stages)
        self.counts: dict[tuple[str, str], int] = {}
        self.outputs: dict[str, list[Output]] = {}
        self._keep = None if keep is None else frozenset(keep)
        self._on_output = on_output or self._hold
        self._partitions = partitions
        self._readers = {name: stage for stage in self.stages for name in stage.inputs}
        self._logs: dict[str, Log] = {}
        self._waiting: deque[tuple[str, SourceRecord]] = deque()
        self._codecs: dict[str, StateCodec[Any]] = {
            stage.name: StateCodec(stage.state_type) for stage in self.stages if stage.stateful
        }
        self._states: dict[tuple[str, int], PartitionStates[Any]] = {}
        self._forgetful = {stage.name: Forgetting(stage) for stage in self.stages if isinstance(stage, Forgets)}

    def feed(self, topic: str, records: Iterable[SourceRecord]) -> None:
        """Take records of the logical topic `topic` as they are, each followed by all that follows from it."""
        stage = self._readers.get(topic)
        if stage is None:
            return
        if stage.stateful:
            for record in records:
                self._run(stage, topic, (record,))
                self._drain()
            return
        batch = tuple(records)  # nothing is remembered there, so together is the same as one by one
        if batch:
            for output in self._made(stage, topic, batch):
                self._pass_on(output, batch[-1].timestamp)
                self._drain()

    def send(self, topic: str, key: bytes, value: bytes, timestamp: int) -> None:
        """Append one record to an internal topic as its stage would, and do all that follows from it."""
        self._append(topic, key, value, timestamp)
        self._drain()

    def states(self, stage_name: str, partition: int) -> PartitionStates[Any]:
        """States of one partition of a stage."""
        slot = (stage_name, partition)
        states = self._states.get(slot)
        if states is None:
            codec = self._codecs.get(stage_name) or StateCodec(Any)
            states = self._states[slot] = PartitionStates(codec)
        return states

    def all_states(self, stage_name: str) -> dict[bytes, Any]:
        """Every state of a stage, by key."""
        return {
            key: state
            for (name, _), states in sorted(self._states.items())
            if name == stage_name
            for key, state in states.items()
        }

    def restart(self) -> None:
        """What a crash after a flush leaves: encoded states only. Outputs and positions stay."""
        for (name, _), states in self._states.items():
            if name in self._codecs:
                keep(states.raw, states.take_changes())
                states.cool()

    def state_bytes(self, stage_name: str) -> int:
        """Encoded size of all states of a stage."""
        self.restart()
        return sum(
            len(raw) for (name, _), states in self._states.items() if name == stage_name for raw in states.raw.values()
        )

    def state_count(self, stage_name: str) -> int:
        """How many states a stage has."""
        return sum(len(states) for (name, _), states in self._states.items() if name == stage_name)

    def appended(self, topic: str) -> list[int]:
        """How many records the stages wrote to each partition of an internal topic."""
        return list(self._log(topic).offsets)

    def _drain(self) -> None:
        waiting = self._waiting
        while waiting:
            topic, record = waiting.popleft()
            self._run(self._readers[topic], topic, (record,))

    def _run(self, stage: Stage, topic: str, batch: tuple[SourceRecord]) -> None:
        for output in self._made(stage, topic, batch):
            self._pass_on(output, batch[0].timestamp)

    def _made(self, stage: Stage, topic: str, batch: Sequence[SourceRecord]) -> list[Output]:
        """What a stage makes of records; its counts are added up."""
        partition = batch[0].partition
        states = self.states(stage.name, partition)
        result = stage.process(topic, batch, states)
        forgetting = self._forgetful.get(stage.name)
        if forgetting is not None:
            forgetting.handled(partition, len(batch), result.event_ms, states)
        for slot, times in result.counts.items():
            self.counts[slot] = self.counts.get(slot, 0) + times
        return result.outputs

    def _pass_on(self, output: Output, timestamp: int) -> None:
        if self._keep is None or output.topic in self._keep:
            self._on_output(output)
        if output.topic in self._readers:
            self._append(output.topic, output.key, output.value, timestamp)

    def _hold(self, output: Output) -> None:
        self.outputs.setdefault(output.topic, []).append(output)

    def _append(self, topic: str, key: bytes, value: bytes, timestamp: int) -> None:
        self._waiting.append((topic, self._log(topic).append(topic, key, value, timestamp)))

    def _log(self, topic: str) -> Log:
        log = self._logs.get(topic)
        if log is None:
            log = self._logs[topic] = Log(1 if topic in ONE_ORDER else self._partitions)
        return log
