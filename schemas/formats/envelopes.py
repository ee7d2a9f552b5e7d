"""What producers and connectors wrap around events: recognised by their shape, taken off in any order, innermost last.

CloudEvents, structured, batched and binary (its Kafka binding); Debezium change records, with Kafka Connect's schema or without, and
rows of its outbox; JSON inside of a text. The schema registry's prefix is in `schemas.formats.prefix`.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from schemas.decoder import Headers
from schemas.diagnosis import READ_FAULTS
from schemas.formats.paths import ATTRIBUTES
from schemas.formats.prefix import read_json
from schemas.json_text import excerpt
from schemas.reasons import RejectReason

MAX_LAYERS = 8
"""CloudEvents around Connect's schema around Debezium around an outbox row around JSON text is five."""
Fault = tuple[RejectReason, str]
Envelope = dict[str, Any]


class Content(NamedTuple):
    """What was inside of the envelopes, or why nothing was."""

    record: Any
    envelope: Envelope
    fault: Fault | None = None
    layers: int = 0
    """How many there were, arrays among them."""


_UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONGEST_ATTRIBUTE = 1024
"""Characters; four times the longest id. What is longer says nothing: it would be repeated in every event of a list."""
_MARKS = frozenset({"specversion", "op", "payload"})
"""Every envelope that is an object has one of these keys."""
_CHANGED = ("c", "u", "r")
_REMOVED = ("d", "t")


def attributes_of(headers: Headers) -> Envelope:
    """What the headers of a record say: CloudEvents' binary mode, and the `id` of Debezium's outbox router.

    A header `id` that is no UUID is somebody else's, and may be the same for every record.
    """
    found: Envelope = {}
    for name, value in headers:
        key = name.lower()
        if key.startswith("ce_") and key[3:] in ATTRIBUTES and value and len(value) <= _LONGEST_ATTRIBUTE:
            found[key[3:]] = value.decode("utf-8", "replace")
        elif key == "id" and value and _UUID.fullmatch(value):
            found.setdefault("id", value.decode())
    return found


def contents(document: Any, envelope: Envelope, layers: int = 0) -> Iterator[Content]:
    """Take all envelopes off a document. An array gives the contents of each element; never raises."""
    while True:
        if type(document) is list and layers < MAX_LAYERS:
            envelope = shared(envelope, len(document))
            for element in document:
                if type(element) is list:  # arrays are flat, as in our own format
                    yield Content(element, envelope, layers=layers)
                else:
                    yield from contents(element, envelope, layers + 1)
            return
        opened = _open(document, envelope)
        if opened is None:
            yield Content(document, envelope, layers=layers)
            return
        if opened.fault is not None or layers >= MAX_LAYERS:
            fault = opened.fault or (RejectReason.TOO_DEEP, f"more than {MAX_LAYERS} envelopes in each other")
            yield Content(document, envelope, fault, layers)
            return
        document, envelope, layers = opened.record, opened.envelope, layers + 1


def shared(envelope: Envelope, among: int) -> Envelope:
    """What an envelope says of each of several elements: its id is of one thing, and two with one id would count once."""
    return envelope if among == 1 else {name: value for name, value in envelope.items() if name != "id"}


def is_envelope(record: dict[str, Any]) -> bool:
    """Whether there is something to take off."""
    return not _MARKS.isdisjoint(record) and _open(record, {}) is not None


def _open(document: Any, envelope: Envelope) -> Content | None:
    """Take one envelope off; None when there is none."""
    if type(document) is str:
        return _from_text(document, envelope) if document.lstrip()[:1] in ("{", "[") else None
    if type(document) is not dict:
        return None
    if "specversion" in document:
        return _from_cloud_event(document, envelope)
    if "op" in document and ("after" in document or "before" in document):
        return _from_change(document, envelope)
    if "payload" in document and is_around_payload(document):
        return Content(document["payload"], envelope | _said(document, ("id", "type")))
    return None


def is_around_payload(document: Envelope) -> bool:
    """Whether an object with a `payload` is Connect's schema and value, or a row of an outbox."""
    return ("schema" in document and len(document) == 2) or "aggregatetype" in document or "aggregate_type" in document


def _from_cloud_event(event: dict[str, Any], envelope: Envelope) -> Content:
    said = envelope | _said(event, ATTRIBUTES)
    if event.get("data_base64") is not None:
        try:
            raw = b64decode(event["data_base64"], validate=True)
        except (ValueError, TypeError) as error:
            return _fault(event, said, RejectReason.WRONG_VALUE, f"data_base64: {error}")
        document = read_json(raw)
        if type(document) is tuple:
            return Content(event, said, document)
        return Content(document, said)
    if "data" not in event:
        return _fault(event, said, RejectReason.MISSING_FIELD, "absent: data of a CloudEvent")
    data = event["data"]
    if type(data) is str and data.lstrip()[:1] not in ("{", "["):
        return _fault(event, said, RejectReason.NOT_JSON, f"data: found {excerpt(data.encode())}; expected JSON")
    return Content(data, said)


def _said(wrapper: dict[str, Any], names: Sequence[str]) -> Envelope:
    """Attributes that are there, as a text or a number."""
    found = {name: wrapper.get(name) for name in names}
    return {
        name: value
        for name, value in found.items()
        if value and (type(value) is int or (type(value) is str and len(value) <= _LONGEST_ATTRIBUTE))
    }


def _from_change(change: dict[str, Any], envelope: Envelope) -> Content:
    op = change["op"]
    if op in _REMOVED:
        return _fault(change, envelope, RejectReason.ROW_REMOVED, f"op is {op}")
    row = change.get("after")
    if op not in _CHANGED:
        found = excerpt(op.encode()) if type(op) is str else type(op).__name__
        return _fault(change, envelope, RejectReason.WRONG_VALUE, f"op: found {found}; expected c, u, r, d or t")
    if type(row) is not dict:
        return _fault(change, envelope, RejectReason.MISSING_FIELD, "absent: after")
    return Content(row, envelope)


def _from_text(text: str, envelope: Envelope) -> Content | None:
    try:
        return Content(msgspec.json.decode(text), envelope)
    except READ_FAULTS:
        return None


def _fault(record: Any, envelope: Envelope, reason: RejectReason, detail: str) -> Content:
    return Content(record, envelope, (reason, detail))
