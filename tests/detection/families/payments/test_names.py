from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import AccountCreated, AffiliationDeclared, AgencyMemberAdded, PayoutMethodAdded, PayoutRequested
from streams.detection.families.payments import FAMILY
from streams.detection.messages import Evidence
from streams.detection.wording.summary import sentence
from tests.detection.families.payments.driver import CATALOGUE, T0, Account, make

NAME = "payout_name_mismatch"


def added(account: Account, at: float, instrument: str = "i1", match: float | None = None, **fields: Any) -> None:
    account.see(PayoutMethodAdded, at, instrument_h=instrument, holder_name_match_score=match, **fields)


def test_another_name_fires_at_seven_tenths() -> None:
    account = Account(FAMILY)
    added(account, 1, match=0.21)
    evidence = account.fired(NAME)
    assert evidence is not None
    assert evidence.confidence == 0.7
    assert evidence.numbers["match"] == 0.21


def test_what_is_switched_off_never_fires() -> None:
    account = Account(FAMILY, off=NAME)
    added(account, 1, match=0.21)
    assert account.fired(NAME) is None


@pytest.mark.parametrize("match", [0.6, 0.75, 1.0, None])
def test_a_match_or_an_unknown_match_is_silent(match: float | None) -> None:
    account = Account(FAMILY)
    added(account, 1, match=match)
    assert account.fired(NAME) is None


def test_just_below_the_line_fires() -> None:
    account = Account(FAMILY)
    added(account, 1, match=0.599)
    assert account.confidence(NAME) == 0.7


@pytest.mark.parametrize(("days", "expected"), [(59, 1.0), (60, 0.7), (90, 0.7)])
def test_a_second_other_instrument_makes_it_sure_within_sixty_days(days: float, expected: float) -> None:
    account = Account(FAMILY)
    added(account, 0, "i1", 0.2)
    added(account, days, "i2", 0.3)
    evidence = account.fired(NAME)
    assert evidence is not None
    assert evidence.confidence == expected
    if expected == 1.0:
        assert evidence.numbers["match"] == 0.2
        assert [ref.ts for ref in evidence.refs] == [evidence.first, evidence.last]


def test_the_same_instrument_again_is_not_a_second_one() -> None:
    account = Account(FAMILY)
    added(account, 0, "i1", 0.2)
    added(account, 3, "i1", 0.2)
    assert account.confidence(NAME) == 0.7


def test_a_declared_company_an_own_company_and_an_agency_match() -> None:
    declared = Account(FAMILY)
    declared.state.profile.related = ["employer:r1"]
    added(declared, 1, match=0.1, holder_type="company", holder_reg_id_h="r1")
    assert declared.fired(NAME) is None

    own = Account(FAMILY)
    own.see(AccountCreated, 0, reg_no_h="r1")
    added(own, 1, match=0.1, holder_type="company", holder_reg_id_h="r1")
    assert own.fired(NAME) is None

    member = Account(FAMILY)
    member.state.profile.agency_verified = True
    added(member, 1, match=0.1, holder_type="company", holder_reg_id_h="r9")
    assert member.fired(NAME) is None


def test_a_company_nobody_declared_does_not_match() -> None:
    account = Account(FAMILY)
    added(account, 1, match=0.1, holder_type="company", holder_reg_id_h="r9")
    assert account.confidence(NAME) == 0.7


def test_an_agency_does_not_explain_another_person() -> None:
    account = Account(FAMILY)
    account.state.profile.agency_verified = True
    added(account, 1, match=0.1, holder_type="person")
    assert account.confidence(NAME) == 0.7


def test_a_company_declared_after_it_was_added_is_explained() -> None:
    account = Account(FAMILY)
    added(account, 1, match=0.1, holder_type="company", holder_reg_id_h="r1")
    assert account.confidence(NAME) == 0.7
    account.state.profile.related = ["employer:r1"]
    account.see(AffiliationDeclared, 0.5, employer_h="r1")
    assert account.fired(NAME) is None
    added(account, 2, "i2", match=0.2)
    evidence = account.fired(NAME)
    assert evidence is not None
    assert (evidence.confidence, evidence.numbers["instruments"]) == (0.7, 1)


def test_an_own_company_and_an_agency_that_become_known_later_match() -> None:
    own, member = Account(FAMILY), Account(FAMILY)
    for account in (own, member):
        added(account, 1, match=0.1, holder_type="company", holder_reg_id_h="r1")
    own.see(AccountCreated, 0, reg_no_h="r1")
    assert own.fired(NAME) is None
    member.state.profile.agency_verified = True
    member.see(AgencyMemberAdded, 2, agency_id="g", confirmed_by=["agency", "member"])
    assert member.fired(NAME) is None


@pytest.mark.parametrize("kind", [PayoutMethodAdded, PayoutRequested])
def test_a_newer_statement_that_the_name_matches_takes_it_back(kind: type[Any]) -> None:
    account = Account(FAMILY)
    added(account, 0, match=0.3)
    account.see(kind, 10, instrument_h="i1", holder_name_match_score=0.97)
    assert account.fired(NAME) is None
    added(account, 5, match=0.3)  # older than what matches
    assert account.fired(NAME) is None


def test_what_a_later_payout_says_is_no_addition() -> None:
    account = Account(FAMILY)
    added(account, 0, match=0.9)
    account.see(PayoutRequested, 10, instrument_h="i1", holder_name_match_score=0.2)
    assert account.fired(NAME) is None
    added(account, 20, match=0.2)
    assert account.confidence(NAME) == 0.7


def test_of_two_methods_the_one_that_is_explained_no_longer_counts() -> None:
    account = Account(FAMILY)
    added(account, 0, "i1", 0.2)
    added(account, 10, "i2", 0.3)
    assert account.confidence(NAME) == 1.0
    added(account, 20, "i2", 0.9)
    evidence = account.fired(NAME)
    assert evidence is not None
    assert (evidence.confidence, evidence.last, [ref.ts for ref in evidence.refs]) == (0.7, T0, [T0])


def test_two_methods_of_long_ago_weigh_more_than_a_newer_one() -> None:
    account = Account(FAMILY)
    for day, name in ((0, "i1"), (30, "i2"), (95, "i3")):
        added(account, day, name, 0.2)
    assert account.confidence(NAME) == 1.0
    added(account, 400, "i4", 0.2)
    assert account.confidence(NAME) == 0.7


@pytest.mark.parametrize("instruments", [1, 2])
def test_the_sentence_reads_well_for_one_and_for_two(instruments: int) -> None:
    account = Account(FAMILY)
    for number in range(instruments):
        added(account, number, f"i{number}", 0.2)
    evidence = account.fired(NAME)
    assert evidence is not None
    assert sentence(CATALOGUE.indicators[NAME], evidence.numbers) == (
        f"{instruments} {'payout method added to the account is' if instruments == 1 else 'payout methods added to the account are'}"
        " held in another name than the verified one (name match 0.2, where 0.6 would pass)."
    )


EVENTS = [
    make(PayoutMethodAdded, at, instrument_h=instrument, holder_name_match_score=match)
    for at, instrument, match in [
        (0, "i1", 0.2),
        (0.1, "i2", 0.3),
        (0.2, "i3", 0.9),
        (0.5, "i2", 0.1),
        (0.9, "i4", 0.5),
    ]
]


def _essence(evidence: Evidence | None) -> object:
    assert evidence is not None
    return evidence.confidence, evidence.first, evidence.last, evidence.numbers, evidence.refs


@given(st.permutations(EVENTS))
def test_any_order_within_a_day_gives_the_same_evidence(order: list[Any]) -> None:
    straight, shuffled = Account(FAMILY), Account(FAMILY)
    for event in EVENTS:
        straight.take(event)
    for event in order:
        shuffled.take(event)
    assert _essence(shuffled.fired(NAME)) == _essence(straight.fired(NAME))
    assert straight.fired(NAME) is not None
    assert straight.state.fired[NAME].first == T0


def test_memory_is_bounded() -> None:
    account = Account(FAMILY)
    for number in range(100):
        added(account, number / 10, f"i{number}", 0.2)
    memory = account.state.payments
    assert memory is not None
    assert len(memory.instruments) <= 12
    assert len(memory.mismatches) <= 12
