"""An independent reader: what is in Kafka, compared with what the same stages make of the same input in one process.

It shares no code with the runtime: another client library, its own partitioner, its own recovery (the newest record of each key). It
works for any stages, as long as their outputs and states do not depend on how the records of several inputs interleave.
"""

from __future__ import annotations

import time
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from confluent_kafka import Consumer, TopicPartition

from streams.detection.stage import PlainRecord, SourceRecord, Stage
from streams.detection.states import PartitionStates, StateCodec

# A broker that was just restarted needs some seconds to elect leaders, and on a busy machine many.
STUCK_S = 60.0


def read(address: str, topic: str) -> list[list[PlainRecord]]:
    """All records of a topic now, by partition."""
    consumer = Consumer(
        {
            "bootstrap.servers": address,
            "group.id": "verifier",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "enable.partition.eof": False,
        }
    )
    try:
        count = len(consumer.list_topics(topic, timeout=STUCK_S).topics[topic].partitions)
        ends = [consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=STUCK_S)[1] for p in range(count)]
        found: list[list[PlainRecord]] = [[] for _ in range(count)]
        open_ends = {p for p in range(count) if ends[p]}
        consumer.assign([TopicPartition(topic, p, 0) for p in sorted(open_ends)])
        deadline, left = time.monotonic() + STUCK_S, sum(ends)
        while open_ends:
            assert time.monotonic() < deadline, f"{topic}: nothing more to read, but {sorted(open_ends)} have not ended"
            # Little at once, and no more than there is: `consume` waits out its time when there is less than it was asked for.
            for message in consumer.consume(max(1, min(1000, left)), 0.1):
                deadline = time.monotonic() + STUCK_S
                assert message.error() is None, message.error()
                partition, offset = message.partition(), message.offset()
                if partition in open_ends:
                    left -= 1
                    found[partition].append(
                        PlainRecord(topic, partition, offset, message.timestamp()[1], message.key(), message.value())
                    )
                    if offset >= ends[partition] - 1:
                        open_ends.discard(partition)
        return found
    finally:
        consumer.close()


class Verdict(NamedTuple):
    """What differs between Kafka and the model. Everything empty = exact."""

    missing: list[tuple[str, bytes, bytes]]
    unexpected: list[tuple[str, bytes, bytes]]
    wrong_states: list[bytes]
    misplaced: int
    duplicates: int
    states: int
    outputs: int

    @property
    def exact(self) -> bool:
        """Nothing missing, nothing unexpected, every state as it must be. Byte-identical duplicates are allowed."""
        return not (self.missing or self.unexpected or self.wrong_states or self.misplaced)


def verify(address: str, stage: Stage, changelog: str | None, name: Callable[[str], str] = str) -> Verdict:
    """Run `stage` over what its input topics hold and compare its outputs and states with Kafka's."""
    expected: Counter[tuple[str, bytes, bytes]] = Counter()
    states: dict[bytes, Any] = {}
    inputs = {logical: read(address, name(logical)) for logical in stage.inputs}
    for partition in range(max(len(partitions) for partitions in inputs.values())):
        held: PartitionStates[Any] = PartitionStates(StateCodec(stage.state_type))
        for logical, partitions in inputs.items():
            if partition < len(partitions):
                expected.update(stage.process(logical, cast("list[SourceRecord]", partitions[partition]), held).outputs)
        states |= dict(held.items())
    written: Counter[tuple[str, bytes, bytes]] = Counter()
    misplaced = 0
    for topic in sorted({topic for topic, _, _ in expected}):
        partitions = read(address, name(topic))
        for partition, records in enumerate(partitions):
            for record in records:
                assert record.key is not None
                assert record.value is not None
                written[topic, record.key, record.value] += 1
                misplaced += zlib.crc32(record.key) % len(partitions) != partition
    return Verdict(
        sorted(expected.keys() - written.keys()),
        sorted(written.keys() - expected.keys()),
        [] if changelog is None else _wrong_states(address, stage, changelog, states),
        misplaced,
        written.total() - len(written),
        len(states),
        len(expected),
    )


def _wrong_states(address: str, stage: Stage, changelog: str, states: dict[bytes, Any]) -> list[bytes]:
    found = newest_states(address, changelog, stage.state_type)
    return sorted(key for key in states.keys() | found.keys() if states.get(key) != found.get(key))


def newest_states(address: str, changelog: str, kind: Any) -> dict[bytes, Any]:
    """What a changelog says last of each key, decoded; keys that it says are gone are not there."""
    codec: StateCodec[Any] = StateCodec(kind)
    newest: dict[bytes, bytes | None] = {}
    for partition in read(address, changelog):
        newest |= {record.key: record.value for record in partition if record.key is not None}
    return {key: codec.decode(value) for key, value in newest.items() if value is not None}
