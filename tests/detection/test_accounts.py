"""The accounts stage: every event counts once, late ones are counted as late, findings and dispositions pass."""

from __future__ import annotations

import statistics
from itertools import chain
from typing import Any

import msgspec
import pytest

from enrichers.enriched import EnrichedEvent, Origin
from enrichers.facts import Facts
from enrichers.timezones import offsets_of
from schemas.topics import ASSESSMENTS, DEAD_LETTERS, ENRICHED_EVENTS, FINDINGS
from streams.detection.account_state import AccountState
from streams.detection.accounts import RECENT, AccountsStage
from streams.detection.messages import Assessment, Disposition, Finding
from streams.detection.stage import Output, PlainRecord
from streams.detection.states import PartitionStates, StateCodec
from streams.detection.windows import DAY, HOUR, MINUTE
from streams.scenarios import generate
from tests.bench.load import batches, events, records, sign_ups
from tests.detection.pipeline import START, Pipeline, catalogue, scenario

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

    def __init__(self) -> None:
        self.stage = AccountsStage(catalogue(), offsets_of)
        self.states: PartitionStates[AccountState] = PartitionStates(StateCodec(AccountState))
        self.offset = 0
        self.counts: dict[tuple[str, str], int] = {}
        self.outputs: list[Output] = []

    def event(self, event: dict[str, Any], ts: int, origin: Origin) -> None:
        """One enriched event as the enrich stage writes it."""
        whole = {"event_id": f"e{origin.offset}", "occurred_at": "2024-10-04T09:00:00Z", "account_id": "a", **event}
        value = msgspec.json.encode({"event": whole, "ts": ts, "origin": origin, "facts": FACTS})
        assert msgspec.json.decode(value, type=EnrichedEvent).facts == FACTS
        self.take(ENRICHED_EVENTS.name, value)

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


def test_a_replayed_record_is_recognised_by_its_position() -> None:
    stage = Stage()
    for offset in (0, 1, 2, 1, 2):
        stage.event(login(), T0 + offset * MINUTE, Origin("login-events", 0, offset))
    assert stage.counts["duplicates", "accounts"] == 2
    assert stage.account().watermark == T0 + 2 * MINUTE


@pytest.mark.parametrize(("between", "duplicates"), [(0, 1), (RECENT - 1, 1), (RECENT, 0), (RECENT + 1, 0)])
def test_a_producers_repeat_is_recognised_within_the_accounts_last_16_events(between: int, duplicates: int) -> None:
    """By its id, from whichever partition; what comes later counts as another event, and the same position never does."""
    stage = Stage()
    stage.event(login(event_id="same"), T0, Origin("login-events", 0, 0))
    for number in range(between):
        stage.event(login(), T0 + number, Origin("login-events", 0, 1 + number))
    stage.event(login(event_id="same"), T0, Origin("login-events", 3, 9))
    assert stage.counts.get(("duplicates", "accounts"), 0) == duplicates
    stage.event(login(event_id="same"), T0, Origin("login-events", 0, 0))
    assert stage.counts["duplicates", "accounts"] == duplicates + 1
    assert RECENT == 16, "README says so"


def test_late_means_behind_the_watermark_by_more_than_the_type_allows() -> None:
    stage = Stage()
    stage.event(login(), T0 + DAY, Origin("login-events", 0, 0))
    stage.event(login(), T0 + DAY - 15 * MINUTE, Origin("login-events", 0, 1))
    stage.event({"type": "bid.submitted"}, T0 + DAY - 16 * MINUTE, Origin("login-events", 0, 2))
    stage.event({"type": "kyc.approved"}, T0 + 2 * MINUTE, Origin("login-events", 0, 3))
    assert stage.account().late == 1, "a bid is activity; a verification may come a day later"
    stage.event(login(), T0, Origin("login-events", 0, 4))
    assert stage.account().late == 2
    assert stage.account().watermark == T0 + DAY


def test_a_day_is_judged_once_it_is_closed() -> None:
    stage = Stage()
    stage.event(login(), T0, Origin("login-events", 0, 0))
    first = stage.account().day
    stage.event(login(), T0 + DAY, Origin("login-events", 0, 1))
    assert stage.account().day == first + 1


def test_a_finding_is_kept_replaced_and_taken_back() -> None:
    stage = Stage()
    for offset, confidence in ((0, 0.6), (1, 0.85), (1, 0.1), (2, 0.0)):
        finding = Finding("a", "payout_instrument_shared", "payout:i4", confidence, T0, T0, 3, {"accounts": 3}, [])
        stage.take(FINDINGS.name, msgspec.msgpack.encode(finding), offset)
        held = stage.account().fired.get("payout_instrument_shared|payout:i4")
        wanted = {0: 0.6, 1: 0.85, 2: None}[offset]
        assert (held.confidence if held else None) == wanted
    told = [
        msgspec.msgpack.decode(output.value, type=Assessment)
        for output in stage.outputs
        if output.topic == ASSESSMENTS.name
    ]
    assert [[item.confidence for item in assessment.evidence] for assessment in told] == [[0.6], [0.85], []]


def test_a_disposition_goes_on_to_the_cases() -> None:
    stage = Stage()
    stage.event(
        {"type": "case.disposition", "outcome": "cleared", "case_id": "case-1"}, T0, Origin("platform-events", 0, 0)
    )
    (output,) = [output for output in stage.outputs if output.topic == ASSESSMENTS.name]
    told = msgspec.msgpack.decode(output.value, type=Disposition)
    assert (told.case_id, told.outcome) == ("case-1", "cleared")


def test_what_cannot_be_read_is_buried_and_an_empty_value_is_counted() -> None:
    stage = Stage()
    stage.take(ENRICHED_EVENTS.name, b"{")
    stage.take(FINDINGS.name, b"\xc1")
    stage.take(ENRICHED_EVENTS.name, None)
    assert [output.topic for output in stage.outputs] == [DEAD_LETTERS.name] * 2
    assert stage.counts == {("dead_letters", "unreadable_internal_record"): 2, ("tombstones", "accounts"): 1}


def test_a_persons_decision_closes_the_case_end_to_end() -> None:
    pipeline = Pipeline().play(scenario("S05b", until_day=14))
    (alert,) = pipeline.newest().values()
    ts = max(ts for ts, _ in generate("S05b", start=START, until_day=14)) + HOUR
    decided = {
        "type": "case.disposition",
        "event_id": "d1",
        "occurred_at": "2026-03-19T00:00:00Z",
        "account_id": alert.subject.account_ids[0],
        "case_id": alert.alert_id,
        "outcome": "cleared",
    }
    pipeline.play([(ts, decided)])
    assert pipeline.newest() == {}
    resolved = [item for item in pipeline.published() if item.status == "resolved"]
    assert [item.disposition for item in resolved] == ["cleared"]


def test_an_ordinary_accounts_state_is_about_a_kilobyte_after_a_hundred_events() -> None:
    pipeline = Pipeline()
    for topic, batch in batches(records(chain(sign_ups(200), events(20_000, 200)))):
        pipeline.runtime.feed(topic, batch)
    sizes = [len(msgspec.msgpack.encode(state)) for state in pipeline.runtime.all_states("accounts").values()]
    assert statistics.mean(sizes) < 1024
    assert max(sizes) < 2048
