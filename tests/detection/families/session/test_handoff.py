"""Hand-over of a verified account (S01) and what looks like one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from enrichers.facts import Facts
from schemas.events import (
    AccountCreated,
    DocumentSubmitted,
    KycApproved,
    LoginSucceeded,
    PayoutMethodAdded,
    ProfileUpdated,
)
from tests.detection.families.session.handover import ID, VPS, carry_on, taken, verified
from tests.detection.families.session.kit import DAY, HOUR, MINUTE, PHONE, T0, Account, facts


def test_scenario_s01() -> None:
    account = taken(verified())
    account.act(2 * DAY + 21 * HOUR + 15 * MINUTE, ProfileUpdated, "d2", VPS, changed_fields=("phone",))
    account.act(3 * DAY, PayoutMethodAdded, "d2", VPS)
    found = carry_on(account, 3, 18)
    assert [found[day] for day in (3, 4)] == [0.0, 0.0]
    assert found[5] == 0.6
    assert found[15] == 0.6
    assert found[16] == 1.0
    evidence = account.fired(ID)
    assert evidence is not None
    assert evidence.numbers["changes"] == 4
    assert evidence.refs


@pytest.mark.parametrize("fields", [("email",), ("password", "2fa"), ("email", "password"), ("photo", "bio")])
def test_one_kind_of_change_is_silent(fields: tuple[str, ...]) -> None:
    assert set(carry_on(taken(verified(), fields), 3, 20).values()) == {0.0}


def test_a_new_computer_at_home_is_silent() -> None:
    home = facts("lisbon")
    assert set(carry_on(taken(verified(), ("email", "phone"), home), 3, 20, where=home).values()) == {0.0}


def test_the_same_device_elsewhere_is_silent() -> None:
    account = verified()
    account.act(2 * DAY, ProfileUpdated, "d1", VPS, changed_fields=("email", "phone"))
    assert set(carry_on(account, 2, 20, "d1").values()) == {0.0}


PHONE_AWAY = facts("lisbon", "mobile", agent=PHONE)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (PHONE_AWAY, facts("porto"), 0.0),
        (facts("lisbon"), PHONE_AWAY, 0.0),
        (PHONE_AWAY, facts("athens"), 1.0),
        (PHONE_AWAY, facts("lisbon", "vpn"), 1.0),
        (facts("lisbon", "mobile"), facts("porto"), 1.0),
    ],
)
def test_verified_by_phone_and_worked_at_a_desk_at_home_is_silent(first: Facts, second: Facts, expected: float) -> None:
    account = Account()
    account.act(10 * HOUR, DocumentSubmitted, "d1", first, doc_type="passport")
    account.act(DAY, KycApproved)
    assert carry_on(taken(account, ("email", "phone"), second), 3, 18, where=second)[18] == expected


@pytest.mark.parametrize(
    ("phone", "expected"), [(facts("lisbon", "mobile", agent=PHONE), 0.0), (facts("lisbon", "vpn", agent=PHONE), 1.0)]
)
def test_a_phone_behind_an_exit_says_nothing_of_where_its_owner_has_a_desk(phone: Facts, expected: float) -> None:
    home = facts("porto")
    account = verified(facts("lisbon", "mobile"))
    account.act(DAY - HOUR, LoginSucceeded, "d0", phone)
    assert carry_on(taken(account, ("email", "phone"), home), 3, 18, where=home)[18] == expected


@pytest.mark.parametrize("classes", ["mobile", "vpn"])
def test_an_operator_has_more_than_one_sort_of_network(classes: str) -> None:
    """At home and away are one operator's networks: whatever the old device was on is not new."""
    away = facts("lisbon", classes)
    account = verified()
    account.act(DAY + HOUR, LoginSucceeded, "d1", away)
    assert set(carry_on(taken(account, ("email", "phone"), away), 3, 18, where=away).values()) == {0.0}


UNKNOWN = msgspec.structs.replace(facts("athens"), other_countries=("AA",))


@pytest.mark.parametrize(("before", "after"), [(facts("lisbon"), UNKNOWN), (UNKNOWN, facts("lisbon"))])
def test_an_unknown_country_is_not_another_one(before: Facts, after: Facts) -> None:
    account = taken(verified(before), where=after)
    assert set(carry_on(account, 3, 18, where=after).values()) == {0.0}


@pytest.mark.parametrize("where", [VPS, facts("lisbon", "vpn")])
def test_the_device_on_which_the_identity_was_verified_is_no_new_one(where: Facts) -> None:
    """Signed up at home, verified by another device of one's own and worked on with that."""
    account = Account()
    account.act(9 * HOUR, AccountCreated, "d1")
    account.act(DAY, KycApproved, "d2", where)
    account.act(2 * DAY, ProfileUpdated, "d2", where, changed_fields=("email", "phone"))
    assert set(carry_on(account, 3, 20, where=where).values()) == {0.0}


def test_a_hand_over_is_seen_though_the_verification_was_the_first_sign_of_the_old_device() -> None:
    account = Account()
    account.act(DAY, KycApproved, "d1")
    assert carry_on(taken(account), 3, 18)[18] == 1.0


def test_without_an_earlier_device_nothing_is_known() -> None:
    account = Account()
    account.act(DAY, KycApproved)
    assert set(carry_on(taken(account), 3, 20).values()) == {0.0}


@pytest.mark.parametrize(("late", "expected"), [(9, 1.0), (12, 0.0)])
def test_ten_days_for_everything_to_change(late: int, expected: float) -> None:
    account = verified()
    account.work(2 * DAY, 2 * DAY + HOUR, "d2", VPS)
    account.act(3 * DAY, ProfileUpdated, "d2", VPS, changed_fields=("email",))
    carry_on(account, 3, late - 1)
    account.act(late * DAY, PayoutMethodAdded, "d2", VPS)
    assert carry_on(account, late, 25)[25] == expected


@pytest.mark.parametrize(("days", "expected"), [(20, 0.0), (29, 0.0), (30, 1.0), (31, 1.0)])
def test_the_end_of_a_long_silence_is_an_anchor_too(days: int, expected: float) -> None:
    account = Account()
    account.work(0, HOUR, "d1")
    account.close(0)
    account.work(days * DAY + HOUR, days * DAY + 2 * HOUR, "d2", VPS)
    account.act(days * DAY + 2 * HOUR, ProfileUpdated, "d2", VPS, changed_fields=("email", "phone"))
    assert carry_on(account, days + 1, days + 16)[days + 16] == expected


def test_changes_from_before_the_verification_are_not_named() -> None:
    account = verified()
    account.act(DAY - HOUR, ProfileUpdated, "d1", changed_fields=("phone",))
    taken(account, ("email", "password", "2fa"))
    carry_on(account, 3, 6)
    evidence = account.fired(ID)
    assert evidence is not None
    assert all(ref.ts > T0 + DAY for ref in evidence.refs)


def test_changes_may_arrive_before_the_anchor() -> None:
    early: Any = ("email", "phone")
    account = Account()
    account.act(9 * HOUR, AccountCreated, "d1")
    account.work(2 * DAY, 2 * DAY + HOUR, "d2", VPS)
    account.act(2 * DAY, ProfileUpdated, "d2", VPS, changed_fields=early)
    account.act(DAY + 20 * HOUR, KycApproved)
    assert carry_on(account, 3, 17)[17] == 1.0


def test_changes_are_kept_in_one_order_when_the_next_anchor_takes_over() -> None:
    """The bytes of a state must not depend on the process that wrote them."""
    kinds = ("phone", "email", "payout", "password", "2fa")
    account = verified()
    for day in (2, 3):
        account.act(day * DAY, KycApproved)
    account.act(4 * DAY, PayoutMethodAdded, "d1")
    account.act(4 * DAY + HOUR, ProfileUpdated, "d1", changed_fields=kinds[:2])
    account.act(4 * DAY + HOUR, ProfileUpdated, "d1", changed_fields=kinds[3:])
    account.close(5)
    memory = account.state.session
    assert memory is not None
    assert list(memory.changes) == sorted(kinds)


def at_home(account: Account, first: int, last: int) -> None:
    for day in range(first, last + 1):
        account.work(day * DAY + 9 * HOUR, day * DAY + 10 * HOUR, "d1")
        account.close(day)


@pytest.mark.parametrize("again", [4, 8, 12])
@pytest.mark.parametrize("own", [(), ("phone",)])
def test_a_second_verification_is_watched_after(again: int, own: tuple[str, ...]) -> None:
    """The person's own changes after the first one hide nothing."""
    account = verified()
    if own:
        account.act(2 * DAY, ProfileUpdated, "d1", changed_fields=own)
        account.act(2 * DAY, PayoutMethodAdded, "d1")
    at_home(account, 1, again)
    account.act(again * DAY + 12 * HOUR, KycApproved, "d1")
    day = again + 2
    account.work(day * DAY + 9 * HOUR, day * DAY + 10 * HOUR, "d2", VPS)
    account.act(day * DAY + 11 * HOUR, ProfileUpdated, "d2", VPS, changed_fields=("email", "phone"))
    found = carry_on(account, day + 1, day + 16)
    assert found[day + 16] == 1.0
    evidence = account.fired(ID)
    assert evidence is not None
    assert evidence.numbers["after"] == "the verification"
    assert evidence.refs


def test_a_verification_after_the_move_hides_nothing() -> None:
    account = taken(verified())
    account.act(4 * DAY, KycApproved, "d2", VPS)
    found = carry_on(account, 3, 18)
    assert (found[5], found[16]) == (0.6, 1.0)


def test_a_verification_between_move_and_changes_hides_nothing() -> None:
    account = verified()
    account.work(2 * DAY, 2 * DAY + HOUR, "d2", VPS)
    account.act(2 * DAY + 2 * HOUR, KycApproved, "d2", VPS)
    account.act(4 * DAY, ProfileUpdated, "d2", VPS, changed_fields=("email", "phone"))
    assert carry_on(account, 3, 20)[20] == 1.0


def test_a_verification_between_changes_and_move_hides_nothing() -> None:
    account = verified()
    account.act(2 * DAY, ProfileUpdated, None, VPS, changed_fields=("email", "phone"))
    account.act(3 * DAY, KycApproved)
    account.close(3)
    account.close(4)
    assert carry_on(account, 5, 20)[20] == 1.0


@pytest.mark.parametrize("before", [5 * MINUTE, HOUR, 30 * HOUR])
@pytest.mark.parametrize("device", [None, "d2"])
def test_changes_before_the_first_log_in_after_a_silence_count(before: int, device: str | None) -> None:
    account = Account()
    at_home(account, 0, 2)
    begin = 40 * DAY + 8 * HOUR
    account.act(begin - before, ProfileUpdated, device, VPS, changed_fields=("email", "phone"))
    found = carry_on(account, 40, 56)
    assert found[56] == 1.0
    evidence = account.fired(ID)
    assert evidence is not None
    assert evidence.numbers["after"] in {"a silence of 36 days", "a silence of 37 days"}
    assert evidence.refs


def test_changes_long_before_the_first_log_in_do_not_count() -> None:
    account = Account()
    at_home(account, 0, 2)
    account.act(36 * DAY, ProfileUpdated, None, VPS, changed_fields=("email", "phone"))
    for day in range(36, 40):
        account.close(day)
    assert set(carry_on(account, 40, 57).values()) == {0.0}


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (facts("athens"), "in another country"),
        (facts("lisbon", "hosting"), "on another sort of network"),
        (VPS, "in another country and on another sort of network"),
    ],
)
def test_what_is_different_is_told(where: Facts, told: str) -> None:
    account = taken(verified(), where=where)
    carry_on(account, 3, 6, where=where)
    evidence = account.fired(ID)
    assert evidence is not None
    assert evidence.numbers["where"] == told
