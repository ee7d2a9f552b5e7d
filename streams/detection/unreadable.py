"""A record that cannot be read: a dead letter with its raw bytes and where it was, never an exception."""

from __future__ import annotations

from schemas.dead_letter import dead_letter
from schemas.reasons import RejectReason
from schemas.topics import DEAD_LETTERS
from streams.detection.stage import Output, Result, SourceRecord

UNREADABLE = "unreadable_internal_record"


def unreadable(stage: str, record: SourceRecord, detail: str, result: Result) -> None:
    """Note an internal record that is not what its topic promises: somebody else wrote to the topic, or versions differ."""
    bury(stage, record, UNREADABLE, detail, record.value, 0, result)


def bury(
    stage: str,
    record: SourceRecord,
    reason: RejectReason | str,
    detail: str,
    raw: bytes | None,
    ordinal: int,
    result: Result,
) -> None:
    """Send one record, or one element of it, to the dead letters and count it by reason.

    What is not the whole value has been written so that it needs no headers.
    """
    letter = dead_letter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        stage=stage,
        reason=reason,
        detail=detail,
        raw=raw,
        record_timestamp_ms=record.timestamp,
        key=record.key,
        ordinal=ordinal,
        headers=record.headers if raw == record.value else (),
    )
    key = f"{record.topic}/{record.partition}/{record.offset}/{ordinal}".encode()
    result.outputs.append(Output(DEAD_LETTERS.name, key, letter.encode()))
    result.add("dead_letters", str(reason))
