"""What a format's records have and lack: the report by which a person judges a map, or a producer."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import msgspec

from schemas.addresses import parse_address
from schemas.decoder import Decoded, EventDecoder, Headers, Outcome
from schemas.diagnosis import READ_FAULTS
from schemas.formats.decoder import FormatDecoder, ours
from schemas.formats.model import NATIVE
from schemas.reasons import LEFT_OUT, Reject, RejectReason

FIELDS = {
    "account": ("account_id",),
    "time": ("occurred_at",),
    "ip": ("ip",),
    "agent": ("user_agent",),
    "device": ("device_id",),
    "zone": ("tz", "tz_offset_min"),
}
"""What the indicators live on, and the event fields that give it; zone is the device's."""
NOT_MEANT = LEFT_OUT | {RejectReason.UNKNOWN_TYPE}
"""Reasons of records that are no event of ours: they have nothing to cover."""
ENOUGH = 20


class Seen(NamedTuple):
    """One element of a record: which format it was read as, what of an event was found, what became of it."""

    format: str
    found: dict[str, Any]
    outcome: Outcome

    @property
    def is_meant(self) -> bool:
        """Whether it should be an event, so that what it lacks is a loss."""
        return not (isinstance(self.outcome, Reject) and self.outcome.reason in NOT_MEANT)

    @property
    def lacks(self) -> list[str]:
        """Which of `FIELDS` are not there."""
        return [name for name, fields in FIELDS.items() if not any(field in self.found for field in fields)]


def look(decoder: EventDecoder, value: bytes, record_timestamp_ms: int = -1, headers: Headers = ()) -> list[Seen]:
    """Decode a record as the enrich stage does, and tell what was found on the way. Without a timestamp no date is in the future."""
    outcomes = decoder.decode(value, record_timestamp_ms, headers)
    elements = decoder.elements(value, headers) if isinstance(decoder, FormatDecoder) else None
    if not isinstance(elements, list) or len(elements) != len(outcomes):
        return [Seen(NATIVE, _of_ours(outcome), outcome) for outcome in outcomes]
    seen = []
    for element, outcome in zip(elements, outcomes, strict=True):
        if element.map is None:
            seen.append(Seen(NATIVE, _of_text(ours(element)), outcome))
        else:
            seen.append(Seen(element.map.name, element.map.found(element.value, element.scope), outcome))
    return seen


def _of_ours(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Decoded):
        return {name: value for name, value in msgspec.structs.asdict(outcome.event).items() if value is not None}
    return _of_text(outcome.raw) if isinstance(outcome, Reject) else {}


def _of_text(raw: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except READ_FAULTS:
        return {}


class Coverage:
    """Counts over many records, by format."""

    def __init__(self) -> None:
        self.meant: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.rejects: Counter[tuple[str, str]] = Counter()
        self._has: Counter[tuple[str, str]] = Counter()
        self._addresses: dict[str, Counter[str]] = {}

    def add(self, seen: Seen) -> None:
        """Count one element."""
        name = seen.format
        if not seen.is_meant:
            self.left_out[name] += 1
            return
        self.meant[name] += 1
        if isinstance(seen.outcome, Reject):
            self.rejects[name, str(seen.outcome.reason)] += 1
        else:
            self.events[name] += 1
        lacks = seen.lacks
        self._has.update((name, field) for field in FIELDS if field not in lacks)
        if isinstance(text := seen.found.get("ip"), str):
            shared = parse_address(text).shared_key or ""
            self._addresses.setdefault(name, Counter())[shared] += 1

    def share(self, name: str, field: str) -> float:
        """Which part of a format's events has a field, 0 to 1."""
        return self._has[name, field] / (self.meant[name] or 1)

    def warnings(self, name: str) -> list[str]:
        """What is odd about a format's addresses: they may be a proxy's."""
        addresses = self._addresses.get(name, Counter())
        total = addresses.total()
        if total < ENOUGH:
            return []
        said = []
        if 2 * addresses[""] > total:
            said.append(f"{addresses['']} of {total} addresses are not public: a proxy's instead of the client's?")
        most, times = max(
            ((key, count) for key, count in addresses.items() if key), key=lambda pair: pair[1], default=("", 0)
        )
        if 2 * times > total:
            said.append(f"{times} of {total} addresses are {most}: a proxy's instead of the client's?")
        return said
