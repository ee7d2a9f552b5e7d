"""What an account proves and how active it is: live proofs, documents, payouts, hours of activity."""

from __future__ import annotations

from typing import Any

import pytest

from streams.detection.profile import ACTIVITY_DAYS
from streams.detection.windows import DAY, HOUR, MINUTE
from tests.detection.one_account import T0, Stage

CHIP: dict[str, Any] = {"method": "chip", "same_person": True}


def verified(*told: tuple[str, int, dict[str, Any]]) -> Stage:
    """A first approval, and more some days later."""
    stage = Stage()
    stage.tell(T0, "kyc.approved", **CHIP)
    for kind, day, fields in told:
        stage.tell(T0 + day * DAY, kind, **fields)
    return stage


@pytest.mark.parametrize(
    ("kind", "fields", "proves"),
    [
        ("kyc.approved", CHIP, True),
        ("kyc.liveness_result", CHIP | {"method": "live"}, True),
        ("kyc.approved", CHIP | {"method": "notary"}, True),
        ("kyc.approved", CHIP | {"method": "selfie"}, False),
        ("kyc.approved", CHIP | {"same_person": False}, False),
        ("kyc.approved", {"method": "chip"}, False),
    ],
)
def test_a_later_live_look_at_the_verified_person_is_a_proof_for_half_a_year(
    kind: str, fields: dict[str, Any], proves: bool
) -> None:
    assert not verified().account().mitigations, "the first one has nothing to compare with"
    held = verified((kind, 9, fields)).account().mitigations
    assert [(name, item.until) for name, item in held.items()] == ([("MIT-LIVE", T0 + 189 * DAY)] if proves else [])


def test_the_newest_proof_counts_whichever_is_told_first() -> None:
    for days in ((9, 10), (10, 9)):
        held = verified(*(("kyc.approved", day, CHIP) for day in days)).account().mitigations
        assert held["MIT-LIVE"].until == T0 + 190 * DAY


@pytest.mark.parametrize(("kind", "country"), [("passport", "JP"), (None, "JP"), ("invoice", ""), ("company", "")])
def test_only_papers_about_the_person_state_a_country_and_an_identity(kind: str | None, country: str) -> None:
    stage = Stage()
    stage.tell(T0, "document.submitted", doc_type=kind, doc_country="JP", doc_number_h="n", name_h="m")
    profile = stage.account().profile
    assert (profile.id_country, profile.identity) == (country, country and "n")


def test_a_payout_states_a_country_as_a_payout_method_does_and_eight_are_kept() -> None:
    stage = Stage()
    for at, country in enumerate(["PT", "JP", "JP", "FR", "DE", "IT", "ES", "SE", "NO", "DK"]):
        kind = "payout.requested" if at % 2 else "payout_method.added"
        stage.tell(T0 + at, kind, bank_country=country)
    assert stage.account().profile.payout_countries == ["JP", "FR", "DE", "IT", "ES", "SE", "NO", "DK"]


@pytest.mark.parametrize(
    ("kind", "fields", "active"),
    [
        ("login.succeeded", {}, True),
        ("bid.submitted", {"job_id": "j"}, True),
        ("session.heartbeat", {"session_id": "s", "active_input_count": 3}, True),
        ("session.heartbeat", {"session_id": "s", "active_input_count": 0}, False),
        ("session.end", {"session_id": "s"}, False),
        ("profile.updated", {}, False),
    ],
)
def test_hours_of_activity_are_those_in_which_somebody_did_something(
    kind: str, fields: dict[str, Any], active: bool
) -> None:
    stage = Stage()
    at = T0 + 6 * HOUR + 59 * MINUTE
    stage.tell(at, kind, **fields)
    assert stage.account().active_hours == ({T0 // DAY: 1 << 15} if active else {})


def test_hours_come_in_any_order_and_only_the_last_weeks_are_kept() -> None:
    stage = Stage()
    for day in range(60):
        for hour in (3, 13, 3):
            stage.tell(T0 + day * DAY + hour * HOUR, "login.succeeded")
    first = T0 // DAY + 60 - ACTIVITY_DAYS
    both = 1 << 12 | 1 << 22
    assert stage.account().active_hours == dict.fromkeys(range(first, first + ACTIVITY_DAYS), both)
