"""The schema registry's prefix: a zero byte and a schema's number of four bytes before the value.

Before JSON it is taken off. Avro and Protobuf cannot be read without the schema, and are refused by name.
"""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.diagnosis import READ_FAULTS, syntax_fault
from schemas.reasons import RejectReason

_MAGIC = b"\x00"
LENGTH = 5
_AVRO_FILE = b"Obj\x01"


def read_json(raw: bytes) -> Any:
    """Decode bytes with or without prefix; a tuple of reason and detail when they are not JSON. Never raises."""
    if raw.startswith(_AVRO_FILE):
        return RejectReason.SCHEMA_ENCODED, "an Avro file; expected JSON"
    prefixed = raw.startswith(_MAGIC) and len(raw) > LENGTH
    try:
        return msgspec.json.decode(raw[LENGTH:] if prefixed else raw)
    except READ_FAULTS as error:
        if prefixed:
            schema = int.from_bytes(raw[1:LENGTH])
            return RejectReason.SCHEMA_ENCODED, f"schema {schema} of a registry, then Avro or Protobuf; expected JSON"
        fault = syntax_fault(raw, error)
        return fault.reason, fault.detail
