"""The enriched event: public contract of topic `enriched-events`, enough to replay detection without any table."""

from __future__ import annotations

import msgspec

from enrichers.facts import Facts
from schemas.events import AnyEvent


class Origin(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Where an event came from. `ordinal` counts the events of one record."""

    topic: str
    partition: int
    offset: int
    ordinal: int = 0


class EnrichedEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One valid event, its event time in milliseconds, its facts and its origin."""

    event: AnyEvent
    ts: int
    origin: Origin
    facts: Facts = Facts()
    join_facts: Facts | None = None
    """Facts of a second address of the event (a meeting's `join_ip`)."""
    version: int = 1
