"""On whom alerts fall: the disparity table of REQ-F06, by cohorts that the deployer chose and may lawfully hold.

Aggregates only. A cohort below the minimum cell is named and nothing else, and it is in no total either, so that nothing about it can
be had by subtraction. A share within a cohort is shown only when its own denominator fills the cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from streams.scorecard.measures import share
from streams.scorecard.outcome import at_least
from streams.scorecard.scorecard import Cohort, Disparity, Uneven
from streams.scorecard.truth import Known

MINIMUM_CELL = 20
LOWEST, HIGHEST = 0.8, 1.25
"""Outside of these the rules behind an alert are to be reviewed."""


class _Group:
    """Counts of one cohort."""

    def __init__(self) -> None:
        self.accounts = 0
        self.alerted = 0
        self.negatives = 0
        self.false = 0
        self.decided = 0
        self.cleared = 0
        self.fired: Counter[str] = Counter()


def disparity(
    cohorts: Mapping[str, str], fired: Mapping[str, set[str]], reached: Mapping[str, str], known: Known
) -> Disparity:
    """The table, over every account of the stream (`fired` has them all)."""
    groups: dict[str, _Group] = {name: _Group() for name in cohorts.values()}
    outside = 0
    for account, indicators in fired.items():
        name = cohorts.get(account)
        if name is None:
            outside += 1
            continue
        _count(groups[name], account, indicators, reached, known)
    shown = {name: group for name, group in groups.items() if group.accounts >= MINIMUM_CELL}
    rows = [
        _row(name, group, [other for key, other in shown.items() if key != name])
        if name in shown
        else Cohort(name, suppressed=True)
        for name, group in sorted(groups.items())
    ]
    return Disparity(
        MINIMUM_CELL, tuple(rows), tuple(_uneven(shown)), outside if outside == 0 or outside >= MINIMUM_CELL else None
    )


def _count(group: _Group, account: str, indicators: set[str], reached: Mapping[str, str], known: Known) -> None:
    alerted = at_least(reached.get(account, "none"), "review")
    group.accounts += 1
    group.alerted += alerted
    group.fired.update(indicators)
    truth = known.truths.get(account)
    if truth is not None and truth.positive is False:
        group.negatives += 1
        group.false += alerted
    decision = known.decisions.get(account)
    if alerted and decision is not None:
        group.decided += 1
        group.cleared += decision == "cleared"


def _row(name: str, group: _Group, others: list[_Group]) -> Cohort:
    mine = group.alerted / group.accounts
    ratio, out = _ratio(mine, sum(other.alerted for other in others), sum(other.accounts for other in others))
    return Cohort(
        cohort=name,
        suppressed=False,
        accounts=group.accounts,
        alerted=round(mine, 4),
        ratio=ratio,
        false_positives=share(group.false, group.negatives) if group.negatives >= MINIMUM_CELL else None,
        cleared=share(group.cleared, group.decided) if group.decided >= MINIMUM_CELL else None,
        review_rule=out,
    )


def _uneven(shown: Mapping[str, _Group]) -> list[Uneven]:
    """Indicators by cohort that are outside; where two cohorts differ, both sides are listed."""
    found = []
    for indicator in sorted({name for group in shown.values() for name in group.fired}):
        for cohort, group in sorted(shown.items()):
            others = [other for key, other in shown.items() if key != cohort]
            rest = sum(other.accounts for other in others)
            mine, theirs = group.fired[indicator], sum(other.fired[indicator] for other in others)
            ratio, out = _ratio(mine / group.accounts, theirs, rest)
            if out:
                found.append(Uneven(indicator, cohort, round(mine / group.accounts, 4), round(theirs / rest, 4), ratio))
    return found


def _ratio(mine: float, alerted: int, accounts: int) -> tuple[float | None, bool]:
    """The ratio to the others, and whether it asks for a review; None when the others have none."""
    if not accounts:
        return None, False
    if not alerted:
        return None, mine > 0
    ratio = mine * accounts / alerted
    return round(ratio, 3), not LOWEST <= ratio <= HIGHEST
