"""One record of an input topic becomes its events, or named outcomes; nothing in any input raises.

Two readers with one contract: the quick one decodes straight into the event's Struct and tests the bytes for what
that cannot see; whatever it will not vouch for goes to the careful one (`schemas.diagnosis`), which decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from schemas.deciding import FURTHER_KEYS
from schemas.diagnosis import READ_FAULTS, read_carefully, syntax_fault
from schemas.events import AnyEvent
from schemas.json_text import is_plain, quote_integer_ids
from schemas.reasons import Reject, RejectReason, Tombstone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LAST_MS = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
"""West of Greenwich a time of the year 9999 may lie beyond it, and no clock of ours can write that."""
_WHITESPACE = b" \t\r\n"


class DecodeLimits(msgspec.Struct, frozen=True):
    """How much of one record is read, and how far its clock may be ahead."""

    max_record_bytes: int = 4 * 1024 * 1024
    """Four times a broker's default maximum: only a deployment that raised it sees more."""
    max_event_bytes: int = 64 * 1024
    """The largest honest event, all MinHashes and lists full, is below 20 KiB."""
    max_events: int = 10_000
    """One record is one unit of work; above this it would hold up its partition."""
    max_repeated_bytes: int = 16 * 1024 * 1024
    """What stands around the elements of a record, once for each of them: every element may read it, every reject repeats it."""
    max_depth: int = 16
    """The schema nests three deep; the rest is room for fields that we do not know."""
    future_tolerance_ms: int = 60 * 60 * 1000
    """Producers' clocks drift by minutes; an hour also forgives a broker that is behind, and no window notices it."""


class Decoded(msgspec.Struct, frozen=True, gc=False):
    """A valid event and its event time."""

    event: AnyEvent
    ts_ms: int
    """Milliseconds since 1970 UTC, rounded down from microseconds, to the nearest of which finer digits have been rounded."""


Outcome = Decoded | Reject | Tombstone
Headers = Sequence[tuple[str, bytes]]


class EventDecoder:
    """Decodes records under fixed limits. Holds no state between records."""

    __slots__ = ("_read", "limits")

    def __init__(self, limits: DecodeLimits | None = None) -> None:
        self.limits = limits or DecodeLimits()
        self._read: Callable[[bytes], AnyEvent] = msgspec.json.Decoder(AnyEvent).decode

    def decode(self, value: bytes | None, record_timestamp_ms: int, headers: Headers = ()) -> list[Outcome]:
        """Give the record's outcomes in the order of its elements; the index is the event's ordinal.

        A record timestamp below 0 (Kafka's "none") leaves future dates unchecked. Our own format has nothing in headers.
        """
        if not value:
            return [Tombstone()]
        event = self._read_quickly(value)
        if event is not None:
            return [self.dated(event, value, record_timestamp_ms)]
        return self._decode_otherwise(value, record_timestamp_ms, headers)

    def _decode_otherwise(self, value: bytes, record_timestamp_ms: int, headers: Headers) -> list[Outcome]:
        """Read what the quick reader refused; decoders of more formats begin here, so that ours costs the same with them."""
        del headers
        return self._decode_carefully(value, record_timestamp_ms)

    def _read_quickly(self, raw: bytes) -> AnyEvent | None:
        """Read an ordinary event; None = let the careful reader decide, be it good or bad."""
        try:
            event = self._read(raw)
        except READ_FAULTS:
            integer_ids = self._read_integer_ids(raw)
            if integer_ids is None:
                return None
            event = integer_ids
        if len(raw) > self.limits.max_event_bytes:
            return None
        if type(event) in FURTHER_KEYS:
            further = FURTHER_KEYS[type(event)]
            fits = is_plain(raw, further.ids_of(event), self.limits.max_depth) and further.are_once(raw)
            return event if fits else None
        ids = 2 if event.device_id is None else 3
        if event.session_id is not None:
            ids += 1
        return event if is_plain(raw, ids, self.limits.max_depth) else None

    def _read_integer_ids(self, raw: bytes) -> AnyEvent | None:
        """Try again with integer ids as text: many platforms number their accounts, which is no reason to be slow."""
        if not raw.startswith(b"{") or len(raw) > self.limits.max_event_bytes:
            return None
        try:
            event = self._read(quote_integer_ids(raw))
        except READ_FAULTS:
            return None
        hints: dict[str, str] = getattr(event, "client_hints", None) or {}
        return None if any(name.endswith("_id") for name in hints) else event  # a hint that is a number is no text

    def _decode_carefully(self, value: bytes, record_timestamp_ms: int) -> list[Outcome]:
        limits = self.limits
        if len(value) > limits.max_record_bytes:
            return [too_large(value, limits.max_record_bytes)]
        try:
            value.decode()
        except UnicodeDecodeError as error:
            return [syntax_fault(value, error)]
        if not value.lstrip(_WHITESPACE).startswith(b"["):
            return [self.element(value, record_timestamp_ms)]
        try:
            elements = msgspec.json.decode(value, type=list[msgspec.Raw])
        except READ_FAULTS as error:
            return [syntax_fault(value, error)]
        if len(elements) > limits.max_events:
            detail = f"found {len(elements)} elements; expected at most {limits.max_events}"
            return [Reject(RejectReason.TOO_MANY, detail, value)]
        return [self.element(bytes(element), record_timestamp_ms) for element in elements]

    def element(self, raw: bytes, record_timestamp_ms: int) -> Decoded | Reject:
        """Read one event from UTF-8 text of our own format."""
        event: AnyEvent | Reject | None = self._read_quickly(raw)
        if event is None:
            if len(raw) > self.limits.max_event_bytes:
                return too_large(raw, self.limits.max_event_bytes)
            event = read_carefully(raw, self.limits.max_depth)
        if isinstance(event, Reject):
            return event
        return self.dated(event, raw, record_timestamp_ms)

    def dated(self, event: AnyEvent, raw: bytes, record_timestamp_ms: int) -> Decoded | Reject:
        """Give the event its time, unless that lies in the future, before 1970 or after 9999."""
        ts_ms = (event.occurred_at - _EPOCH) // _MILLISECOND
        if ts_ms > record_timestamp_ms + self.limits.future_tolerance_ms and record_timestamp_ms >= 0:
            ahead = (ts_ms - record_timestamp_ms) // 1000
            tolerance = self.limits.future_tolerance_ms // 1000
            detail = f"occurred_at: found {ahead} s after the record; expected at most {tolerance} s"
            return Reject(RejectReason.FUTURE_DATED, detail, raw)
        if not 0 <= ts_ms <= _LAST_MS:
            detail = f"occurred_at: found {event.occurred_at.isoformat()}; expected 1970 to 9999"
            return Reject(RejectReason.IMPOSSIBLE_DATE, detail, raw)
        return Decoded(event, ts_ms)


def too_large(raw: bytes, limit: int) -> Reject:
    """Refuse bytes that are more than a limit."""
    return Reject(RejectReason.TOO_LARGE, f"found {len(raw)} bytes; expected at most {limit}", raw)
