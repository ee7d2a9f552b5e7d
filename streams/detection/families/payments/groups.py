"""Payouts grouped by the credit that they follow, and who received which part of each group.

A *split* is a group of payouts of one currency to two or more different holders, one of them not the account holder, all within 24 h of
a credit that they follow. Before a platform has sent any credit for the account, the first payout of a group starts the 24 h instead.
Everything is read afresh from two small sorted lists, so that the order of arrival cannot matter.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable
from itertools import pairwise
from math import inf
from typing import NamedTuple

import msgspec

from streams.detection.families.payments.holders import Holder
from streams.detection.families.payments.memory import CREDITS, RING, Instrument, PaymentsMemory, Payout
from streams.detection.windows import DAY, HOUR

LATENESS = DAY
"""How late a payout may come and still be counted (catalogue §4.2)."""
OWN = ""
"""The account holder among the receivers of a split."""
Holds = Callable[[Instrument | None], Holder]
Span = tuple[int, int]
"""First payout and the one behind the last, by their places in a list."""


class Split(msgspec.Struct, frozen=True, order=True, gc=False):
    """One split: last payout, first payout, and each receiver's part of the money, largest first."""

    end: int
    start: int
    parts: tuple[tuple[float, str], ...]


class Groupings(NamedTuple):
    """The splits by where a group ends, each oldest first.

    Up to the next credit: another credit's money does not blur the parts. With all of the hours: a small credit between the parts hides
    nothing. The two are never mixed, since of many ways to group the same payouts some agree by chance.
    """

    to_next_credit: list[Split]
    of_all_hours: list[Split]


def note_payout(memory: PaymentsMemory, payout: Payout) -> None:
    """Keep a payout; the oldest gives way."""
    insort(memory.payouts, payout)
    for gone in memory.payouts[:-RING]:
        memory.since = max(memory.since, gone.ts + 1)
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
    followed = set(_starts(memory, hours))
    memory.credits = [known for known in memory.credits if known > settled or known in followed][-CREDITS:]


def forget(memory: PaymentsMemory, days: float) -> None:
    """Drop payouts and credits that no window can reach any more; two days more than the window cover lateness."""
    newest = max([payout.ts for payout in memory.payouts[-1:]] + memory.credits[-1:], default=0)
    before = newest - int((days + 2) * DAY)
    if memory.payouts and memory.payouts[0].ts < before:
        memory.payouts = [payout for payout in memory.payouts if payout.ts >= before]
        memory.since = max(memory.since, before)
    if memory.credits and memory.credits[0] < before:
        memory.credits = [ts for ts in memory.credits if ts >= before]


def groupings(memory: PaymentsMemory, holds: Holds, hours: int) -> Groupings:
    """Find all splits, also where they overlap: which of them agree with others is not known here."""
    holders = {key: holds(instrument) for key, instrument in memory.instruments.items()}
    receivers = {payout.instrument: _receiver(payout.instrument, memory, holders) for payout in memory.payouts}
    others = {key for key, whose in holders.items() if whose == "other"}
    return Groupings(*(_splits(groups, receivers, others) for groups in _groups(memory, hours)))


def separate(found: Iterable[Split]) -> list[Split]:
    """As many of the sorted `found` as there can be that do not overlap: always the one that ends first."""
    apart: list[Split] = []
    for split in found:
        if not apart or split.start > apart[-1].end:
            apart.append(split)
    return apart


def _groups(memory: PaymentsMemory, hours: int) -> tuple[list[list[Payout]], list[list[Payout]]]:
    """Group the payouts of one currency that follow a credit up to the next one, and those that follow it within its hours."""
    starts, found = _starts(memory, hours), (list[list[Payout]](), list[list[Payout]]())
    for currency in {payout.currency for payout in memory.payouts}:
        payouts = [payout for payout in memory.payouts if payout.currency == currency]
        times = [payout.ts for payout in payouts]
        for groups, spans in zip(found, _spans(times, starts, memory.first_credit, hours), strict=True):
            groups += [payouts[first:last] for first, last in spans if last - first > 1]
    return found


def _spans(times: list[int], starts: list[int], first_credit: int | None, hours: int) -> tuple[set[Span], set[Span]]:
    known = len(times) if first_credit is None else bisect_left(times, first_credit)
    short, at = set[Span](), 0
    while at < known:  # no credit is known
        until = min(known, bisect_right(times, times[at] + hours))
        short.add((at, until))
        at = until
    long = {*short}
    for start, following in pairwise([*starts, inf]):
        first, last = bisect_left(times, start), bisect_right(times, start + hours)
        short.add((first, min(last, bisect_left(times, following))))
        long.add((first, last))
    return short, long


def _starts(memory: PaymentsMemory, hours: int) -> list[int]:
    """Credits that payouts follow within `hours` (ms), oldest first; of several before a payout the last one."""
    found: dict[int, None] = {}
    for payout in memory.payouts:
        at = bisect_right(memory.credits, payout.ts)
        if at and payout.ts - memory.credits[at - 1] <= hours:
            found[memory.credits[at - 1]] = None
    return list(found)


def _splits(groups: list[list[Payout]], receivers: dict[int, str], others: set[int]) -> list[Split]:
    """Give the parts of those groups of which somebody besides the account holder gets one, or several do."""
    found = []
    for group in groups:
        amounts: dict[str, float] = {}
        for payout in group:
            receiver = receivers[payout.instrument]
            amounts[receiver] = amounts.get(receiver, 0.0) + payout.amount
        total = sum(amounts.values())
        if len(amounts) > 1 and total > 0 and any(payout.instrument in others for payout in group):
            parts = sorted(((round(amount / total, 6), receiver) for receiver, amount in amounts.items()), reverse=True)
            found.append(Split(group[-1].ts, group[0].ts, tuple(parts)))
    return sorted(found)


def _receiver(key: int, memory: PaymentsMemory, holders: dict[int, Holder]) -> str:
    """Name whose the instrument is: the account holder's instruments are one receiver, and so are those of one company."""
    if holders.get(key) == "own":
        return OWN
    instrument = memory.instruments.get(key)
    return instrument.reg if instrument is not None and instrument.reg else str(key)
