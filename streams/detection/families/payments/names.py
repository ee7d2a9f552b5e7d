"""`payout_name_mismatch`: a payout account was added whose holder is not the verified account holder (PAY)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.events import PayoutMethodAdded
from streams.detection.families.payments.holders import holder, short
from streams.detection.families.payments.memory import INSTRUMENTS, Instrument, PaymentsMemory
from streams.detection.family import Desk, Moment
from streams.detection.messages import Evidence
from streams.detection.windows import DAY

if TYPE_CHECKING:
    from streams.detection.account_state import Profile  # it imports this package's memory

INDICATOR = "payout_name_mismatch"


def judge_added(moment: Moment, memory: PaymentsMemory, event: PayoutMethodAdded, desk: Desk) -> None:
    """Fire when the added instrument is in another name; surer when another such one was added within the window."""
    match = event.holder_name_match_score
    if match is None or not event.instrument_h or not desk.enabled(INDICATOR):
        return
    if not _is_other(event, memory, moment.account.profile, desk.threshold(INDICATOR, "least_match")):
        return
    window = int(desk.threshold(INDICATOR, "second_days") * DAY)
    _remember(memory, short(event.instrument_h), moment.ts, match, desk)
    end = max(ts for ts, _ in memory.mismatches.values())
    near = [(ts, score) for ts, score in memory.mismatches.values() if end - window < ts <= end]
    if moment.ts <= end - window:  # later than any lateness allows: judged by itself
        end, near = moment.ts, [(moment.ts, match)]
    confidence = desk.threshold(INDICATOR, "one" if len(near) == 1 else "two")
    numbers = {
        "instruments": len(near),
        "match": round(min(score for _, score in near), 2),
        "least_match": desk.threshold(INDICATOR, "least_match"),
        "days": desk.threshold(INDICATOR, "second_days"),
    }
    first = min(ts for ts, _ in near)
    # kept whole rather than fired: the first and the last addition are known whatever order they arrived in
    desk.keep(moment.account, INDICATOR, Evidence(INDICATOR, confidence, first, end, 1, numbers, [moment.ref]))


def _is_other(event: PayoutMethodAdded, memory: PaymentsMemory, profile: Profile, least_match: float) -> bool:
    stated = Instrument(0, event.holder_name_match_score, event.holder_type == "company", event.holder_reg_id_h or "")
    return holder(stated, memory, profile, least_match) == "other"


def _remember(memory: PaymentsMemory, key: int, ts: int, match: float, desk: Desk) -> None:
    memory.mismatches[key] = max(memory.mismatches.get(key, (ts, match)), (ts, match))
    desk.make_room(memory.mismatches, INSTRUMENTS, "payment", lambda kept: kept)
