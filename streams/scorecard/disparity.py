"""On whom alerts fall: the disparity table of REQ-F06, by cohorts that the deployer chose and may lawfully hold.

Aggregates only, and nothing that subtraction could undo. A cohort below the minimum cell is named and nothing else; `counted` leaves
its accounts out of every number of the card. A share is a count over a count, so a column is shown only when every group of it has
nobody or a full cell in both: one dash beside a total would be no secret. What is outside still asks for a review, without its numbers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

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


class _Columns(NamedTuple):
    """Which columns of shares are shown."""

    alerted: bool
    false_positives: bool
    cleared: bool


def counted(cohorts: Mapping[str, str], accounts: Iterable[str]) -> set[str]:
    """The accounts that a card with these cohorts may count: those of groups that fill a cell; no cohort is a group as well."""
    accounts = list(accounts)
    sizes = Counter(cohorts.get(account) for account in accounts)
    return {account for account in accounts if sizes[cohorts.get(account)] >= MINIMUM_CELL}


def disparity(
    cohorts: Mapping[str, str], fired: Mapping[str, set[str]], reached: Mapping[str, str], known: Known
) -> Disparity:
    """The table, over every account of the stream (`fired` has them all)."""
    groups: defaultdict[str | None, _Group] = defaultdict(_Group, {name: _Group() for name in cohorts.values()})
    for account, indicators in fired.items():
        _count(groups[cohorts.get(account)], account, indicators, reached, known)
    outside = groups.pop(None, _Group())
    shown = {name: group for name, group in groups.items() if name is not None and group.accounts >= MINIMUM_CELL}
    told = [*shown.values(), *([outside] if outside.accounts >= MINIMUM_CELL else [])]
    columns = _Columns(
        alerted=all(_fills(group.alerted) for group in told),
        false_positives=all(_fills(group.false, group.negatives) for group in told),
        cleared=all(_fills(group.cleared, group.decided) for group in told),
    )
    rows = [
        _row(name, group, [other for key, other in shown.items() if key != name], columns)
        if name in shown
        else Cohort(name, suppressed=True)
        for name, group in sorted((str(name), group) for name, group in groups.items())
    ]
    without = outside.accounts if outside.accounts == 0 or outside in told else None
    return Disparity(MINIMUM_CELL, tuple(rows), tuple(_uneven(shown, told)), without)


def _fills(*counts: int) -> bool:
    """Whether each count is nobody or a full cell."""
    return all(count == 0 or count >= MINIMUM_CELL for count in counts)


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


def _row(name: str, group: _Group, others: list[_Group], columns: _Columns) -> Cohort:
    mine = group.alerted / group.accounts
    ratio, out = _ratio(mine, sum(other.alerted for other in others), sum(other.accounts for other in others))
    return Cohort(
        cohort=name,
        suppressed=False,
        accounts=group.accounts,
        alerted=round(mine, 4) if columns.alerted else None,
        ratio=ratio if columns.alerted else None,
        false_positives=share(group.false, group.negatives) if columns.false_positives else None,
        cleared=share(group.cleared, group.decided) if columns.cleared else None,
        review_rule=out,
    )


def _uneven(shown: Mapping[str, _Group], told: Sequence[_Group]) -> list[Uneven]:
    """Indicators by cohort that are outside; where two cohorts differ, both sides are listed."""
    found = []
    for indicator in sorted({name for group in shown.values() for name in group.fired}):
        filled = all(_fills(group.fired[indicator]) for group in told)
        for cohort, group in sorted(shown.items()):
            others = [other for key, other in shown.items() if key != cohort]
            rest = sum(other.accounts for other in others)
            mine, theirs = group.fired[indicator], sum(other.fired[indicator] for other in others)
            ratio, out = _ratio(mine / group.accounts, theirs, rest)
            if out and filled:
                found.append(Uneven(indicator, cohort, round(mine / group.accounts, 4), round(theirs / rest, 4), ratio))
            elif out:
                found.append(Uneven(indicator, cohort))
    return found


def _ratio(mine: float, alerted: int, accounts: int) -> tuple[float | None, bool]:
    """The ratio to the others, and whether it asks for a review; None when the others have none."""
    if not accounts:
        return None, False
    if not alerted:
        return None, mine > 0
    ratio = mine * accounts / alerted
    return round(ratio, 3), not LOWEST <= ratio <= HIGHEST
