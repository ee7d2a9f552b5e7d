"""The decoder of an input topic on which other formats than our own arrive; the same outcomes as `schemas.decoder` gives.

A topic's format is set (one map, or our own inside of envelopes) or detected: our own first, then the first map that recognises the
record, in the order of their names. What nobody recognises is judged as our own format, so its dead letter says what an event needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from schemas.deciding import ANY_TYPES
from schemas.decoder import Decoded, DecodeLimits, EventDecoder, Headers, Outcome, too_large
from schemas.diagnosis import READ_FAULTS
from schemas.formats.envelopes import Content, attributes_of, contents, is_envelope, shared
from schemas.formats.field_map import FieldMap
from schemas.formats.paths import Scope
from schemas.formats.prefix import read_json
from schemas.formats.repeats import repeated_within
from schemas.formats.times import UnfitError, moment_of
from schemas.reasons import Reject, RejectReason, Tombstone

_OURS = ("event_id", "occurred_at")
_OURS_IN_TEXT = b'"event_id"'
"""What is without it is not worth the quick reader's while, nor ours when it is no JSON; an escaped spelling is found later."""
_COMPLETED = {"event_id": "id", "type": "type", "occurred_at": "time"}
_DECIDING = ANY_TYPES | frozenset(_COMPLETED.values()) | {"op", "after", "payload", "data", "data_base64"}
"""Of our own format in envelopes, and of these where they have it. Once it is decoded nobody can tell that a key was there twice."""


class Element(NamedTuple):
    """One part of a record that should be an event, on its way to be one."""

    map: FieldMap | None
    """None: our own format."""
    value: Any
    scope: Scope
    fault: tuple[RejectReason, str] | None = None


class FormatDecoder(EventDecoder):
    """Decodes records of the given maps and of our own format, with or without envelopes. Holds no state between records."""

    __slots__ = ("_maps", "_set")

    def __init__(
        self, maps: Sequence[FieldMap], limits: DecodeLimits | None = None, *, only: FieldMap | None = None
    ) -> None:
        """`only`: every record is of this map, and `maps` are not tried."""
        super().__init__(limits)
        self._maps = tuple(maps)
        self._set = only

    def decode(self, value: bytes | None, record_timestamp_ms: int, headers: Headers = ()) -> list[Outcome]:
        """Give the record's outcomes in the order of its elements, as `EventDecoder.decode` does."""
        if not value:
            return [Tombstone()]
        if self._set is None and _OURS_IN_TEXT in value:
            event = self._read_quickly(value)
            if event is not None:
                return [self.dated(event, value, record_timestamp_ms)]
        return self._decode_otherwise(value, record_timestamp_ms, headers)

    def elements(self, value: bytes, headers: Headers) -> list[Element] | Reject | None:
        """Take the record apart without judging its elements; None when it is our own format without envelope."""
        if len(value) > self.limits.max_record_bytes:
            return too_large(value, self.limits.max_record_bytes)
        document = read_json(value)
        if type(document) is tuple:
            reason, detail = document
            if self._set is None and reason is not RejectReason.SCHEMA_ENCODED and _OURS_IN_TEXT in value:
                return None  # our own reader passes over numbers that no float can hold
            return Reject(reason, detail, value)
        if self._set is not None and type(document) is dict and not headers and not is_envelope(document):
            return self._few(self._parts(self._set, Scope(document, {})), value)
        found: list[Element] = []
        foreign = self._set is not None or value[:1] == b"\x00"
        bare = 1 if type(document) is list else 0
        for content in contents(document, attributes_of(headers) if headers else {}):
            record, scope = content.record, Scope(content.record, content.envelope)
            if content.fault:
                found.append(Element(None, record, scope, content.fault))
                foreign = True
            elif (field_map := self._set or self._map_of(record)) is None:
                found.append(Element(None, record, scope))
                foreign = foreign or content.layers > bare or _completes(content)
            else:
                found += self._parts(field_map, scope)
                foreign = True
            if len(found) > self.limits.max_events:
                break
        if not foreign:
            return None
        kept = self._few(found, value)
        if isinstance(kept, list) and any(element.map is None and element.fault is None for element in kept):
            return _repeats(value) or kept
        return kept

    def _parts(self, field_map: FieldMap, scope: Scope) -> list[Element]:
        """A record's elements, no more of them than it takes to see that they are too many."""
        parts = field_map.elements(scope.record)[: self.limits.max_events + 1]
        scope = Scope(scope.record, shared(scope.envelope, len(parts)))
        return [Element(field_map, part, scope) for part in parts]

    def _few(self, found: list[Element], value: bytes) -> list[Element] | Reject:
        limits = self.limits
        if len(found) > limits.max_events:
            detail = f"found {len(found)} elements or more; expected at most {limits.max_events}"
            return Reject(RejectReason.TOO_MANY, detail, value)
        if len(found) > 1 and len(found) * len(value) > limits.max_repeated_bytes:  # else it cannot be
            try:
                repeated = _repeated(found)
            except READ_FAULTS:
                return Reject(RejectReason.TOO_DEEP, "nested beyond what the encoder follows", value)
            if repeated > limits.max_repeated_bytes:
                detail = (
                    f"found {repeated} bytes around {len(found)} elements; expected at most {limits.max_repeated_bytes}"
                )
                return Reject(RejectReason.TOO_LARGE, detail, value)
        return found

    def _map_of(self, record: Any) -> FieldMap | None:
        if type(record) is not dict or all(name in record for name in _OURS):
            return None
        for field_map in self._maps:
            if field_map.recognises(record):
                return field_map
        return None

    def _decode_otherwise(self, value: bytes, record_timestamp_ms: int, headers: Headers) -> list[Outcome]:
        elements = self.elements(value, headers)
        if elements is None:
            return self._decode_carefully(value, record_timestamp_ms)
        if isinstance(elements, Reject):
            return [elements]
        whole = value if len(elements) == 1 else None
        small = len(value) <= self.limits.max_event_bytes
        return [self._outcome(element, whole, record_timestamp_ms, small=small) for element in elements]

    def _outcome(self, element: Element, whole: bytes | None, record_timestamp_ms: int, *, small: bool) -> Outcome:
        """Judge one element. `whole`: the record's bytes, when the element is all of it."""
        outcome = self._judged(element, record_timestamp_ms, small=small)
        return _with_raw(outcome, element, whole) if isinstance(outcome, Reject) else outcome

    def _judged(self, element: Element, record_timestamp_ms: int, *, small: bool) -> Decoded | Reject:
        """Judge one element; a reject comes without its bytes."""
        if element.fault is not None:
            return Reject(*element.fault, b"")
        if element.map is None:
            return self.element(ours(element), record_timestamp_ms)
        event = element.map.event(element.value, element.scope, self.limits.max_depth)
        if isinstance(event, tuple):
            return Reject(*event, b"")
        if not small and (size := len(msgspec.json.encode(event))) > self.limits.max_event_bytes:
            detail = f"found an event of {size} bytes; expected at most {self.limits.max_event_bytes}"
            return Reject(RejectReason.TOO_LARGE, detail, b"")
        return self.dated(event, b"", record_timestamp_ms)


def ours(element: Element) -> bytes:
    """An element of our own format as text, completed by what its envelope says. Rows of a database have times in numbers."""
    fields = element.value
    if type(fields) is dict:
        fields = {name: value for name, value in fields.items() if value is not None}
        for name, attribute in _COMPLETED.items():
            if name not in fields and attribute in element.scope.envelope:
                fields[name] = element.scope.envelope[attribute]
        moment = fields.get("occurred_at")
        if type(moment) is int:
            with suppress(UnfitError):
                fields["occurred_at"] = moment_of(moment, "auto")
    try:
        return msgspec.json.encode(fields)
    except READ_FAULTS:  # nested beyond what the encoder follows
        return b"null"


def _repeated(found: Sequence[Element]) -> int:
    """Bytes of JSON around elements, once for each of them: what their record has beside them, and what their envelopes say."""
    beside = Counter(id(element.scope) for element in found)
    said = Counter(id(element.scope.envelope) for element in found)
    scopes = {id(element.scope): element for element in found}
    envelopes = {id(element.scope.envelope): element.scope.envelope for element in found}
    return sum(
        beside[key] * len(msgspec.json.encode(element.map.alone(element.scope.record, None)))
        for key, element in scopes.items()
        if element.map is not None and beside[key] > 1
    ) + sum(said[key] * len(msgspec.json.encode(envelope)) for key, envelope in envelopes.items())


def _repeats(value: bytes) -> Reject | None:
    """The fault of a record in which a deciding key of our own format is there twice."""
    try:
        repeated = repeated_within(value, _DECIDING)
    except RecursionError:
        return Reject(RejectReason.TOO_DEEP, "nested beyond what can be searched for repeated keys", value)
    return Reject(RejectReason.REPEATED_KEY, f"found twice: {', '.join(sorted(repeated))}", value) if repeated else None


def _completes(content: Content) -> bool:
    """Whether the envelope says something that the record itself does not."""
    record = content.record
    return type(record) is dict and any(
        attribute in content.envelope and name not in record for name, attribute in _COMPLETED.items()
    )


def _with_raw(reject: Reject, element: Element, whole: bytes | None) -> Reject:
    """The reject with bytes that can be sent again: of the record, or of a record of the same make with this element alone."""
    if whole is not None:
        return Reject(reject.reason, reject.detail, whole)
    record = element.map.alone(element.scope.record, element.value) if element.map else element.value
    if element.scope.envelope and element.fault is None:
        record = {"specversion": "1.0", **element.scope.envelope, "data": record}
    try:
        return Reject(reject.reason, reject.detail, msgspec.json.encode(record))
    except READ_FAULTS:
        return Reject(reject.reason, reject.detail, b"")
