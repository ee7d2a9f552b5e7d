"""Enriched events in, enriched events without people out: every field as `declared` says; times and positions as they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import msgspec

from enrichers.cache import Generations
from enrichers.enriched import EnrichedRecord, Origin
from enrichers.facts import Facts
from enrichers.timezones import offset_of_zone
from schemas.events import AnyEvent
from schemas.topics import INPUTS
from streams.capture import coarse
from streams.capture.addresses import Addresses
from streams.capture.cases import CaseIds
from streams.capture.declared import FACTS, FIELDS
from streams.capture.pseudonyms import Pseudonyms
from streams.capture.treatments import Id, Plain, Shape, Treatment, Word
from streams.replay.lines import REPLAY

S = TypeVar("S", bound=msgspec.Struct)

_OURS: Final = frozenset({REPLAY, *(topic.name for topic in INPUTS)})
_SOME_TIME: Final = 1_700_000_000_000
_FACTS_KNOWN: Final = 100_000

_encode: Final = msgspec.json.Encoder().encode
_decode_facts: Final = msgspec.json.Decoder(Facts).decode


class Redactor:
    """Redacts a stream under one key. Same key, same stream: same bytes."""

    def __init__(self, key: bytes) -> None:
        self.pseudonyms = Pseudonyms(key)
        self.addresses = Addresses(self.pseudonyms)
        self.dropped: Counter[str] = Counter()
        """Values left out, by field."""
        self.reduced: Counter[str] = Counter()
        """Values of which a part was kept, by field."""
        self._cases = CaseIds(self.pseudonyms, self.account)
        self._plans: dict[type[Any], list[tuple[str, Callable[[Any], Any]]]] = {}
        self._facts: Generations[bytes, msgspec.Raw] = Generations(_FACTS_KNOWN)

    def account(self, account_id: str) -> str:
        """The account's pseudonym."""
        return self.pseudonyms.of("acct", account_id)

    def case(self, case_id: str) -> str:
        """The case's id in a replay of the capture, as far as it can be told beforehand."""
        return self._cases.of(case_id)

    def record(self, record: EnrichedRecord) -> EnrichedRecord:
        """Redact one enriched event. Raises msgspec.DecodeError when its facts are none."""
        self._cases.note(record.event.account_id)
        join = record.join_facts
        return EnrichedRecord(
            event=self.event(record.event),
            ts=record.ts,
            origin=self._origin(record.origin),
            facts=self._facts_json(record.facts),
            join_facts=None if join is None else self.facts(join),
            version=record.version,
        )

    def event(self, event: AnyEvent) -> AnyEvent:
        """Redact one event."""
        return self._redacted(event, FIELDS)

    def facts(self, facts: Facts) -> Facts:
        """Redact facts."""
        return self._redacted(facts, FACTS)

    def _redacted(self, value: S, declared: Mapping[str, Treatment]) -> S:
        kind = type(value)
        plan = self._plans.get(kind)
        if plan is None:
            plan = self._plans[kind] = self._plan(kind, declared)
        changes = {}
        for name, replace in plan:
            held = getattr(value, name)
            if held:  # an empty text is nobody's, and its being empty is read
                changes[name] = tuple(map(replace, held)) if isinstance(held, tuple) else replace(held)
        return msgspec.structs.replace(value, **changes)

    def _facts_json(self, raw: msgspec.Raw) -> msgspec.Raw:
        """Addresses repeat, and with them their facts."""
        text = bytes(raw)
        found = self._facts.young.get(text) or self._facts.get(text)
        if found is None:
            found = msgspec.Raw(_encode(self.facts(_decode_facts(text))))
            self._facts.put(text, found)
        return found

    def _origin(self, origin: Origin) -> Origin:
        """The position stays, so that what was a repetition is one; a topic of another name may name a company."""
        topic = origin.topic if origin.topic in _OURS else self.pseudonyms.of("topic", origin.topic)
        return Origin(topic, origin.partition, origin.offset, origin.ordinal)

    def _plan(self, kind: type[Any], declared: Mapping[str, Treatment]) -> list[tuple[str, Callable[[Any], Any]]]:
        return [
            (field.name, self._replacing(field.name, treatment))
            for field in msgspec.structs.fields(kind)
            if (treatment := declared[field.name]) is not Plain.KEEP
        ]

    def _replacing(self, name: str, treatment: Treatment) -> Callable[[Any], Any]:
        of = self.pseudonyms.of
        if isinstance(treatment, Id):
            kind = treatment.kind
            return lambda value: of(kind, value)
        if isinstance(treatment, Word):
            known = treatment.known
            return lambda value: value if value in known else of("word", value)
        if isinstance(treatment, Shape):
            pattern = treatment.pattern
            return lambda value: value if pattern.fullmatch(value) else of("word", value)
        return self._plainly(name, treatment)

    def _plainly(self, name: str, treatment: Plain) -> Callable[[Any], Any]:
        of, addresses = self.pseudonyms.of, self.addresses
        replacing: dict[Plain, Callable[[Any], Any]] = {
            Plain.DROP: lambda _: self._counted(name, None),
            Plain.ADDRESS: lambda text: addresses.address(text) or self._counted(name, None),
            Plain.NETWORK: lambda text: addresses.network(text) or of("network", text),
            Plain.SHARED_KEY: lambda text: addresses.shared_key(text) or of("network", text),
            Plain.PREFIX: lambda text: addresses.prefix(text) or of("network", text),
            Plain.DOMAIN: lambda text: of("domain", text) + ".example",  # RFC 2606: nobody's
            Plain.MINHASH: self.pseudonyms.of_minimum,
            Plain.PICTURE: self.pseudonyms.of_picture,
            Plain.ZONE: lambda text: text if offset_of_zone(text, _SOME_TIME) is not None else of("zone", text),
            Plain.AGENT: lambda text: self._counted(name, coarse.agent(text)),
            Plain.RENDERER: lambda text: self._counted(name, coarse.renderer(text)),
            Plain.TLS: lambda text: coarse.tls_system(text) + of("tls", text),
            Plain.HINTS: lambda headers: self._counted(name, coarse.hints(headers)),
            Plain.SCREEN: lambda text: coarse.screen(text) or self._counted(name, None),
            Plain.SYSTEM: lambda text: self._counted(name, coarse.system(text)),
            Plain.CASE: self._cases.of,
        }
        return replacing[treatment]

    def _counted(self, name: str, left: Any) -> Any:
        (self.dropped if left is None else self.reduced)[name] += 1
        return left
