"""Why a record, or one element of it, is not an event: every outcome has a name and a sentence."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

import msgspec


class RejectReason(StrEnum):
    """The named faults of input. `about` says in one sentence what a producer has to change."""

    about: str

    def __new__(cls, value: str, about: str) -> Self:
        """Keep the sentence beside the name."""
        reason = str.__new__(cls, value)
        reason._value_ = value
        reason.about = about
        return reason

    NOT_UTF8 = "not_utf8", "The bytes are not UTF-8."
    BYTE_ORDER_MARK = "byte_order_mark", "The text begins with a byte order mark, which JSON forbids (RFC 8259, 8.1)."
    NOT_JSON = "not_json", "The text is not JSON."
    NOT_A_NUMBER = "not_a_number", "The text uses NaN or Infinity, which JSON does not have."
    NOT_AN_OBJECT = "not_an_object", "An event is a JSON object, or an element of one flat array of objects."
    REPEATED_KEY = "repeated_key", "A deciding key occurs twice, so that two readers could see two different events."
    TOO_DEEP = "too_deep", "Arrays and objects are nested deeper than the limit."
    TOO_LARGE = "too_large", "The record or one event in it has more bytes than the limit."
    TOO_MANY = "too_many", "The record's array has more elements than the limit."
    MISSING_FIELD = "missing_field", "A field without which the event has no meaning is absent."
    WRONG_TYPE = "wrong_type", "A field has another JSON type than the schema says."
    WRONG_VALUE = "wrong_value", "A field's text is outside its vocabulary, pattern or length."
    OUT_OF_RANGE = "out_of_range", "A number is outside its bounds."
    UNKNOWN_TYPE = "unknown_type", "No event has this `type`."
    BAD_ID = "bad_id", "An id is neither a non-empty text nor a JSON integer."
    ID_TOO_LONG = "id_too_long", "An id is longer than the limit."
    NO_TIME_ZONE = "no_time_zone", "`occurred_at` says no offset from UTC, so it is not a moment."
    NOT_A_TIME = "not_a_time", "`occurred_at` is a text, but not RFC 3339."
    IMPOSSIBLE_DATE = (
        "impossible_date",
        "`occurred_at` names a moment that does not exist or lies outside of the years 1970 to 9999.",
    )
    SCHEMA_ENCODED = (
        "schema_encoded",
        "The bytes are Avro or Protobuf behind a schema id; the producer has to send JSON.",
    )
    UNKNOWN_OUTCOME = "unknown_outcome", "A log-in's outcome is a word that its field map does not know."
    NO_ACCOUNT = "no_account", "A failed log-in names no account: whoever it was, nobody of ours is concerned."
    ROW_REMOVED = "row_removed", "A change record says that a row was deleted, which is not an event."
    FUTURE_DATED = "future_dated", "`occurred_at` is later than the record itself by more than the tolerance."


LEFT_OUT = frozenset({RejectReason.NO_ACCOUNT, RejectReason.ROW_REMOVED})
"""Reasons that no producer can mend: counted, never buried, or strangers who guess names could flood the dead letters."""


class Reject(msgspec.Struct, frozen=True):
    """One element that is not an event: the fault, where it is, and the bytes as they came."""

    reason: RejectReason
    detail: str
    """Field, found, expected; printable, at most a few hundred characters."""
    raw: bytes


class Tombstone(msgspec.Struct, frozen=True):
    """A record without a value. Input topics are not compacted, so it means nothing; it is counted and skipped."""
