"""`pass_through_fan_out`: income comes in and leaves at once, in the same parts, to different holders (PAY).

Parts are the same when one receiver's is: a company's, another person's, or what the account holder keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from schemas.events import BalanceCredited, PayoutRequested
from streams.detection.families.payments.groups import (
    LATENESS,
    OWN,
    Groupings,
    Holds,
    Split,
    forget,
    groupings,
    separate,
)
from streams.detection.families.payments.holders import Holder, holder
from streams.detection.families.payments.memory import RING, SPLITS, Instrument, PaymentsMemory
from streams.detection.families.payments.names import INDICATOR as NAMES
from streams.detection.family import REFS, Desk, Moment
from streams.detection.messages import Evidence, Numbers, Ref
from streams.detection.windows import DAY, HOUR

INDICATOR = "pass_through_fan_out"
_ENOUGH = RING * 3 // 4
"""Payouts up to a split without which a full ring does not show how many splits there were: of a few, all are alike by chance."""
_ROUNDING = 1e-9


class Alike(NamedTuple):
    """Splits of which one receiver had the same part each time, oldest first, and these parts."""

    splits: list[Split]
    parts: list[float]

    @property
    def last(self) -> int:
        """When they were complete."""
        return self.splits[-1].end


def judge(moment: Moment, memory: PaymentsMemory, desk: Desk) -> None:
    """Fire, or take back what a late credit or payout, a declaration or a better name match showed to be no split."""
    if not desk.enabled(INDICATOR):
        return
    account, held, profile = moment.account, moment.account.fired.get(INDICATOR), moment.account.profile
    least_match, thresholds = desk.threshold(NAMES, "least_match"), desk.catalogue.indicators[INDICATOR].thresholds
    forget(memory, thresholds["days"])
    if isinstance(moment.event, BalanceCredited) and (not memory.payouts or moment.ts > memory.payouts[-1].ts):
        return  # nothing followed it yet

    def holds(instrument: Instrument | None) -> Holder:
        return holder(instrument, memory, profile, least_match)

    if not any(holds(known) == "other" for known in memory.instruments.values()):
        desk.retract(account, INDICATOR)
        return
    found = groupings(memory, holds, int(thresholds["hours"] * HOUR))
    if isinstance(moment.event, PayoutRequested):
        _note_ref(memory, moment.ref, found)
    alike = _agreement(found, memory, thresholds)
    if held is not None and (alike is None or alike.last <= held.last) and _stands(held, found, memory, thresholds):
        return
    if alike is None:
        desk.retract(account, INDICATOR)
        return
    numbers = _describe(alike, thresholds)
    if held is not None and (alike.last, numbers) == (held.last, held.numbers):
        return
    refs = _refs_of(memory, alike) or (held.refs if held else [moment.ref])
    desk.retract(account, INDICATOR)  # replaced, not merged: what is said is a function of the rings alone
    first, count = alike.splits[0].start, len(alike.splits)
    note = Evidence(INDICATOR, 1.0, first, alike.last, count, numbers, refs[-REFS:])
    desk.keep(account, INDICATOR, note)


def splits(memory: PaymentsMemory, holds: Holds, hours: int) -> list[Split]:
    """List splits, none of which has a payout in common with another, oldest first."""
    found = groupings(memory, holds, hours)
    return separate(sorted({*found.to_next_credit, *found.of_all_hours}))


def _agreement(found: Groupings, memory: PaymentsMemory, thresholds: Mapping[str, float]) -> Alike | None:
    """Pick the newest splits in which somebody's part stays the same; None when they are too few within the window.

    Too few are also those that are less than `steady_share` of all: among dozens of splits by chance, four are alike.
    """
    newest: Alike | None = None
    for grouping in found:
        if len(separate(grouping)) < thresholds["credits"]:
            continue  # where somebody is paid every hour they all overlap
        for last in reversed(grouping):
            if newest is not None and last.end <= newest.last:
                break
            alike = _alike(grouping, last, thresholds) if _judged(last, memory, thresholds) else None
            if alike is not None:
                newest = alike
                break
    return newest


def _stands(held: Evidence, found: Groupings, memory: PaymentsMemory, thresholds: Mapping[str, float]) -> bool:
    """Tell whether evidence stands although it is not found again: what it rests on, or what went before that, is forgotten."""
    if held.first < memory.since:
        return True
    ended = [split for grouping in found for split in grouping if split.end == held.last]
    return bool(ended) and not any(_judged(split, memory, thresholds) for split in ended)


def _judged(last: Split, memory: PaymentsMemory, thresholds: Mapping[str, float]) -> bool:
    """Tell whether so much of what went before is held that it shows how many splits there were: of a few, all may be alike by chance.

    Where payouts push out each other that is a full ring but for those which came while others could still be late.
    """
    if last.end - int(thresholds["days"] * DAY) >= memory.since:
        return True
    recent = memory.payouts[-1].ts - LATENESS - int(thresholds["hours"] * HOUR)
    return len(memory.payouts) >= _ENOUGH and last.end >= max(recent, memory.payouts[_ENOUGH - 1].ts)


def _alike(found: list[Split], last: Split, thresholds: Mapping[str, float]) -> Alike | None:
    """The most splits up to `last` that agree with it; of as many, those with the larger part.

    Of two receivers both are looked at, since another may take the place of one of them; of more the one with most and the account
    holder, whose cut stays while the others take turns: each further part is another try for chance.
    """
    begin = last.end - int(thresholds["days"] * DAY)
    inside = [split for split in found if begin < split.end and split <= last]
    spread = 2 * thresholds["ratio"] + _ROUNDING
    best: Alike | None = None
    looked_at = [had for had in last.parts if len(last.parts) == 2 or had == last.parts[0] or had[1] == OWN]
    for part, receiver in looked_at:
        parts = {split: had for split in inside for had, who in split.parts if who == receiver}
        for low in sorted({had for had in parts.values() if part - spread <= had <= part}, reverse=True):
            steady = [split for split, had in parts.items() if low <= had <= low + spread]
            if len(steady) < thresholds["steady_share"] * len(inside):
                continue  # also where they overlap: of many ways to group the same payouts some agree by chance
            alike = [*separate(split for split in steady if split.end < last.start), last]
            if len(alike) >= thresholds["credits"] and (best is None or len(alike) > len(best.splits)):
                best = Alike(alike, [parts[split] for split in alike])
    return best


def _describe(alike: Alike, thresholds: Mapping[str, float]) -> Numbers:
    """Say in numbers what the evidence is: splits that agree."""
    return {
        "splits": len(alike.splits),
        "share_percent": round(100 * sum(alike.parts) / len(alike.parts)),
        "spread_percent": round(100 * (max(alike.parts) - min(alike.parts)), 1),
        "hours": thresholds["hours"],
        "days": thresholds["days"],
    }


def _note_ref(memory: PaymentsMemory, ref: Ref, found: Groupings) -> None:
    """Remember a payout that is, or may become, part of a split: the newest of each of the splits `found`."""
    refs = sorted({*memory.passed_on, ref})
    kept = {known for known in refs if known.ts > refs[-1].ts - DAY - LATENESS}
    for split in {*found.to_next_credit, *found.of_all_hours}:
        kept |= set([known for known in refs if split.start <= known.ts <= split.end][-1:])
    memory.passed_on = sorted(kept)[-SPLITS:]


def _refs_of(memory: PaymentsMemory, alike: Alike) -> list[Ref]:
    """One payout of each of these splits, as far as they are remembered, oldest first."""
    of_each = [[ref for ref in memory.passed_on if split.start <= ref.ts <= split.end][-1:] for split in alike.splits]
    return sorted({ref for refs in of_each for ref in refs})
