"""A range of Kafka topics, read without a consumer group: nothing is committed, nobody's position moves.

    kafka://HOST:PORT[,HOST:PORT]/TOPIC[,TOPIC]?from=OFFSET|TIME&to=OFFSET|TIME&partition=N

Without host: the brokers of the settings, which also say how to log in. `from` is in, `to` is not; without them it is all that is
there when the replay begins.
"""

from __future__ import annotations

import time
from argparse import ArgumentTypeError
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from schemas.decoder import EventDecoder
from streams.cli.outcome import BadInputError, RefusedError
from streams.cli.parsing import moment
from streams.detection.stage import PlainRecord
from streams.replay.lines import Reading, Recorded
from streams.runtime.settings import Settings, broker_faults

ENOUGH = 5_000
"""Records of a partition that wait for older ones of others; it is not fetched meanwhile."""
POLL_MS = 500
PATIENCE_S = 60.0
"""Brokers that give nothing for so long, although there should be more, are away."""


class Place(NamedTuple):
    """What a URL names."""

    brokers: str | None
    topics: tuple[str, ...]
    begin: int | datetime | None = None
    end: int | datetime | None = None
    partition: int | None = None


def parse(url: str) -> Place:
    """Read a URL. Raises BadInputError with what was found and expected."""
    try:
        parts = urlsplit(url, allow_fragments=False)
    except ValueError as error:
        raise BadInputError(f"{url}: {error}; expected kafka://HOST:PORT/TOPIC") from error
    topics = tuple(name for name in unquote(parts.path.lstrip("/")).split(",") if name)
    if not topics:
        raise BadInputError(f"{url}: no topic; expected kafka://HOST:PORT/TOPIC")
    found: dict[str, str] = {}
    for part in parts.query.split("&") if parts.query else ():
        name, _, value = part.partition("=")
        if name not in ("from", "to", "partition") or name in found:
            raise BadInputError(f"{url}: found {part!r}; expected from=, to= and partition=, each once")
        found[name] = unquote(value)
    partition = found.get("partition")
    if partition is not None and not partition.isdecimal():
        raise BadInputError(f"{url}: partition {partition!r}; expected a number")
    begin, end = (_bound(url, found.get(name)) for name in ("from", "to"))
    return Place(parts.netloc or None, topics, begin, end, None if partition is None else int(partition))


class KafkaRange:
    """The partitions of a range as streams. Each waits in memory for records of the others, never for more than it needs."""

    def __init__(self, url: str, settings: Settings, decoders: Mapping[str, EventDecoder]) -> None:
        """Asks the brokers for the range. Raises BadInputError for the URL, RefusedError when Kafka cannot answer."""
        from streams.cli.kafka_access import kafka_in_words

        place = parse(url)
        self.gone = 0
        """Records that `from` names and that the brokers do not have any more."""
        self._settings = settings if place.brokers is None else replace(settings, brokers=place.brokers)
        if faults := broker_faults(self._settings):
            raise BadInputError("\n".join(f"{url}: {fault}" for fault in faults))
        with kafka_in_words(self._settings):
            self._consumer = self._connect()
            try:
                offsets = self._offsets(place)
            except BaseException:
                self.close()
                raise
            self.partitions = [
                PartitionStream(self, tp, begin, end, Reading(decoders, settings.topic_prefix))
                for tp, (begin, end) in offsets.items()
            ]
            self._by_place = {stream.place: stream for stream in self.partitions}
            self._consumer.assign([stream.place for stream in self.partitions])
            for stream in self.partitions:
                self._consumer.seek(stream.place, stream.begin)
        self.size = sum(stream.end - stream.begin for stream in self.partitions)

    def streams(self) -> list[PartitionStream]:
        """One stream a partition."""
        return self.partitions

    def done(self) -> int:
        """Offsets passed so far."""
        return sum(stream.passed() for stream in self.partitions)

    def close(self) -> None:
        """Leave the brokers alone."""
        self._consumer.close()

    def fetch(self) -> None:
        """Give partitions more records. Raises RefusedError when the brokers are away."""
        from kafka.errors import KafkaError

        deadline = time.monotonic() + PATIENCE_S
        full = {stream.place for stream in self.partitions if stream.is_full}
        paused = self._consumer.paused()
        self._consumer.pause(*(full - paused))
        self._consumer.resume(*(paused - full))
        try:
            while True:
                batches = self._consumer.poll(timeout_ms=POLL_MS)
                for place, records in batches.items():
                    self._by_place[place].add(records)
                moved = [stream.moved_to(self._consumer.position(stream.place)) for stream in self.partitions]
                if batches or any(moved):
                    return
                if time.monotonic() > deadline:
                    raise RefusedError(f"Kafka at {self._settings.brokers}: nothing came for {PATIENCE_S:.0f} s")
        except KafkaError as error:
            raise RefusedError(f"Kafka at {self._settings.brokers}: {error}") from error

    def _connect(self) -> Any:
        from streams.cli.kafka_access import lone_consumer

        return lone_consumer(self._settings, "none")

    def _offsets(self, place: Place) -> dict[Any, tuple[int, int]]:
        """Begin and end of every partition, within what the brokers still have."""
        from kafka import TopicPartition

        consumer = self._consumer
        places = []
        for topic in place.topics:
            there = sorted(consumer.partitions_for_topic(topic) or ())
            wanted = there if place.partition is None else [number for number in there if number == place.partition]
            if not wanted:
                which = f"topic {topic}" if not there else f"partition {place.partition} of topic {topic}"
                raise BadInputError(f"{which}: not found at {self._settings.brokers}")
            places += [TopicPartition(topic, number) for number in wanted]
        first, last = consumer.beginning_offsets(places), consumer.end_offsets(places)
        begin, end = self._resolved(place.begin, places, first, last), self._resolved(place.end, places, last, last)
        self.gone = sum(max(0, min(first[tp], end[tp]) - begin[tp]) for tp in places)
        start = {tp: max(begin[tp], first[tp]) for tp in places}
        return {tp: (start[tp], max(min(end[tp], last[tp]), start[tp])) for tp in places}

    def _resolved(
        self, bound: int | datetime | None, places: list[Any], otherwise: dict[Any, int], last: dict[Any, int]
    ) -> dict[Any, int]:
        if bound is None:
            return otherwise
        if isinstance(bound, int):
            return dict.fromkeys(places, bound)
        found = self._consumer.offsets_for_times(dict.fromkeys(places, max(0, round(bound.timestamp() * 1000))))
        return {tp: last[tp] if found.get(tp) is None else found[tp].offset for tp in places}


class PartitionStream:
    """One partition's records within a range."""

    def __init__(self, whole: KafkaRange, place: Any, begin: int, end: int, reading: Reading) -> None:
        self.place = place
        self.begin = begin
        self.end = end
        self._whole = whole
        self._reading = reading
        self._waiting: deque[Any] = deque()
        self._position = begin

    @property
    def is_full(self) -> bool:
        """Whether no more need be fetched for now, or ever."""
        return len(self._waiting) >= ENOUGH or self._position >= self.end

    def passed(self) -> int:
        """Offsets read so far, those that wait left out."""
        at = self._waiting[0].offset if self._waiting else self._position
        return min(at, self.end) - self.begin

    def add(self, records: list[Any]) -> None:
        """Take what was fetched; what lies behind the end is left."""
        self._waiting.extend(record for record in records if record.offset < self.end)

    def moved_to(self, position: int) -> bool:
        """Note where the consumer stands, which can be behind records that nobody sees, such as a transaction's end."""
        moved = position > self._position
        self._position = max(self._position, position)
        return moved

    def records(self) -> Iterator[Recorded]:
        """Read the range, once."""
        while True:
            while self._waiting:
                found = self._waiting.popleft()
                headers = tuple(found.headers or ())
                yield self._reading.kafka(
                    PlainRecord(
                        found.topic, found.partition, found.offset, found.timestamp, found.key, found.value, headers
                    )
                )
            if self._position >= self.end:
                return
            self._whole.fetch()


def _bound(url: str, text: str | None) -> int | datetime | None:
    if text is None or text.isdecimal():
        return None if text is None else int(text)
    try:
        return moment(text)
    except ArgumentTypeError as error:
        raise BadInputError(f"{url}: {error}, or an offset") from error
