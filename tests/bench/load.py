"""The event stream of every benchmark part: background traffic, the same in each part of one run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice

from schemas.topics import LOGIN_EVENTS, PLATFORM_EVENTS
from streams.detection.stage import PlainRecord
from streams.runtime.partitioner import partition_of
from streams.scenarios.background import background_bytes
from streams.scenarios.traffic import Keyed

START = datetime(2026, 3, 2, tzinfo=UTC)
PARTITIONS = 4
_LOGIN = (b'"type":"login.', b'"type":"session.')


def sign_ups(accounts: int) -> Iterator[Keyed]:
    """How the accounts came to be (opened, document, bank, approval), before `START`: (event time in ms, key, JSON)."""
    return background_bytes(accounts, START, 0, history=True)


def opening_of(accounts: int) -> int:
    """How many events `sign_ups` gives: four an account, and a few declarations."""
    return sum(1 for _ in sign_ups(accounts))


def events(count: int, accounts: int) -> Iterator[Keyed]:
    """The login/session mix: `count` events of `accounts` accounts that have signed up, from `START` on."""
    days = max(2.0, count / accounts / 2)
    return islice(background_bytes(accounts, START, days, history=False), count)


def topic_of(value: bytes) -> str:
    """The input topic that a producer would choose."""
    return LOGIN_EVENTS.name if any(mark in value for mark in _LOGIN) else PLATFORM_EVENTS.name


def records(stream: Iterable[Keyed]) -> Iterator[PlainRecord]:
    """The same as records of the input topics: partitions as a producer would choose, running offsets."""
    offsets: dict[tuple[str, int], int] = {}
    for ts, key, value in stream:
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
