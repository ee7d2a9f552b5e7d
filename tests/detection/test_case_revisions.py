"""When a case is worth a revision: it stays true about who, what, mitigating facts and times; it notifies for news only."""

from __future__ import annotations

import msgspec
import pytest

from streams.detection.case_graph import tie
from streams.detection.lifecycle import CASE_DAYS, SHOWN_DAYS
from streams.detection.messages import Assessment, Evidence, Mitigation, StrongEdge
from streams.detection.timestamps import rfc3339
from streams.detection.verdict import HOLDERS
from streams.detection.windows import DAY
from tests.detection.test_cases import CATALOGUE, REVIEW, T0, WATCH, Desk, assessed, evidence

NAMES = tuple(item.indicator for item in REVIEW)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def review(day: float, confidence: float = 1.0) -> tuple[Evidence, ...]:
    return tuple(evidence(name, confidence, day) for name in NAMES)


def test_a_mitigating_fact_that_comes_later_is_shown_and_notifies_nobody(desk: Desk) -> None:
    desk.tell(assessed("a", *REVIEW))
    fact = Mitigation("MIT-TENURE", T0 + DAY, "two years")
    (alert,) = desk.tell(assessed("a", *REVIEW, mitigations=(fact,), day=1))
    assert ([item.mitigator for item in alert.mitigating], alert.notify) == (["MIT-TENURE"], False)
    assert desk.tell(assessed("a", *REVIEW, mitigations=(fact,), day=2)) == []


def test_what_a_fact_begins_to_lower_is_shown(desk: Desk) -> None:
    items = (*REVIEW, evidence("marathon_session", 0.2))
    fact = Mitigation("MIT-TRAVEL", T0, "", until=T0 - 1)
    desk.tell(assessed("a", *items, evidence("claimed_location_mismatch"), mitigations=(fact,)))
    holds = msgspec.structs.replace(fact, until=None)
    (alert,) = desk.tell(assessed("a", *items, evidence("claimed_location_mismatch"), mitigations=(holds,)))
    assert {item.indicator for item in alert.evidence if item.mitigated_by} == {"claimed_location_mismatch"}


def test_a_new_area_notifies_also_where_the_tier_stays(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("a", *WATCH, REVIEW[1]))
    (wider,) = desk.tell(assessed("a", *WATCH, *REVIEW[1:], day=1))
    assert (opened.tier, wider.tier, wider.notify) == ("review", "review", True)


def test_a_higher_tier_notifies_also_where_the_areas_stay(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("a", *REVIEW))
    (higher,) = desk.tell(assessed("a", *REVIEW, evidence("payout_instrument_shared"), day=1))
    assert opened.roots.keys() == higher.roots.keys()
    assert (opened.tier, higher.tier, higher.notify) == ("review", "priority", True)


def test_a_higher_tier_notifies_also_where_the_same_is_only_surer(desk: Desk) -> None:
    items = (*REVIEW, evidence("payout_instrument_shared", 0.3))
    (opened,) = desk.tell(assessed("a", *items))
    (higher,) = desk.tell(assessed("a", *REVIEW, evidence("payout_instrument_shared", 1.0), day=1))
    assert opened.roots.keys() == higher.roots.keys()
    assert (opened.tier, higher.tier, higher.notify) == ("review", "priority", True)


def test_what_is_told_again_after_a_restart_does_not_take_back_what_came_since(desk: Desk) -> None:
    first = assessed("a", evidence(NAMES[1], 0.5))
    desk.tell(first, assessed("a", *review(1), day=1))
    assert desk.tell(first) == []


def test_evidence_that_goes_on_moves_the_expiry_in_a_revision_a_fortnight(desk: Desk) -> None:
    desk.tell(assessed("a", *REVIEW))
    told = [desk.tell(assessed("a", *review(day), day=day)) for day in range(7, 92, 7)]
    alerts = [alert for (alert,) in filter(None, told)]
    assert len(alerts) == 91 // SHOWN_DAYS
    assert not any(alert.notify for alert in alerts)
    assert [alert.expires_at for alert in alerts] == [
        rfc3339(T0 + (day + CASE_DAYS) * DAY) for day in range(SHOWN_DAYS, 92, SHOWN_DAYS)
    ]


def test_a_revision_in_between_does_not_put_that_off(desk: Desk) -> None:
    """What counts is how old the evidence was that it showed."""
    fact = Mitigation("MIT-TENURE", T0 + 10 * DAY, "two years")
    document, again = (evidence("duplicate_identity_document", 1.0, day) for day in (0, SHOWN_DAYS))
    _, shown = desk.tell(assessed("a", document), assessed("a", document, day=10, mitigations=(fact,)))
    assert shown.mitigating
    (moved,) = desk.tell(assessed("a", again, day=SHOWN_DAYS, mitigations=(fact,)))
    assert moved.last_evidence == rfc3339(T0 + SHOWN_DAYS * DAY)


def test_what_is_explained_keeps_no_alert_going(desk: Desk) -> None:
    """An office address week after week, of which nothing counts, beside what was last seen three months ago."""
    office = Mitigation("MIT-OFFICE", T0, "a registered workplace")
    items = (*REVIEW, evidence("payout_instrument_shared"))
    (opened,) = desk.tell(assessed("a", *items, mitigations=(office,)))
    told = []
    for day in range(7, CASE_DAYS + 7, 7):
        address = evidence("shared_ip_multi_account", 1.0, day)
        told += desk.tell(assessed("a", *items, address, day=day, mitigations=(office,)))
    assert {alert.expires_at for alert in told} == {opened.expires_at}
    assert {alert.last_evidence for alert in told} == {opened.last_evidence}
    assert (day, told[-1].status) == (CASE_DAYS + 1, "retracted")


def test_what_only_faded_was_evidence_all_the_same(desk: Desk) -> None:
    """A faint finding of a network fades to nothing within ten weeks; the alert goes on for as long as it said."""
    items = (evidence("duplicate_identity_document"), evidence("tz_ip_claim_triple_mismatch", 0.3, 40))
    told = desk.tell(assessed("a", items[0]), assessed("a", *items, day=40))
    for day in range(41, 40 + CASE_DAYS + 1):
        told += desk.tell(assessed("a", *items, day=day))
    assert {alert.expires_at for alert in told[1:]} == {rfc3339(T0 + (40 + CASE_DAYS) * DAY)}
    assert [alert.status for alert in told].index("retracted") == len(told) - 1
    assert told[-1].last_evidence == rfc3339(T0 + 40 * DAY)


@pytest.mark.parametrize("confidence", [1.0, 0.9])
def test_newer_evidence_of_another_account_keeps_an_alert_going_though_it_is_no_stronger(
    desk: Desk, confidence: float
) -> None:
    """What decides does not fade, so that the first of it stays the strongest."""
    newer = assessed("b", evidence("dprk_range_login", confidence, 85), day=85)
    desk.tell(StrongEdge("payout", "payout:x", "a", "b", T0), assessed("a", evidence("dprk_range_login")))
    *_, moved = desk.tell(newer)
    assert moved.last_evidence == rfc3339(T0 + 85 * DAY)
    assert desk.tell(msgspec.structs.replace(newer, ts=T0 + 95 * DAY)) == []


def test_an_alert_near_a_threshold_does_not_fall_and_rise_between_two_sightings(desk: Desk) -> None:
    """60.4 of 100, and 58 a week later, before the same evidence is seen again."""
    near = (*WATCH, evidence("payout_name_mismatch", 0.5))
    (opened,) = desk.tell(assessed("a", *near))
    assert opened.tier == "review"
    assert desk.tell(assessed("a", *near, day=7)) == []
    again = [msgspec.structs.replace(item, last=T0 + 7 * DAY) for item in near]
    assert desk.tell(assessed("a", *again, day=7)) == []
    (faded,) = desk.tell(assessed("a", *again, day=22))
    assert (faded.tier, faded.notify) == ("watch", False)


def test_a_watch_entry_does_not_end_and_begin_between_two_sightings_either(desk: Desk) -> None:
    near = (evidence("account_handoff_after_verification"),)
    (entry,) = desk.tell(assessed("a", *near))
    assert (entry.tier, entry.score) == ("watch", 46.0)
    assert desk.tell(assessed("a", *near, day=7)) == []
    (ended,) = desk.tell(assessed("a", *near, day=22))
    assert (ended.status, ended.tier) == ("retracted", "none")


def test_an_area_that_fades_out_between_two_sightings_is_no_revision(desk: Desk) -> None:
    weight = CATALOGUE.indicators["tz_ip_claim_triple_mismatch"].weight
    items = (*WATCH, REVIEW[1], evidence("tz_ip_claim_triple_mismatch", 12.3 / weight))
    (opened,) = desk.tell(assessed("a", *items))
    assert opened.roots["network"] == 12.3
    assert desk.tell(assessed("a", *items, day=7)) == []


@pytest.mark.parametrize(("before", "after", "notify"), [(12.3, 9.0, False), (9.0, 12.3, True)])
def test_an_area_that_comes_or_goes_with_a_confidence_is_a_revision(
    desk: Desk, before: float, after: float, notify: bool
) -> None:
    weight = CATALOGUE.indicators["tz_ip_claim_triple_mismatch"].weight
    items = (*WATCH, REVIEW[1])
    (opened,) = desk.tell(assessed("a", *items, evidence("tz_ip_claim_triple_mismatch", before / weight)))
    (told,) = desk.tell(assessed("a", *items, evidence("tz_ip_claim_triple_mismatch", after / weight)))
    assert (opened.tier, opened.roots["network"]) == (told.tier, before)
    assert (told.roots["network"], told.notify) == (after, notify)


def test_evidence_that_becomes_less_lowers_at_once(desk: Desk) -> None:
    desk.tell(assessed("a", *REVIEW))
    (lower,) = desk.tell(assessed("a", *review(0, 0.7), day=1))
    assert lower.tier == "watch"


def test_a_shared_thing_that_speaks_of_a_silent_account_makes_nothing_fresh(desk: Desk) -> None:
    """Its own evidence is eighty days older than what is found now."""
    items = (*REVIEW, evidence("shared_device_multi_account", 1.0, 80, "device:x"))
    (silent,) = desk.tell(assessed("a", *items))
    (active,) = Desk().tell(assessed("a", *items, day=80))
    assert (silent.tier, silent.score) == (active.tier, active.score)


def test_who_is_no_longer_tied_does_not_come_back_with_an_old_time(desk: Desk) -> None:
    desk.tell(StrongEdge("device", "device:x", "a", "b", T0), assessed("a", evidence(NAMES[1], 0.5), day=1))
    desk.tell(assessed("b", *review(80), day=80))
    (parted,) = desk.tell(assessed("b", *review(95), day=95))
    assert parted.subject.account_ids == ("b",)
    assert desk.tell(assessed("a", day=1)) == [], "the device forgot it, and it did nothing since"
    assert desk.tell(assessed("b", *review(96), day=96)) == []


def test_what_a_tie_shows_to_be_over_does_not_come_back_with_an_old_time_either(desk: Desk) -> None:
    desk.tell(assessed("a", *REVIEW))
    (faded,) = desk.tell(StrongEdge("payout", "payout:x", "a", "b", T0 + 60 * DAY))
    assert faded.status == "retracted"
    assert desk.tell(assessed("b", evidence(NAMES[1], 0.1, 1), day=1)) == []


def test_what_is_found_on_two_things_holds_since_the_first(desk: Desk) -> None:
    old, new = (evidence("shared_device_multi_account", 0.5, day, f"device:{day}") for day in (0, 5))
    (alert,) = desk.tell(assessed("a", *review(5), old, new, day=5))
    told = {item.indicator: (item.first_seen, item.last_seen) for item in alert.evidence}
    assert told["shared_device_multi_account"] == (rfc3339(T0), rfc3339(T0 + 5 * DAY))


def test_evidence_says_whose_it_is_and_since_when_it_holds_for_any_of_them(desk: Desk) -> None:
    since = [msgspec.structs.replace(item, first=T0 - 9 * DAY) for item in review(0, 0.4)]
    explained = Mitigation("MIT-NAMECHANGE", T0, "documented")
    desk.tell(StrongEdge("payout", "payout:x", "a", "b", T0), StrongEdge("payout", "payout:x", "a", "c", T0))
    desk.tell(assessed("a", *since))
    alerts = desk.tell(assessed("b", *REVIEW, day=1), assessed("c", evidence(NAMES[0], 0.3), day=1))
    told = {item.indicator: item for item in alerts[-1].evidence}
    assert told[NAMES[0]].account_ids == ("b", "a", "c")
    assert told[NAMES[1]].account_ids == ("b", "a")
    assert {item.first_seen for item in told.values()} == {rfc3339(T0 - 9 * DAY)}
    assert alerts[-1].first_evidence == rfc3339(T0 - 9 * DAY)
    *_, fewer = desk.tell(assessed("a", *since, mitigations=(explained,), day=1))
    told = {item.indicator: item for item in fewer.evidence}
    assert told["payout_name_mismatch"].account_ids == ("b", "a"), "a little of it counts still"


def test_whose_evidence_is_explained_is_not_named_with_it(desk: Desk) -> None:
    live = Mitigation("MIT-LIVE", T0, "a live proof showed the verified person", T0 + 180 * DAY)
    desk.tell(StrongEdge("payout", "payout:x", "a", "b", T0), assessed("b", *WATCH, mitigations=(live,)))
    (alert,) = desk.tell(assessed("a", *REVIEW))
    told = {item.indicator: item.account_ids for item in alert.evidence}
    assert (told["account_handoff_after_verification"], told["operator_shift_pattern"]) == (("a",), ("b",))


def test_whose_evidence_is_strongest_for_now_is_no_news(desk: Desk) -> None:
    """Also where there are more accounts than are named at a finding."""
    names = [f"a{number:02}" for number in range(HOLDERS + 10)]
    for name in names[1:]:
        tie(StrongEdge("payout", "payout:x", names[0], name, T0), desk.states)
    for name in names:
        desk.tell(assessed(name, *review(0, 0.9)))
    assert desk.tell(assessed(names[-1], *review(1, 0.95), day=1)) == []


def test_a_cluster_names_the_accounts_that_are_tied(desk: Desk) -> None:
    ties = [StrongEdge(kind, f"{kind}:x", "a", other, T0) for kind in ("device", "payout") for other in "bcd"]
    *_, alert = desk.tell(*ties, assessed("c", *REVIEW))
    told = {item.indicator: item.account_ids for item in alert.evidence}
    assert told["strong_edge_cluster"] == ("a", "b", "c", "d")
    assert told[NAMES[0]] == ("c",)


def test_the_first_evidence_of_an_alert_never_moves_forward(desk: Desk) -> None:
    desk.tell(assessed("a", *REVIEW))
    (fewer,) = desk.tell(assessed("a", *review(10)[1:], *WATCH[1:], evidence("marathon_session", 1.0, 10), day=10))
    assert fewer.first_evidence == rfc3339(T0)
    (gone,) = desk.tell(assessed("a", day=11))
    assert (gone.status, gone.first_evidence) == ("retracted", rfc3339(T0))
    (back,) = desk.tell(assessed("a", *review(12), day=12))
    assert (back.alert_id, back.first_evidence) == (gone.alert_id, rfc3339(T0))


def test_an_assessment_from_before_the_agency_was_told_is_read() -> None:
    told = msgspec.msgpack.encode(msgspec.to_builtins(assessed("a", *REVIEW))[:-1])
    assert msgspec.msgpack.decode(told, type=Assessment).agency == ""
