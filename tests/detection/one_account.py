"""One account before the accounts stage: enriched events and findings in, its state and what it says out."""

from __future__ import annotations

from typing import Any

import msgspec

from enrichers.enriched import EnrichedEvent, Origin
from enrichers.facts import Facts
from enrichers.timezones import offsets_of
from schemas.topics import ENRICHED_EVENTS
from streams.detection.account_state import AccountState
from streams.detection.accounts import AccountsStage
from streams.detection.family import Desk
from streams.detection.stage import Output, PlainRecord
from streams.detection.states import PartitionStates, StateCodec
from streams.detection.windows import DAY, HOUR
from tests.detection.pipeline import catalogue

T0 = 20_000 * DAY + 9 * HOUR
FACTS = Facts(
    ip="2001:db8::1",
    address_kind="public",
    network="2001:db8::/48",
    shared_key="2001:db8::/64",
    country="PT",
    tables="t1",
)


class Stage:
    """An accounts stage with its states and what came out."""

    def __init__(self, desk: Desk | None = None) -> None:
        self.stage = AccountsStage(catalogue(), offsets_of, desk)
        self.states: PartitionStates[AccountState] = PartitionStates(StateCodec(AccountState))
        self.offset = 0
        self.facts = FACTS
        """Of the next events."""
        self.counts: dict[tuple[str, str], int] = {}
        self.outputs: list[Output] = []

    def event(self, event: dict[str, Any], ts: int, origin: Origin) -> None:
        """One enriched event as the enrich stage writes it."""
        whole = {"event_id": f"e{origin.offset}", "occurred_at": "2024-10-04T09:00:00Z", "account_id": "a", **event}
        value = msgspec.json.encode({"event": whole, "ts": ts, "origin": origin, "facts": self.facts})
        assert msgspec.json.decode(value, type=EnrichedEvent).facts == self.facts
        self.take(ENRICHED_EVENTS.name, value)

    def tell(self, ts: int, kind: str, **fields: Any) -> None:
        """One more event, at `ts` ms."""
        self.event({"type": kind, **fields}, ts, Origin("platform-events", 0, self.offset))

    def take(self, topic: str, value: bytes | None, offset: int | None = None) -> None:
        """One record of an input."""
        at = self.offset if offset is None else offset
        self.offset += 1
        result = self.stage.process(topic, [PlainRecord(topic, 0, at, T0, b"a", value)], self.states)
        self.outputs += result.outputs
        for slot, times in result.counts.items():
            self.counts[slot] = self.counts.get(slot, 0) + times

    def account(self) -> AccountState:
        """State of account `a`."""
        state = self.states.get(b"a")
        assert state is not None
        return state


def login(**fields: Any) -> dict[str, Any]:
    return {"type": "login.succeeded", "device_id": "d", **fields}
