from __future__ import annotations

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


def test_many_edits_are_one_moment_and_a_portfolio_is_none() -> None:
    account = Account(created=T0)
    for day in range(1, 5):
        account.see(ProfileUpdated, day * DAY, vpn(1), changed_fields=("email",))
    account.see(ProfileUpdated, DAY, vpn(1), changed_fields=("skills",))
    account.see(DocumentSubmitted, DAY, vpn(1), doc_type="invoice")
    assert account.confidence(MOMENTS) == 0


def test_relays_and_company_gateways_do_not_count() -> None:
    for classes in (("relay",), ("corporate",), ("mobile",), ()):
        account = Account(created=T0)
        account.see(AccountCreated, 0, facts(1, classes=classes))
        account.see(DocumentSubmitted, DAY, facts(1, classes=classes))
        account.see(PayoutMethodAdded, DAY, facts(1, classes=classes))
        assert account.confidence(MOMENTS) == 0


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
