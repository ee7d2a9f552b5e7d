"""The accounts stage: remember each account's events, let the families judge, send what changed."""

from __future__ import annotations

import functools
import sys
import zlib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

import schemas.events as ev
from enrichers.enriched import EnrichedRecord, FactsReader, Origin
from schemas.topics import ASSESSMENTS, ENRICHED_EVENTS, FINDINGS, LINKS
from streams.detection import registry
from streams.detection.account_state import AccountState
from streams.detection.assessing import EVIDENCE, assess, standing
from streams.detection.catalogue.model import Catalogue
from streams.detection.entity_state import MITIGATES
from streams.detection.family import Desk, Moment
from streams.detection.messages import Disposition, Evidence, Finding, Ref
from streams.detection.profile import ACTIVITY, UPKEEP, note_activity, settle
from streams.detection.stage import Output, Result, SourceRecord
from streams.detection.states import PartitionStates
from streams.detection.unreadable import unreadable
from streams.detection.windows import DAY, SESSION_LATENESS

RECENT = 12
"""Event ids remembered: a producer repeats within seconds, and replays are recognised by their position instead."""
ORDINALS = 16_384
"""Events of one record that a position can number; the decoder takes at most 10,000."""
FOUND = 2 * EVIDENCE
"""Findings and other evidence kept of an account: what makes room is far from what is told."""

_encode = msgspec.msgpack.Encoder().encode
_decode_event = msgspec.json.Decoder(EnrichedRecord).decode
_decode_finding = msgspec.msgpack.Decoder(Finding).decode


class AccountsStage:
    """One state an account. Inputs: enriched events and findings, both keyed by account."""

    name = "accounts"
    inputs: tuple[str, ...] = (ENRICHED_EVENTS.name, FINDINGS.name)
    stateful = True
    state_type: Any = AccountState

    def __init__(
        self, catalogue: Catalogue, offsets_of: Callable[[str, int], frozenset[int]], desk: Desk | None = None
    ) -> None:
        registry.agree(catalogue)
        self._catalogue = catalogue
        self._facts = FactsReader()
        self._desk = Desk(catalogue, offsets_of) if desk is None else desk
        self._observers = registry.observers()
        self._dailies = registry.dailies()

    def process(
        self, input_name: str, records: Iterable[SourceRecord], states: PartitionStates[AccountState]
    ) -> Result:
        """Handle records of one partition, one by one."""
        result = Result([], {})
        handle = self._event if input_name == ENRICHED_EVENTS.name else self._finding
        times: list[int] = []
        for record in records:
            value = record.value
            if value is None:
                result.add("tombstones", self.name)
                continue
            try:
                times.append(handle(value, record.offset, states, result))
            except msgspec.DecodeError as error:
                unreadable(self.name, record, str(error), result)
        evicted, self._desk.evicted = self._desk.evicted, {}
        for kind, number in evicted.items():
            result.add("evictions", f"account_{kind}", number)
        return result.at(times)

    def _event(self, value: bytes, _offset: int, states: PartitionStates[AccountState], result: Result) -> int:
        """Take one event; gives its time."""
        enriched = _decode_event(value)
        event, ts, origin, facts = enriched.event, enriched.ts, enriched.origin, self._facts.read(enriched.facts)
        key = event.account_id.encode()
        account = states.get(key)
        if account is None:
            account = AccountState()
        if not _first_time(account, event.event_id, origin):
            result.add("duplicates", self.name)
            states.put(key, account)
            return ts
        kind = type(event)
        active, watermark, late = kind in ACTIVITY, account.watermark, False
        if ts > watermark:
            closed = (ts - SESSION_LATENESS) // DAY - 1
            if closed > account.day:
                self._close(event.account_id, account, closed)
            account.watermark = ts
        elif ts < watermark - (SESSION_LATENESS if active else DAY):
            late = True
            account.late += 1
            result.add("late_events", self.name)
        account.tables = facts.tables
        if active:
            note_activity(account, event, ts)
        moment = Moment(
            event.account_id,
            account,
            event,
            facts,
            enriched.join_facts,
            ts,
            Ref(ts, event.event_id, origin),
            late,
        )
        upkeep = UPKEEP.get(kind)
        if upkeep is not None:
            upkeep(account.profile, event, moment, self._desk)
        for observe in self._observers.get(kind, ()):
            observe(moment, self._desk)
        if isinstance(event, ev.CaseDisposition):
            result.outputs.append(_disposition(event, ts))
        if self._desk.touched or self._desk.links:
            self._deliver(event.account_id, key, account, result)
        states.put(key, account)
        return ts

    def _close(self, account_id: str, account: AccountState, closed: int) -> None:
        """Judge the days that closed when the watermark moved on.

        Both the last active and the newest closed day are judged, so that what
        was seen before a long pause is neither skipped nor judged only when it is stale.
        """
        last, account.day = account.day, closed
        settle(account.profile, closed)
        if not account.watermark:
            return
        active = account.watermark // DAY
        for day in sorted({closed} | ({active} if last < active < closed else set())):
            for daily in self._dailies:
                daily(account_id, account, day, self._desk)

    def _finding(self, value: bytes, offset: int, states: PartitionStates[AccountState], result: Result) -> int:
        """Take what a shared thing says; gives the time of the event behind it."""
        finding = _decode_finding(value)
        key = finding.account.encode()
        account = states.get(key)
        if account is None:
            account = AccountState()
        if offset <= account.finding_offset:
            result.add("duplicates", self.name)
            return finding.ts
        account.finding_offset = offset
        desk = self._desk
        slot = f"{finding.indicator}|{finding.entity}"
        if finding.mitigation:
            reason, about = str(finding.numbers.get("reason", "")), (finding.entity, *finding.numbers.get("also", ()))
            until = finding.ts + MITIGATES
            desk.mitigate(account, finding.mitigation, finding.ts, reason, until, about, finding.entity)
        elif finding.confidence <= 0:
            desk.retract(account, slot)
        elif desk.enabled(finding.indicator):
            # a shared thing speaks for itself: its newest word replaces its last one
            held = account.fired.get(slot)
            if held is None or held.confidence != finding.confidence:
                desk.fired[finding.indicator] = desk.fired.get(finding.indicator, 0) + 1
            account.fired[slot] = Evidence(
                finding.indicator,
                finding.confidence,
                finding.first,
                finding.ts,
                finding.count,
                finding.numbers,
                finding.refs,
                finding.entity,
            )
            desk.touched = True
            if len(account.fired) > FOUND:
                self._make_room(finding.account, account)
        self._deliver(finding.account, key, account, result)
        states.put(key, account)
        return finding.ts

    def _make_room(self, account_id: str, account: AccountState) -> None:
        """Forget what a shared thing found longest ago, of what weighs too little to be told; an address never takes its word back."""
        told = {f"{item.indicator}|{item.entity}" for item in standing(self._catalogue, account_id, account).evidence}
        rest = [slot for slot, held in account.fired.items() if held.entity and slot not in told]
        rest.sort(key=lambda slot: (account.fired[slot].last, slot))
        for slot in rest[: len(account.fired) - FOUND]:
            del account.fired[slot]
            self._desk.evict("link")

    def _deliver(self, account_id: str, key: bytes, account: AccountState, result: Result) -> None:
        desk = self._desk
        if desk.links:
            for link in desk.links:
                result.outputs.append(Output(LINKS.name, link.entity, _encode(link)))
            desk.links = []
        if desk.touched:
            desk.touched = False
            for name, times in desk.fired.items():
                result.add("indicator_firings", name, times)
            desk.fired = {}
            assessment = assess(self._catalogue, account_id, account)
            if assessment is not None:
                result.outputs.append(Output(ASSESSMENTS.name, key, _encode(assessment)))


def _first_time(account: AccountState, event_id: str, origin: Origin) -> bool:
    """Whether this event is not yet in the state: neither its position (a replay) nor its id (a producer's repeat)."""
    source = _source(origin.topic, origin.partition)
    position = origin.offset * ORDINALS + origin.ordinal
    sources = account.sources
    if position <= sources.get(source, -1):
        return False
    sources[source] = position
    mark = zlib.crc32(event_id.encode()).to_bytes(4, "little")
    recent = account.recent
    at = recent.find(mark)
    while at >= 0:
        if at % 4 == 0:
            return False
        at = recent.find(mark, at + 1)
    account.recent = (recent + mark)[-4 * RECENT :]
    return True


@functools.lru_cache(4096)
def _source(topic: str, partition: int) -> str:
    """Name of a source partition: one object for all states, so that finding it compares no text."""
    return sys.intern(f"{topic}/{partition}")


def _disposition(event: ev.CaseDisposition, ts: int) -> Output:
    told = Disposition(
        event.case_id or event.alert_id or "", event.account_id, event.outcome, list(event.reason_codes), ts
    )
    return Output(ASSESSMENTS.name, event.account_id.encode(), _encode(told))
