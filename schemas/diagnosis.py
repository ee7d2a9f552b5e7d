"""The careful reader: takes what the quick one refused, repairs integer ids, and names the fault of the rest.

Several times as slow as the quick reader: a flood of bad records costs CPU, bounded by their size.
"""

from __future__ import annotations

import re

import msgspec

from schemas.deciding import ALWAYS, DECIDING_KEYS
from schemas.events import EVENT_TYPES, AnyEvent
from schemas.events.fields import MAX_ID_LENGTH, is_id
from schemas.json_text import depth, excerpt, has_not_a_number, repeated_keys
from schemas.reasons import Reject, RejectReason

READ_FAULTS = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)
"""All that msgspec raises on bytes: not JSON, not the type, not UTF-8, numbers or dates out of range, nesting."""

_REQUIRED = ("event_id", "type", "occurred_at", "account_id")
_ID_FIELDS = {
    name: frozenset(field for field in struct.__struct_encode_fields__ if is_id(field))
    for name, struct in EVENT_TYPES.items()
}
_INTEGER = re.compile(rb"-?[0-9]+")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?P<zone>[Zz]|[+-]\d{2}:?\d{2})?", re.ASCII)
_PLACE = re.compile(r" - at `(?:key in )?\$\.?(?P<path>[^`]*)`$")
_MISSING = re.compile(r"missing required field `(?P<field>[^`]+)`")

_read_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_read_event: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def syntax_fault(raw: bytes, error: Exception) -> Reject:
    """Name the fault of bytes that are not JSON, given what the decoder said."""
    if isinstance(error, RecursionError):
        return Reject(RejectReason.TOO_DEEP, "nested beyond what the decoder follows", raw)
    try:
        raw.decode()
    except UnicodeDecodeError as bad:  # of a byte between values, decoders say that it is not JSON
        return Reject(RejectReason.NOT_UTF8, f"first bad byte {raw[bad.start]:#04x}", raw)
    if raw.startswith(b"\xef\xbb\xbf"):
        return Reject(RejectReason.BYTE_ORDER_MARK, "begins with EF BB BF", raw)
    if has_not_a_number(raw):
        return Reject(RejectReason.NOT_A_NUMBER, "NaN or Infinity; expected a number or null", raw)
    return Reject(RejectReason.NOT_JSON, f"{error}; begins with {excerpt(raw)}", raw)


def read_carefully(raw: bytes, max_depth: int) -> AnyEvent | Reject:
    """Read one event from UTF-8 text, or say exactly why it is none."""
    try:
        fields = _read_object(raw)
    except msgspec.ValidationError:
        return Reject(RejectReason.NOT_AN_OBJECT, f"found {excerpt(raw)}; expected an object", raw)
    except READ_FAULTS as error:
        return syntax_fault(raw, error)
    fault = _structure_fault(raw, fields, max_depth) or _type_fault(fields["type"]) or _id_fault(fields)
    if fault:
        return Reject(*fault, raw)
    try:
        return _read_event.decode(msgspec.json.encode(fields))
    except READ_FAULTS as error:
        return Reject(*(_time_fault(fields["occurred_at"]) or _field_fault(str(error), fields)), raw)


Fault = tuple[RejectReason, str]


def _structure_fault(raw: bytes, fields: dict[str, msgspec.Raw], max_depth: int) -> Fault | None:
    """Find what is wrong with the object before any value is looked at."""
    nested = depth(raw)
    if nested > max_depth:
        return RejectReason.TOO_DEEP, f"found {nested} levels; expected at most {max_depth}"
    repeated = sorted(repeated_keys(raw) & _deciding_keys(fields.get("type")))
    if repeated:
        return RejectReason.REPEATED_KEY, f"found twice: {', '.join(repeated)}"
    missing = [name for name in _REQUIRED if name not in fields]
    if missing:
        return RejectReason.MISSING_FIELD, f"absent: {', '.join(missing)}"
    return None


def _deciding_keys(type_value: msgspec.Raw | None) -> frozenset[str]:
    """Name what may not be repeated in an event of that type; of an unknown one, what no event may repeat."""
    raw = bytes(type_value or b"")
    return DECIDING_KEYS.get(msgspec.json.decode(raw), ALWAYS) if raw.startswith(b'"') else ALWAYS


def _type_fault(value: msgspec.Raw) -> Fault | None:
    raw = bytes(value)
    if not raw.startswith(b'"'):
        return RejectReason.WRONG_TYPE, f"type: found {excerpt(raw)}; expected a text"
    if msgspec.json.decode(raw) not in EVENT_TYPES:
        return RejectReason.UNKNOWN_TYPE, f"type: found {excerpt(raw)}; expected one of {len(EVENT_TYPES)} known ones"
    return None


def _id_fault(fields: dict[str, msgspec.Raw]) -> Fault | None:
    """Find the first bad id; turn integers into texts of the same digits on the way."""
    id_fields = _ID_FIELDS[msgspec.json.decode(fields["type"])]
    for name, value in fields.items():
        if name not in id_fields:
            continue
        raw = bytes(value)
        if raw == b"null" and name not in _REQUIRED:
            continue
        if _INTEGER.fullmatch(raw):
            text = raw.decode()
            fields[name] = msgspec.Raw(b'"' + raw + b'"')
        elif raw.startswith(b'"') and raw != b'""':
            text = msgspec.json.decode(raw, type=str)
        else:
            return RejectReason.BAD_ID, f"{name}: found {excerpt(raw)}; expected a non-empty text or an integer"
        if len(text) > MAX_ID_LENGTH:
            return RejectReason.ID_TOO_LONG, f"{name}: found {len(text)} characters; expected at most {MAX_ID_LENGTH}"
    return None


def _time_fault(value: msgspec.Raw) -> Fault | None:
    """Tell apart texts that are no time, times without a zone, and numbers; whether the day exists comes later."""
    raw = bytes(value)
    if not raw.startswith(b'"'):
        return RejectReason.WRONG_TYPE, f"occurred_at: found {excerpt(raw)}; expected RFC 3339 text"
    match = _TIME.fullmatch(msgspec.json.decode(raw, type=str))
    if match is None:
        return RejectReason.NOT_A_TIME, f"occurred_at: found {excerpt(raw)}; expected RFC 3339"
    if match["zone"] is None:
        return RejectReason.NO_TIME_ZONE, f"occurred_at: found {excerpt(raw)}; expected an offset such as Z or +02:00"
    return None


def _field_fault(message: str, fields: dict[str, msgspec.Raw]) -> Fault:
    """Turn msgspec's sentence about one field into a reason and a detail."""
    quotes_value = message.startswith("Invalid enum value")  # which may say anything
    missing = None if quotes_value else _MISSING.search(message)
    if missing:
        return RejectReason.MISSING_FIELD, f"absent: {missing['field']}"
    place = _PLACE.search(message)
    path = place["path"] if place else ""
    expected = excerpt((message[: place.start()] if place else message).encode())
    found = fields.get(re.split(r"[.\[]", path, maxsplit=1)[0])
    detail = f"{path}: {expected}; found {excerpt(bytes(found)) if found else 'no such field'}"
    if path == "occurred_at":
        return RejectReason.IMPOSSIBLE_DATE, detail
    if quotes_value:
        return RejectReason.WRONG_VALUE, detail
    if "got `" in expected:
        return RejectReason.WRONG_TYPE, detail
    if "out of range" in expected or ("`int`" in expected or "`float`" in expected):
        return RejectReason.OUT_OF_RANGE, detail
    return RejectReason.WRONG_VALUE, detail
