"""The proof can fail, and then says where; a decision finds its case in a capture."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

import schemas.events as ev
from streams.capture.cases import CaseIds
from streams.capture.proof import Outcome, Proof, prove
from streams.capture.pseudonyms import Pseudonyms
from streams.detection.alert import Alert, Mitigating
from streams.detection.components import case_id
from tests.capture.streams import KEY, capture, planted, played


def same(text: str) -> str:
    return text


def proof_of(before: list[Alert], after: list[Alert]) -> Proof:
    return prove(Outcome(before, {}), Outcome(after, {}), same, same)


@pytest.fixture(scope="session")
def alerts() -> list[Alert]:
    found = played(planted("S09")).alerts
    assert any(alert.subject.kind == "cluster" for alert in found)
    return found


@pytest.mark.parametrize(
    "change", [{"tier": "priority"}, {"status": "resolved"}, {"evidence": ()}], ids=lambda change: next(iter(change))
)
def test_a_changed_alert_is_a_difference(alerts: list[Alert], change: dict[str, Any]) -> None:
    changed = [msgspec.structs.replace(alerts[0], **change), *alerts[1:]]
    proof = proof_of(alerts, changed)
    assert not proof.holds
    assert ", ".join(sorted(alerts[0].subject.account_ids)) in proof.differences[0]
    assert proof_of(alerts, alerts).holds


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"a": {"impossible_travel": [(1.0, 5, 6, 1)]}},
        {"a": {"impossible_travel": [(1.0, 5, 7, 1)], "MIT-VPN": (1, None)}},
        {"b": {"impossible_travel": [(1.0, 5, 7, 1)]}},
    ],
    ids=["none", "time", "mitigation", "account"],
)
def test_other_evidence_of_an_account_is_a_difference(other: dict[str, Any]) -> None:
    held = Outcome([], {"a": {"impossible_travel": [(1.0, 5, 7, 1)]}})
    assert prove(held, held, same, same).holds
    proof = prove(held, Outcome([], other), same, same)
    assert not proof.holds
    assert "impossible_travel" in proof.differences[0] or "MIT-VPN" in proof.differences[0]


def test_a_missing_alert_and_another_member_are_differences(alerts: list[Alert]) -> None:
    assert "1 alerts before, 0 after" in proof_of(alerts, alerts[1:]).differences[0]
    assert "0 alerts before, 1 after" in proof_of(alerts[1:], alerts).differences[0]
    subject = msgspec.structs.replace(alerts[0].subject, account_ids=("somebody",))
    assert not proof_of(alerts, [msgspec.structs.replace(alerts[0], subject=subject), *alerts[1:]]).holds


def test_other_numbers_are_a_tie_among_several_accounts_and_a_difference_for_one(alerts: list[Alert]) -> None:
    (cluster,) = [alert for alert in alerts if alert.subject.kind == "cluster"]
    moved = msgspec.structs.replace(cluster, first_evidence="2026-01-01T00:00:00Z", score=cluster.score - 1.5)
    proof = proof_of([cluster], [moved])
    assert proof.holds
    assert len(proof.ties) == 2
    lone = msgspec.structs.replace(cluster.subject, kind="account", account_ids=("a",), accounts=1)
    one, other = (msgspec.structs.replace(alert, subject=lone) for alert in (cluster, moved))
    assert not proof_of([one], [other]).holds
    assert not proof_of([cluster], [msgspec.structs.replace(cluster, score=cluster.score - 2.5)]).holds


def test_whose_mitigating_facts_of_many_are_shown_is_decided_by_name(alerts: list[Alert]) -> None:
    def large(name: str, accounts: int) -> Alert:
        subject = msgspec.structs.replace(alerts[0].subject, kind="cluster", accounts=accounts)
        fact = Mitigating("MIT-AGENCY", name, "", "2026-01-01T00:00:00Z")
        return msgspec.structs.replace(alerts[0], subject=subject, mitigating=(fact,))

    assert proof_of([large("a", 60)], [large("b", 60)]).holds
    assert not proof_of([large("a", 40)], [large("b", 40)]).holds


def test_a_case_s_id_is_that_of_the_renamed_account_s_case() -> None:
    pseudonyms = Pseudonyms(KEY)
    ids = CaseIds(pseudonyms, lambda account: pseudonyms.of("acct", account))
    ids.note("a-1")
    assert ids.of(case_id("a-1", 3)) == case_id(pseudonyms.of("acct", "a-1"), 3)
    assert ids.of(case_id("a-2", 0)).startswith("case-")
    assert ids.of(case_id("a-2", 0)) == pseudonyms.of("case", case_id("a-2", 0))
    ids.note("a-2")
    assert ids.of(case_id("a-2", 0)) == case_id(pseudonyms.of("acct", "a-2"), 0)


@pytest.mark.parametrize("name", ["S05b", "S09"])
def test_a_decision_resolves_the_same_alert_in_a_capture(name: str) -> None:
    story = planted(name)
    (alert,) = [alert for alert in played(story).alerts if alert.status != "retracted"]
    told = ev.CaseDisposition(
        event_id="decision-1",
        occurred_at=datetime(2026, 4, 13, tzinfo=UTC),
        account_id=alert.subject.account_ids[0],
        outcome="cleared",
        case_id=alert.alert_id,
        reviewer_h="reviewer-jane",
    )
    lines = [*story, msgspec.json.encode(told)]
    made, run = capture(lines)
    before, after = played(lines), played(made)
    assert [found.disposition for found in before.alerts] == ["cleared"]
    assert prove(before, after, run.redactor.account, run.redactor.case).differences == ()
    assert b"reviewer-jane" not in made[-1]
    assert alert.alert_id.encode() not in made[-1]
