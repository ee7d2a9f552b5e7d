"""A verified account, what makes a hand-over of it, and the days after."""

from __future__ import annotations

from enrichers.facts import Facts
from schemas.events import AccountCreated, DocumentSubmitted, KycApproved, ProfileUpdated
from tests.detection.families.session.kit import DAY, HOUR, MINUTE, Account, facts

ID = "account_handoff_after_verification"
VPS = facts("athens", "hosting")


def verified(where: Facts | None = None) -> Account:
    account = Account()
    account.act(9 * HOUR, AccountCreated, "d1", where)
    account.act(10 * HOUR, DocumentSubmitted, "d1", where, doc_type="passport")
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
