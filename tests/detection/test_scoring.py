"""Decay, mitigators and the protective channel; the reference numbers have a test of their own."""

from __future__ import annotations

import pytest

from streams.detection.messages import Evidence, Mitigation
from streams.detection.scoring import score, weigh
from streams.detection.windows import DAY
from tests.detection.pipeline import catalogue

T0 = 20_000 * DAY


def evidence(indicator: str, day: float = 0, confidence: float = 1.0) -> Evidence:
    ts = T0 + round(day * DAY)
    return Evidence(indicator, confidence, ts, ts)


@pytest.mark.parametrize(
    ("indicator", "days"), [("impossible_travel", 14), ("marathon_session", 30), ("payout_name_mismatch", 180)]
)
def test_evidence_halves_in_its_familys_half_life(indicator: str, days: int) -> None:
    weighed = weigh(catalogue(), [evidence(indicator)], (), T0 + days * DAY)
    assert weighed[indicator].confidence == pytest.approx(0.5)


def test_a_hard_fact_neither_fades_nor_is_mitigated() -> None:
    live = Mitigation("MIT-LIVE", T0, "", T0 + 180 * DAY)
    weighed = weigh(catalogue(), [evidence("dprk_range_login")], [live], T0 + 60 * DAY)
    assert weighed["dprk_range_login"].confidence == 1.0


def test_a_mitigating_fact_counts_only_while_it_held() -> None:
    travel = Mitigation("MIT-TRAVEL", T0, "", T0 + 10 * DAY)
    inside = weigh(catalogue(), [evidence("impossible_travel", 5)], [travel], T0 + 5 * DAY)
    after = weigh(catalogue(), [evidence("impossible_travel", 20)], [travel], T0 + 20 * DAY)
    assert inside["impossible_travel"].confidence == pytest.approx(0.2)
    assert inside["impossible_travel"].mitigated_by == ("MIT-TRAVEL",)
    assert after["impossible_travel"].confidence == 1.0


def test_of_several_pieces_of_evidence_the_strongest_counts_once() -> None:
    pieces = [evidence("payout_instrument_shared", 0, 0.6), evidence("payout_instrument_shared", 0, 0.85)]
    assert weigh(catalogue(), pieces, (), T0)["payout_instrument_shared"].confidence == 0.85


@pytest.mark.parametrize(
    ("indicator", "confidence", "sends"),
    [
        ("identity_owner_report", 0.8, True),
        ("identity_borrow_or_rent_request", 0.8, True),
        ("lure_job_code_execution", 0.9, True),
        ("lure_job_code_execution", 0.8, False),
        ("payout_instrument_shared", 1.0, False),
    ],
)
def test_the_protective_channel_needs_a_strong_contribution_and_no_tier(
    indicator: str, confidence: float, sends: bool
) -> None:
    assert bool(score(catalogue(), {indicator: confidence}).protective) is sends
