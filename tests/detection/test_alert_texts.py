"""What whole alerts say, from the stage that writes them to the card: also when a case ends, and when facts are uncertain."""

from __future__ import annotations

import pytest

from streams.cli.card import card
from streams.detection.account_state import AccountState
from streams.detection.alert import Alert
from streams.detection.assessing import assess
from streams.detection.messages import Evidence, StrongEdge
from streams.detection.windows import DAY
from streams.detection.wording.phrases import STEP_ORDER
from tests.detection.pipeline import Pipeline, scenario
from tests.detection.test_cases import CATALOGUE, REVIEW, T0, Desk, assessed, evidence


def prose(alert: Alert) -> str:
    """The card as one line."""
    return " ".join(line.strip() for line in card(alert, 400))


def test_a_live_proof_takes_the_alert_back_and_says_so() -> None:
    """T5: whoever was just verified is not asked to verify again, and what the proof explains is not told as a fact."""
    *_, gone = sorted(Pipeline().play(scenario("T5")).published(), key=lambda alert: alert.revision)
    assert (gone.status, gone.tier) == ("retracted", "none")
    assert gone.title == "No case: the evidence no longer supports one"
    assert gone.summary.startswith("Taken back: the person was verified live")
    silenced = {item.indicator: item for item in gone.evidence}["account_handoff_after_verification"]
    assert (silenced.contribution, silenced.mitigated_by) == (0.0, ("MIT-LIVE",))
    assert silenced.sentence not in gone.summary
    assert gone.suggested_steps == ("Nothing further is needed; tell the account holder if they were asked.",)
    left = gone.reviewer_checklist, gone.innocent_explanations, gone.possible_victims, gone.welfare_note
    assert not any(left)
    assert "explained by MIT-LIVE" in prose(gone)


def test_evidence_that_went_away_is_said_to_have_gone() -> None:
    desk = Desk()
    desk.tell(assessed("a", *REVIEW))
    (gone,) = desk.tell(assessed("a", evidence("payout_name_mismatch"), day=1))
    assert gone.summary.startswith("Taken back: the evidence has faded, or was itself taken back. ")
    assert "adds up to 26 of 100, too little for a case" in gone.summary


def test_a_case_that_joins_another_says_where_to_look() -> None:
    desk = Desk()
    desk.tell(assessed("a", *REVIEW))
    (second,) = desk.tell(assessed("b", *REVIEW, day=1))
    published = desk.tell(StrongEdge("device", "device:d", "a", "b", T0 + DAY))
    (joined,) = [alert for alert in published if alert.alert_id == second.alert_id]
    assert joined.title == "No case of its own: it goes on as part of another one"
    assert joined.suggested_steps == ("Look at the case that it was joined to.",)


def test_a_decisive_finding_that_nobody_decided_on_is_no_explained_one() -> None:
    desk = Desk()
    hard = evidence("dprk_range_login")
    desk.tell(assessed("a", hard))
    (gone,) = desk.tell(assessed("a", hard, day=91))
    assert (gone.status, gone.tier) == ("retracted", "priority")
    assert gone.title.startswith("No case any more: nothing new was seen for long")
    assert gone.suggested_steps[0].startswith("Look at the findings once more")


@pytest.mark.parametrize("name", ["S01", "S05a", "S05b", "S09"])
def test_no_step_comes_before_a_milder_one(name: str) -> None:
    for alert in Pipeline().play(scenario(name)).published():
        ranks = [STEP_ORDER.get(step.split()[0].rstrip(":,").lower(), 3) for step in alert.suggested_steps]
        assert ranks == sorted(ranks)
        if alert.tier == "watch":
            assert "nobody need be contacted" in alert.suggested_steps[0]
        restricting = [step for step, rank in zip(alert.suggested_steps, ranks, strict=True) if rank == 5]
        assert all("second person" in step for step in restricting)
        assert not restricting or alert.tier == "priority"


@pytest.mark.parametrize(("radius", "said"), [(None, False), (120, False), (200, False), (212.4, True), (1500, True)])
def test_places_that_are_known_roughly_are_said_to_be(radius: float | None, said: bool) -> None:
    """§8.3: the error of a place stands in the alert and on its card, whatever else is not known."""
    account = AccountState()
    account.watermark = T0
    for item in REVIEW:
        numbers = {"radius_km": radius} if item.indicator == "tz_ip_claim_triple_mismatch" else {}
        account.fired[item.indicator] = Evidence(item.indicator, 1.0, T0, T0, 1, numbers)
    told = assess(CATALOGUE, "a", account)
    assert told is not None
    (alert,) = Desk().tell(told)
    assert len(alert.unknowns) > 3
    text = f"An address could only be placed within {round(radius or 0):,} km; distances may be wrong by as much."
    assert ([text] if said else []) == list(alert.data_quality)
    assert (text in prose(alert)) is said
