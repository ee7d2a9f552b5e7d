"""Which splits agree: somebody has the same part each time, and not by chance."""

from __future__ import annotations

import random
from typing import Any

import pytest

from schemas.events import AffiliationDeclared, BalanceCredited, PayoutMethodAdded, PayoutRequested
from streams.detection.windows import DAY
from tests.detection.families.payments.driver import HOUR, T0, split, with_instruments

NAME = "pass_through_fan_out"


@pytest.mark.parametrize("credit", [True, False])
def test_four_equal_splits_fire_with_and_without_credits(credit: bool) -> None:
    account = with_instruments()
    for at in (10, 24, 38):
        split(account, at, credit=credit)
    assert account.fired(NAME) is None
    split(account, 52, credit=credit)
    evidence = account.fired(NAME)
    assert evidence is not None
    assert evidence.confidence == 1.0
    assert [round((ts - T0) / DAY * 24) for ts in (evidence.first, evidence.last)] == [10 * 24 + 1, 52 * 24 + 2]
    assert evidence.numbers["splits"] == 4
    assert evidence.numbers["share_percent"] == 90


def test_budgeting_in_changing_parts_is_silent() -> None:
    account = with_instruments()
    for at, kept in ((10, 10), (20, 25), (30, 40), (40, 55), (50, 5)):
        split(account, at, kept, 100 - kept)
    assert account.fired(NAME) is None


@pytest.mark.parametrize(("spread", "fires"), [(6, True), (7, False)])
def test_parts_may_vary_by_three_points_each_way(spread: float, fires: bool) -> None:
    account = with_instruments()
    for at, kept in ((10, 10), (20, 10), (30, 10 + spread), (40, 10 + spread)):
        split(account, at, kept, 100 - kept)
    assert (account.fired(NAME) is not None) is fires


@pytest.mark.parametrize(("last", "fires"), [(99, True), (101, False)])
def test_four_splits_lie_within_ninety_days(last: int, fires: bool) -> None:
    account = with_instruments()
    for at in (10, 40, 70, last):
        split(account, at)
    assert (account.fired(NAME) is not None) is fires


def test_splits_spread_over_a_year_are_silent() -> None:
    account = with_instruments()
    for at in (10, 60, 110, 160, 210):
        split(account, at)
    assert account.fired(NAME) is None


def test_splits_that_go_on_for_a_year_are_told_as_of_the_newest() -> None:
    account = with_instruments()
    for at in range(10, 366, 14):
        split(account, at, credit=True)
    evidence = account.fired(NAME)
    assert evidence is not None
    assert (evidence.numbers["splits"], round((evidence.last - T0) / DAY)) == (7, at)


@pytest.mark.parametrize(("others", "fires"), [(1, True), (2, False)])
def test_of_many_splits_a_few_that_are_alike_by_chance_are_no_agreement(others: int, fires: bool) -> None:
    """Four of five in the same parts are an agreement with an exception, four of six are not."""
    account = with_instruments()
    for number, kept in enumerate([40, 55, 25][:others]):
        split(account, 3 + number, kept=kept, passed=100 - kept, credit=True)
    for at in (10, 24, 38, 52):
        split(account, at, credit=True)
    assert (account.fired(NAME) is not None) is fires


@pytest.mark.parametrize(("later", "fires"), [(53, False), (97, False)])
def test_splits_that_were_forgotten_still_count_among_all(later: float, fires: bool) -> None:
    """Once four of six were no agreement, they are none when the other two are too old to be remembered."""
    account = with_instruments()
    for at, kept in ((3, 40), (4, 55), (10, 10), (24, 10), (38, 10), (52, 10)):
        split(account, at, kept=kept, passed=100 - kept, credit=True)
    account.see(PayoutRequested, later, instrument_h="own", amount=100, currency="USD")
    assert (account.fired(NAME) is not None) is fires


def test_evidence_stands_when_what_it_rests_on_is_forgotten() -> None:
    account = with_instruments()
    for at in (10, 24, 38, 52):
        split(account, at, credit=True)
    for at in range(60, 200, 7):
        account.see(PayoutRequested, at, instrument_h="own", amount=100, currency="USD")
        evidence = account.fired(NAME)
        assert evidence is not None
        assert (evidence.numbers["splits"], round((evidence.last - T0) / DAY)) == (4, 52)


def test_a_company_that_is_declared_takes_its_splits_back() -> None:
    account = with_instruments()
    account.see(PayoutMethodAdded, 0, instrument_h="third", holder_name_match_score=0.1)
    account.see(PayoutMethodAdded, 1, instrument_h="other", holder_type="company", holder_reg_id_h="r1")
    for at in (10, 24, 38, 52):
        split(account, at, credit=True)
    assert account.confidence(NAME) == 1.0
    account.state.profile.related = ["employer:r1"]
    account.see(AffiliationDeclared, 60, employer_h="r1")
    assert account.fired(NAME) is None


def test_a_newer_statement_that_the_name_matches_takes_splits_back() -> None:
    account = with_instruments()
    for at in (10, 24, 38, 52):
        split(account, at, credit=True)
    account.see(PayoutMethodAdded, 60, instrument_h="other", holder_name_match_score=0.9)
    assert account.fired(NAME) is None


def test_parts_are_the_same_when_the_same_holder_has_them() -> None:
    """A tenth passed on once and nine tenths the next time is no agreement; halves that are never quite equal are one."""
    turns, halves = with_instruments(), with_instruments()
    for at, kept in ((10, 10), (24, 90), (38, 10), (52, 90)):
        split(turns, at, kept, 100 - kept)
    for at, kept in ((10, 49), (24, 51), (38, 50), (52, 48)):
        split(halves, at, kept, 100 - kept)
    assert turns.fired(NAME) is None
    assert halves.confidence(NAME) == 1.0


def test_a_fixed_commission_is_seen_whoever_receives_the_rest() -> None:
    account = with_instruments()
    for number, at in enumerate((10, 24, 38, 52)):
        account.see(PayoutMethodAdded, at - 1, instrument_h=f"spare{number}", holder_name_match_score=0.1)
        account.see(BalanceCredited, at, amount=100)
        account.see(PayoutRequested, at + HOUR, instrument_h=f"spare{number}", amount=90, currency="USD")
        account.see(PayoutRequested, at + 2 * HOUR, instrument_h="own", amount=10, currency="USD")
    evidence = account.fired(NAME)
    assert evidence is not None
    assert evidence.numbers["share_percent"] == 10


def test_a_fixed_commission_is_seen_while_several_others_take_turns() -> None:
    account = with_instruments()
    account.see(PayoutMethodAdded, 0, instrument_h="third", holder_name_match_score=0.1)
    for at, parts in ((10, (50, 30)), (24, (30, 50)), (38, (50, 30)), (52, (30, 50))):
        account.see(BalanceCredited, at, amount=100)
        for who, amount in zip(("other", "third", "own"), (*parts, 20), strict=True):
            account.see(PayoutRequested, at + HOUR, instrument_h=who, amount=amount, currency="USD")
    evidence = account.fired(NAME)
    assert evidence is not None
    assert evidence.numbers["share_percent"] == 20


@pytest.mark.parametrize("seed", range(3))
def test_parts_of_three_by_chance_are_no_agreement(seed: int) -> None:
    rng = random.Random(seed)
    account = with_instruments()
    account.see(PayoutMethodAdded, 0, instrument_h="third", holder_name_match_score=0.1)
    for number in range(40):
        at = 1 + number * 3.5
        account.see(BalanceCredited, at, amount=100)
        for who in ("other", "third", "own"):
            account.see(PayoutRequested, at + HOUR, instrument_h=who, amount=rng.uniform(1, 100), currency="USD")
        assert account.fired(NAME) is None


@pytest.mark.parametrize(
    "whose", [{"holder_name_match_score": 1.0}, {"holder_type": "company", "holder_reg_id_h": "declared"}]
)
def test_two_instruments_of_one_holder_are_one_part(whose: dict[str, Any]) -> None:
    account = with_instruments()
    account.state.profile.related = ["employer:declared"]
    account.see(PayoutMethodAdded, 0, instrument_h="savings", **whose)
    for at, saved in ((10, 5), (24, 30), (38, 12), (52, 21)):
        split(account, at, kept=40 - saved, passed=60, credit=True)
        account.see(PayoutRequested, at + 3 * HOUR, instrument_h="savings", amount=saved, currency="USD")
    evidence = account.fired(NAME)
    assert evidence is not None
    assert (evidence.numbers["share_percent"], evidence.numbers["spread_percent"]) == (60, 0.0)


def test_what_is_switched_off_never_fires() -> None:
    account = with_instruments(off=NAME)
    for at in (10, 24, 38, 52):
        split(account, at, credit=True)
    assert account.fired(NAME) is None


@pytest.mark.parametrize("every", [2 * HOUR, 6 * HOUR, 3.5])
@pytest.mark.parametrize("seed", range(3))
def test_parts_by_chance_are_no_agreement_however_many_there_are(every: float, seed: int) -> None:
    rng = random.Random(seed)
    account = with_instruments()
    for number in range(40):
        part = rng.uniform(0, 100)
        split(account, 1 + number * every, part, 100 - part, gap=HOUR / 2, credit=True)
        assert account.fired(NAME) is None


@pytest.mark.parametrize("seed", range(3))
def test_payouts_to_one_or_the_other_by_chance_are_no_agreement(seed: int) -> None:
    rng = random.Random(seed)
    account = with_instruments()
    for number in range(60):
        account.see(BalanceCredited, number / 8, amount=100)
        who, amount = rng.choice(["own", "other", "third"]), rng.uniform(10, 100)
        account.see(PayoutRequested, number / 8 + HOUR, instrument_h=who, amount=amount, currency="USD")
        assert account.fired(NAME) is None


def test_parts_that_are_fixed_every_two_hours_are_an_agreement() -> None:
    account = with_instruments()
    for number in range(30):
        split(account, 1 + number * 2 * HOUR, 10 + number % 3, 90, gap=HOUR / 2, credit=True)
    assert account.confidence(NAME) == 1.0


@pytest.mark.parametrize(("alike", "fires"), [(8, False), (13, True)])
def test_where_payouts_push_out_each_other_a_few_that_are_left_are_not_all(alike: int, fires: bool) -> None:
    """Eight in a row among many odd ones were never most of them, also when those before are forgotten."""
    account = with_instruments()
    kept = [*range(10, 90, 7), *[95] * alike, *range(10, 90, 5)]
    for number, own in enumerate(kept):
        split(account, 1 + number * 2 * HOUR, own, 100 - own, gap=HOUR / 2, credit=True)
    assert (account.fired(NAME) is not None) is fires
