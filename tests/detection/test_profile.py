"""What an account states and proves, by events: agencies, tenure, travel, and what follows from them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.topics import LINKS
from streams.detection.assessing import standing
from streams.detection.catalogue.load import load
from streams.detection.family import MITIGATIONS
from streams.detection.messages import Evidence, Link
from streams.detection.scoring import weigh
from streams.detection.windows import DAY, HOUR
from tests.detection.one_account import T0, Stage, login
from tests.detection.pipeline import catalogue

AT_HOME, HAWAII, TOKYO = "Africa/Abidjan", "Pacific/Honolulu", "Asia/Tokyo"
REGISTERED: dict[str, Any] = {"type": "affiliation.declared", "agency_id": "g1", "registry_verified": True}
CONFIRMED: dict[str, Any] = {"type": "agency.member_added", "agency_id": "g1", "confirmed_by": ["agency", "member"]}


@pytest.mark.parametrize(
    ("told", "verified"),
    [
        ((REGISTERED, CONFIRMED), True),
        ((CONFIRMED, REGISTERED), True),
        ((REGISTERED,), False),
        ((CONFIRMED,), False),
        ((REGISTERED, CONFIRMED | {"confirmed_by": ["agency"]}), False),
        ((REGISTERED, CONFIRMED | {"confirmed_by": ["member"]}), False),
        ((REGISTERED | {"registry_verified": False}, CONFIRMED), False),
        ((REGISTERED | {"registry_verified": None}, CONFIRMED), False),
        ((REGISTERED, CONFIRMED | {"agency_id": "g2"}), False),
        ((REGISTERED, CONFIRMED | {"member_account_id": "b"}), False),
    ],
)
def test_an_agency_needs_its_registration_and_the_word_of_both_sides(
    told: tuple[dict[str, Any], ...], verified: bool
) -> None:
    stage = Stage()
    for at, event in enumerate(told):
        stage.tell(T0 + at, event["type"], **{name: value for name, value in event.items() if name != "type"})
    account = stage.account()
    assert account.profile.agency_verified is verified
    assert ("MIT-AGENCY" in account.mitigations) is verified
    shared = Evidence("shared_device_multi_account", 1.0, T0, T0, entity="device:d")
    left = weigh(catalogue(), [shared], account.mitigations.values(), T0)["shared_device_multi_account"].confidence
    assert left == pytest.approx(0.2 if verified else 1.0)


def test_halves_of_an_agency_that_is_not_verified_relate_nobody() -> None:
    """Anybody may name one; and who has both halves is told as of the agency, once."""
    sent = []
    for halves in ((REGISTERED,), (REGISTERED,), (CONFIRMED,), (REGISTERED, CONFIRMED)):
        stage = Stage()
        for event in (*halves, {"type": "affiliation.declared", "related_account_id": "agency-b"}, login()):
            stage.tell(T0, event["type"], **{name: value for name, value in event.items() if name != "type"})
        sent += [msgspec.msgpack.decode(out.value, type=Link).who for out in stage.outputs if out.topic == LINKS.name][
            :1
        ]
    assert [(who.agency, who.related) for who in sent] == [("", ("agency-b",))] * 3 + [("g1", ("agency-b",))]


def test_another_agency_ends_what_the_former_one_explained() -> None:
    stage = Stage()
    for at, event in enumerate((REGISTERED, CONFIRMED, CONFIRMED | {"agency_id": "g2"})):
        stage.tell(T0 + at * DAY, event["type"], **{name: value for name, value in event.items() if name != "type"})
    assert stage.account().mitigations["MIT-AGENCY"].until == T0 + 2 * DAY
    assert not stage.account().profile.agency_verified
    stage.tell(T0 + 3 * DAY, "affiliation.declared", agency_id="g1", registry_verified=True)
    assert not stage.account().profile.agency_verified, "who comes back is confirmed anew"


def test_relations_are_bounded_the_newest_stay() -> None:
    stage = Stage()
    for number in range(20):
        stage.tell(T0 + number, "affiliation.declared", related_account_id=f"a{number}")
    assert stage.account().profile.related == [f"a{number}" for number in range(4, 20)]


@pytest.mark.parametrize("days", [0, 4])
def test_a_former_agency_that_is_told_late_ends_nothing(days: int) -> None:
    stage = Stage()
    for at, event in enumerate((REGISTERED, CONFIRMED)):
        stage.tell(T0 + at, event["type"], **{name: value for name, value in event.items() if name != "type"})
    for day in range(1, 1 + days):
        stage.tell(T0 + day * DAY, "message.sent")
    stage.tell(T0 - HOUR, "affiliation.declared", agency_id="g0", registry_verified=True)
    account = stage.account()
    assert (account.profile.agency, account.profile.agency_verified) == ("g1", True)
    assert account.mitigations["MIT-AGENCY"].until is None


def test_a_sign_up_that_is_told_again_makes_no_account_new() -> None:
    stage = Stage()
    for at, kind in ((1, "freelancer"), (0, "client"), (800, "agency")):
        stage.tell(T0 + at * DAY, "account.created", account_type=kind)
    assert (stage.account().profile.created, stage.account().profile.account_type) == (T0, "client")


def tenure(*, days: int = 730, clients: int = 10, disputed: bool = False) -> bool:
    """Whether MIT-TENURE holds after twelve contracts."""
    stage = Stage()
    stage.tell(T0, "account.created")
    for number in range(12):
        stage.tell(T0 + (10 + number) * DAY, "contract.started", client_id=f"c{number % clients}")
    if disputed:
        stage.tell(T0 + 100 * DAY, "milestone.disputed")
    stage.tell(T0 + days * DAY, "message.sent")
    held = standing(load(), "a", stage.account()).mitigations
    return [item.mitigator for item in held] == ["MIT-TENURE"]


def test_tenure_needs_two_years_ten_strangers_as_clients_and_no_dispute() -> None:
    assert tenure()
    assert not tenure(days=729)
    assert not tenure(clients=9)
    assert not tenure(disputed=True)


@pytest.mark.parametrize("before", [True, False])
def test_a_declared_relation_is_no_unrelated_client(before: bool) -> None:
    stage = Stage()
    events = [("affiliation.declared", {"related_account_id": "c0"}), ("contract.started", {"client_id": "c0"})]
    for at, (kind, fields) in enumerate(events if before else events[::-1]):
        stage.tell(T0 + at, kind, **fields)
    stage.tell(T0 + 3, "affiliation.declared", related_account_id="c0")
    assert stage.account().profile.clients == 0


def test_two_trips_do_not_cover_the_months_between_them() -> None:
    stage = Stage()
    for start, end in (("2024-10-10", "2024-10-20"), ("2025-01-10", "2025-01-20")):
        stage.tell(T0, "travel.declared", countries=["JP"], from_date=start, until_date=end)
    day0 = T0 // DAY * DAY  # 2024-10-04
    held = stage.account().mitigations.values()
    lowered = []
    for hours in (6 * 24 - 15, 6 * 24 - 14, 17 * 24 + 12, 17 * 24 + 13, 98 * 24 - 15, 98 * 24 - 14, 109 * 24 + 13):
        jump = Evidence("impossible_travel", 1.0, day0 + hours * HOUR, day0 + hours * HOUR)
        lowered.append(weigh(catalogue(), [jump], held, jump.last)["impossible_travel"].mitigated_by != ())
    assert lowered == [False, True, True, False, False, True, False]


def test_an_accommodation_holds_to_the_end_of_its_last_day_wherever_that_is() -> None:
    stage = Stage()
    stage.tell(T0, "accommodation.granted", until_date="2024-10-05")
    assert stage.account().mitigations["MIT-ACCESS"].until == T0 // DAY * DAY + 2 * DAY + 12 * HOUR
    stage.tell(T0 + HOUR, "accommodation.granted")
    assert stage.account().mitigations["MIT-ACCESS"].until is None


def test_a_journey_without_an_end_outlasts_any_number_of_ended_ones() -> None:
    stage = Stage()
    stage.tell(T0, "travel.declared", countries=["JP"], from_date="2024-10-10")
    for trip in range(MITIGATIONS + 3):
        day = date(2024, 11, 1) + timedelta(days=trip)
        stage.tell(T0 + 1 + trip, "travel.declared", countries=["PT"], from_date=str(day), until_date=str(day))
    held = stage.account().mitigations.values()
    assert len(held) == MITIGATIONS
    assert [item.until for item in held].count(None) == 1


STATED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("account.created", {"claimed_country": "XA", "claimed_tz": AT_HOME, "verified_address_h": "h0"}),
    ("profile.updated", {"claimed_country": "XB"}),
    ("document.submitted", {"doc_country": "XA", "doc_number_h": "n1", "address_h": "h1"}),
    ("contract.started", {"client_id": "c1", "client_tz": HAWAII}),
    ("profile.updated", {"claimed_country": "XC", "claimed_tz": TOKYO}),
    ("contract.started", {"client_id": "c1", "client_tz": None}),
    ("document.submitted", {"doc_country": "XD", "name_h": "n2"}),
    ("contract.started", {"client_id": "c1", "client_tz": TOKYO}),
    ("account.suspended", {"reason_code": "one"}),
    ("account.suspended", {"reason_code": "two"}),
)


@given(st.permutations(range(len(STATED))))
def test_the_newest_statement_counts_whichever_arrived_first(order: list[int]) -> None:
    """In any order within the lateness of a day."""
    stage = Stage()
    for at in order:
        kind, fields = STATED[at]
        stage.tell(T0 + at * HOUR, kind, **fields)
    profile = stage.account().profile
    stated = (profile.claimed_country, profile.claimed_tz, profile.address, profile.id_country, profile.identity)
    assert stated == ("XC", TOKYO, "h1", "XD", "n2")
    assert (profile.client_zones, profile.clients, profile.status) == ({"c1": 540}, 1, "suspended:two")


def test_what_comes_days_late_fills_blanks_only() -> None:
    stage = Stage()
    stage.tell(T0, "profile.updated", claimed_country="XB")
    for day in (1, 2, 3, 4):
        stage.tell(T0 + day * DAY, "message.sent")
    assert not stage.account().profile.stated
    stage.tell(T0 - HOUR, "account.created", claimed_country="XA", claimed_tz=AT_HOME)
    assert (stage.account().profile.claimed_country, stage.account().profile.claimed_tz) == ("XB", AT_HOME)
