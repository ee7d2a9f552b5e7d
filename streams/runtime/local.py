"""The stages of a worker in one process, with a FIFO in Kafka's place: replay, explain, scenario tests, benchmarks.

Same stages, same partitioner, same states as the worker. The order is fixed: inputs as they were fed, then whatever they caused,
first in first out; so the same input always gives the same outputs, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from schemas.topics import ASSESSMENTS
from streams.detection.stage import Output, PlainRecord, SourceRecord, Stage
from streams.detection.states import PartitionStates, StateCodec
from streams.runtime.partitioner import partition_of

ONE_ORDER = frozenset({ASSESSMENTS.name})


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


class LocalRuntime:
    """Runs stages over records that are fed in. `keep` names the topics whose outputs are kept in `outputs`."""

    def __init__(self, stages: Sequence[Stage], partitions: int = 4, keep: Iterable[str] | None = None) -> None:
        self.stages = list(stages)
        self.counts: dict[tuple[str, str], int] = {}
        self.outputs: dict[str, list[Output]] = {}
        self._keep = None if keep is None else frozenset(keep)
        self._partitions = partitions
        self._readers = {name: stage for stage in self.stages for name in stage.inputs}
        self._logs: dict[str, Log] = {}
        self._waiting: dict[tuple[str, int], list[SourceRecord]] = {}
        self._codecs: dict[str, StateCodec[Any]] = {
            stage.name: StateCodec(stage.state_type) for stage in self.stages if stage.stateful
        }
        self._states: dict[tuple[str, int], PartitionStates[Any]] = {}

    def feed(self, topic: str, records: Iterable[SourceRecord]) -> None:
        """Take records of the logical topic `topic` as they are, in batches of one partition, and do all that follows from them."""
        batch: list[SourceRecord] = []
        for record in records:
            if batch and record.partition != batch[-1].partition:
                self._run(topic, batch)
                batch = []
            batch.append(record)
        if batch:
            self._run(topic, batch)
        self.drain()

    def send(self, topic: str, key: bytes, value: bytes, timestamp: int) -> None:
        """Append one record to `topic` as a producer would, and do all that follows from it."""
        self._run(topic, [self._log(topic).append(topic, key, value, timestamp)])
        self.drain()

    def drain(self) -> None:
        """Work until nothing waits."""
        waiting = self._waiting
        while waiting:
            place = next(iter(waiting))
            self._run(place[0], waiting.pop(place))

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
                states.raw.update(states.take_changes())
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

    def _run(self, topic: str, batch: Sequence[SourceRecord]) -> None:
        stage = self._readers.get(topic)
        if stage is None:
            return
        result = stage.process(topic, batch, self.states(stage.name, batch[0].partition))
        for slot, times in result.counts.items():
            self.counts[slot] = self.counts.get(slot, 0) + times
        timestamp = batch[-1].timestamp
        for output in result.outputs:
            if self._keep is None or output.topic in self._keep:
                self.outputs.setdefault(output.topic, []).append(output)
            if output.topic in self._readers:
                record = self._log(output.topic).append(output.topic, output.key, output.value, timestamp)
                self._waiting.setdefault((output.topic, record.partition), []).append(record)

    def _log(self, topic: str) -> Log:
        log = self._logs.get(topic)
        if log is None:
            log = self._logs[topic] = Log(1 if topic in ONE_ORDER else self._partitions)
        return log
