"""The stages of a worker in one process, with a FIFO in Kafka's place: replay, explain, scenario tests, benchmarks.

Same stages, same partitioner, same states as the worker. The order is fixed: an event, then whatever it caused, first in first out, then
the next event. So the same input always gives the same outputs, byte for byte, however it is cut into batches.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from schemas.topics import ENRICHED_EVENTS, ONE_ORDER
from streams.detection.forgetting import forget_some
from streams.detection.stage import Forgets, Output, PlainRecord, SourceRecord, Stage
from streams.detection.states import PartitionStates, StateCodec, keep
from streams.runtime.cooling import Cooling
from streams.runtime.partitioner import partition_of

FORGET_EVERY = 1024
"""Records handled between two looks at states that may be over."""


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


class Reader:
    """A stage as the reader of one topic, which is all that a record on its way has to look up."""

    __slots__ = ("forgetting", "offsets", "process", "stage", "states", "topic")

    def __init__(
        self,
        stage: Stage,
        topic: str,
        states: dict[int, PartitionStates[Any]],
        forgetting: Forgetting | None,
        partitions: int,
    ) -> None:
        self.stage = stage
        self.topic = topic
        self.process = stage.process
        self.states = states
        """By partition; shared by the readers of one stage."""
        self.forgetting = forgetting
        self.offsets = [0] * (1 if topic in ONE_ORDER else partitions)
        """Next one of each partition."""

    def append(self, key: bytes, value: bytes, timestamp: int) -> PlainRecord:
        """Give a record its partition and offset."""
        offsets = self.offsets
        partition = partition_of(key, len(offsets))
        offset = offsets[partition]
        offsets[partition] = offset + 1
        return PlainRecord(self.topic, partition, offset, timestamp, key, value)


class LocalRuntime:
    """Runs stages over records that are fed in. `keep` names the topics whose outputs are kept in `outputs` (None: all)."""

    def __init__(
        self,
        stages: Sequence[Stage],
        partitions: int = 4,
        keep: Iterable[str] | None = None,
        on_output: Callable[[Output], object] | None = None,
        cooling: Cooling | None = None,
    ) -> None:
        """`on_output` is given what would be kept instead, in the one order in which it was made.

        `cooling` bounds the memory of decoded states; it cannot be seen in what comes out.
        """
        self.stages = list(stages)
        self.counts: dict[tuple[str, str], int] = {}
        self.outputs: dict[str, list[Output]] = {}
        self._keep = None if keep is None else frozenset(keep)
        self._on_output = on_output or self._hold
        self._cooling = cooling or Cooling()
        self._waiting: deque[tuple[Reader, SourceRecord]] = deque()
        self._codecs: dict[str, StateCodec[Any]] = {
            stage.name: StateCodec(stage.state_type if stage.stateful else Any) for stage in self.stages
        }
        self._states: dict[str, dict[int, PartitionStates[Any]]] = {stage.name: {} for stage in self.stages}
        self._readers: dict[str, Reader] = {}
        for stage in self.stages:
            forgetting = Forgetting(stage) if isinstance(stage, Forgets) else None
            for name in stage.inputs:
                self._readers[name] = Reader(stage, name, self._states[stage.name], forgetting, partitions)

    def feed(self, topic: str, records: Iterable[SourceRecord]) -> None:
        """Take records of the logical topic `topic` as they are, each followed by all that follows from it."""
        reader = self._readers.get(topic)
        if reader is None:
            return
        if reader.stage.stateful:
            for record in records:
                self._follow(reader, (record,))
                self._drain()
            return
        batch = tuple(records)  # nothing is remembered there, so together is the same as one by one
        if batch:
            self._follow(reader, batch)
            self._cool(len(batch))

    def play(self, topic: str, record: SourceRecord) -> None:
        """Take one recorded record: of an input as it is, of the enriched events as if it were told anew, with its key's partition."""
        if topic == ENRICHED_EVENTS.name:
            self.send(topic, record.key or b"", record.value or b"", record.timestamp)
        else:
            self.feed(topic, (record,))

    def send(self, topic: str, key: bytes, value: bytes, timestamp: int) -> None:
        """Append one record to an internal topic as its stage would, and do all that follows from it."""
        reader = self._readers[topic]
        self._waiting.append((reader, reader.append(key, value, timestamp)))
        self._drain()
        self._cool(1)

    def states(self, stage_name: str, partition: int) -> PartitionStates[Any]:
        """States of one partition of a stage."""
        held = self._states[stage_name]
        states = held.get(partition)
        if states is None:
            states = held[partition] = PartitionStates(self._codecs[stage_name])
        return states

    def all_states(self, stage_name: str) -> dict[bytes, Any]:
        """Every state of a stage, by key."""
        held = self._states[stage_name]
        return {key: state for partition in sorted(held) for key, state in held[partition].items()}

    def restart(self) -> None:
        """What a crash after a flush leaves: encoded states only. Outputs and positions stay."""
        for held in self._states.values():
            for states in held.values():
                keep(states.raw, states.take_changes())
                states.cool()

    def state_bytes(self, stage_name: str) -> int:
        """Encoded size of all states of a stage."""
        self.restart()
        return sum(len(raw) for states in self._states[stage_name].values() for raw in states.raw.values())

    def state_count(self, stage_name: str) -> int:
        """How many states a stage has."""
        return sum(map(len, self._states[stage_name].values()))

    def appended(self, topic: str) -> list[int]:
        """How many records the stages wrote to each partition of an internal topic."""
        return list(self._readers[topic].offsets)

    def _cool(self, records: int) -> None:
        if self._cooling.look(records) and self._cooling.due(self._hot()):
            self.restart()

    def _hot(self) -> int:
        return sum(states.hot for held in self._states.values() for states in held.values())

    def _drain(self) -> None:
        waiting = self._waiting
        while waiting:
            reader, record = waiting.popleft()
            self._follow(reader, (record,))

    def _follow(self, reader: Reader, batch: tuple[SourceRecord, ...]) -> None:
        """Handle records; what follows waits, except that each output of a batch is followed to its end before the next."""
        last = batch[-1]
        partition = last.partition
        states = reader.states.get(partition)
        if states is None:
            states = self.states(reader.stage.name, partition)
        result = reader.process(reader.topic, batch, states)
        if reader.forgetting is not None:
            reader.forgetting.handled(partition, len(batch), result.event_ms, states)
        counts = self.counts
        for slot, times in result.counts.items():
            counts[slot] = counts.get(slot, 0) + times
        if not result.outputs:
            return
        kept, together = self._keep, not reader.stage.stateful
        for output in result.outputs:
            name = output.topic
            if kept is None or name in kept:
                self._on_output(output)
            follower = self._readers.get(name)
            if follower is not None:
                self._waiting.append((follower, follower.append(output.key, output.value, last.timestamp)))
                if together:
                    self._drain()

    def _hold(self, output: Output) -> None:
        self.outputs.setdefault(output.topic, []).append(output)
