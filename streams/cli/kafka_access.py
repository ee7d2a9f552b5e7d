"""Kafka for people's commands, through kafka-python: one reader, one writer, and its errors in words."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from streams.cli.outcome import FULL, BadConfigurationError, RefusedError
from streams.runtime import clients
from streams.runtime.settings import Settings

POLL_MS = 500
"""How long a reader waits at the end of a topic before it looks at the time or at Ctrl-C."""
DELIVERED_WITHIN_S = 60.0
"""How long the next record under way is waited for."""
EMBEDDED_SPEAKS = (2, 3)
"""Protocol version of the demo's broker: kafka-python can't read its answer to "which versions do you speak?"."""
KNOCK_S = 5.0


def client_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments of every kafka-python client."""
    options = clients.kafka_python(settings) | {"bootstrap_timeout_ms": 10_000}
    return options | {"api_version": EMBEDDED_SPEAKS} if settings.embedded else options


def lone_consumer(settings: Settings, offset_reset: str) -> Any:
    """A consumer outside any group, which commits nothing and reads whatever a broker has taken."""
    from kafka import KafkaConsumer

    from streams.runtime.header_names import read_any_by_kafka_python

    read_any_by_kafka_python()
    return KafkaConsumer(
        **client_options(settings), group_id=None, enable_auto_commit=False, auto_offset_reset=offset_reset
    )


@contextmanager
def kafka_in_words(settings: Settings) -> Iterator[None]:
    """Turn the client's errors into a refusal that names the brokers. Its own log is silent meanwhile: it repeats itself."""
    from kafka.errors import KafkaError

    from streams.runtime.reach import UnreachableError, reach

    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    try:
        # knocks first: the client itself only says "unable to bootstrap", after half a minute
        asyncio.run(reach(settings, KNOCK_S))
        yield
    except UnreachableError as error:
        refused = BadConfigurationError if error.final else RefusedError
        raise refused("\n".join(error.faults)) from error
    except (KafkaError, OSError) as error:
        if _is_output(error):
            raise
        detail = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RefusedError(
            f"Kafka at {settings.brokers}: {detail}; is it running, and is PERSONAWATCH_BROKERS right?"
        ) from error


def _is_output(error: Exception) -> bool:
    """Whether it is standard output's reader that has gone, or its disk that is full: the clients tell none of these of a broker."""
    return isinstance(error, BrokenPipeError) or getattr(error, "errno", None) in FULL


class Writer:
    """Sends records, and knows of each what became of it. The client's own flush tells of no record that was refused."""

    def __init__(self, settings: Settings, producer: Any) -> None:
        self._settings = settings
        self._producer = producer
        self._under_way: deque[Any] = deque()
        self._refused = 0
        self._first: Exception | None = None

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()
    ) -> None:
        """Start to send a record."""
        self._under_way.append(self._producer.send(topic, value=value, key=key, headers=list(headers)))
        while self._under_way and self._under_way[0].is_done:
            self._settle()

    def flush(self) -> None:
        """Wait until all is delivered; RefusedError says how many records were not."""
        while self._under_way:
            self._settle()
        if self._refused:
            raise RefusedError(
                f"Kafka at {self._settings.brokers}: {self._refused} not delivered; the first: {self._first}"
            )

    def _settle(self) -> None:
        from kafka.errors import KafkaError

        try:
            self._under_way.popleft().get(timeout=DELIVERED_WITHIN_S)
        except KafkaError as error:
            self._refused += 1
            self._first = self._first or error


@contextmanager
def writer(settings: Settings) -> Iterator[Writer]:
    """A `Writer`; what was sent is delivered when the block ends well."""
    from kafka import KafkaProducer

    with kafka_in_words(settings):
        producer = KafkaProducer(
            **client_options(settings),
            acks="all",
            compression_type=None if settings.compression == "none" else settings.compression,
            linger_ms=20,
            batch_size=128 * 1024,
            max_request_size=settings.max_record_bytes + 64 * 1024,
            max_block_ms=10_000,
        )
        try:
            opened = Writer(settings, producer)
            yield opened
            opened.flush()
        finally:
            producer.close(timeout=5)


class Reader:
    """All partitions of some topics, outside any consumer group, from the beginning or from now."""

    def __init__(self, settings: Settings, topics: list[str], *, from_beginning: bool) -> None:
        from kafka import TopicPartition

        self._consumer = lone_consumer(settings, "earliest")
        self._partitions = []
        for topic in topics:
            found = self._consumer.partitions_for_topic(topic)
            if not found:
                self.close()
                raise RefusedError(
                    f"topic {topic}: not found at {settings.brokers}; `personawatch topics check` says what is missing"
                )
            self._partitions += [TopicPartition(topic, number) for number in sorted(found)]
        self._consumer.assign(self._partitions)
        start = self._consumer.beginning_offsets if from_beginning else self._consumer.end_offsets
        for partition, offset in start(self._partitions).items():
            self._consumer.seek(partition, offset)

    def follow(self) -> Iterator[Any]:
        """Yield records as they come, without end."""
        while True:
            yield from self.poll()

    def to_end(self) -> Iterator[Any]:
        """Yield the records that are there now, then stop."""
        ends = self._consumer.end_offsets(self._partitions)
        while any(self._consumer.position(partition) < end for partition, end in ends.items()):
            yield from self.poll()

    def seek(self, partition: int, offset: int) -> None:
        """Go to a record; only with a single topic."""
        topic_partition = next((held for held in self._partitions if held.partition == partition), None)
        if topic_partition is None:
            raise RefusedError(f"{self._partitions[0].topic} has no partition {partition}")
        self._consumer.assign([topic_partition])
        self._partitions = [topic_partition]
        self._consumer.seek(topic_partition, offset)

    def poll(self, wait_ms: int = POLL_MS) -> list[Any]:
        """Give the records that arrived within `wait_ms`."""
        batches = self._consumer.poll(timeout_ms=wait_ms)
        return [record for batch in batches.values() for record in batch]

    def close(self) -> None:
        """Leave the brokers alone."""
        self._consumer.close()


@contextmanager
def reader(settings: Settings, topics: list[str], *, from_beginning: bool) -> Iterator[Reader]:
    """A `Reader` that is closed at the end, with Kafka's errors in words."""
    with kafka_in_words(settings):
        opened = Reader(settings, topics, from_beginning=from_beginning)
        try:
            yield opened
        finally:
            opened.close()
