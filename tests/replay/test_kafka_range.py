"""Ranges at their ends, on a consumer that has what a broker's would have."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any, NamedTuple

import pytest
from kafka import TopicPartition

from streams.cli import kafka_access
from streams.replay import kafka_range
from streams.replay.kafka_range import KafkaRange
from streams.runtime.settings import Settings


class Record(NamedTuple):
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None = None
    value: bytes | None = None
    headers: Any = None


class Log(NamedTuple):
    """A partition: what it has of the offsets from `first` until before `end`."""

    first: int
    end: int
    offsets: Iterable[int]


class Consumer:
    """kafka-python's, as far as a range knows it. A record's timestamp is ten times its offset."""

    def __init__(self, logs: dict[int, Log], at_once: int) -> None:
        self.logs = {TopicPartition("t", number): log for number, log in logs.items()}
        self.at_once = at_once
        self.positions: dict[Any, int] = {}
        self.idle: set[Any] = set()
        self.closed = False

    def partitions_for_topic(self, topic: str) -> set[int]:
        return {place.partition for place in self.logs if place.topic == topic}

    def beginning_offsets(self, places: Iterable[Any]) -> dict[Any, int]:
        return {place: self.logs[place].first for place in places}

    def end_offsets(self, places: Iterable[Any]) -> dict[Any, int]:
        return {place: self.logs[place].end for place in places}

    def offsets_for_times(self, times: dict[Any, int]) -> dict[Any, Any]:
        if min(times.values()) < 0:
            raise ValueError("negative")
        found = {}
        for place, ms in times.items():
            later = [offset for offset in self.logs[place].offsets if offset * 10 >= ms]
            found[place] = Record("t", place.partition, later[0], 0) if later else None
        return found

    def assign(self, places: Iterable[Any]) -> None:
        self.positions = dict.fromkeys(places, -1)

    def seek(self, place: Any, offset: int) -> None:
        self.positions[place] = offset

    def position(self, place: Any) -> int:
        return self.positions[place]

    def paused(self) -> set[Any]:
        return set(self.idle)

    def pause(self, *places: Any) -> None:
        self.idle |= set(places)

    def resume(self, *places: Any) -> None:
        self.idle -= set(places)

    def poll(self, timeout_ms: int) -> dict[Any, list[Record]]:
        found = {}
        for place, position in self.positions.items():
            log = self.logs[place]
            if place in self.idle:
                continue
            assert log.first <= position <= log.end, "out of range"
            ahead = [offset for offset in log.offsets if offset >= position][: self.at_once]
            self.positions[place] = ahead[-1] + 1 if ahead else log.end
            if ahead:
                found[place] = [Record("t", place.partition, offset, offset * 10) for offset in ahead]
        return found

    def close(self) -> None:
        self.closed = True


LOGS = {
    0: Log(0, 100, range(100)),
    1: Log(40, 60, range(40, 60)),
    2: Log(7, 7, ()),
    3: Log(0, 50, (0, 3, 20, 30)),  # compacted; the last records are nobody's, as a transaction's end
}


def range_of(
    monkeypatch: pytest.MonkeyPatch, query: str, logs: dict[int, Log], at_once: int = 7
) -> tuple[KafkaRange, dict[int, list[int]]]:
    """A range read to its end, and the offsets that came of each partition."""
    consumer = Consumer(logs, at_once)
    monkeypatch.setattr(KafkaRange, "_connect", lambda _: consumer)
    monkeypatch.setattr(kafka_access, "kafka_in_words", lambda _: nullcontext())
    opened = KafkaRange(f"kafka://h:1/t{query}", Settings(), {})
    before = opened.done()
    came = {
        stream.place.partition: [recorded.record.offset for recorded in stream.records()] for stream in opened.streams()
    }
    assert (before, opened.done()) == (0, opened.size)
    opened.close()
    assert consumer.closed
    return opened, came


@pytest.mark.parametrize(
    ("query", "came", "size", "gone"),
    [
        ("", {0: [*range(100)], 1: [*range(40, 60)], 2: [], 3: [0, 3, 20, 30]}, 170, 0),
        ("?from=50&to=51", {0: [50], 1: [50], 2: [], 3: []}, 2, 0),
        ("?from=3&to=20", {0: [*range(3, 20)], 1: [], 2: [], 3: [3]}, 34, 21),
        ("?from=20&to=3", {0: [], 1: [], 2: [], 3: []}, 0, 0),
        ("?from=55", {0: [*range(55, 100)], 1: [*range(55, 60)], 2: [], 3: []}, 50, 0),
        ("?from=1000", {0: [], 1: [], 2: [], 3: []}, 0, 0),
        ("?partition=1", {1: [*range(40, 60)]}, 20, 0),
        ("?from=1969-07-20&to=1970-01-01T00:00:00.030Z", {0: [0, 1, 2], 1: [], 2: [], 3: [0]}, 6, 0),
        ("?from=1970-01-01T00:00:00.201Z", {0: [*range(21, 100)], 1: [*range(40, 60)], 2: [], 3: [30]}, 119, 0),
        ("?from=1970-01-01T00:00:00.200Z&to=0001-01-01", {0: [], 1: [], 2: [], 3: []}, 0, 0),
    ],
)
def test_from_is_in_and_to_is_not(
    monkeypatch: pytest.MonkeyPatch, query: str, came: dict[int, list[int]], size: int, gone: int
) -> None:
    opened, found = range_of(monkeypatch, query, LOGS)
    assert (found, opened.size, opened.gone) == (came, size, gone)


def test_who_waits_for_others_is_not_fetched_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_range, "ENOUGH", 10)
    most = 0
    add = kafka_range.PartitionStream.add

    def watched(stream: Any, records: list[Any]) -> None:
        nonlocal most
        add(stream, records)
        most = max(most, len(stream._waiting))

    monkeypatch.setattr(kafka_range.PartitionStream, "add", watched)
    logs = {number: Log(0, 100, range(100)) for number in range(3)}
    assert range_of(monkeypatch, "", logs)[1] == {number: [*range(100)] for number in range(3)}
    assert most < 10 + 7
