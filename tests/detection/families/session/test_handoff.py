"""Hand-over of a verified account (S01) and what looks like one."""

from __future__ import annotations

from typing import Any

import pytest

from enrichers.facts import Facts
from schemas.events import AccountCreated, DocumentSubmitted, KycApproved, PayoutMethodAdded, ProfileUpdated
from tests.detection.families.session.kit import DAY, HOUR, MINUTE, Account, facts

ID = "account_handoff_after_verification"
VPS = facts("athens", "hosting")


def verified() -> Account:
    account = Account()
    account.act(9 * HOUR, AccountCreated, "d1")
    account.act(10 * HOUR, DocumentSubmitted, "d1", doc_type="passport")
    account.act(DAY, KycApproved)
    return account


def taken(account: Account, fields: tuple[str, ...] = ("email", "password", "2fa"), where: Facts = VPS) -> Account:
    """The second day: a new device, then changed data."""
    account.work(2 * DAY + 21 * HOUR, 2 * DAY + 22 * HOUR, "d2", where)
    account.act(2 * DAY + 21 * HOUR + 6 * MINUTE, ProfileUpdated, "d2", where, changed_fields=fields)
    return account


def carry_on(account: Account, first: int, last: int, device: str = "d2", where: Facts = VPS) -> dict[int, float]:
    """Work every day; confidence at the close of each."""
    found = {}
    for day in range(first, last + 1):
        account.work(day * DAY + 8 * HOUR, day * DAY + 9 * HOUR, device, where)
        account.close(day)
        found[day] = account.confidence(ID)
    return found


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


def test_the_old_device_takes_the_finding_back() -> None:
    account = taken(verified())
    carry_on(account, 3, 9)
    assert account.confidence(ID) == 0.6
    account.work(10 * DAY, 10 * DAY + HOUR, "d1")
    assert account.confidence(ID) == 0.0
    assert set(carry_on(account, 10, 25).values()) == {0.0}


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


@pytest.mark.parametrize(("days", "expected"), [(20, 0.0), (31, 1.0)])
def test_the_end_of_a_long_silence_is_an_anchor_too(days: int, expected: float) -> None:
    account = Account()
    account.work(0, HOUR, "d1")
    account.close(0)
    account.work(days * DAY, days * DAY + HOUR, "d2", VPS)
    account.act(days * DAY + HOUR, ProfileUpdated, "d2", VPS, changed_fields=("email", "phone"))
    assert carry_on(account, days + 1, days + 16)[days + 16] == expected


def test_changes_may_arrive_before_the_anchor() -> None:
    early: Any = ("email", "phone")
    account = Account()
    account.act(9 * HOUR, AccountCreated, "d1")
    account.work(2 * DAY, 2 * DAY + HOUR, "d2", VPS)
    account.act(2 * DAY, ProfileUpdated, "d2", VPS, changed_fields=early)
    account.act(DAY + 20 * HOUR, KycApproved)
    assert carry_on(account, 3, 17)[17] == 1.0
