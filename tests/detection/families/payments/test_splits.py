"""Which payouts belong together: by credits, currencies and holders, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import BalanceCredited, PayoutMethodAdded, PayoutRequested
from streams.detection.account_state import AccountState
from streams.detection.families.payments import FAMILY
from streams.detection.windows import DAY, MINUTE
from tests.detection.families.payments.driver import HOUR, T0, Account, make, split, with_instruments

NAME = "pass_through_fan_out"


@pytest.mark.parametrize(("own", "other"), [(0.9, 0.6), (None, None), (0.9, None)])
def test_own_instruments_and_unknown_holders_are_no_split(own: float | None, other: float | None) -> None:
    account = with_instruments(own, other)
    for at in (10, 20, 30, 40, 50):
        split(account, at)
    assert account.fired(NAME) is None


@pytest.mark.parametrize(("own", "other", "fires"), [(0.9, None, False), (0.1, 0.2, True)])
def test_a_split_has_a_receiver_who_is_known_to_be_another(own: float | None, other: float | None, fires: bool) -> None:
    """A stranger's instrument that gets nothing makes none; two strangers are enough."""
    account = with_instruments(own, other)
    account.see(PayoutMethodAdded, 0, instrument_h="unused", holder_name_match_score=0.2)
    for at in (10, 20, 30, 40):
        split(account, at)
    assert (account.fired(NAME) is not None) is fires


def test_one_company_behind_both_instruments_is_one_holder() -> None:
    account = Account(FAMILY)
    for name in ("own", "other"):
        account.see(PayoutMethodAdded, 0, instrument_h=name, holder_type="company", holder_reg_id_h="r1")
    for at in (10, 20, 30, 40):
        split(account, at)
    assert account.fired(NAME) is None


def test_an_undeclared_company_beside_an_own_instrument_fires() -> None:
    account = Account(FAMILY)
    account.see(PayoutMethodAdded, 0, instrument_h="own", holder_name_match_score=0.97)
    account.see(PayoutMethodAdded, 0, instrument_h="other", holder_type="company", holder_reg_id_h="r55")
    for at in (5, 15, 25, 35, 45, 55):
        split(account, at, 12, 88, gap=6 * HOUR)
    assert account.confidence(NAME) == 1.0


@pytest.mark.parametrize(("gap", "fires"), [(22 * HOUR, True), (25 * HOUR, False)])
def test_parts_that_leave_on_another_day_are_no_split(gap: float, fires: bool) -> None:
    account = with_instruments()
    for at in (10, 20, 30, 40):
        split(account, at, gap=gap, credit=True)
    assert (account.fired(NAME) is not None) is fires


def test_money_that_stays_for_weeks_is_not_passed_through() -> None:
    account = with_instruments()
    for at in (10, 25, 40, 55):
        account.see(BalanceCredited, at - 5, amount=100)
        split(account, at)
    assert account.fired(NAME) is None


def test_a_missing_amount_is_unknown_and_not_counted() -> None:
    account = with_instruments()
    for at in (10, 20, 30, 40):
        account.see(PayoutRequested, at, instrument_h="other", amount=90)
        account.see(PayoutRequested, at + HOUR, instrument_h="own")
    assert account.fired(NAME) is None


def test_different_currencies_are_different_money() -> None:
    account = with_instruments()
    for at in (10, 20, 30, 40):
        account.see(PayoutRequested, at, instrument_h="other", amount=90, currency="EUR")
        account.see(PayoutRequested, at + HOUR, instrument_h="own", amount=10, currency="USD")
    assert account.fired(NAME) is None


LATE = [
    *(
        make(kind, at, **fields)
        for hour in (0, 6, 12, 17)
        for kind, at, fields in (
            (BalanceCredited, hour * HOUR, {"amount": 100.0}),
            (PayoutRequested, (hour + 2) * HOUR, {"instrument_h": "other", "amount": 90.0}),
            (PayoutRequested, (hour + 3) * HOUR, {"instrument_h": "own", "amount": 10.0 + hour / 10}),
        )
    )
]
"""Four credits and their splits within a day, so that any order is within the allowed lateness."""


@given(st.permutations(LATE))
def test_any_order_within_a_day_gives_the_same_evidence(order: Sequence[Any]) -> None:
    straight, shuffled = with_instruments(), with_instruments()
    for event in LATE:
        straight.take(event)
    for event in order:
        shuffled.take(event)
    one, two = straight.fired(NAME), shuffled.fired(NAME)
    assert one is not None
    assert two is not None
    assert (two.confidence, two.first, two.last, two.numbers) == (one.confidence, one.first, one.last, one.numbers)


def test_a_late_credit_takes_a_wrong_grouping_back() -> None:
    account = with_instruments()
    for at in (10, 20, 30, 40):
        split(account, at, gap=20 * HOUR)
    assert account.fired(NAME) is not None
    account.see(BalanceCredited, 40 - 5 * HOUR, amount=50)  # the second part left more than a day after it
    assert account.fired(NAME) is None


@pytest.mark.parametrize("minutes", [(5, 50), (50, 5)])
def test_of_the_credits_of_an_hour_the_first_is_kept_whichever_arrives_first(minutes: tuple[int, int]) -> None:
    account = with_instruments()
    for minute in minutes:
        account.see(BalanceCredited, 10 + minute / 60 * HOUR, amount=50)
    memory = account.state.payments
    assert memory is not None
    assert memory.credits == [T0 + 10 * DAY + 5 * MINUTE]


def test_what_no_window_reaches_is_forgotten() -> None:
    account = with_instruments()
    split(account, 10, credit=True)
    account.see(PayoutRequested, 110, instrument_h="own", amount=5, currency="USD")
    memory = account.state.payments
    assert memory is not None
    assert (len(memory.payouts), memory.credits) == (1, [])


@pytest.mark.parametrize("between", [0.1, 0.5, 19])
def test_a_small_credit_between_the_parts_hides_nothing(between: float) -> None:
    account = with_instruments()
    for at in (10, 20, 30, 40):
        split(account, at, gap=20 * HOUR, credit=True)
        account.see(BalanceCredited, at + (1 + between) * HOUR, amount=5)
    assert account.confidence(NAME) == 1.0


@pytest.mark.parametrize("a_day", [1 / 7, 1, 2, 4, 20])
def test_a_split_every_two_weeks_is_seen_however_often_money_comes_in(a_day: float) -> None:
    account, due = with_instruments(), 7.0
    for number in range(int(90 * a_day)):
        at = number / a_day
        account.see(BalanceCredited, at, amount=100)
        if at >= due:
            split(account, at)
            due += 14
    evidence = account.fired(NAME)
    assert evidence is not None
    assert evidence.numbers["splits"] == 6
    memory = account.state.payments
    assert memory is not None
    assert len(memory.credits) <= 96


def test_one_split_after_many_credits_is_one() -> None:
    account = with_instruments()
    for hour in range(24):
        account.see(BalanceCredited, 10 + hour * HOUR, amount=100)
    split(account, 11)
    split(account, 11 + 5 * HOUR)
    assert account.fired(NAME) is None


def test_a_payment_of_another_credit_beside_a_split_does_not_blur_it() -> None:
    account = with_instruments()
    for at in (10, 20, 30, 40):
        account.see(BalanceCredited, at - 20 * HOUR, amount=300 + at)
        account.see(PayoutRequested, at - 19 * HOUR, instrument_h="own", amount=at * 7, currency="USD")
        split(account, at, credit=True)
    assert account.confidence(NAME) == 1.0


def test_a_payout_of_each_of_the_last_splits_is_named() -> None:
    account = with_instruments()
    for at in (10, 24, 38, 52, 66):
        split(account, at, credit=True)
    evidence = account.fired(NAME)
    assert evidence is not None
    assert [round((ref.ts - T0) / DAY) for ref in evidence.refs] == [38, 52, 66]


def test_payouts_to_oneself_are_not_remembered_by_name() -> None:
    account = with_instruments(0.9, 0.9)
    for at in (10, 20, 30):
        split(account, at, credit=True)
    assert account.state.payments is not None
    assert account.state.payments.passed_on == []


def test_memory_is_bounded_and_survives_its_encoding() -> None:
    account = with_instruments()
    for number in range(120):
        split(account, number / 3, credit=True)
    memory = account.state.payments
    assert memory is not None
    assert len(memory.payouts) <= 32
    assert len(memory.credits) <= 96
    data = msgspec.msgpack.encode(account.state)
    assert msgspec.msgpack.decode(data, type=AccountState).payments == memory


def test_an_ordinary_account_stays_small() -> None:
    account = Account(FAMILY)
    account.see(PayoutMethodAdded, 0, instrument_h="h" * 64, holder_name_match_score=0.97)
    for week in range(50):
        account.see(BalanceCredited, week * 7, amount=400)
        account.see(PayoutRequested, week * 7 + 2, instrument_h="h" * 64, amount=400, currency="USD")
    assert len(msgspec.msgpack.encode(account.state.payments)) < 700
