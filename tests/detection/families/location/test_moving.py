"""Who states a new country before living there: the weeks that fitted the former one are not held against them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from streams.detection.trips import travelled
from streams.detection.windows import DAY, HOUR
from tests.detection.one_account import FACTS, T0, Stage

CLAIMED, CLOCK = "claimed_location_mismatch", "tz_ip_claim_triple_mismatch"


def days(stage: Stage, first: int, last: int, **clock: Any) -> None:
    """A session a day, up to and without the last day."""
    for day in range(first, last):
        stage.tell(T0 + day * DAY, "session.start", session_id=f"s{day}", device_id="d", **clock)


@pytest.mark.parametrize(
    ("kind", "field"), [("profile.updated", "claimed_country"), ("document.submitted", "doc_country")]
)
def test_a_country_stated_anew_counts_against_the_weeks_after_it_only(kind: str, field: str) -> None:
    stage = Stage()
    stage.tell(T0 - DAY, kind, **{field: "PT"})
    days(stage, 0, 28)
    stage.tell(T0 + 27 * DAY + HOUR, kind, **{field: "JP"})
    days(stage, 28, 48)
    assert stage.account().fired == {}
    days(stage, 48, 52)
    evidence = stage.account().fired[CLAIMED]
    assert evidence.numbers["percent"] == 100
    assert all(ref.ts > T0 + 28 * DAY for ref in evidence.refs)


def test_nor_is_a_clock_that_fitted_the_former_country() -> None:
    stage = Stage()
    stage.facts = msgspec.structs.replace(FACTS, country="DE", classes=("vpn",))
    stage.tell(T0 - DAY, "account.created", claimed_country="SG")
    days(stage, 0, 20, tz="Asia/Singapore")
    stage.tell(T0 + 19 * DAY + HOUR, "profile.updated", claimed_country="PT")
    days(stage, 20, 33, tz="Asia/Singapore")
    assert stage.account().fired == {}
    days(stage, 33, 37, tz="Asia/Singapore")
    assert stage.account().fired[CLOCK].refs


def test_what_was_seen_before_anything_was_stated_is_no_mismatch_without_an_event_to_look_at() -> None:
    stage = Stage()
    days(stage, 0, 28)
    stage.tell(T0 + 27 * DAY + HOUR, "account.created", claimed_country="JP")
    for day in (29, 30):
        stage.tell(T0 + day * DAY, "message.sent")
    assert stage.account().fired == {}
    days(stage, 31, 34)
    assert stage.account().fired[CLAIMED].refs


def test_a_second_country_stays_one_when_the_claim_moves_on() -> None:
    stage = Stage()
    stage.tell(T0, "account.created", claimed_country="PT")
    stage.tell(T0 + DAY, "travel.declared", countries=["PT"])
    stage.tell(T0 + 9 * DAY, "profile.updated", claimed_country="JP")
    assert stage.account().profile.travel == {"PT": [T0 + DAY, None]}


@pytest.mark.parametrize("midnight", [False, True])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_nor_is_it_ended_by_the_new_claim_when_that_arrives_first(order: tuple[int, int], midnight: bool) -> None:
    """Who moves says both at one sitting, and they come by two topics."""
    start = T0 // DAY * DAY if midnight else T0
    stage = Stage()
    stage.tell(start - DAY, "account.created", claimed_country="PT")
    said: tuple[tuple[str, dict[str, Any]], ...] = (
        ("travel.declared", {"countries": ["PT"]}),
        ("profile.updated", {"claimed_country": "JP"}),
    )
    for number in order:
        kind, fields = said[number]
        stage.tell(start - HOUR + number * HOUR, kind, **fields)
    held = stage.account().mitigations.values()
    assert [(item.first, item.until) for item in held] == [(start - HOUR, None)]
    assert travelled(stage.account().profile.travel, start + 9 * DAY, start + 9 * DAY) == {"PT"}


def test_a_new_statement_makes_no_journey_of_its_day_longer() -> None:
    stage = Stage()
    stage.tell(T0, "account.created", claimed_country="PT")
    stage.tell(T0 + HOUR, "profile.updated", claimed_country="JP")
    stage.tell(T0 + 9 * HOUR, "travel.declared", countries=["ES"], until_date="2024-10-09")
    assert [item.first for item in stage.account().mitigations.values()] == [T0 + 9 * HOUR]


def test_a_new_statement_explains_no_journey() -> None:
    stage = Stage()
    stage.tell(T0, "account.created", claimed_country="PT")
    stage.tell(T0 + DAY, "profile.updated", claimed_country="JP")
    assert stage.account().mitigations == {}
