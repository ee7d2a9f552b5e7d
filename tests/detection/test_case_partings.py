"""Accounts that part, return or come after long: nobody's evidence is lost, no account is in two cases, and nobody is told twice."""

from __future__ import annotations

import pytest

from streams.detection.case_state import Case
from streams.detection.lifecycle import CASE_DAYS
from streams.detection.messages import Evidence
from streams.detection.scoring import COUNTS
from tests.detection.test_case_identity import decided, tied, untied
from tests.detection.test_cases import REVIEW, WATCH, Desk, assessed, evidence

DOCUMENT = evidence("duplicate_identity_document")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def review(day: float) -> tuple[Evidence, ...]:
    return tuple(evidence(item.indicator, 1.0, day) for item in REVIEW)


def going_on(desk: Desk) -> dict[str, list[str]]:
    """Anchor and accounts of every case that is not over."""
    cases = (state for _, state in desk.states.items() if isinstance(state, Case))
    return {case.anchor: case.members for case in cases if not case.closed}


def test_a_case_that_expired_unasked_ends_and_what_is_found_then_is_news(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("a", *REVIEW))
    ended, again = desk.tell(assessed("a", *review(CASE_DAYS + 1), day=CASE_DAYS + 1))
    assert (ended.alert_id, ended.status, ended.notify) == (opened.alert_id, "retracted", False)
    assert {item.last_seen for item in ended.evidence} == {opened.last_evidence}
    assert (again.alert_id != opened.alert_id, again.status, again.notify) == (True, "open", True)


def test_a_case_that_expired_unasked_does_not_swallow_whom_it_is_tied_to(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("a", *REVIEW))
    desk.tell(assessed("b", *review(100), day=100))
    published = desk.tell(tied("a", "b", day=100))
    assert [(alert.alert_id == opened.alert_id, alert.status) for alert in published] == [
        (True, "retracted"),
        (False, "updated"),
    ]


@pytest.mark.parametrize(("one", "other"), ["ab", "ba"])
def test_a_case_ends_on_the_day_on_which_it_expires_whichever_end_of_a_tie_it_is_at(
    desk: Desk, one: str, other: str
) -> None:
    (opened,) = desk.tell(assessed(one, *REVIEW))
    desk.tell(assessed(other, *review(CASE_DAYS), day=CASE_DAYS))
    published = desk.tell(tied("a", "b", day=CASE_DAYS))
    assert [(alert.alert_id == opened.alert_id, alert.status) for alert in published] == [
        (True, "retracted"),
        (False, "updated"),
    ]


def test_a_case_does_not_follow_to_whom_it_is_no_longer_about(desk: Desk) -> None:
    """Who left it, and now has evidence of their own while that of the others has faded, is told as somebody else."""
    (opened,) = desk.tell(tied("a", "b"), assessed("a", *REVIEW))
    desk.tell(untied("a", "b", day=1))
    (other,) = desk.tell(assessed("b", *review(60), day=60))
    assert (other.alert_id != opened.alert_id, other.status, other.notify) == (True, "open", True)


def test_a_case_that_has_not_expired_yet_goes_on(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("a", *REVIEW))
    (after,) = desk.tell(assessed("a", *review(CASE_DAYS - 1), day=CASE_DAYS - 1))
    assert (after.alert_id, after.status) == (opened.alert_id, "updated")


def test_a_case_that_was_taken_back_is_valid_no_longer_than_its_evidence_was(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("a", *REVIEW))
    (ended,) = desk.tell(assessed("a", day=CASE_DAYS - 1))
    assert (ended.status, ended.expires_at) == ("retracted", opened.expires_at)
    (again,) = desk.tell(assessed("a", *review(CASE_DAYS + 1), day=CASE_DAYS + 1))
    assert (again.alert_id != opened.alert_id, again.notify) == (True, True)


def test_what_is_older_than_a_case_may_be_opens_none(desk: Desk) -> None:
    """However often it is told: documents and money still weigh something after months."""
    desk.tell(assessed("a", DOCUMENT))
    told = [desk.tell(assessed("a", DOCUMENT, day=CASE_DAYS + day)) for day in range(5)]
    assert [[alert.status for alert in alerts] for alerts in told] == [["retracted"], [], [], [], []]
    assert sum(isinstance(state, Case) for _, state in desk.states.items()) == 1


def test_whoever_is_no_longer_tied_is_judged_with_those_who_stay(desk: Desk) -> None:
    """The tie of two of three expires; nobody says so, and one of them is not heard of again."""
    desk.tell(tied("a", "b", "payout:x"), tied("b", "c", "device:y"))
    (*_, both) = desk.tell(assessed("a", *review(89), day=89), assessed("c", *review(89), day=89))
    assert both.subject.account_ids == ("a", "b", "c")
    published = desk.tell(assessed("b", day=91))
    assert [(alert.subject.account_ids, alert.status) for alert in published] == [
        (("a", "b"), "updated"),
        (("c",), "open"),
    ]


def test_so_is_whoever_is_left_when_a_case_goes_on_with_others(desk: Desk) -> None:
    (opened,) = desk.tell(tied("a", "b", "device:x"), tied("a", "c", "device:y"), assessed("a", *REVIEW))
    desk.tell(assessed("b", *review(89), day=89), assessed("c", *review(89), day=89), assessed("a", day=89))
    published = desk.tell(assessed("b", *review(91), day=91))
    assert [(alert.subject.account_ids, alert.alert_id == opened.alert_id) for alert in published] == [
        (("b",), True),
        (("c",), False),
    ]


def test_a_case_of_two_who_parted_ends_once_when_nothing_is_left_of_either(desk: Desk) -> None:
    (opened,) = desk.tell(tied("a", "b", "device:x"), assessed("a", *REVIEW))
    (ended,) = desk.tell(assessed("b", day=CASE_DAYS + 1))
    assert (ended.alert_id, ended.status, ended.subject.account_ids) == (opened.alert_id, "retracted", ("a",))


def test_no_account_is_in_two_cases_that_go_on(desk: Desk) -> None:
    """Whoever left one of them silently is part of the other next."""
    desk.tell(tied("a", "b", "device:x"), assessed("c", *review(89), day=89), assessed("a", *review(89), day=89))
    assert going_on(desk) == {"c": ["c"], "a": ["a", "b"]}
    desk.tell(tied("b", "c", "payout:y", day=91))
    assert going_on(desk) == {"c": ["b", "c"], "a": ["a"]}


def test_who_left_silently_is_named_no_more_once_they_are_heard_of(desk: Desk) -> None:
    desk.tell(tied("a", "b", "device:x"), assessed("a", *review(89), day=89))
    (left,) = desk.tell(assessed("b", day=91))
    assert left.subject.account_ids == ("a",)


def test_who_leaves_a_case_again_goes_on_with_the_own_one_and_nobody_is_told_twice(desk: Desk) -> None:
    (older,) = desk.tell(assessed("a", *REVIEW))
    (own,) = desk.tell(assessed("b", *REVIEW))
    told = [own]
    for day in range(3):
        told += desk.tell(tied("a", "b", day=day), untied("a", "b", day=day + 0.5))
    assert {alert.alert_id for alert in told} == {older.alert_id, own.alert_id}
    assert [alert.notify for alert in told] == [True] + [False] * (len(told) - 1)
    assert (told[-1].alert_id, told[-1].status, told[-1].joined_to) == (own.alert_id, "updated", None)
    assert going_on(desk) == {"a": ["a"], "b": ["b"]}


def test_what_was_told_of_an_account_as_part_of_another_case_is_no_news_when_it_leaves(desk: Desk) -> None:
    desk.tell(assessed("a", *REVIEW), assessed("b", *REVIEW))
    (_, told, *left) = desk.tell(tied("a", "b"), assessed("b", *REVIEW, DOCUMENT, day=1), untied("a", "b", day=2))[1:]
    assert (told.subject.account_ids, told.notify) == (("a", "b"), True)
    assert [(alert.subject.account_ids, alert.tier, alert.notify) for alert in left] == [
        (("a",), "review", False),
        (("b",), "priority", False),
    ]


def test_nor_is_it_when_its_case_had_become_part_of_the_other_one_by_way_of_a_third(desk: Desk) -> None:
    for day, name in enumerate("abc"):
        desk.tell(assessed(name, *REVIEW, day=day / 10))
    desk.tell(tied("b", "c", "device:bc", day=1), tied("a", "b", "device:ab", day=1))
    (told,) = desk.tell(assessed("c", *REVIEW, DOCUMENT, day=2))
    assert (told.subject.account_ids, told.notify) == (("a", "b", "c"), True)
    left = desk.tell(untied("b", "c", thing="device:bc", day=3))
    assert {alert.subject.account_ids: (alert.tier, alert.notify) for alert in left} == {
        ("a", "b"): ("review", False),
        ("c",): ("priority", False),
    }


def test_what_ties_put_in_the_shade_was_told_of_nobody_and_is_news_when_it_leaves(desk: Desk) -> None:
    """A cluster takes half of what a shared address counts, so that the network is no area of their alert."""
    pair, address = REVIEW[:2], evidence("shared_ip_multi_account")
    desk.tell(assessed("a", *pair), assessed("b", *pair))
    for thing in ("payout:x", "device:y"):
        desk.tell(*(tied("a", other, thing) for other in "bcd"))
    (told,) = desk.tell(assessed("b", *pair, address, DOCUMENT, day=1))
    areas = {root for root, value in told.roots.items() if value >= COUNTS}
    assert (told.notify, "identity" in areas, "network" in areas) == (True, True, False)
    desk.tell(untied("b", thing="payout:x", day=2))
    left = desk.tell(untied("b", thing="device:y", day=2))
    (own,) = [alert for alert in left if alert.subject.account_ids == ("b",)]
    assert (own.roots["network"] >= COUNTS, own.notify) == (True, True)


def test_what_was_told_of_others_only_is_news_when_it_is_found_of_who_left(desk: Desk) -> None:
    desk.tell(assessed("a", *REVIEW), assessed("b", *REVIEW))
    desk.tell(tied("a", "b"), assessed("a", *REVIEW, DOCUMENT, day=1), untied("a", "b", day=2))
    (news,) = desk.tell(assessed("b", *REVIEW, DOCUMENT, day=3))
    assert (news.subject.account_ids, news.notify) == (("b",), True)


def test_a_case_that_was_taken_back_goes_on_only_where_it_began(desk: Desk) -> None:
    (opened,) = desk.tell(tied("a", "b"), assessed("a", *REVIEW))
    desk.tell(assessed("a", day=1), untied("a", "b", day=1))
    (other,) = desk.tell(assessed("b", *REVIEW, day=2))
    (back,) = desk.tell(assessed("a", *REVIEW, day=2))
    assert other.alert_id != opened.alert_id
    assert back.alert_id == opened.alert_id


def test_what_joined_a_case_that_people_decided_does_not_go_on(desk: Desk) -> None:
    (older,) = desk.tell(assessed("a", *REVIEW))
    (own,) = desk.tell(assessed("b", *REVIEW))
    desk.tell(tied("a", "b"), decided(older.alert_id, "a", 1))
    assert desk.tell(untied("a", "b", day=2), assessed("b", *REVIEW, day=2)) == []
    (news,) = desk.tell(assessed("b", *REVIEW, DOCUMENT, day=3))
    assert news.alert_id not in (older.alert_id, own.alert_id)
    assert news.notify


def test_nor_does_what_was_taken_back_before_people_decided_on_its_account_as_part_of_another_one(desk: Desk) -> None:
    (own,) = desk.tell(assessed("b", *REVIEW))
    desk.tell(assessed("b", day=1))
    (other,) = desk.tell(assessed("a", *REVIEW, day=1))
    desk.tell(tied("a", "b", day=1), decided(other.alert_id, "a", 2), untied("a", "b", day=3))
    (news,) = desk.tell(assessed("b", *REVIEW, DOCUMENT, day=4))
    assert (news.alert_id in (own.alert_id, other.alert_id), news.notify) == (False, True)


def test_what_was_taken_back_goes_on_though_people_decided_on_others_since(desk: Desk) -> None:
    (own,) = desk.tell(assessed("a", *REVIEW))
    desk.tell(assessed("a", day=1))
    (other,) = desk.tell(assessed("b", *REVIEW, day=1))
    assert desk.tell(decided(other.alert_id, "b", 2), tied("a", "b", day=3))[1:] == []
    (back,) = desk.tell(assessed("a", *REVIEW, DOCUMENT, day=4))
    assert (back.alert_id, back.notify) == (own.alert_id, True)


def test_what_was_found_since_a_decision_goes_on_when_it_comes_back(desk: Desk) -> None:
    (first,) = desk.tell(assessed("a", *REVIEW))
    desk.tell(decided(first.alert_id, "a", 1))
    (second,) = desk.tell(assessed("a", *REVIEW, DOCUMENT, day=2))
    desk.tell(assessed("a", day=3))
    (back,) = desk.tell(assessed("a", *REVIEW, DOCUMENT, day=4))
    assert (back.alert_id, back.notify) == (second.alert_id, False)


def test_what_people_decided_does_not_come_back_by_a_tie_to_an_alert_that_was_taken_back(desk: Desk) -> None:
    desk.tell(assessed("b", *REVIEW))
    desk.tell(assessed("b", day=1))
    (own,) = desk.tell(assessed("a", *REVIEW, day=1))
    desk.tell(decided(own.alert_id, "a", 2))
    assert desk.tell(tied("a", "b", day=3)) == []


def test_two_alerts_that_meet_are_no_news_but_for_what_neither_said(desk: Desk) -> None:
    desk.tell(assessed("a", *REVIEW), assessed("b", *REVIEW, DOCUMENT))
    assert [alert.notify for alert in desk.tell(tied("a", "b"))] == [False, False]


def test_an_alert_that_meets_an_older_watch_entry_is_told(desk: Desk) -> None:
    """The entry becomes an alert, and nobody has looked at that one."""
    desk.tell(assessed("a", *WATCH), assessed("b", *REVIEW, day=1))
    assert [alert.notify for alert in desk.tell(tied("a", "b", day=1))] == [False, True]


@pytest.mark.parametrize(("anchor", "other"), ["ac", "ca"])
def test_a_case_goes_on_with_the_evidence_whoever_of_those_who_parted_is_heard_of(
    desk: Desk, anchor: str, other: str
) -> None:
    """Nobody says that the ties have expired, and the one who is heard of has nothing to do with the evidence."""
    (opened,) = desk.tell(assessed(anchor, *REVIEW))
    desk.tell(tied(anchor, "b", "device:x"), tied("b", other, "device:y"))
    desk.tell(assessed(other, *review(85), day=85), assessed(anchor, day=86))
    published = desk.tell(assessed("b", day=91))
    assert [(alert.alert_id == opened.alert_id, alert.subject.account_ids, alert.notify) for alert in published] == [
        (True, (other,), False)
    ]
