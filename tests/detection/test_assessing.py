"""When an account's evidence is told again, and what is told of an account that has too much of it."""

from __future__ import annotations

import msgspec
import pytest

from enrichers.enriched import Origin
from schemas.topics import ASSESSMENTS, FINDINGS
from streams.detection.accounts import FOUND
from streams.detection.assessing import EVIDENCE, standing
from streams.detection.catalogue.load import load
from streams.detection.messages import Assessment, CaseInput, Finding, Ref
from streams.detection.windows import DAY
from tests.detection.one_account import T0, Stage


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.tell(T0, "login.succeeded", device_id="d")
    return stage


def find(stage: Stage, entity: str, day: float, indicator: str = "shared_device_multi_account") -> list[Assessment]:
    ts = T0 + int(day * DAY)
    refs = [Ref(ts, f"e{day}", Origin("login-events", 0, int(day * 1000)))]
    finding = Finding("a", indicator, entity, 1.0, ts, T0, 4, {"accounts": 4, "days": 30}, refs)
    stage.take(FINDINGS.name, msgspec.msgpack.encode(finding))
    told = [msgspec.msgpack.decode(out.value, type=CaseInput) for out in stage.outputs if out.topic == ASSESSMENTS.name]
    stage.outputs.clear()
    return [item for item in told if isinstance(item, Assessment)]


def test_evidence_that_is_seen_again_is_told_again_once_a_week(stage: Stage) -> None:
    days = {int(told.evidence[0].last - T0) // DAY for day in range(30) for told in find(stage, "device:d", day)}
    assert len(days) in (5, 6)
    assert max(days) >= 22


def test_a_farm_of_pairs_does_not_crowd_out_the_device(stage: Stage) -> None:
    for number in range(44):
        find(stage, f"pair:a|b{number:02}", 0.001 * number, "proxy_exit_cooccurrence")
    find(stage, "device:d", 1)
    (told,) = find(stage, "subnet:x", 1, "shared_subnet_single_use_devices")
    assert {item.indicator for item in told.evidence} == {
        "proxy_exit_cooccurrence",
        "shared_device_multi_account",
        "shared_subnet_single_use_devices",
    }
    assert len(told.evidence) == EVIDENCE


def test_what_weighs_least_is_left_out(stage: Stage) -> None:
    for number in range(EVIDENCE + 5):
        find(stage, f"device:{number:03}", number)
    stage.tell(T0 + 60 * DAY, "login.succeeded", device_id="d")
    kept = [item.entity for item in standing(load(), "a", stage.account()).evidence]
    assert kept == [f"device:{number:03}" for number in range(5, EVIDENCE + 5)], "the five stalest"


def test_what_shared_things_found_of_an_account_stays_bounded_and_what_is_told_stays(stage: Stage) -> None:
    """Its devices speak first, and then two hundred addresses, each once."""
    for number in range(5):
        find(stage, f"device:{number}", 0)
    for number in range(200):
        find(stage, f"ip:{number:03}", number, "shared_ip_multi_account")
        assert len(stage.account().fired) <= FOUND
    kept = {item.entity for item in stage.account().fired.values()}
    assert {f"device:{number}" for number in range(5)} < kept
    assert {f"ip:{number:03}" for number in range(200 - EVIDENCE, 200)} < kept
    assert stage.counts["evictions", "account_link"] == 205 - FOUND


def test_a_mitigating_fact_that_lowers_nothing_yet_is_told(stage: Stage) -> None:
    """An alert shows every one of them."""
    find(stage, "device:d", 0)
    finding = Finding("a", "", "ip:198.51.100.7", 0.0, T0, T0, 0, {"reason": "declared"}, [], "MIT-OFFICE")
    stage.take(FINDINGS.name, msgspec.msgpack.encode(finding))
    (output,) = (output for output in stage.outputs if output.topic == ASSESSMENTS.name)
    told = msgspec.msgpack.decode(output.value, type=Assessment)
    assert [fact.mitigator for fact in told.mitigations] == ["MIT-OFFICE"]


def test_what_a_statement_changes_is_told_at_once(stage: Stage) -> None:
    """Also where the event links the account to nothing, by which it would be told."""
    find(stage, "device:d", 0)
    stage.tell(T0 + 1, "travel.declared", countries=["JP"], from_date="2024-10-10")
    (output,) = stage.outputs
    told = msgspec.msgpack.decode(output.value, type=Assessment)
    assert [fact.mitigator for fact in told.mitigations] == ["MIT-TRAVEL"]


def test_how_many_events_came_late_is_told(stage: Stage) -> None:
    (told,) = find(stage, "device:d", 0)
    assert told.data_quality == []
    stage.tell(T0 - DAY, "login.succeeded", device_id="d")
    assert standing(load(), "a", stage.account()).data_quality == ["late_events:1"]


def test_the_agency_is_told_once_its_membership_is_verified(stage: Stage) -> None:
    stage.tell(T0, "affiliation.declared", agency_id="g", registry_verified=True)
    assert standing(load(), "a", stage.account()).agency == ""
    stage.tell(T0 + 1, "agency.member_added", agency_id="g", confirmed_by=["agency", "member"])
    assert standing(load(), "a", stage.account()).agency == "g"
