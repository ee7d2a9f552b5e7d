"""`pass_through_fan_out`: income comes in and leaves at once, in the same parts, to different holders (PAY).

A *split* is a group of payouts of one currency to two or more instruments of different holders, all within 24 h of a
credit that they follow, whatever else was credited between them. Before a platform has sent any credit for the account,
the first payout of a group starts the 24 h instead. A payout counts in one split only. Everything is read afresh from
two small sorted lists, so that the order of arrival cannot matter.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Mapping

import msgspec

from streams.detection.families.payments.holders import Holder
from streams.detection.families.payments.memory import CREDITS, RING, SPLITS, Instrument, PaymentsMemory, Payout
from streams.detection.messages import Numbers, Ref
from streams.detection.windows import DAY, HOUR

INDICATOR = "pass_through_fan_out"
LATENESS = DAY
"""How late a payout may come and still be counted (catalogue §4.2)."""
Holds = Callable[[Instrument | None], Holder]


class Split(msgspec.Struct, frozen=True, order=True, gc=False):
    """One split: last payout, first payout, largest instrument's part of the money."""

    end: int
    start: int
    share: float


def note_payout(memory: PaymentsMemory, payout: Payout) -> None:
    """Keep a payout; the oldest gives way."""
    insort(memory.payouts, payout)
    del memory.payouts[:-RING]


def note_credit(memory: PaymentsMemory, ts: int, hours: int) -> None:
    """Keep the first credit of each hour while a payout may still follow within `hours` (ms); later the last one before each payout."""
    memory.first_credit = ts if memory.first_credit is None else min(memory.first_credit, ts)
    at = bisect_left(memory.credits, ts)
    if at and memory.credits[at - 1] // HOUR == ts // HOUR:
        return
    if at < len(memory.credits) and memory.credits[at] // HOUR == ts // HOUR:
        memory.credits[at] = ts
    else:
        memory.credits.insert(at, ts)
    settled = memory.credits[-1] - hours - LATENESS
    followed = {start for payout in memory.payouts if (start := _credit_before(memory, payout.ts, hours)) is not None}
    memory.credits = [known for known in memory.credits if known > settled or known in followed][-CREDITS:]


def note_ref(memory: PaymentsMemory, ref: Ref, found: list[Split]) -> None:
    """Remember a payout that is, or may become, part of a split: the newest of each of the splits `found`."""
    refs = sorted({*memory.passed_on, ref})
    kept = {known for known in refs if known.ts > refs[-1].ts - DAY - LATENESS}
    for split in found:
        kept |= set([known for known in refs if split.start <= known.ts <= split.end][-1:])
    memory.passed_on = sorted(kept)[-SPLITS:]


def refs_of(memory: PaymentsMemory, alike: list[Split]) -> list[Ref]:
    """One payout of each of these splits, as far as they are remembered, oldest first."""
    of_each = [[ref for ref in memory.passed_on if split.start <= ref.ts <= split.end][-1:] for split in alike]
    return sorted({ref for refs in of_each for ref in refs})


def forget(memory: PaymentsMemory, days: float) -> None:
    """Drop payouts and credits that no window can reach any more; two days more than the window cover lateness."""
    newest = max([payout.ts for payout in memory.payouts[-1:]] + memory.credits[-1:], default=0)
    before = newest - int((days + 2) * DAY)
    if memory.payouts and memory.payouts[0].ts < before:
        memory.payouts = [payout for payout in memory.payouts if payout.ts >= before]
    if memory.credits and memory.credits[0] < before:
        memory.credits = [ts for ts in memory.credits if ts >= before]


def stable_splits(found: list[Split], thresholds: Mapping[str, float]) -> list[Split]:
    """Pick the newest of the splits `found` whose largest parts agree, oldest first; empty when they are too few within the window.

    Too few are also those that are less than `steady_share` of all: among dozens of splits by chance, four are alike.
    """
    needed, spread = int(thresholds["credits"]), 2 * thresholds["ratio"]
    if len(found) < needed:
        return []
    window = int(thresholds["days"] * DAY)
    for last in range(len(found) - 1, -1, -1):
        inside = [split for split in found[: last + 1] if split.end > found[last].end - window]
        alike = _largest_alike(inside, spread, found[last])
        if len(alike) >= needed and len(alike) >= thresholds["steady_share"] * len(_separate(inside)):
            return alike
    return []


def splits(memory: PaymentsMemory, holds: Holds, hours: int) -> list[Split]:
    """List groups of payouts that went to different holders, none of which has a payout in common with another; oldest first."""
    return _separate(every_split(memory, holds, hours))


def every_split(memory: PaymentsMemory, holds: Holds, hours: int) -> list[Split]:
    """List them also where they overlap: which of them agree with others is not known here."""
    found = [_split(group, memory, holds) for group in _groups(memory, hours)]
    return sorted({split for split in found if split is not None})


def _separate(found: list[Split]) -> list[Split]:
    """As many as there can be that do not overlap: always the one that ends first."""
    apart: list[Split] = []
    for split in found:
        if not apart or split.start > apart[-1].end:
            apart.append(split)
    return apart


def describe(alike: list[Split], thresholds: Mapping[str, float]) -> Numbers:
    """Say in numbers what the evidence is: splits that agree."""
    shares = [split.share for split in alike]
    return {
        "splits": len(alike),
        "share_percent": round(100 * sum(shares) / len(shares)),
        "spread_percent": round(100 * (max(shares) - min(shares)), 1),
        "hours": thresholds["hours"],
        "days": thresholds["days"],
    }


def _groups(memory: PaymentsMemory, hours: int) -> list[list[Payout]]:
    """Group payouts of one currency by each credit that they follow, or by the first payout while no credit is known.

    The payouts after a credit are a group up to the next credit, and to the end of its hours: which of them belong together is seen by
    their parts. More ends would find agreement by chance where somebody is paid many times a day. Of several credits before a payout
    only the last one begins a group: the others would only end it earlier.
    """
    groups: dict[tuple[str, int, int], list[Payout]] = {}
    started: dict[str, int] = {}
    starts = sorted(
        {start for payout in memory.payouts if (start := _credit_before(memory, payout.ts, hours)) is not None}
    )
    for payout in memory.payouts:
        if memory.first_credit is not None and payout.ts >= memory.first_credit:
            first, now = bisect_left(starts, payout.ts - hours), bisect_right(starts, payout.ts)
            for start in starts[first:now]:  # none: the money stayed
                for end in {min([start + hours, *starts[now : now + 1]]), start + hours}:
                    groups.setdefault((payout.currency, start, end), []).append(payout)
            continue
        start = started.get(payout.currency, payout.ts - hours - 1)
        if payout.ts - start > hours:
            start = started[payout.currency] = payout.ts
        groups.setdefault((payout.currency, start, 0), []).append(payout)
    return [group for group in groups.values() if len(group) > 1]


def _credit_before(memory: PaymentsMemory, ts: int, hours: int) -> int | None:
    """The last credit before `ts`, unless it was more than `hours` (ms) before."""
    at = bisect_right(memory.credits, ts)
    return memory.credits[at - 1] if at and ts - memory.credits[at - 1] <= hours else None


def _split(group: list[Payout], memory: PaymentsMemory, holds: Holds) -> Split | None:
    amounts: dict[int, float] = {}
    for payout in group:
        amounts[payout.instrument] = amounts.get(payout.instrument, 0.0) + payout.amount
    total = sum(amounts.values())
    instruments = [memory.instruments.get(key) for key in amounts]
    if len(amounts) < 2 or total <= 0 or not _different_holders(instruments, holds):
        return None
    return Split(group[-1].ts, group[0].ts, round(max(amounts.values()) / total, 6))


def _different_holders(instruments: list[Instrument | None], holds: Holds) -> bool:
    """Whether somebody besides the account holder gets a part, or several do: one registration number is one holder."""
    if not any(holds(instrument) == "other" for instrument in instruments):
        return False
    regs = {instrument.reg if instrument else "" for instrument in instruments}
    return len(regs) > 1 or "" in regs


def _largest_alike(inside: list[Split], spread: float, last: Split) -> list[Split]:
    """Find the largest set of splits up to `last` whose shares lie within `spread`; the smallest shares on a tie."""
    best: list[Split] = []
    before = [split for split in inside if split.end < last.start]
    for low in sorted({split.share for split in [*before, last]}):
        if low <= last.share <= low + spread + 1e-9:
            alike = _separate([split for split in before if low <= split.share <= low + spread + 1e-9])
            if len(alike) >= len(best):
                best = [*alike, last]
    return best
