"""A record that is larger than the broker takes is not written; a dead letter goes in its place, with as much of it as fits.

No retry can make it smaller, and it must not stop its partition. The letter names the record that it came from where that can be known
again: a stage without states can be asked what it makes of each record alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from schemas.dead_letter import dead_letter, decode_dead_letter
from schemas.topics import DEAD_LETTERS
from streams.detection.stage import Output, SourceRecord, Stage
from streams.detection.states import PartitionStates, StateCodec

REASON = "output_too_large"
NOT_KNOWN = -1
"""Offset and timestamp of a source that cannot be told."""


class Cause:
    """What outputs came from: one batch of one stage."""

    def __init__(
        self, stage: Stage, input_name: str, records: Sequence[SourceRecord], note: Callable[[], None]
    ) -> None:
        self.stage = stage
        self.records = records
        self._input_name = input_name
        self._note = note
        self._sources: dict[tuple[bytes, bytes], SourceRecord] | None = None

    def source(self, key: bytes, value: bytes) -> SourceRecord | None:
        """The record that made this output, or None when the stage's states have already moved on. Counts towards the flood stop."""
        self._note()
        if self.stage.stateful:
            return None
        if self._sources is None:
            nothing: PartitionStates[Any] = PartitionStates(StateCodec(self.stage.state_type))
            self._sources = {
                (output.key, output.value): record
                for record in self.records
                for output in self.stage.process(self._input_name, [record], nothing).outputs
            }
        return self._sources.get((key, value))


class TooLarge(NamedTuple):
    """A record that was not written."""

    topic: str
    """Physical name."""
    partition: int
    key: bytes
    value: bytes
    cause: Cause | None
    """None for a changed state on its way to a changelog."""


def letter_for(what: TooLarge, most: int) -> Output:
    """The dead letter, in at most `most` bytes. Its key is the same whenever the same record is refused again."""
    cause = what.cause
    source = cause.source(what.key, what.value) if cause else None
    batch = cause.records[0] if cause else None
    letter = dead_letter(
        topic=batch.topic if batch else what.topic,
        partition=batch.partition if batch else what.partition,
        offset=source.offset if source else NOT_KNOWN,
        stage=cause.stage.name if cause else "changelog",
        reason=REASON,
        detail=f"{len(what.value)} bytes for {what.topic}; more than the broker or PERSONAWATCH_MAX_RECORD_BYTES allows",
        raw=what.value,
        record_timestamp_ms=source.timestamp if source else NOT_KNOWN,
        key=what.key,
        meant_for=what.topic,
    )
    key = f"{what.topic}/{what.partition}/{hashlib.sha256(what.value).hexdigest()[:32]}".encode()
    return Output(DEAD_LETTERS.name, key, letter.within(most - len(key)).encode())


def smaller(what: TooLarge, most: int) -> Output | None:
    """A refused dead letter with half of its bytes at most; None when there is nothing left to cut."""
    try:
        letter = decode_dead_letter(what.value)
    except msgspec.DecodeError:
        return None
    cut = letter.within(min(most - len(what.key), len(what.value) // 2))
    return None if cut == letter else Output(DEAD_LETTERS.name, what.key, cut.encode())
