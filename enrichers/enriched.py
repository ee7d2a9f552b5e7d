"""The enriched event: public contract of topic `enriched-events`, enough to replay detection without any table."""

from __future__ import annotations

import msgspec

from enrichers.cache import Generations
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


class EnrichedRecord(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """An `EnrichedEvent` whose facts are still JSON: addresses repeat, so their facts are written and read once (`FactsReader`)."""

    event: AnyEvent
    ts: int
    origin: Origin
    facts: msgspec.Raw = msgspec.Raw(b"{}")
    join_facts: Facts | None = None
    version: int = 1


class FactsReader:
    """Reads the JSON of facts, each distinct one once while it is in use. Equal bytes give the same object."""

    __slots__ = ("_decode", "_known")

    def __init__(self, size: int = 100_000) -> None:
        self._decode = msgspec.json.Decoder(Facts).decode
        self._known: Generations[bytes, Facts] = Generations(size)

    def read(self, raw: msgspec.Raw) -> Facts:
        """The facts. Raises msgspec.DecodeError when they are none."""
        text = bytes(raw)
        facts = self._known.young.get(text) or self._known.get(text)
        if facts is None:
            facts = self._decode(text)
            self._known.put(text, facts)
        return facts
