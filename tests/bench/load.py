"""The event stream of every benchmark part: background traffic, the same in each part of one run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from schemas.topics import LOGIN_EVENTS, PLATFORM_EVENTS
from streams.detection.stage import PlainRecord
from streams.runtime.partitioner import partition_of
from streams.scenarios.background import background_bytes

START = datetime(2026, 3, 2, tzinfo=UTC)
PARTITIONS = 4
EVENTS_PER_ACCOUNT_DAY = 8
_LOGIN = (b'"type":"login.', b'"type":"session.')


def events(count: int, accounts: int) -> Iterator[tuple[int, bytes, bytes]]:
    """`count` events of `accounts` accounts: (event time in ms, key, JSON)."""
    days = max(2.0, count / accounts / 2)
    for number, event in enumerate(background_bytes(accounts, START, days, history=True)):
        if number >= count:
            return
        yield event


def topic_of(value: bytes) -> str:
    """The input topic that a producer would choose."""
    return LOGIN_EVENTS.name if any(mark in value for mark in _LOGIN) else PLATFORM_EVENTS.name


def records(count: int, accounts: int) -> Iterator[PlainRecord]:
    """The same as records of the input topics, with offsets."""
    offsets: dict[tuple[str, int], int] = {}
    for ts, key, value in events(count, accounts):
        topic = topic_of(value)
        partition = partition_of(key, PARTITIONS)
        offset = offsets.get((topic, partition), 0)
        offsets[topic, partition] = offset + 1
        yield PlainRecord(topic, partition, offset, ts, key, value)


def batches(stream: Iterator[PlainRecord], size: int = 2000) -> Iterator[tuple[str, list[PlainRecord]]]:
    """Records grouped as polls give them: one topic and partition each, in order, up to `size`."""
    held: dict[tuple[str, int], list[PlainRecord]] = {}
    for record in stream:
        batch = held.setdefault((record.topic, record.partition), [])
        batch.append(record)
        if len(batch) >= size:
            yield record.topic, held.pop((record.topic, record.partition))
    for (topic, _), batch in held.items():
        yield topic, batch
