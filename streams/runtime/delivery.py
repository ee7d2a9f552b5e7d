"""Records on their way to the broker: built into batches, sent, and not forgotten until they are acknowledged.

`settle` returns when everything given to it is in Kafka, in the order in which it was sent to each partition. It retries with a
back-off and raises `UndeliverableError` after the time allowed. A record that the broker finds too large is reported and skipped: no
retry can help it, and it must not stop the partition.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, cast

import structlog
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from streams.detection.stage import Output
from streams.runtime.partitioner import partition_of

log = structlog.get_logger(__name__)

Pair = tuple[bytes, bytes]

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0

# Answers that mean "this record is too large", not "try again".
TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)


class UndeliverableError(Exception):
    """Some output could not be written within the time allowed; nothing that depends on it may be acknowledged."""


class TooLarge(NamedTuple):
    """A record that was skipped because no retry can make it smaller."""

    topic: str
    partition: int
    key: bytes
    size: int


class Parcel:
    """One batch of records for one partition; `offset` is where the first one was written."""

    __slots__ = ("future", "offset", "pairs", "partition", "stamp", "topic")

    def __init__(self, topic: str, partition: int, pairs: Sequence[Pair], stamp: int | None) -> None:
        self.topic = topic
        self.partition = partition
        self.pairs = pairs
        self.stamp = stamp
        self.future: asyncio.Future[Any] | None = None
        self.offset = -1


class Delivery:
    """Sends for all stages of one worker through one aiokafka producer."""

    def __init__(
        self,
        producer: Callable[[], Any],
        topic_name: Callable[[str], str],
        *,
        timeout_s: float,
        max_record_bytes: int,
        on_too_large: Callable[[TooLarge], None],
        single_partition: frozenset[str] = frozenset(),
    ) -> None:
        self._producer = producer
        self._topic_name = topic_name
        self._timeout_s = timeout_s
        self._max_record_bytes = max_record_bytes
        self._on_too_large = on_too_large
        self._single_partition = single_partition
        self._partitions: dict[str, int] = {}

    async def send(self, outputs: Iterable[Output]) -> list[Parcel]:
        """Start the delivery of `outputs`; the order within a partition is theirs."""
        grouped: dict[tuple[str, int], list[Pair]] = {}
        partitions = self._partitions
        for topic, key, value in outputs:
            count = partitions.get(topic)
            if count is None:
                count = await self._count_partitions(topic)
            grouped.setdefault((topic, partition_of(key, count)), []).append((key, value))
        parcels: list[Parcel] = []
        for (topic, partition), pairs in grouped.items():
            parcels += await self.send_to(self._topic_name(topic), partition, pairs)
        return parcels

    async def send_to(
        self, topic: str, partition: int, pairs: Sequence[Pair], stamp: int | None = None
    ) -> list[Parcel]:
        """Start the delivery of `pairs` to one partition of a physical topic, as few batches as they fit in."""
        parcels: list[Parcel] = []
        start = 0
        while start < len(pairs):
            builder = self._producer().create_batch()
            end = start
            for key, value in pairs[start:] if start else pairs:
                if len(key) + len(value) > self._max_record_bytes and end > start:
                    break
                if builder.append(timestamp=stamp, key=key, value=value) is None:
                    break
                end += 1
                if len(key) + len(value) > self._max_record_bytes:
                    break
            parcel = Parcel(topic, partition, pairs[start:end], stamp)
            start = end
            if len(parcel.pairs) == 1 and _size(parcel.pairs[0]) > self._max_record_bytes:
                self._refuse(parcel)
                continue
            await self._launch(parcel, builder)
            parcels.append(parcel)
        return parcels

    async def settle(self, parcels: list[Parcel]) -> list[Parcel]:
        """Wait until all of `parcels` are in Kafka; gives them back (or what replaced them), each with its offset."""
        deadline = time.monotonic() + self._timeout_s
        pause = FIRST_PAUSE_S
        settled: list[Parcel] = []
        while True:
            failed: dict[tuple[str, int], BaseException] = {}
            again: list[Parcel] = []
            for parcel in parcels:
                place = (parcel.topic, parcel.partition)
                error = await _outcome(parcel)
                if place in failed:
                    again.append(parcel)  # keeps the order: what followed a failure is sent again behind it
                elif error is None:
                    settled.append(parcel)
                else:
                    failed[place] = error
                    again += self._split(parcel) if isinstance(error, TOO_LARGE) else [parcel]
            if not again:
                return settled
            worst = next(iter(failed.items()))
            if time.monotonic() > deadline:
                raise UndeliverableError(f"{worst[0][0]}[{worst[0][1]}]: {worst[1]!r}")
            if not all(isinstance(error, TOO_LARGE) for error in failed.values()):
                log.warning("output not delivered, trying again", topic=worst[0][0], error=repr(worst[1]), pause=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
            parcels = [part for parcel in again for part in await self._resend(parcel)]

    async def _count_partitions(self, topic: str) -> int:
        # Asked once: partitions of a topic in use must not be added, since every key would move.
        count = 1 if topic in self._single_partition else await self._ask_partitions(self._topic_name(topic))
        self._partitions[topic] = count
        return count

    async def _ask_partitions(self, topic: str) -> int:
        # The first output for a topic can fall into an outage.
        deadline = time.monotonic() + self._timeout_s
        while True:
            try:
                return len(await self._producer().partitions_for(topic))
            except KafkaError as error:
                if time.monotonic() > deadline:
                    raise UndeliverableError(f"{topic}: {error!r}") from error
                log.warning("partitions of a topic not known, asking again", topic=topic, error=repr(error))
                await asyncio.sleep(FIRST_PAUSE_S)

    def _split(self, parcel: Parcel) -> list[Parcel]:
        if len(parcel.pairs) == 1:
            self._refuse(parcel)
            return []
        return [Parcel(parcel.topic, parcel.partition, [pair], parcel.stamp) for pair in parcel.pairs]

    def _refuse(self, parcel: Parcel) -> None:
        key, value = parcel.pairs[0]
        self._on_too_large(TooLarge(parcel.topic, parcel.partition, key, len(value)))

    async def _resend(self, parcel: Parcel) -> list[Parcel]:
        return await self.send_to(parcel.topic, parcel.partition, parcel.pairs, parcel.stamp)

    async def _launch(self, parcel: Parcel, builder: Any) -> None:
        builder.close()
        try:
            parcel.future = await self._producer().send_batch(builder, parcel.topic, partition=parcel.partition)
        except KafkaError as error:
            parcel.future = asyncio.get_running_loop().create_future()
            parcel.future.set_exception(error)


def _size(pair: Pair) -> int:
    return len(pair[0]) + len(pair[1])


async def _outcome(parcel: Parcel) -> BaseException | None:
    assert parcel.future is not None
    try:
        answer = await parcel.future
    except KafkaError as error:
        return cast("BaseException", error)
    parcel.offset = answer.offset
    return None
