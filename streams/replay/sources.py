"""SOURCE words → streams of records, and all of them as one stream in the order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from operator import itemgetter
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from schemas.decoder import EventDecoder
from streams.cli.outcome import BadInputError
from streams.detection.stage import PlainRecord
from streams.replay.files import STDIN, FileStream, matching
from streams.replay.lines import REPLAY, Reading, Recorded

if TYPE_CHECKING:
    from streams.replay.kafka_range import KafkaRange
    from streams.runtime.settings import Settings

KAFKA = "kafka://"


class Stream(Protocol):
    """Records in the order in which they were written."""

    def records(self) -> Iterator[Recorded]:
        """Read them, once."""


class Sources:
    """Everything that was named on the command line; leaves the brokers alone when closed."""

    def __init__(self, words: Sequence[str], settings: Settings, decoders: Mapping[str, EventDecoder]) -> None:
        """Raises BadInputError for a word that names nothing; Kafka is asked for its offsets at once."""
        if words.count(STDIN) > 1:
            raise BadInputError("standard input can be read once only: - was given twice")
        self._parts: list[FileStream | KafkaRange] = []
        self._streams: list[Stream] = []
        prefix = settings.topic_prefix
        try:
            for word in words:
                if word.startswith(KAFKA):
                    from streams.replay.kafka_range import KafkaRange

                    self._add(KafkaRange(word, settings, decoders))
                else:
                    self._add(FileStream(matching(word), Reading(decoders, prefix)))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the brokers."""
        for part in self._parts:
            part.close()

    def records(self) -> Iterator[Recorded]:
        """All records in the order of time; those without a place in Kafka are numbered."""
        return numbered(in_time_order([stream.records() for stream in self._streams]))

    def gone(self) -> int:
        """Records that a range names and that Kafka has deleted since."""
        return sum(part.gone for part in self._parts)

    def total(self) -> int | None:
        """Size of everything, in bytes and records, as `done` counts it; None when nobody knows."""
        sizes = [part.size for part in self._parts]
        return None if None in sizes else sum(size or 0 for size in sizes)

    def done(self) -> int:
        """How much of `total` was read."""
        return sum(part.done() for part in self._parts)

    def _add(self, part: FileStream | KafkaRange) -> None:
        self._parts.append(part)
        self._streams += part.streams()


def in_time_order(streams: Sequence[Iterable[Recorded]]) -> Iterator[Recorded]:
    """Merge streams by the time of their records; each keeps its own order, and of equally old ones the first stream's comes first.

    A stream stands where its newest record so far stands: a straggler in it comes at once, as it did when it was recorded.
    """
    if len(streams) == 1:
        yield from streams[0]
        return
    for _, recorded in merge(*map(_timed, streams), key=itemgetter(0)):
        yield recorded


def _timed(stream: Iterable[Recorded]) -> Iterator[tuple[int, Recorded]]:
    newest = -1
    for recorded in stream:
        newest = max(newest, recorded.record.timestamp)
        yield newest, recorded


def numbered(records: Iterable[Recorded]) -> Iterator[Recorded]:
    """Give records that come from no topic a position: their number, so that it does not matter how files were split."""
    number = 0
    for recorded in records:
        topic, record = recorded
        if record.topic == REPLAY:
            yield Recorded(topic, PlainRecord(REPLAY, 0, number, record.timestamp, record.key, record.value))
            number += 1
        else:
            yield recorded
