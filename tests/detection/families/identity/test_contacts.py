from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import AccountCreated, ProfileUpdated
from streams.detection.families.identity import FAMILY
from tests.detection.families.payments.driver import Account, make

NAME = "voip_or_disposable_contact"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"phone_line_type": "nonFixedVoip"}, 0.5),
        ({"email_domain_class": "disposable"}, 0.5),
        ({"phone_line_type": "nonFixedVoip", "email_domain_class": "disposable"}, 1.0),
        ({"phone_line_type": "nonFixedVoip", "email_domain_class": "alias"}, 0.5),
        ({"email_domain_class": "alias"}, 0.0),
        ({"phone_line_type": "fixedVoip"}, 0.0),
        ({"phone_line_type": "prepaid", "email_domain_class": "ordinary"}, 0.0),
        ({"phone_h": "p", "email_norm_h": "e"}, 0.0),
        ({}, 0.0),
    ],
)
def test_confidence_by_contact_points(fields: dict[str, Any], expected: float) -> None:
    account = Account(FAMILY)
    account.see(AccountCreated, 0, **fields)
    assert account.confidence(NAME) == expected


def test_what_is_switched_off_never_fires() -> None:
    account = Account(FAMILY, off=NAME)
    account.see(AccountCreated, 0, phone_line_type="nonFixedVoip")
    assert account.fired(NAME) is None


def test_phone_and_mailbox_of_different_events_count_together() -> None:
    account = Account(FAMILY)
    account.see(AccountCreated, 0, email_domain_class="disposable")
    account.see(ProfileUpdated, 3, phone_line_type="nonFixedVoip")
    evidence = account.fired(NAME)
    assert evidence is not None
    assert evidence.confidence == 1.0
    assert len(evidence.refs) == 2


@pytest.mark.parametrize("fields", [{"phone_line_type": "mobile"}, {"phone_h": "new"}])
def test_replacing_the_contact_takes_the_evidence_back(fields: dict[str, Any]) -> None:
    account = Account(FAMILY)
    account.see(AccountCreated, 0, phone_line_type="nonFixedVoip")
    account.see(ProfileUpdated, 1, **fields)
    assert account.fired(NAME) is None


def test_an_update_of_something_else_changes_nothing() -> None:
    account = Account(FAMILY)
    account.see(AccountCreated, 0, phone_line_type="nonFixedVoip")
    account.see(ProfileUpdated, 1, skills=("python",))
    assert account.confidence(NAME) == 0.5


EVENTS = [
    make(AccountCreated, 0, phone_line_type="nonFixedVoip", email_domain_class="ordinary"),
    make(ProfileUpdated, 0.2, email_domain_class="disposable"),
    make(ProfileUpdated, 0.4, phone_line_type="mobile"),
    make(ProfileUpdated, 0.6, email_domain_class="disposable", email_norm_h="x"),
]


@given(st.permutations(EVENTS))
def test_any_order_gives_the_same_evidence(order: list[Any]) -> None:
    straight, shuffled = Account(FAMILY), Account(FAMILY)
    for event in EVENTS:
        straight.take(event)
    for event in order:
        shuffled.take(event)
    assert shuffled.fired(NAME) == straight.fired(NAME)
    assert straight.confidence(NAME) == 0.5
