"""Decay, mitigators and the protective channel; the reference numbers have a test of their own."""

from __future__ import annotations

import msgspec
import pytest

from streams.detection.messages import Evidence, Mitigation
from streams.detection.scoring import score, weigh
from streams.detection.windows import DAY
from tests.detection.pipeline import catalogue

T0 = 20_000 * DAY


def evidence(indicator: str, day: float = 0, confidence: float = 1.0, entity: str = "") -> Evidence:
    ts = T0 + round(day * DAY)
    return Evidence(indicator, confidence, ts, ts, entity=entity)


def lowered(item: Evidence, *held: Mitigation) -> float:
    """What is left of the evidence at its own time."""
    return weigh(catalogue(), [item], held, item.last)[item.indicator].confidence


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


def test_a_faint_sign_of_a_hard_indicator_fades_and_is_mitigated_like_any_other() -> None:
    tag = evidence("dprk_range_login", confidence=0.2)
    live = Mitigation("MIT-LIVE", T0, "", T0 + 180 * DAY)
    assert lowered(tag, live) == pytest.approx(0.1)
    later = weigh(catalogue(), [tag], (), T0 + 28 * DAY)
    assert later["dprk_range_login"].confidence == pytest.approx(0.05)


@pytest.mark.parametrize(("day", "left"), [(59, 1.0), (60, 0.2), (90, 0.2), (91, 1.0)])
def test_travel_counts_only_while_it_lasts(day: int, left: float) -> None:
    travel = Mitigation("MIT-TRAVEL", T0 + 60 * DAY, "", T0 + 90 * DAY)
    assert lowered(evidence("impossible_travel", day), travel) == pytest.approx(left)
    weighed = weigh(catalogue(), [evidence("impossible_travel", day)], [travel], T0 + day * DAY)
    assert weighed["impossible_travel"].mitigated_by == (("MIT-TRAVEL",) if left < 1 else ())


def test_a_live_proof_explains_what_came_before_it() -> None:
    live = Mitigation("MIT-LIVE", T0 + 60 * DAY, "", T0 + 240 * DAY)
    assert lowered(evidence("account_handoff_after_verification", 5), live) == 0.0
    assert lowered(evidence("account_handoff_after_verification", 241), live) == 1.0


@pytest.mark.parametrize(
    ("mitigator", "indicator", "here", "left"),
    [
        ("MIT-PUBTERM", "shared_device_multi_account", "device:library-pc", 0.1),
        ("MIT-PUBTERM", "shared_ip_multi_account", "ip:198.51.100.7", 0.0),
        ("MIT-OFFICE", "shared_ip_multi_account", "ip:198.51.100.7", 0.0),
        ("MIT-OFFICE", "shared_subnet_single_use_devices", "subnet:198.51.100.0/24", 0.0),
        ("MIT-CGNAT", "shared_ip_multi_account", "ip:198.51.100.7", 0.0),
    ],
)
def test_a_fact_of_a_place_explains_that_place_only(mitigator: str, indicator: str, here: str, left: float) -> None:
    held = Mitigation(mitigator, T0, "", T0 + 30 * DAY, ("device:other", here))
    assert lowered(evidence(indicator, 10, entity=here), held) == pytest.approx(left)
    assert lowered(evidence(indicator, 10, entity=here + "9"), held) == 1.0
    assert lowered(evidence(indicator, 31, entity=here), held) == 1.0
    of_an_old_state = Mitigation(mitigator, T0, "")
    assert lowered(evidence(indicator, 10, entity=here), of_an_old_state) == 1.0


def test_a_public_computer_counts_for_evidence_that_names_no_place() -> None:
    held = Mitigation("MIT-PUBTERM", T0, "", None, ("device:library-pc",))
    assert lowered(evidence("document_template_cluster"), held) == pytest.approx(0.2)


def test_a_mitigation_without_the_newest_field_still_decodes() -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(["MIT-OFFICE", 5, "", None]), type=Mitigation).about == ()


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
