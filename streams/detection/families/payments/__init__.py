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
from streams.detection.families.payments import names, shared, splits
from streams.detection.families.payments.holders import Holder, holder, note_instrument, short
from streams.detection.families.payments.memory import Instrument, PaymentsMemory, Payout
from streams.detection.family import REFS, Desk, Family, Moment
from streams.detection.messages import Evidence
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
        splits.note_payout(memory, Payout(moment.ts, short(event.instrument_h), event.amount, event.currency or ""))
        _judge_splits(moment, memory, desk)


def observe_credit(moment: Moment, desk: Desk) -> None:
    """Note that earned money came in: payouts are grouped by it."""
    memory = _memory(moment)
    splits.note_credit(memory, moment.ts, int(desk.threshold(splits.INDICATOR, "hours") * HOUR))
    _judge_splits(moment, memory, desk)


def _judge_holders(moment: Moment, memory: PaymentsMemory, desk: Desk) -> None:
    names.judge(moment, memory, desk)
    _judge_splits(moment, memory, desk)


def _judge_splits(moment: Moment, memory: PaymentsMemory, desk: Desk) -> None:
    """Fire, or take back what a late credit or payout showed to be grouped otherwise."""
    if not desk.enabled(splits.INDICATOR):
        return
    account, profile = moment.account, moment.account.profile
    least_match = desk.threshold(names.INDICATOR, "least_match")

    def holds(instrument: Instrument | None) -> Holder:
        return holder(instrument, memory, profile, least_match)

    thresholds = desk.catalogue.indicators[splits.INDICATOR].thresholds
    splits.forget(memory, thresholds["days"])
    strangers = any(holds(known) == "other" for known in memory.instruments.values())  # else nothing is a split
    found = splits.every_split(memory, holds, int(thresholds["hours"] * HOUR)) if strangers else []
    if strangers and isinstance(moment.event, PayoutRequested):
        splits.note_ref(memory, moment.ref, found)
    alike = splits.stable_splits(found, thresholds)
    held = account.fired.get(splits.INDICATOR)
    late = held is not None and moment.ts <= held.last
    if not alike:
        if late:
            desk.retract(account, splits.INDICATOR)
        return
    numbers = splits.describe(alike, thresholds)
    last = alike[-1].end
    if held is not None and ((last < held.last and not late) or (last, numbers) == (held.last, held.numbers)):
        return
    refs = splits.refs_of(memory, alike) or (held.refs if held else [moment.ref])
    # replaced, not merged: what is said is a function of the rings alone
    desk.retract(account, splits.INDICATOR)
    note = Evidence(splits.INDICATOR, 1.0, alike[0].start, last, len(alike), numbers, refs[-REFS:])
    desk.keep(account, splits.INDICATOR, note)


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
