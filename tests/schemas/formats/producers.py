"""The samples, and which map reads which of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from schemas.decoder import Decoded, Outcome
from schemas.formats.compiler import compile_map
from schemas.formats.decoder import FormatDecoder
from schemas.formats.field_map import FieldMap
from schemas.formats.model import read_map
from schemas.formats.trust import Trust
from schemas.reasons import Reject

SAMPLES = Path(__file__).with_name("samples")
NOW = 1_790_000_000_000
"""Record timestamp of the tests, later than every sample."""
MAP_OF = {
    "auth0_tenant": "auth0",
    "aws_console_login": "cloudtrail",
    "ecs_buffalogs": "ecs",
    "entra_signin": "entra",
    "fusionauth": "fusionauth",
    "google_workspace_login": "google-workspace",
    "made_auth0": "auth0",
    "made_cloudtrail": "cloudtrail",
    "made_ecs": "ecs",
    "made_entra": "entra",
    "made_google": "google-workspace",
    "made_keycloak": "keycloak",
    "made_ocsf": "ocsf",
    "made_okta": "okta",
    "made_osprey": "osprey",
    "okta_system_log": "okta",
}


def records(sample: str) -> Iterator[bytes]:
    yield from (SAMPLES / f"{sample}.jsonl").read_bytes().splitlines()


def shown(outcome: Outcome) -> dict[str, Any]:
    """An outcome as a line of a golden file."""
    if isinstance(outcome, Decoded):
        event: dict[str, Any] = msgspec.to_builtins(outcome.event)
        return {"event": event, "ts_ms": outcome.ts_ms}
    assert isinstance(outcome, Reject), outcome
    return {"reject": str(outcome.reason), "detail": outcome.detail}


MINIMAL = """
name = "own"
about = "for a test"
[type]
constant = "login.succeeded"
[fields]
event_id = "id"
account_id = "who"
"""


def own_map(toml: str, *, time: str = 'occurred_at = "at"', trust: Trust | None = None) -> FieldMap:
    """A small map with changes: `toml` is added to its fields."""
    return compile_map(read_map(f"{MINIMAL}{time}\n{toml}".encode(), "own.toml"), trust, "own.toml")


def read(field_map: FieldMap, **record: Any) -> Outcome:
    """Decode one record by a map; what every event needs is filled in."""
    whole = {"id": "e1", "who": "a1", "at": "2026-03-02T09:14:07Z", **record}
    (outcome,) = FormatDecoder([], only=field_map).decode(msgspec.json.encode(whole), NOW)
    return outcome
