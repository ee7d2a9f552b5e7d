"""`payout_name_mismatch`: a payout account was added whose holder is not the verified account holder (PAY).

Read afresh from what is known of the instruments whenever something is said of them or a relation is declared, so that neither the
order of arrival nor an old statement decides.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from schemas.events import PayoutMethodAdded
from streams.detection.families.payments.holders import holder, short
from streams.detection.families.payments.memory import INSTRUMENTS, Instrument, PaymentsMemory
from streams.detection.family import REFS, Desk, Moment
from streams.detection.messages import Evidence, Ref
from streams.detection.windows import DAY

if TYPE_CHECKING:
    from streams.detection.account_state import Profile  # it imports this package's memory

INDICATOR = "payout_name_mismatch"


class Others(NamedTuple):
    """Instruments in other names that were added within one window: confidence, and the newest addition of each with its match."""

    confidence: float
    added: list[tuple[int, float]]


def note_added(moment: Moment, memory: PaymentsMemory, event: PayoutMethodAdded, desk: Desk) -> None:
    """Keep that an instrument in another name was added, whatever may explain it: that can change."""
    match = event.holder_name_match_score
    if match is not None and event.instrument_h and match < desk.threshold(INDICATOR, "least_match"):
        key = short(event.instrument_h)
        memory.mismatches[key] = max(memory.mismatches.get(key, (moment.ts, match)), (moment.ts, match))
        desk.make_room(memory.mismatches, INSTRUMENTS, "payment", lambda kept: kept)


def judge(moment: Moment, memory: PaymentsMemory, desk: Desk) -> None:
    """Fire while an added instrument is in another name; surer when two were added within the window. Take back what is explained."""
    account, held = moment.account, moment.account.fired.get(INDICATOR)
    if not memory.mismatches or not desk.enabled(INDICATOR):
        return
    found = _weightiest(memory, account.profile, desk)
    if found is None:
        desk.retract(account, INDICATOR)
        return
    numbers = {
        "instruments": len(found.added),
        "match": round(min(match for _, match in found.added), 2),
        "least_match": desk.threshold(INDICATOR, "least_match"),
        "days": desk.threshold(INDICATOR, "second_days"),
    }
    times = [ts for ts, _ in found.added]
    refs = _refs(moment, times, held)
    note = Evidence(INDICATOR, found.confidence, min(times), max(times), len(times), numbers, refs)
    if note != held:
        desk.retract(account, INDICATOR)  # replaced, not merged
        desk.keep(account, INDICATOR, note)


def _weightiest(memory: PaymentsMemory, profile: Profile, desk: Desk) -> Others | None:
    """Of the windows that end with each addition, the one whose evidence weighs most whenever it is looked at."""
    limits = desk.catalogue.indicators[INDICATOR].thresholds
    window, half_life = limits["second_days"] * DAY, desk.catalogue.indicators[INDICATOR].half_life_days * DAY
    others = sorted(
        (ts, match)
        for key, (ts, match) in memory.mismatches.items()
        if holder(memory.instruments.get(key, Instrument(ts, match)), memory, profile, limits["least_match"]) == "other"
    )
    windows = []
    for end, _ in others:
        near = [(ts, match) for ts, match in others if end - window < ts <= end]
        confidence = limits["one" if len(near) == 1 else "two"]
        if confidence > 0:
            windows.append(Others(confidence, near))
    return max(windows, key=lambda one: math.log2(one.confidence) + one.added[-1][0] / half_life, default=None)


def _refs(moment: Moment, times: list[int], held: Evidence | None) -> list[Ref]:
    """The additions that are counted, as far as they are known: the first and the newest."""
    told = {moment.ref} if isinstance(moment.event, PayoutMethodAdded) else set()
    refs = sorted(ref for ref in {*told, *(held.refs if held else ())} if ref.ts in times)
    return refs[:1] + refs[1:][-REFS + 1 :]
