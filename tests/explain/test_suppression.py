"""What keeps an indicator from firing at a shared thing is named, with what it would have said; all by events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from enrichers.enriched import EnrichedEvent, Origin
from enrichers.facts import Facts, ListEntry
from schemas.events import SessionStart
from streams.explain.explanation import Explanation, IndicatorExplained
from streams.explain.held_back import left_out, silenced_by_class
from streams.explain.intake import Intake
from tests.detection.pipeline import Event, catalogue
from tests.explain.conftest import events_of, of_scenario, row, told_bare

SHARED = "shared_ip_multi_account"
PAYOUT = "payout_instrument_shared"
OFFICE = (0.0, "affiliation.declared", {"affiliation_type": "coworking", "prefix": "198.51.1.7/32"})
PAID = (0.0, "payout_method.added", {"instrument_h": "one-instrument"})


def visitors(count: int, *first: tuple[float, str, dict[str, Any]], gap: float = 1.0) -> list[list[Event]]:
    """Accounts a0, a1 …, each with a device of its own and two sessions on one address; all begin with `first`."""
    return [
        events_of(
            f"a{n}",
            *first,
            *[
                (
                    hour + n * gap / 100,
                    "session.start",
                    {"ip": "198.51.1.7", "device_id": f"d{n}", "session_id": f"s{n}{hour}"},
                )
                for hour in (1.0, 2.0)
            ],
        )
        for n in range(count)
    ]


def paid(count: int, **fields: Any) -> list[list[Event]]:
    return [events_of(f"a{n}", (n / 100, PAID[1], {**PAID[2], **fields})) for n in range(count)]


def shared(explanation: Explanation) -> IndicatorExplained:
    return row(explanation, SHARED)


def test_without_a_reason_it_counts() -> None:
    assert (shared(told_bare("a0", *visitors(6))).outcome, shared(told_bare("a0", *visitors(6))).suppressed_by) == (
        "counts",
        (),
    )


def test_a_declared_office_is_named_and_is_one_of_the_changes() -> None:
    """Six on one address, four of them paid to one instrument: without the declaration two areas make a review."""
    events = visitors(6, PAID)
    events[5] = visitors(6, OFFICE, PAID)[5]
    explanation = told_bare("a0", *events)
    found = shared(explanation)
    assert found.outcome == "suppressed"
    (reason,) = found.suppressed_by
    assert (reason.reason, reason.kind, reason.confidence, reason.mitigator) == ("declared", "ip", 1.0, "MIT-OFFICE")
    assert [(saw.seen, saw.reached) for saw in found.saw if saw.threshold == "accounts"] == [(6, True)]
    (fact,) = [fact for fact in explanation.facts if (fact.mitigator, fact.account_id) == ("MIT-OFFICE", "a0")]
    assert SHARED in fact.suppresses
    (change,) = [change for change in explanation.changes if change.kind == "mitigation_gone"]
    assert (explanation.reckoning.tier, change.what, change.tier) == ("watch", "MIT-OFFICE", "review")
    open_house = told_bare("a0", *visitors(6, PAID))
    assert (open_house.reckoning.tier, round(open_house.reckoning.total)) == (change.tier, round(change.score))


def test_a_crowd_in_step_is_named_without_a_mitigating_fact() -> None:
    found = shared(told_bare("a0", *visitors(17)))
    assert found.outcome == "suppressed"
    assert [(reason.reason, reason.confidence, reason.mitigator) for reason in found.suppressed_by] == [
        ("crowd", 1.0, "")
    ]
    assert "more devices use the address" in found.why


@pytest.mark.parametrize(
    ("count", "fields", "reason"), [(51, {}, "hub"), (4, {"omnibus": True}, "omnibus"), (50, {}, None)]
)
def test_a_hub_and_an_instrument_shared_by_design(count: int, fields: dict[str, Any], reason: str | None) -> None:
    found = row(told_bare("a0", *paid(count, **fields)), PAYOUT)
    assert found.outcome == ("counts" if reason is None else "suppressed")
    assert [(held.reason, held.confidence) for held in found.suppressed_by] == (
        [] if reason is None else [(reason, 1.0)]
    )


def test_a_family_is_one_group() -> None:
    """Three who declared each other: the numbers say one group, the reason says what three strangers would be."""
    family: list[tuple[float, str, dict[str, Any]]] = [
        (0.0, "affiliation.declared", {"affiliation_type": "family", "related_account_id": "a0"})
    ]
    found = shared(told_bare("a0", *visitors(1), *visitors(3, *family)[1:]))
    assert found.outcome == "suppressed"
    assert [(held.reason, held.confidence) for held in found.suppressed_by] == [("declared_relation", 0.4)]
    assert [(saw.seen, saw.reached) for saw in found.saw] == [(1, False), (3, True)]


def test_a_family_on_one_instrument_fires_weakly_and_says_why() -> None:
    related = (-1.0, "affiliation.declared", {"affiliation_type": "family", "related_account_id": "a0"})
    found = row(told_bare("a0", events_of("a0", PAID), events_of("a1", related, PAID)), PAYOUT)
    assert (found.outcome, found.confidence) == ("counts", 0.2)
    assert [(held.reason, held.confidence) for held in found.suppressed_by] == [("declared_relation", 0.6)]
    assert "Held down, since they declared a relation" in found.why


def test_a_reason_at_one_instrument_does_not_hold_down_what_another_says_in_full() -> None:
    """With its family on one instrument, and with three strangers on another."""
    related = (-1.0, "affiliation.declared", {"affiliation_type": "family", "related_account_id": "a0"})
    own = (0.5, "payout_method.added", {"instrument_h": "family"})
    found = row(told_bare("a0", *paid(4), events_of("a0", own), events_of("a9", related, own)), PAYOUT)
    assert (found.outcome, found.confidence, found.suppressed_by) == ("counts", 1.0, ())
    assert "Held down" not in found.why


def test_a_verified_agency_is_its_mitigating_fact() -> None:
    agency: list[tuple[float, str, dict[str, Any]]] = [
        (-2.0, "affiliation.declared", {"affiliation_type": "agency", "agency_id": "g", "registry_verified": True}),
        (-1.0, "agency.member_added", {"agency_id": "g", "confirmed_by": ["agency", "member"]}),
    ]
    explanation = told_bare("a0", *[events_of(f"a{n}", *agency, PAID) for n in range(2)])
    (held,) = row(explanation, PAYOUT).suppressed_by
    assert (held.reason, held.confidence, held.mitigator) == ("agency", 0.6, "MIT-AGENCY")
    assert [fact.suppresses for fact in explanation.facts if fact.account_id == "a0"] == [(PAYOUT,)]


@pytest.mark.parametrize(("bits", "reasons"), [(10, ["common"]), (26, [])])
def test_a_common_device_id_is_named(bits: int, reasons: list[str]) -> None:
    seen = {"device_id": "one", "device_entropy_bits": bits}
    found = row(
        told_bare("a0", *[events_of(f"a{n}", (n / 10, "session.start", seen)) for n in range(2)]),
        "shared_device_multi_account",
    )
    assert found.outcome == ("suppressed" if reasons else "counts")
    assert [held.reason for held in found.suppressed_by] == reasons


def test_a_reason_that_silences_nobody_is_not_told() -> None:
    assert shared(told_bare("a0", *visitors(2, OFFICE))).outcome == "below"


def test_what_no_longer_holds_is_not_told() -> None:
    """The crowd has gone for more than a month; three are left, and they count."""
    later = [
        events_of(
            f"a{n}",
            *[(24.0 * 40 + hour, "session.start", {"ip": "198.51.1.7", "device_id": f"d{n}"}) for hour in (n, n + 4)],
        )
        for n in range(3)
    ]
    found = shared(told_bare("a0", *visitors(17), *later))
    assert (found.outcome, found.suppressed_by) == ("counts", ())


@pytest.mark.parametrize(("days", "outcome"), [(5, "suppressed"), (400, "below")])
def test_what_time_has_made_nothing_of_is_not_told(days: int, outcome: str) -> None:
    later = events_of("a0", (24.0 * days, "session.start", {"session_id": "later"}))
    assert shared(told_bare("a0", *visitors(6, OFFICE), later)).outcome == outcome


def test_addresses_of_a_registered_office_are_said_not_to_be_compared() -> None:
    """B01: every session is on such an address, so no link is ever sent, and no number can show it."""
    explanation = of_scenario("B01")
    assert "(office); those are not compared" in shared(explanation).left_out
    assert {SHARED} <= {
        name for fact in explanation.facts if fact.mitigator == "MIT-OFFICE" for name in fact.suppresses
    }
    assert row(explanation, "impossible_travel").left_out == ""


def test_sessions_through_sold_home_lines_by_an_old_list_are_said_not_to_count() -> None:
    intake = Intake(tag_days=1)
    for day in (3, 4, 5, 6):
        at = datetime(2026, 5, day, tzinfo=UTC)
        event = SessionStart(event_id=f"e{day}", occurred_at=at, account_id="a")
        facts = Facts(classes=("residential_proxy",), lists=(ListEntry("residential_proxy", "list", "2026-05-03"),))
        intake.take(EnrichedEvent(event, int(at.timestamp() * 1000), Origin("login-events", 0, day), facts))
    assert left_out("residential_proxy_egress", intake).startswith("2 session events came from residential proxies by")
    assert left_out("impossible_travel", intake) == ""


@pytest.mark.parametrize(("kind", "silent"), [("office", {SHARED, "shared_subnet_single_use_devices"}), ("vpn", set())])
def test_an_office_silences_where_its_own_addresses_are_not_compared(kind: str, silent: set[str]) -> None:
    intake = Intake(tag_days=1)
    event = SessionStart(event_id="e", occurred_at=datetime(2026, 5, 3, tzinfo=UTC), account_id="a")
    facts = Facts(network="198.51.1.0/24", classes=(kind,))
    intake.take(EnrichedEvent(event, 1_777_766_400_000, Origin("login-events", 0, 1), facts))
    assert silenced_by_class(catalogue().mitigators["MIT-OFFICE"], intake) == silent
