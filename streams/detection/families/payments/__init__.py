"""Payments (PAY): where the money goes. Names, shared instruments, and income that is passed on at once.

Amounts stay inside the account's memory; evidence carries shares and counts only.
"""

from __future__ import annotations

from typing import Any

from schemas.events import (
    AccountCreated,
    AffiliationDeclared,
    AgencyMemberAdded,
    BalanceCredited,
    PayoutMethodAdded,
    PayoutRequested,
)
from streams.detection.families.payments import groups, names, shared, splits
from streams.detection.families.payments.holders import note_instrument, short
from streams.detection.families.payments.memory import PaymentsMemory, Payout
from streams.detection.family import Desk, Family, Moment
from streams.detection.windows import DAY, HOUR

REFRESH = 7 * DAY
"""The instrument hears of an account weekly: its window is 180 days, so a day would only cost records."""


def observe_created(moment: Moment, desk: Desk) -> None:
    """Note the registration number that a company account states for itself."""
    event = moment.event
    assert isinstance(event, AccountCreated)
    if event.reg_no_h:
        memory = _memory(moment)
        memory.own_reg = event.reg_no_h
        _judge_holders(moment, memory, desk)


def observe_declared(moment: Moment, desk: Desk) -> None:
    """Judge again whose the instruments are: an employer or an agency explains also what was added before it was declared."""
    memory = moment.account.payments
    if memory is not None:
        _judge_holders(moment, memory, desk)


def observe_added(moment: Moment, desk: Desk) -> None:
    """Judge whose the added instrument is, and let the instrument know its user."""
    event = moment.event
    assert isinstance(event, PayoutMethodAdded)
    memory = _memory(moment)
    note_instrument(memory, event, moment.ts, desk)
    _link(moment, event, desk)
    names.note_added(moment, memory, event, desk)
    _judge_holders(moment, memory, desk)


def observe_payout(moment: Moment, desk: Desk) -> None:
    """Judge whether the money leaves in the same parts as before."""
    event = moment.event
    assert isinstance(event, PayoutRequested)
    memory = _memory(moment)
    note_instrument(memory, event, moment.ts, desk)
    _link(moment, event, desk)
    names.judge(moment, memory, desk)
    if event.instrument_h and event.amount:
        groups.note_payout(memory, Payout(moment.ts, short(event.instrument_h), event.amount, event.currency or ""))
        splits.judge(moment, memory, desk)


def observe_credit(moment: Moment, desk: Desk) -> None:
    """Note that earned money came in: payouts are grouped by it."""
    memory = _memory(moment)
    groups.note_credit(memory, moment.ts, int(desk.threshold(splits.INDICATOR, "hours") * HOUR))
    splits.judge(moment, memory, desk)


def _judge_holders(moment: Moment, memory: PaymentsMemory, desk: Desk) -> None:
    names.judge(moment, memory, desk)
    splits.judge(moment, memory, desk)


def _link(moment: Moment, event: PayoutMethodAdded | PayoutRequested, desk: Desk) -> None:
    if event.instrument_h:
        omnibus = event.omnibus is True
        desk.link(moment, shared.KIND, event.instrument_h, REFRESH, lambda: _shape(omnibus))


def _shape(omnibus: bool) -> dict[str, Any]:
    return {"omnibus": True} if omnibus else {}


def _memory(moment: Moment) -> PaymentsMemory:
    account = moment.account
    if account.payments is None:
        account.payments = PaymentsMemory()
    return account.payments


FAMILY = Family(
    "PAY",
    (names.INDICATOR, shared.INDICATOR, splits.INDICATOR),
    {
        AccountCreated: observe_created,
        AffiliationDeclared: observe_declared,
        AgencyMemberAdded: observe_declared,
        PayoutMethodAdded: observe_added,
        PayoutRequested: observe_payout,
        BalanceCredited: observe_credit,
    },
    judge={shared.KIND: shared.judge_instrument},
)
