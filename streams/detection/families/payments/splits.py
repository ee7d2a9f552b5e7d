"""`pass_through_fan_out`: income comes in and leaves at once, in the same parts, to different holders (PAY).

A *split* is a group of payouts of one currency to two or more instruments of different holders, all within 24 h of the
credit that they follow. Before a platform has sent any credit for the account, the first payout of a group starts the
24 h instead. Everything is read afresh from two small sorted rings, so that the order of arrival cannot matter.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Mapping

import msgspec

from streams.detection.families.payments.holders import Holder
from streams.detection.families.payments.memory import RING, Instrument, PaymentsMemory, Payout
from streams.detection.messages import Numbers
from streams.detection.windows import DAY, HOUR

INDICATOR = "pass_through_fan_out"
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


def note_credit(memory: PaymentsMemory, ts: int) -> None:
    """Keep the time of a credit; the oldest gives way."""
    insort(memory.credits, ts)
    del memory.credits[:-RING]
    memory.first_credit = ts if memory.first_credit is None else min(memory.first_credit, ts)


def forget(memory: PaymentsMemory, days: float) -> None:
    """Drop payouts and credits that no window can reach any more; two days more than the window cover lateness."""
    newest = max([payout.ts for payout in memory.payouts[-1:]] + memory.credits[-1:], default=0)
    before = newest - int((days + 2) * DAY)
    if memory.payouts and memory.payouts[0].ts < before:
        memory.payouts = [payout for payout in memory.payouts if payout.ts >= before]
    if memory.credits and memory.credits[0] < before:
        memory.credits = [ts for ts in memory.credits if ts >= before]


def stable_splits(memory: PaymentsMemory, holds: Holds, thresholds: Mapping[str, float]) -> list[Split]:
    """Find the newest splits whose largest parts agree, oldest first; empty when they are too few within the window."""
    needed, spread = int(thresholds["credits"]), 2 * thresholds["ratio"]
    if len(memory.payouts) < 2 * needed:  # a split is two payouts or more: the usual account
        return []
    window = int(thresholds["days"] * DAY)
    found = splits(memory, holds, int(thresholds["hours"] * HOUR))
    for last in range(len(found) - 1, -1, -1):
        inside = [split for split in found[: last + 1] if split.end > found[last].end - window]
        alike = _largest_alike(inside, spread, found[last])
        if len(alike) >= needed:
            return alike
    return []


def splits(memory: PaymentsMemory, holds: Holds, hours: int) -> list[Split]:
    """List groups of payouts that went to different holders, oldest first."""
    found = [_split(group, memory, holds) for group in _groups(memory, hours)]
    return sorted(split for split in found if split is not None)


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
    """Group payouts of one currency by the credit they follow, or by the first payout while no credit is known."""
    groups: dict[tuple[str, int], list[Payout]] = {}
    started: dict[str, int] = {}
    for payout in memory.payouts:
        if memory.first_credit is not None and payout.ts >= memory.first_credit:
            at = bisect_right(memory.credits, payout.ts)
            if not at or payout.ts - memory.credits[at - 1] > hours:
                continue  # the money stayed: not passed through
            start = memory.credits[at - 1]
        else:
            start = started.get(payout.currency, payout.ts - hours - 1)
            if payout.ts - start > hours:
                start = started[payout.currency] = payout.ts
        groups.setdefault((payout.currency, start), []).append(payout)
    return list(groups.values())


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
    """Find the largest set of splits around `last` whose shares lie within `spread`; the smallest shares on a tie."""
    best: list[Split] = []
    for low in sorted({split.share for split in inside}):
        alike = [split for split in inside if low <= split.share <= low + spread + 1e-9]
        if last in alike and len(alike) > len(best):
            best = alike
    return best
