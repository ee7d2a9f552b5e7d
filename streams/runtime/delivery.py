"""Records on their way to the broker: built into batches, sent, and not forgotten until they are acknowledged.

`settle` returns when everything given to it is in Kafka, in the order in which it was sent to each partition. It retries with a
back-off and raises `UndeliverableError` after the time allowed. A record that is too large for the broker is replaced by a dead letter
(`oversize`): no retry can help it, and it must not stop the partition.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import structlog
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from streams.detection.stage import Output
from streams.runtime.oversize import Cause, TooLarge
from streams.runtime.partitioner import partition_of

log = structlog.get_logger(__name__)

Pair = tuple[bytes, bytes | None]

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0

# Answers that mean "this record is too large", not "try again".
TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)


class UndeliverableError(Exception):
    """Some output could not be written within the time allowed; nothing that depends on it may be acknowledged."""


class Parcel:
    """One batch of records for one partition; `offset` is where the first one was written."""

    __slots__ = ("cause", "future", "offset", "pairs", "partition", "stamp", "topic")

    def __init__(
        self, topic: str, partition: int, pairs: Sequence[Pair], stamp: int | None = None, cause: Cause | None = None
    ) -> None:
        self.topic = topic
        self.partition = partition
        self.pairs = pairs
        self.stamp = stamp
        self.cause = cause
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
        on_too_large: Callable[[TooLarge], Output | None],
        single_partition: frozenset[str] = frozenset(),
    ) -> None:
        self._producer = producer
        self._topic_name = topic_name
        self._timeout_s = timeout_s
        self._max_record_bytes = max_record_bytes
        self._on_too_large = on_too_large
        self._single_partition = single_partition
        self._partitions: dict[str, int] = {}
        self._waits: dict[object, str] = {}
        self._failing: set[str] = set()  # topics of which a failure has been told

    def waits_for(self) -> str:
        """What keeps an output from being delivered just now, in words; empty when nothing does."""
        return next(filter(None, self._waits.values()), "")

    async def send(self, outputs: Iterable[Output], cause: Cause | None = None) -> list[Parcel]:
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
            parcels += await self.send_to(self._topic_name(topic), partition, pairs, cause=cause)
        return parcels

    async def send_to(
        self,
        topic: str,
        partition: int,
        pairs: Sequence[Pair],
        stamp: int | None = None,
        cause: Cause | None = None,
    ) -> list[Parcel]:
        """Start the delivery of `pairs` to one partition of a physical topic, as few batches as they fit in."""
        parcels: list[Parcel] = []
        start = 0
        while start < len(pairs):
            builder = self._producer().create_batch()
            end = start
            for key, value in pairs[start:] if start else pairs:
                if len(key) + len(value or b"") > self._max_record_bytes:
                    break
                if builder.append(timestamp=stamp, key=key, value=value) is None:
                    break
                end += 1
            if end > start:
                parcel = Parcel(topic, partition, pairs[start:end], stamp, cause)
                await self._launch(parcel, builder)
                parcels.append(parcel)
            else:  # the first one is too large: a batch takes any first record
                end = start + 1
                for letter in await self._replace(Parcel(topic, partition, pairs[start:end], stamp, cause)):
                    parcels += await self._resend(letter)
            start = end
        return parcels

    async def settle(self, parcels: list[Parcel]) -> list[Parcel]:
        """Wait until all of `parcels` are in Kafka; gives them back (or what replaced them), each with its offset."""
        with self._waiting() as wait:
            return await self._settle(parcels, wait)

    async def _settle(self, parcels: list[Parcel], wait: object) -> list[Parcel]:
        deadline = time.monotonic() + self._timeout_s
        pause = FIRST_PAUSE_S
        settled: list[Parcel] = []
        while True:
            failed: dict[tuple[str, int], BaseException] = {}
            again: list[Parcel] = []
            for parcel in parcels:
                place = (parcel.topic, parcel.partition)
                if not failed:
                    self._waits[wait] = f"{place[0]}[{place[1]}]: no acknowledgement"
                error = await _outcome(parcel)
                if place in failed:
                    again.append(parcel)  # keeps the order: what followed a failure is sent again behind it
                elif error is None:
                    settled.append(parcel)
                else:
                    failed[place] = error
                    again += await self._replace(parcel) if isinstance(error, TOO_LARGE) else [parcel]
            if not again:
                self._tell_recovered(settled)
                return settled
            (topic, partition), worst = next(iter(failed.items()))
            self._waits[wait] = f"{topic}[{partition}]: {worst!r}"
            if time.monotonic() > deadline:
                raise UndeliverableError(self._waits[wait])
            if not all(isinstance(error, TOO_LARGE) for error in failed.values()):
                if self._is_news(topic):
                    log.warning("output not delivered, trying again", topic=topic, error=repr(worst))
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
        with self._waiting(f"{topic}: not found") as wait:
            while True:
                try:
                    count = len(await self._producer().partitions_for(topic))
                    break
                except KafkaError as error:
                    self._waits[wait] = f"{topic}: {error!r}"
                    if time.monotonic() > deadline:
                        raise UndeliverableError(self._waits[wait]) from error
                    if self._is_news(topic):
                        log.warning("partitions of a topic not known, asking again", topic=topic, error=repr(error))
                    await asyncio.sleep(FIRST_PAUSE_S)
        return count

    def _is_news(self, topic: str) -> bool:
        """Whether a failure is the first since the topic was last written to: many lanes fail at once, again and again."""
        if topic in self._failing:
            return False
        self._failing.add(topic)
        return True

    def _tell_recovered(self, settled: Sequence[Parcel]) -> None:
        if self._failing:
            for topic in sorted(self._failing.intersection(parcel.topic for parcel in settled)):
                self._failing.discard(topic)
                log.info("outputs are delivered again", topic=topic)

    @contextmanager
    def _waiting(self, words: str = "") -> Iterator[object]:
        wait = object()
        self._waits[wait] = words
        try:
            yield wait
        finally:
            del self._waits[wait]

    async def _replace(self, parcel: Parcel) -> list[Parcel]:
        """What to send in place of a parcel that is too large: each of its records alone, or a letter that says what became of it."""
        topic, partition, pairs = parcel.topic, parcel.partition, parcel.pairs
        if len(pairs) > 1:
            return [Parcel(topic, partition, [pair], parcel.stamp, parcel.cause) for pair in pairs]
        key, value = pairs[0]
        letter = self._on_too_large(TooLarge(topic, partition, key, value or b"", parcel.cause))
        if letter is None:
            return []
        count = self._partitions.get(letter.topic) or await self._count_partitions(letter.topic)
        return [Parcel(self._topic_name(letter.topic), partition_of(letter.key, count), [(letter.key, letter.value)])]

    async def _resend(self, parcel: Parcel) -> list[Parcel]:
        return await self.send_to(parcel.topic, parcel.partition, parcel.pairs, parcel.stamp, parcel.cause)

    async def _launch(self, parcel: Parcel, builder: Any) -> None:
        builder.close()
        try:
            with self._waiting(f"{parcel.topic}[{parcel.partition}]: not taken by the client"):
                parcel.future = await self._producer().send_batch(builder, parcel.topic, partition=parcel.partition)
        except KafkaError as error:
            parcel.future = asyncio.get_running_loop().create_future()
            parcel.future.set_exception(error)
        parcel.future.add_done_callback(_look_at)


def _look_at(done: asyncio.Future[Any]) -> None:
    # A parcel that a rebalance or a stop abandons is not worth asyncio's "exception was never retrieved".
    if not done.cancelled():
        done.exception()


async def _outcome(parcel: Parcel) -> BaseException | None:
    assert parcel.future is not None
    try:
        answer = await parcel.future
    except KafkaError as error:
        return cast("BaseException", error)
    parcel.offset = answer.offset
    return None
