"""REQ-F09: an indicator that can fire brings every text that stands beside its evidence. Mitigators match §4.4."""

from __future__ import annotations

import string
import tomllib
from typing import Any

import pytest

from streams.detection.catalogue.load import RESERVED, builtin, load
from streams.detection.wording.phrases import ROLES
from streams.detection.wording.summary import AREAS

CATALOGUE = load()
ACTIVE = sorted(name for name, indicator in CATALOGUE.indicators.items() if not indicator.planned)


@pytest.mark.parametrize("name", ACTIVE)
def test_an_active_indicator_is_complete(name: str) -> None:
    indicator = CATALOGUE.indicators[name]
    for text in (indicator.window, indicator.sentence, indicator.threshold_text, indicator.false_positives):
        assert text
    assert indicator.base_rate
    assert indicator.weight_reason
    assert 2 <= len(indicator.innocent) <= 4
    assert indicator.steps
    assert set(indicator.victims) <= set(ROLES)


@pytest.mark.parametrize("name", ACTIVE)
def test_a_sentence_has_plain_placeholders_and_ends_once(name: str) -> None:
    sentence = CATALOGUE.indicators[name].sentence
    fields = [field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None]
    assert all(field.isidentifier() for field in fields)
    assert sentence.endswith(".")


def test_every_root_has_a_name_for_people() -> None:
    assert {family.root for family in CATALOGUE.families.values()} <= set(AREAS)


MITIGATORS: dict[str, Any] = tomllib.loads(builtin()[RESERVED])


def test_all_thirteen_mitigators() -> None:
    names = "OFFICE CGNAT RELAY TRAVEL STABLEVPN CORP AGENCY PUBTERM TEMPLATE NAMECHANGE LIVE ACCESS TENURE"
    assert sorted(MITIGATORS) == sorted(f"MIT-{name}" for name in names.split())


def test_a_factor_only_ever_lowers_and_never_touches_a_hard_indicator_alone() -> None:
    for mitigator in CATALOGUE.mitigators.values():
        for target, factor in mitigator.effects.items():
            assert 0 <= factor < 1, (mitigator.id, target)
            assert target not in CATALOGUE.indicators or not CATALOGUE.indicators[target].hard


BENIGN = [
    ("MIT-OFFICE", "shared_ip_multi_account", 1.0, 0.0),
    ("MIT-OFFICE", "shared_subnet_single_use_devices", 1.0, 0.0),
    ("MIT-TRAVEL", "multi_ip_multi_country_window", 0.6, 0.3),
    ("MIT-TRAVEL", "impossible_travel", 0.5, 0.1),
    ("MIT-TRAVEL", "claimed_location_mismatch", 1.0, 0.2),
    ("MIT-AGENCY", "shared_device_multi_account", 1.0, 0.2),
    ("MIT-AGENCY", "bid_template_shared", 1.0, 0.1),
    ("MIT-AGENCY", "worker_referral_chain", 1.0, 0.1),
    ("MIT-AGENCY", "reference_loop", 1.0, 0.2),
    ("MIT-AGENCY", "profile_text_clone", 1.0, 0.3),
    ("MIT-AGENCY", "payout_instrument_shared", 1.0, 0.0),
    ("MIT-CGNAT", "shared_ip_multi_account", 1.0, 0.0),
    ("MIT-RELAY", "anonymizer_at_identity_moment", 0.6, 0.0),
    ("MIT-STABLEVPN", "named_vpn_operator", 1.0, 0.3),
    ("MIT-STABLEVPN", "multi_ip_multi_country_window", 0.6, 0.2),
    ("MIT-STABLEVPN", "anonymizer_at_identity_moment", 0.6, 0.2),
    ("MIT-CORP", "impossible_travel", 1.0, 0.2),
    ("MIT-CORP", "vps_hosting_egress", 1.0, 0.0),
    ("MIT-TEMPLATE", "portfolio_content_clone", 1.0, 0.0),
    ("MIT-PUBTERM", "shared_device_multi_account", 0.4, 0.04),
    ("MIT-PUBTERM", "document_template_cluster", 1.0, 0.2),
    ("MIT-NAMECHANGE", "payout_name_mismatch", 0.7, 0.07),
    ("MIT-NAMECHANGE", "ship_address_late_change", 1.0, 0.3),
    ("MIT-NAMECHANGE", "identity_attribute_inconsistency", 0.6, 0.06),
    ("MIT-ACCESS", "video_refusal_pattern", 1.0, 0.0),
]
"""Mitigator, indicator, raw confidence, effective confidence as the benign scenarios B01 to B10 state it."""


@pytest.mark.parametrize(("mitigator", "indicator", "raw", "effective"), BENIGN)
def test_benign_scenarios_come_out(mitigator: str, indicator: str, raw: float, effective: float) -> None:
    assert raw * MITIGATORS[mitigator]["effects"][indicator] == pytest.approx(effective, abs=0.021)


def test_family_effects_and_their_exceptions() -> None:
    live, tenure = MITIGATORS["MIT-LIVE"]["effects"], MITIGATORS["MIT-TENURE"]["effects"]
    assert (live["LOC"], live["NET"], live["account_handoff_after_verification"]) == (0.5, 0.5, 0.0)
    assert (tenure["BID"], tenure["PER"]) == (0.5, 0.5)
