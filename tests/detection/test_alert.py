"""What the numbers, times and names of an alert are of."""

from __future__ import annotations

from streams.detection.messages import Mitigation, StrongEdge
from streams.detection.scoring import score
from streams.detection.timestamps import rfc3339
from streams.detection.windows import DAY
from tests.detection.test_cases import CATALOGUE, REVIEW, T0, Desk, assessed, evidence

HANDOFF, NAME, CLOCK = (item.indicator for item in REVIEW)
LIVE = Mitigation("MIT-LIVE", T0, "", None)


def total(**confidences: float) -> float:
    return round(score(CATALOGUE, confidences).total, 1)


def test_the_strongest_finding_may_be_wrong() -> None:
    (alert,) = Desk().tell(assessed("a", *REVIEW))
    assert alert.evidence[0].indicator == HANDOFF
    assert alert.score == total(**dict.fromkeys((HANDOFF, NAME, CLOCK), 1.0))
    assert alert.score_interval == (total(**dict.fromkeys((NAME, CLOCK), 1.0)), alert.score)


def test_facts_may_not_hold_and_time_may_have_taken_nothing() -> None:
    desk = Desk()
    desk.tell(assessed("a", *REVIEW))
    more = [evidence("impossible_travel", day=10), evidence("pass_through_fan_out", day=10)]
    travel = Mitigation("MIT-TRAVEL", T0, "", None)
    (alert,) = desk.tell(assessed("a", *REVIEW, *more, day=10, mitigations=(travel,)))
    (lowered,) = [item for item in alert.evidence if item.mitigated_by]
    assert (lowered.indicator, lowered.confidence < 1) == ("impossible_travel", True)
    assert alert.score < alert.score_interval[1]
    everything = (HANDOFF, NAME, CLOCK, "impossible_travel", "pass_through_fan_out")
    assert alert.score_interval[1] == total(**dict.fromkeys(everything, 1.0))


def test_the_strongest_of_all_is_the_one_that_facts_put_behind_another() -> None:
    """Without its live proof `a` would have it in full; so it is the weaker one of `b` that counts."""
    desk = Desk()
    desk.tell(assessed("a", *REVIEW, mitigations=(LIVE,)), StrongEdge("device", "device:d", "a", "b", T0))
    *_, alert = desk.tell(assessed("b", evidence(HANDOFF, 0.5), evidence(CLOCK)))
    assert {item.indicator: item.confidence for item in alert.evidence}[HANDOFF] == 0.5
    assert alert.score_interval[1] == total(**dict.fromkeys((HANDOFF, NAME, CLOCK), 1.0))


def test_two_are_a_cluster_and_one_is_named_as_itself() -> None:
    desk = Desk()
    (one,) = desk.tell(assessed("a", *REVIEW))
    assert (one.subject.kind, one.subject.id, one.subject.accounts) == ("account", "a", 1)
    (two,) = desk.tell(StrongEdge("device", "device:d", "a", "b", T0))
    assert (two.subject.kind, two.subject.id, two.subject.accounts) == ("cluster", two.alert_id, 2)


def test_a_title_names_the_areas_that_count_and_no_others() -> None:
    (alert,) = Desk().tell(assessed("a", *REVIEW, evidence("voip_or_disposable_contact")))
    assert 0 < alert.roots["identity"] < 12
    assert alert.title.endswith("(sessions and devices, payouts, network access)")


def test_a_finding_was_first_seen_where_anybody_had_it_first() -> None:
    """The stronger one of `a` counts, with its own newest time; `b` had it earlier."""
    desk = Desk()
    desk.tell(StrongEdge("device", "device:d", "a", "b", T0), assessed("b", evidence(HANDOFF, 0.6)))
    *_, alert = desk.tell(assessed("a", *(evidence(name, 1.0, 5) for name in (HANDOFF, NAME, CLOCK)), day=5))
    (found,) = [item for item in alert.evidence if item.indicator == HANDOFF]
    assert found.account_ids == ("a", "b")
    assert (found.first_seen, found.last_seen) == (rfc3339(T0), rfc3339(T0 + 5 * DAY))


def test_the_first_evidence_of_a_case_stays_the_first_when_it_is_gone() -> None:
    desk = Desk()
    desk.tell(assessed("a", *REVIEW))
    *_, alert = desk.tell(assessed("a", *(evidence(name, 1.0, 20) for name in (HANDOFF, NAME, CLOCK)), day=20))
    assert (alert.first_evidence, alert.last_evidence) == (rfc3339(T0), rfc3339(T0 + 20 * DAY))
