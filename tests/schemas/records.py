"""Records for the tests: one valid log-in, changed as a test needs."""

from __future__ import annotations

import json
from typing import Any

from schemas.decoder import Decoded, EventDecoder
from schemas.reasons import Reject

RECORD_TS = 1_772_500_000_000
"""2026-03-03T01:06:40Z: the record timestamp of all tests, later than every example."""

LOGIN: dict[str, Any] = {
    "type": "login.succeeded",
    "event_id": "e-1",
    "occurred_at": "2026-03-02T09:14:07.250Z",
    "account_id": "a-1",
    "ip": "203.0.113.24",
    "device_id": "d-1",
    "client_hints": {"sec-ch-ua-platform": "Linux"},
}


def login(**changes: object) -> bytes:
    """Encode a valid log-in with changes; `...` takes a field away."""
    fields = {name: value for name, value in {**LOGIN, **changes}.items() if value is not ...}
    return json.dumps(fields).encode()


def accepted(raw: bytes) -> Decoded:
    (outcome,) = EventDecoder().decode(raw, RECORD_TS)
    assert isinstance(outcome, Decoded), outcome
    return outcome


def rejected(raw: bytes) -> Reject:
    (outcome,) = EventDecoder().decode(raw, RECORD_TS)
    assert isinstance(outcome, Reject), outcome
    return outcome
