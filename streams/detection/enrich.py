"""The enrich stage: records of any producer become valid events with facts, keyed by account. It keeps no state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

import schemas.events as ev
from enrichers.enrich import Enricher
from enrichers.enriched import EnrichedRecord, Origin
from schemas.decoder import Decoded, EventDecoder, Outcome
from schemas.reasons import LEFT_OUT, Reject, RejectReason
from schemas.topics import ENRICHED_EVENTS, LOGIN_EVENTS, PLATFORM_EVENTS
from streams.detection.address_watch import AddressWatch
from streams.detection.announcing import Announcer
from streams.detection.stage import Output, Result, SourceRecord
from streams.detection.states import PartitionStates
from streams.detection.unreadable import bury

WATCH_EVERY = 50
"""Events from one sample of an address to the next, at least: the last of a batch, so that no event pays for it."""

_encode = msgspec.json.Encoder().encode


class EnrichStage:
    """One record in, 0…n events out. Inputs may have any key, any partitioning, any compression."""

    name = "enrich"
    inputs: tuple[str, ...] = (PLATFORM_EVENTS.name, LOGIN_EVENTS.name)
    stateful = False
    state_type: Any = None

    def __init__(
        self,
        enricher: Enricher,
        decoder: EventDecoder | None = None,
        *,
        formats: Mapping[str, EventDecoder] | None = None,
        bury_unknown_types: bool = False,
    ) -> None:
        """`formats`: decoders of inputs, by logical name, on which other formats than our own arrive."""
        self.enricher = enricher
        self._decoder = decoder or EventDecoder()
        self._formats = formats or {}
        self._watch = AddressWatch()
        self._announcer = Announcer()
        self._unwatched = 0
        self._bury_unknown_types = bury_unknown_types

    def process(self, input_name: str, records: Iterable[SourceRecord], states: PartitionStates[Any]) -> Result:
        """Decode, look up, send on; what cannot be read goes to the dead letters with its reason."""
        del states  # nothing is remembered
        result = Result([], {})
        decode = self._formats.get(input_name, self._decoder).decode
        facts_json, outputs = self.enricher.facts_json, result.outputs
        times: list[int] = []
        for record in records:
            for ordinal, outcome in enumerate(decode(record.value, record.timestamp, record.headers)):
                if type(outcome) is not Decoded:
                    self._set_aside(outcome, record, ordinal, result)
                    continue
                event, ts = outcome.event, outcome.ts_ms
                origin = Origin(record.topic, record.partition, record.offset, ordinal)
                enriched = EnrichedRecord(event, ts, origin, facts_json(event.ip, event.user_agent, ts))
                times.append(ts)
                if type(event) in _TWO_SIDED:
                    self._both_sides(enriched, result)
                else:
                    outputs.append(Output(ENRICHED_EVENTS.name, event.account_id.encode(), _encode(enriched)))
        if events := len(times):
            self._count_not_public(result)
            result = result.at(times)
            result.counts["events", "enriched"] = events
            if told := self._announcer.tell(self.enricher.snapshot, record):
                outputs.insert(0, told)
            self._unwatched += events
            if self._unwatched >= WATCH_EVERY:
                self._unwatched = 0
                if kind := self._watch.kind(event.ip):
                    result.counts["sampled_addresses", kind] = 1
        return result

    def _count_not_public(self, result: Result) -> None:
        """Addresses by which nothing can be looked up or linked: all of them count, also those that were seen before."""
        for kind, number in self.enricher.not_public.items():
            if number:
                result.add("not_public_addresses", kind, number)
                self.enricher.not_public[kind] = 0

    def _both_sides(self, enriched: EnrichedRecord, result: Result) -> None:
        """A meeting gets the facts of its second address; an agency's new member hears of it as well as the agency."""
        event, outputs = enriched.event, result.outputs
        if isinstance(event, ev.MeetingHeld) and event.join_ip:
            facts = self.enricher.facts(event.join_ip, None, enriched.ts)
            if facts.address_kind != "public":
                self.enricher.not_public[facts.address_kind] += 1
            enriched = msgspec.structs.replace(enriched, join_facts=facts)
        outputs.append(Output(ENRICHED_EVENTS.name, event.account_id.encode(), _encode(enriched)))
        if isinstance(event, ev.AgencyMemberAdded) and event.member_account_id not in (None, event.account_id):
            told = msgspec.structs.replace(event, account_id=event.member_account_id)
            copy = msgspec.structs.replace(enriched, event=told)
            outputs.append(Output(ENRICHED_EVENTS.name, told.account_id.encode(), _encode(copy)))

    def _set_aside(self, outcome: Outcome, record: SourceRecord, ordinal: int, result: Result) -> None:
        if not isinstance(outcome, Reject):
            result.add("tombstones", self.name)
        elif outcome.reason in LEFT_OUT or (
            outcome.reason is RejectReason.UNKNOWN_TYPE and not self._bury_unknown_types
        ):
            result.add("dropped", str(outcome.reason))
        else:
            bury(self.name, record, outcome.reason, outcome.detail, outcome.raw, ordinal, result)


_TWO_SIDED = frozenset({ev.MeetingHeld, ev.AgencyMemberAdded})
