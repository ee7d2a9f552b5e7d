"""Which case goes on when accounts part, meet or return, what people decided, and that no account with evidence gets lost."""

from __future__ import annotations

from itertools import permutations

import pytest

from streams.detection.case_state import DECIDED, Node, node_key
from streams.detection.messages import Disposition, EdgeRemoved, StrongEdge
from streams.detection.windows import DAY
from tests.detection.test_cases import REVIEW, T0, WATCH, Desk, assessed, evidence


@pytest.fixture
def desk() -> Desk:
    return Desk()


def tied(a: str, b: str, thing: str = "payout:x", day: float = 0.0) -> StrongEdge:
    return StrongEdge(thing.partition(":")[0], thing, a, b, T0 + int(day * DAY))


def untied(*accounts: str, thing: str = "payout:x", day: float = 0.0) -> EdgeRemoved:
    return EdgeRemoved(thing, list(accounts), T0 + int(day * DAY))


def decided(case_id: str, account: str, day: float, outcome: str = "cleared") -> Disposition:
    return Disposition(case_id, account, outcome, ["x"], T0 + int(day * DAY))


def test_a_case_begins_at_the_account_with_the_evidence_and_stays_with_it(desk: Desk) -> None:
    (opened,) = desk.tell(tied("a", "b"), assessed("b", *REVIEW))
    (after,) = desk.tell(untied("a", "b", day=1))
    assert (after.alert_id, after.status, after.notify) == (opened.alert_id, "updated", False)
    assert after.subject.account_ids == ("b",)


@pytest.mark.parametrize("by", ["removal", "expiry"])
@pytest.mark.parametrize("anchor", ["a", "z"])
def test_a_case_follows_the_evidence_when_nothing_is_left_where_it_began(desk: Desk, anchor: str, by: str) -> None:
    """Also when the account at which it began is judged first, or not at all."""
    (opened,) = desk.tell(assessed(anchor, *REVIEW))
    later = assessed("m", *(evidence(item.indicator, 1.0, 60) for item in REVIEW), day=60)
    desk.tell(tied(anchor, "m", "device:x"), later, assessed(anchor, evidence("payout_name_mismatch"), day=61))
    if by == "removal":
        (after,) = desk.tell(untied(anchor, "m", thing="device:x", day=62))
    else:
        (after,) = desk.tell(assessed("m", *(evidence(item.indicator, 1.0, 95) for item in REVIEW), day=95))
    assert (after.alert_id, after.status, after.notify) == (opened.alert_id, "updated", False)
    assert after.subject.account_ids == ("m",)


def test_where_both_have_evidence_the_one_that_leaves_gets_a_case_of_its_own(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("a", *REVIEW))
    desk.tell(tied("a", "b"), assessed("b", *WATCH, evidence("payout_name_mismatch", 0.9)))
    published = desk.tell(untied("a", "b", day=1))
    assert {alert.subject.account_ids: alert.alert_id == opened.alert_id for alert in published} == {
        ("a",): True,
        ("b",): False,
    }


def test_nothing_left_on_either_side_is_one_retraction(desk: Desk) -> None:
    (opened,) = desk.tell(tied("a", "b"), assessed("b", *REVIEW))
    desk.tell(assessed("b", evidence("payout_name_mismatch"), day=1))
    assert desk.tell(untied("a", "b", day=2)) == []
    (back,) = desk.tell(assessed("b", *REVIEW, day=3))
    assert back.alert_id == opened.alert_id


def test_a_decision_outlives_that_the_account_was_part_of_another_case(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("b", *REVIEW))
    desk.tell(decided(opened.alert_id, "b", 1), assessed("x", *REVIEW, day=2))
    desk.tell(tied("b", "x", day=2))
    published = desk.tell(untied("b", "x", day=3), assessed("b", *REVIEW, day=4))
    assert [alert.subject.account_ids for alert in published] == [("x",)]


def test_a_decision_on_a_cluster_holds_for_each_of_its_accounts_after_a_case_of_their_own(desk: Desk) -> None:
    *_, opened = desk.tell(tied("a", "b"), assessed("a", *REVIEW), assessed("b", *REVIEW))
    desk.tell(decided(opened.alert_id, "a", 1), untied("a", "b", day=2))
    document = evidence("duplicate_identity_document")
    (own,) = desk.tell(assessed("b", *REVIEW, document, day=3))
    assert own.alert_id != opened.alert_id
    desk.tell(assessed("b", day=4))
    assert desk.tell(assessed("b", *REVIEW, day=5)) == []


def test_a_decision_says_nothing_of_who_had_left_before(desk: Desk) -> None:
    """Both of them: the last case of the two is about somebody else now."""
    (opened,) = desk.tell(*(tied("a", other, f"device:{other}") for other in "bc"), assessed("a", *REVIEW))
    desk.tell(*(untied("a", other, thing=f"device:{other}", day=1) for other in "bc"))
    desk.tell(decided(opened.alert_id, "a", 2), tied("b", "c", day=3))
    desk.tell(assessed("b", evidence("account_handoff_after_verification", 0.9), day=3))
    (shown,) = desk.tell(assessed("c", *REVIEW[1:], day=3))
    assert (shown.alert_id != opened.alert_id, shown.subject.account_ids) == (True, ("b", "c"))


def test_of_two_decisions_on_an_account_each_counts(desk: Desk) -> None:
    document = evidence("duplicate_identity_document")
    (first,) = desk.tell(assessed("a", *REVIEW))
    desk.tell(decided(first.alert_id, "a", 1))
    (second,) = desk.tell(assessed("a", *REVIEW, document, day=2))
    desk.tell(decided(second.alert_id, "a", 3))
    assert desk.tell(assessed("a", *REVIEW, document, day=4)) == [], "the second said all of it"


def test_of_many_decisions_the_newest_are_remembered(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("a", *REVIEW))
    node = desk.states.get(node_key("a"))
    assert isinstance(node, Node)
    node.decided = [f"case-{number}" for number in range(DECIDED)]
    desk.tell(decided(opened.alert_id, "a", 1))
    assert desk.counts["evictions", "case_decision"] == 1
    assert node.decided == [*(f"case-{number}" for number in range(1, DECIDED)), opened.alert_id]


def test_a_decision_on_an_alert_that_was_just_retracted_counts(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("a", *REVIEW))
    desk.tell(assessed("a", evidence("payout_name_mismatch"), day=1))
    (closed,) = desk.tell(decided(opened.alert_id, "a", 1))
    assert (closed.alert_id, closed.status, closed.disposition) == (opened.alert_id, "resolved", "cleared")
    assert desk.tell(assessed("a", *REVIEW, day=2)) == [], "what a person decided stays decided"
    (again,) = desk.tell(assessed("a", *REVIEW, evidence("duplicate_identity_document"), day=3))
    assert again.alert_id != opened.alert_id


def test_a_decision_that_names_no_alert_is_one_on_the_accounts_case(desk: Desk) -> None:
    *_, opened = desk.tell(tied("a", "b"), assessed("a", *REVIEW))
    (closed,) = desk.tell(decided("", "b", 1))
    assert (closed.alert_id, closed.status) == (opened.alert_id, "resolved")


def test_a_decision_on_a_watch_entry_that_was_retracted_counts(desk: Desk) -> None:
    (entry,) = desk.tell(assessed("a", *WATCH))
    desk.tell(assessed("a", day=1), decided(entry.alert_id, "a", 1))
    assert desk.tell(assessed("a", *WATCH, day=2)) == []


def test_a_joined_case_ends_with_its_own_accounts_and_evidence(desk: Desk) -> None:
    (older,) = desk.tell(assessed("b", *REVIEW))
    desk.tell(assessed("c", *WATCH, evidence("payout_name_mismatch", 0.5), day=1))
    ended, grown = desk.tell(tied("b", "c", day=1))
    assert (ended.revision, ended.status, ended.tier, ended.joined_to) == (2, "retracted", "none", older.alert_id)
    assert ended.subject.account_ids == ("c",)
    assert {item.account_ids for item in ended.evidence} == {("c",)}
    assert "tz_ip_claim_triple_mismatch" not in {item.indicator for item in ended.evidence}
    assert grown.subject.account_ids == ("b", "c")


def test_a_decision_on_a_joined_alert_is_one_on_the_case_that_it_joined(desk: Desk) -> None:
    (older,) = desk.tell(assessed("b", *REVIEW))
    (younger,) = desk.tell(assessed("c", *REVIEW, day=1))
    desk.tell(tied("b", "c", day=1), assessed("b", day=2))
    (closed,) = desk.tell(decided(younger.alert_id, "c", 2))
    assert (closed.alert_id, closed.status) == (older.alert_id, "resolved")


def test_it_closes_no_alert_about_accounts_that_nobody_looked_at(desk: Desk) -> None:
    (older,) = desk.tell(assessed("b", *REVIEW))
    (younger,) = desk.tell(assessed("c", *REVIEW, day=1))
    desk.tell(tied("b", "c", day=1))
    (closed,) = desk.tell(decided(younger.alert_id, "c", 2))
    assert (closed.alert_id, closed.status, closed.joined_to) == (younger.alert_id, "resolved", older.alert_id)
    assert desk.tell(assessed("b", day=2)) != []
    (corrected,) = desk.tell(decided(younger.alert_id, "c", 2.5, "victim"))
    assert (corrected.alert_id, corrected.disposition) == (younger.alert_id, "victim"), "what was decided is corrected"
    desk.tell(assessed("b", *REVIEW, day=3))
    published = desk.tell(untied("b", "c", day=3))
    assert [(alert.alert_id, alert.status) for alert in published] == [(older.alert_id, "updated")]


def test_who_joins_a_decided_cluster_with_evidence_of_their_own_is_shown(desk: Desk) -> None:
    ties = [tied("a", other, thing) for thing in ("device:x", "payout:x") for other in "bcd"]
    *_, opened = desk.tell(*ties, assessed("a", *REVIEW))
    desk.tell(decided(opened.alert_id, "a", 1, "confirmed_pattern"))
    assert desk.tell(tied("a", "e", "device:y", day=10)) == []
    assert desk.tell(assessed("e", evidence("payout_name_mismatch", 1.0, 11), day=11)) == [], "too little of their own"
    (shown,) = desk.tell(assessed("e", *(evidence(item.indicator, 1.0, 12) for item in REVIEW), day=12))
    assert shown.alert_id != opened.alert_id
    assert (shown.status, shown.notify) == ("open", True)
    assert "e" in shown.subject.account_ids
    desk.tell(decided(shown.alert_id, "e", 13))
    again = [evidence(item.indicator, 1.0, 14) for item in REVIEW]
    assert desk.tell(assessed("e", *again, day=14), assessed("a", *again, day=14)) == [], "all of them are decided"


def test_who_joins_a_decided_case_is_shown_with_evidence_worth_watching(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("a", *REVIEW))
    desk.tell(decided(opened.alert_id, "a", 1), tied("a", "e", day=2))
    (shown,) = desk.tell(assessed("e", *WATCH, day=2))
    assert (shown.alert_id != opened.alert_id, shown.subject.account_ids) == (True, ("a", "e"))


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_latest_decision_counts_in_any_order(desk: Desk, order: tuple[int, ...]) -> None:
    (opened,) = desk.tell(assessed("a", *REVIEW))
    outcomes = ("cleared", "confirmed_pattern", "cleared", "victim")
    told = [Disposition(opened.alert_id, "a", outcome, [], T0 + (1 + n) * DAY) for n, outcome in enumerate(outcomes)]
    published = desk.tell(*(told[n] for n in order))
    assert (published[-1].status, published[-1].disposition) == ("resolved", "victim")
    assert desk.tell(*told, Disposition(opened.alert_id, "a", "victim", [], T0 + 9 * DAY)) == [], "nothing new"
    assert [alert.revision for alert in published] == list(range(2, 2 + len(published)))


def test_a_correction_shows_what_was_decided_on(desk: Desk) -> None:
    """What came in another area since has opened a case of its own."""
    (opened,) = desk.tell(assessed("a", *REVIEW))
    (resolved,) = desk.tell(Disposition(opened.alert_id, "a", "cleared", [], T0 + DAY))
    (other,) = desk.tell(assessed("a", *REVIEW, evidence("duplicate_identity_document"), day=2))
    (corrected,) = desk.tell(Disposition(opened.alert_id, "a", "confirmed_pattern", [], T0 + 3 * DAY))
    assert other.alert_id != opened.alert_id
    assert (corrected.alert_id, corrected.disposition) == (opened.alert_id, "confirmed_pattern")
    assert [item.indicator for item in corrected.evidence] == [item.indicator for item in resolved.evidence]
