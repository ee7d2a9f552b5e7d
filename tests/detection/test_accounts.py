"""The accounts stage: every event counts once, late ones are counted as late, findings and dispositions pass."""

from __future__ import annotations

import statistics
from itertools import chain, permutations
from typing import Any

import msgspec
import pytest

from enrichers.enriched import Origin
from schemas.topics import ASSESSMENTS, DEAD_LETTERS, ENRICHED_EVENTS, FINDINGS
from streams.detection.account_state import AccountState
from streams.detection.accounts import RECENT
from streams.detection.family import Desk
from streams.detection.messages import Assessment, Disposition, Finding, Ref
from streams.detection.scoring import weigh
from streams.detection.windows import DAY, HOUR, MINUTE
from streams.scenarios import generate
from tests.bench.load import events, records, sign_ups
from tests.detection.one_account import FACTS, T0, Stage, login
from tests.detection.pipeline import START, Pipeline, catalogue, scenario


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
    assert RECENT == 12, "README says so"


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


def test_the_last_active_day_is_judged_however_long_nobody_came_after_it() -> None:
    """Four sessions through a VPN, and nothing within the two weeks that end with the newest closed day."""
    stage = Stage()
    stage.facts = msgspec.structs.replace(FACTS, classes=("vpn",), operator="ASTRILL")
    for hour in range(4):
        stage.tell(T0 + hour * HOUR, "session.start", session_id=f"s{hour}", device_id="d")
    assert "named_vpn_operator" not in stage.account().fired
    stage.tell(T0 + 30 * DAY, "message.sent")
    assert stage.account().fired["named_vpn_operator"].last == (T0 // DAY + 1) * DAY - 1


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


def test_evidence_keeps_its_first_event_and_the_newest_two_in_whatever_order_they_came() -> None:
    for order in permutations(range(5)):
        desk, account = Desk(catalogue(), lambda _country, _ms: frozenset()), AccountState()
        for at in order:
            desk.fire(account, "impossible_travel", 1.0, T0 + at, {}, Ref(T0 + at, f"e{at}"))
        (held,) = account.fired.values()
        assert [ref.ts - T0 for ref in held.refs] == [0, 3, 4]
        assert (held.first, held.last, held.count) == (T0, T0 + 4, 5)


def test_a_public_computer_clears_neither_another_device_nor_a_later_year() -> None:
    stage = Stage()

    def tell(day: int, indicator: str, entity: str, mitigation: str = "", **numbers: Any) -> None:
        ts = T0 + day * DAY
        finding = Finding("a", indicator, entity, float(bool(indicator)), ts, ts, 2, numbers, [], mitigation)
        stage.take(FINDINGS.name, msgspec.msgpack.encode(finding))

    def left(entity: str) -> float:
        (item,) = (item for item in stage.account().fired.values() if item.entity == entity)
        return weigh(catalogue(), [item], stage.account().mitigations.values(), item.last)[item.indicator].confidence

    library, shared = "device:library-pc", "shared_device_multi_account"
    tell(0, "", library, "MIT-PUBTERM", reason="20 accounts", also=["ip:198.51.100.7"])
    for entity, indicator, day, wanted in (
        (library, shared, 1, 0.1),
        ("ip:198.51.100.7", "shared_ip_multi_account", 1, 0.0),
        ("device:farm-laptop", shared, 1, 1.0),
        (library, shared, 700, 1.0),
    ):
        tell(day, indicator, entity)
        assert left(entity) == wanted
    tell(700, "", library, "MIT-PUBTERM", reason="20 accounts")
    (held,) = stage.account().mitigations.values()
    assert (held.first, held.until) == (T0 + 700 * DAY, T0 + 730 * DAY)


def test_facts_about_places_stay_bounded_and_the_newest_stay() -> None:
    stage = Stage()
    for day in range(40):
        ts = T0 + day * DAY
        finding = Finding("a", "", f"ip:{day}", 0.0, ts, ts, 0, {"reason": "declared"}, [], "MIT-OFFICE")
        stage.take(FINDINGS.name, msgspec.msgpack.encode(finding))
    assert list(stage.account().mitigations) == [f"MIT-OFFICE|ip:{day}" for day in range(8, 40)]


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
    for record in records(chain(sign_ups(200), events(20_000, 200))):
        pipeline.runtime.play(record.topic, record)
    sizes = [len(msgspec.msgpack.encode(state)) for state in pipeline.runtime.all_states("accounts").values()]
    assert statistics.mean(sizes) < 1024
    assert max(sizes) < 2048
