"""What a stage is: pure code between records and outputs. The runtime, the replay and the tests know stages only by this page.

A stage never awaits, logs, reads a clock, opens a file or imports Faust. It handles records one by one, so that where a batch begins
or ends can never be seen in its outputs. It never raises for anything that stands in a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from streams.detection.states import PartitionStates


class SourceRecord(Protocol):
    """One Kafka record as the clients give it (aiokafka's ConsumerRecord fits as it is)."""

    @property
    def topic(self) -> str:
        """Physical name."""

    @property
    def partition(self) -> int:
        """Within the topic."""

    @property
    def offset(self) -> int:
        """Within the partition."""

    @property
    def timestamp(self) -> int:
        """Milliseconds since the epoch, by producer or broker."""

    @property
    def key(self) -> bytes | None:
        """Whatever the producer chose."""

    @property
    def value(self) -> bytes | None:
        """None is a tombstone."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """As sent."""


class PlainRecord(NamedTuple):
    """A `SourceRecord` made without Kafka: local runtime, replay and tests."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class Output(NamedTuple):
    """One record to deliver. Delivered and acknowledged before the state that caused it is written."""

    topic: str
    """Logical name (`schemas.topics`)."""
    key: bytes
    value: bytes


class Result(NamedTuple):
    """What a stage made of some records.

    `counts` are metric increments: (metric, label) → number, with `/` between the values where a metric has several labels.
    """

    outputs: list[Output]
    counts: dict[tuple[str, str], int]
    event_ms: int = 0
    """Newest event time read, for forgetting and for the metrics of lag; 0 when none was."""
    oldest_ms: int = 0
    """Oldest event time read; 0 when none was."""
    revisions_ms: Sequence[int] = ()
    """For each revision of an alert among the outputs the event time of what caused it."""

    def add(self, metric: str, label: str, times: int = 1) -> None:
        """Count what happened so many times; what did not happen leaves no trace."""
        if times:
            self.counts[metric, label] = self.counts.get((metric, label), 0) + times

    def at(self, times: Sequence[int]) -> Result:
        """The same, made of events of these times (milliseconds); none leave it as it is."""
        if not times:
            return self
        return Result(self.outputs, self.counts, max(times), min(times), self.revisions_ms)  # a third of `_replace`


class Stage(Protocol):
    """One of enrich, accounts, entities, cases.

    `process` is given records of ONE partition in offset order, from any of `inputs`, and the states of that partition. It must give
    the same outputs for the same records and states, byte for byte, however the records are split into batches.
    """

    name: str
    inputs: tuple[str, ...]
    """Logical topic names; more than one must be co-partitioned."""
    stateful: bool
    state_type: Any
    """The msgspec type of one state; None when `stateful` is False."""

    def process(self, input_name: str, records: Iterable[SourceRecord], states: PartitionStates[Any]) -> Result:
        """Handle records that came from the logical topic `input_name`."""
        ...


@runtime_checkable
class Forgets(Protocol):
    """A stage whose states can be over, so that what is remembered does not grow for ever."""

    def over(self, state: Any, now_ms: int) -> bool:
        """Whether a state says nothing any more at event time `now_ms`.

        The stage itself begins anew on such a state, so it cannot be seen in the outputs whether it was dropped.
        """
        ...
