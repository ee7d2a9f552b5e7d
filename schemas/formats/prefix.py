"""The schema registry's prefix: a zero byte and a schema's number of four bytes before the value.

Before JSON it is taken off. Avro and Protobuf cannot be read without the schema, and are refused by name.
"""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.diagnosis import READ_FAULTS, syntax_fault
from schemas.reasons import RejectReason

_MAGIC = b"\x00"
_LENGTH = 5
_AVRO_FILE = b"Obj\x01"


def without_prefix(raw: bytes) -> bytes:
    """The value behind the prefix, or all of it when there is none."""
    return raw[_LENGTH:] if raw.startswith(_MAGIC) and len(raw) > _LENGTH else raw


def read_json(raw: bytes) -> Any:
    """Decode bytes with or without prefix; a tuple of reason and detail when they are not JSON. Never raises."""
    if raw.startswith(_AVRO_FILE):
        return RejectReason.SCHEMA_ENCODED, "an Avro file; expected JSON"
    text = without_prefix(raw)
    try:
        return msgspec.json.decode(text)
    except READ_FAULTS as error:
        if text is not raw:
            schema = int.from_bytes(raw[1:_LENGTH])
            return RejectReason.SCHEMA_ENCODED, f"schema {schema} of a registry, then Avro or Protobuf; expected JSON"
        fault = syntax_fault(raw, error)
        return fault.reason, fault.detail
