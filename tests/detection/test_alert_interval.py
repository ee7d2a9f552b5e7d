"""The interval of a score: without its strongest finding, and as it was found, before facts and time took from it."""

from __future__ import annotations

from streams.detection.messages import Mitigation, StrongEdge
from streams.detection.scoring import score
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
