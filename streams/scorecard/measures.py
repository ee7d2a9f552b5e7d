"""Precision and recall, confusion tables, alert rates: arithmetic over what was reached and what is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping

from streams.detection.scoring import TIERS
from streams.scorecard.outcome import at_least
from streams.scorecard.scorecard import Expected, Measure, Miss, Rate, Row
from streams.scorecard.truth import Truth

ALERTING = ("watch", "review", "priority")
ACCOUNTS = 2_000
"""Alerts are counted per this many active accounts a week (catalogue §11: at most one `review`)."""
MISSES = 50


def share(part: float, whole: float) -> float | None:
    """A share, or None of nothing."""
    return round(part / whole, 4) if whole else None


def measure(name: str, accounts: Iterable[str], truths: Mapping[str, Truth], found: Callable[[str], bool]) -> Measure:
    """One measure over all accounts of the stream."""
    counts: Counter[tuple[bool, bool | None]] = Counter()
    for account in accounts:
        truth = truths.get(account)
        counts[found(account), truth.positive if truth else None] += 1
    right, wrong, missed = counts[True, True], counts[True, False], counts[False, True]
    precision, recall = share(right, right + wrong), share(right, right + missed)
    both = (precision or 0) + (recall or 0)
    return Measure(
        name=name,
        true_positives=right,
        false_positives=wrong,
        missed=missed,
        unlabelled=counts[True, None],
        precision=precision,
        recall=recall,
        f1=None if precision is None or recall is None else round(2 * precision * recall / both, 4) if both else 0.0,
        false_positive_rate=share(wrong, wrong + counts[False, False]),
    )


def by_tier(accounts: Iterable[str], truths: Mapping[str, Truth], reached: Mapping[str, str]) -> tuple[Measure, ...]:
    """Each tier: that one or above."""
    known = list(accounts)
    return tuple(
        measure(tier, known, truths, lambda account, least=tier: at_least(reached.get(account, "none"), least))  # type: ignore[misc]
        for tier in ALERTING
    )


def by_indicator(
    names: Iterable[str], truths: Mapping[str, Truth], fired: Mapping[str, set[str]]
) -> tuple[Measure, ...]:
    """Each indicator that fired at all."""
    ever = set().union(*fired.values()) if fired else set()
    return tuple(
        measure(name, fired, truths, lambda account, wanted=name: wanted in fired[account])  # type: ignore[misc]
        for name in names
        if name in ever
    )


def confusion(accounts: Iterable[str], truths: Mapping[str, Truth], reached: Mapping[str, str]) -> tuple[Row, ...]:
    """Label × highest tier; accounts without a label have a row of their own."""
    rows: dict[str, Counter[str]] = {}
    for account in accounts:
        truth = truths.get(account)
        rows.setdefault(truth.label if truth else "", Counter())[reached.get(account, "none")] += 1
    named = [name for name in sorted(rows) if name]
    return tuple(
        Row(name or "no label", {tier: rows[name][tier] for tier in TIERS}) for name in [*named, *([""] * ("" in rows))]
    )


def expected(truths: Mapping[str, Truth], reached: Mapping[str, str], present: Iterable[str]) -> Expected | None:
    """Compare with the tiers that labels expect; None when none expects one."""
    wanted = {
        account: (truths[account].label, tier)
        for account in sorted(present)
        if account in truths and (tier := truths[account].expected_tier) is not None
    }
    if not wanted:
        return None
    misses = [
        Miss(account, label, tier, reached.get(account, "none"))
        for account, (label, tier) in wanted.items()
        if reached.get(account, "none") != tier
    ]
    met = len(wanted) - len(misses)
    return Expected(met, len(wanted), share(met, len(wanted)), tuple(misses[:MISSES]))


def rates(alerts: Collection[str], account_weeks: int) -> tuple[Rate, ...]:
    """Alerts, given as the highest tier of each, by tier, that one or above, per 2,000 active accounts a week."""
    found = []
    for tier in ALERTING:
        number = sum(at_least(highest, tier) for highest in alerts)
        rate = round(number * ACCOUNTS / account_weeks, 3) if account_weeks else None
        found.append(Rate(tier, number, rate))
    return tuple(found)
