"""One line of a recording becomes one record: a raw event in any format, an enriched event, or a Kafka record as `kcat -J` writes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple

import msgspec

from schemas.decoder import Decoded, EventDecoder, Headers
from schemas.diagnosis import READ_FAULTS
from schemas.topics import ENRICHED_EVENTS, INPUTS, PLATFORM_EVENTS
from streams.detection.stage import PlainRecord

REPLAY = "replay"
"""Topic in the positions of records that come from no topic; their offset is their number in the replay, from 0."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_ABSENT = msgspec.Raw(b"")
_LOGICAL = {topic.name for topic in (*INPUTS, ENRICHED_EVENTS)}


class Recorded(NamedTuple):
    """One record and the logical topic as which it is replayed."""

    topic: str
    record: PlainRecord


class _Glance(msgspec.Struct):
    """The keys that tell what a line is. Raw, so that no value can be of a wrong type."""

    event_id: msgspec.Raw = _ABSENT
    occurred_at: msgspec.Raw = _ABSENT
    event: msgspec.Raw = _ABSENT
    origin: msgspec.Raw = _ABSENT
    ts: msgspec.Raw = _ABSENT
    topic: msgspec.Raw = _ABSENT
    partition: msgspec.Raw = _ABSENT
    offset: msgspec.Raw = _ABSENT
    payload: msgspec.Raw = _ABSENT


_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class _Kcat(msgspec.Struct):
    topic: str
    partition: _Count
    offset: _Count
    ts: Annotated[int, msgspec.Meta(ge=-1, le=2**53)]
    payload: str | None
    key: str | None = None
    headers: list[str | None] = []


class _Owner(msgspec.Struct):
    account_id: str


_glance = msgspec.json.Decoder(_Glance).decode
_kcat = msgspec.json.Decoder(_Kcat).decode
_owner = msgspec.json.Decoder(_Owner).decode
_moment = msgspec.json.Decoder(datetime).decode
_number = msgspec.json.Decoder(_Count).decode


class Reading:
    """Reads the lines of one stream. What has no time of its own is taken to be as old as the record before it."""

    def __init__(self, decoders: Mapping[str, EventDecoder], prefix: str = "") -> None:
        """`prefix`: of the deployment's topics, which names in recordings carry."""
        self._decoders = decoders
        self._prefix = prefix
        self._newest = -1

    def line(self, text: bytes) -> Recorded:
        """Read one line; never raises, a line that nobody understands is left to the decoder to refuse."""
        glance = _look(text)
        if glance is not None and glance.payload and glance.topic and glance.partition and glance.offset and glance.ts:
            try:
                kept = _kcat(text)
            except READ_FAULTS:
                pass
            else:
                return self._as_kept(kept)
        return self.value(PlainRecord(REPLAY, 0, 0, -1, None, text), glance)

    def kafka(self, record: PlainRecord) -> Recorded:
        """Name the logical topic of a Kafka record, and its owner where it is enriched."""
        return self.value(record, None if record.value is None else _look(record.value))

    def value(self, record: PlainRecord, glance: _Glance | None) -> Recorded:
        """Tell what the record's value is, and when it happened where nobody else says."""
        topic = record.topic.removeprefix(self._prefix)
        if glance is not None and glance.event and glance.origin and glance.ts:
            when = record.timestamp if record.timestamp >= 0 else self._when(_read_number(glance.ts))
            return Recorded(ENRICHED_EVENTS.name, record._replace(key=_account(glance.event), timestamp=when))
        if topic not in _LOGICAL:
            topic = PLATFORM_EVENTS.name
        if record.timestamp >= 0:
            return Recorded(topic, record)
        found = _read_moment(glance.occurred_at) if glance is not None and glance.event_id else None
        if found is None:
            found = self._newest_in(record.value or b"", topic, record.headers)
        where = record.topic, record.partition, record.offset
        return Recorded(topic, PlainRecord(*where, self._when(found), record.key, record.value, record.headers))

    def _as_kept(self, kept: _Kcat) -> Recorded:
        key = None if kept.key is None else kept.key.encode()
        value = None if kept.payload is None else kept.payload.encode()
        names = zip(kept.headers[::2], kept.headers[1::2], strict=False)
        headers = tuple((name or "", (content or "").encode()) for name, content in names)
        return self.kafka(PlainRecord(kept.topic, kept.partition, kept.offset, kept.ts, key, value, headers))

    def _newest_in(self, value: bytes, topic: str, headers: Headers) -> int | None:
        """Time of the newest event of a record in another shape: so none in it can be later than the record."""
        decoder = self._decoders.get(topic)
        outcomes = decoder.decode(value, -1, headers) if decoder else []
        return max((outcome.ts_ms for outcome in outcomes if isinstance(outcome, Decoded)), default=None)

    def _when(self, found: int | None) -> int:
        if found is not None:
            self._newest = found
        return self._newest


def _look(text: bytes) -> _Glance | None:
    try:
        return _glance(text)
    except READ_FAULTS:
        return None


def _account(event: msgspec.Raw) -> bytes:
    try:
        return _owner(event).account_id.encode()
    except READ_FAULTS:
        return b""


def _read_moment(raw: msgspec.Raw) -> int | None:
    try:
        moment = _moment(raw)
    except READ_FAULTS:
        return None
    return (moment - _EPOCH) // _MILLISECOND if moment.tzinfo else None


def _read_number(raw: msgspec.Raw) -> int | None:
    try:
        return _number(raw)
    except READ_FAULTS:
        return None
