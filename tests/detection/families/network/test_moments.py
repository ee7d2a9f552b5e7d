from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from enrichers.facts import ListEntry
from schemas.events import AccountCreated, DocumentSubmitted, PayoutMethodAdded, ProfileUpdated
from tests.detection.families.network.kit import DAY, T0, Account, facts, vpn

MOMENTS = "anonymizer_at_identity_moment"


def test_two_kinds_of_moment_give_some_and_three_give_all() -> None:
    account = Account(created=T0)
    account.see(AccountCreated, 0, vpn(1))
    assert account.confidence(MOMENTS) == 0
    account.see(DocumentSubmitted, DAY, facts(2, classes=("tor",)))
    assert account.confidence(MOMENTS) == 0.6
    account.see(PayoutMethodAdded, 2 * DAY, facts(3, classes=("hosting",)))
    assert account.confidence(MOMENTS) == 1.0


@pytest.mark.parametrize("paper", ["company", "invoice", "sow", "reference_letter"])
def test_many_edits_are_one_moment_and_a_portfolio_is_none(paper: str) -> None:
    account = Account(created=T0)
    for day in range(1, 5):
        account.see(ProfileUpdated, day * DAY, vpn(1), changed_fields=("email",))
    account.see(ProfileUpdated, DAY, vpn(1), changed_fields=("skills",))
    account.see(DocumentSubmitted, DAY, vpn(1), doc_type=paper)
    assert account.confidence(MOMENTS) == 0


@pytest.mark.parametrize("name", ["name", "country", "email", "phone"])
def test_who_somebody_is_and_how_to_reach_them_is_a_moment_and_names_its_list(name: str) -> None:
    account = Account(created=T0)
    said = (ListEntry("vpn", "a list", "2026-11-20"),)
    account.see(DocumentSubmitted, DAY, replace(vpn(1), lists=said))
    account.see(ProfileUpdated, DAY, vpn(1), changed_fields=("skills", name))
    evidence = account.fired(MOMENTS)
    assert evidence is not None
    assert evidence.numbers["lists"] == ["vpn: a list of 2026-11-20"]


def test_the_earliest_event_of_a_kind_is_the_one_behind_it_whichever_is_heard_of_first() -> None:
    account = Account(created=T0)
    for day in (3, 2):
        account.see(ProfileUpdated, day * DAY, vpn(1), changed_fields=("email",))
    account.see(DocumentSubmitted, 4 * DAY, vpn(1))
    evidence = account.fired(MOMENTS)
    assert evidence is not None
    assert [(ref.ts - T0) // DAY for ref in evidence.refs] == [2, 4]


def test_a_sign_up_that_arrives_last_makes_no_moment_of_what_followed_the_first_days() -> None:
    account = Account()
    account.see(DocumentSubmitted, DAY, vpn(1))
    account.see(PayoutMethodAdded, 31 * DAY, vpn(1))
    account.see(AccountCreated, 0, facts(1))
    assert account.confidence(MOMENTS) == 0


def test_relays_and_company_gateways_do_not_count() -> None:
    for classes in (("relay",), ("corporate",), ("mobile",), ()):
        account = Account(created=T0)
        account.see(AccountCreated, 0, facts(1, classes=classes))
        account.see(DocumentSubmitted, DAY, facts(1, classes=classes))
        account.see(PayoutMethodAdded, DAY, facts(1, classes=classes))
        assert account.confidence(MOMENTS) == 0


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (("hosting", "university"), 0.0),
        (("hosting", "mobile"), 0.0),
        (("hosting", "hotel"), 0.0),
        (("tor", "university"), 0.6),
        (("cgnat", "public_proxy"), 0.6),
        (("hosting", "vpn"), 0.6),
        (("public_proxy", "relay"), 0.0),
        (("corporate", "tor"), 0.0),
    ],
)
def test_a_campus_on_a_hosting_list_hides_nobody_and_an_exit_on_a_campus_does(
    classes: tuple[str, ...], expected: float
) -> None:
    account = Account(created=T0)
    account.see(DocumentSubmitted, 0, facts(1, classes=classes))
    account.see(PayoutMethodAdded, DAY, facts(1, classes=classes))
    assert account.confidence(MOMENTS) == expected


def test_only_the_first_thirty_days_of_a_known_sign_up_count() -> None:
    for created, expected in ((T0, 0.6), (T0 - 1, 0.0), (None, 0.0)):
        account = Account(created=created)
        account.see(DocumentSubmitted, DAY, vpn(1))
        account.see(PayoutMethodAdded, 30 * DAY, vpn(1))
        assert account.confidence(MOMENTS) == expected


def test_a_sign_up_that_arrives_last_is_judged_too() -> None:
    account = Account()
    account.see(DocumentSubmitted, DAY, vpn(1))
    account.see(PayoutMethodAdded, DAY, vpn(1))
    account.see(AccountCreated, 0, facts(1))
    assert account.confidence(MOMENTS) == 0.6


def test_each_kind_of_moment_is_named_and_what_follows_the_first_days_is_nothing_new() -> None:
    account = Account(created=T0)
    account.see(AccountCreated, 0, vpn(1))
    for day in range(18):
        account.login(day * DAY, facts(1))
        account.close(day)
    account.see(DocumentSubmitted, 20 * DAY, vpn(1), doc_type="passport")
    account.see(DocumentSubmitted, 21 * DAY, vpn(1), doc_type="passport")
    for day in (100, 200, 300):
        account.see(ProfileUpdated, day * DAY, vpn(1), changed_fields=("email",))
    evidence = account.fired(MOMENTS)
    assert evidence is not None
    assert ([(ref.ts - T0) // DAY for ref in evidence.refs], evidence.count) == ([0, 20], 1)
    assert account.state.network
    account.login(60 * DAY, facts(1))
    account.close(60)
    assert account.state.network.refs == {}


def test_of_four_kinds_the_first_and_the_newest_are_named_in_any_order() -> None:
    steps: list[tuple[type[Any], dict[str, Any]]] = [
        (AccountCreated, {}),
        (DocumentSubmitted, {}),
        (PayoutMethodAdded, {}),
    ]
    steps.append((ProfileUpdated, {"changed_fields": ("email",)}))
    for order in ((0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)):
        account = Account(created=T0)
        for n in order:
            kind, fields = steps[n]
            account.see(kind, n * DAY, vpn(1), **fields)
        evidence = account.fired(MOMENTS)
        assert evidence is not None
        assert [(ref.ts - T0) // DAY for ref in evidence.refs] == [0, 2, 3]
        assert evidence.confidence == 1.0
