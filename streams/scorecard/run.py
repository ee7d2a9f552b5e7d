"""A stream and what is known about its accounts → the scorecard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from streams.replay.configuration import Configuration
from streams.replay.lines import Recorded
from streams.scorecard import measures
from streams.scorecard.checks import Least, check
from streams.scorecard.disparity import counted, disparity
from streams.scorecard.outcome import Outcome
from streams.scorecard.scorecard import Disparity, Scorecard
from streams.scorecard.truth import Truth, known


def score(
    configuration: Configuration,
    records: Iterable[Recorded],
    labels: Mapping[str, Truth],
    cohorts: Mapping[str, str] | None = None,
    least: Sequence[Least] = (),
) -> Scorecard:
    """Run the worker's stages over `records` and measure. Labels of accounts that are not in the stream count nowhere."""
    outcome = Outcome(configuration)
    for recorded in records:
        outcome.take(recorded)
    everybody = outcome.fired()
    told = known(labels, outcome.decided)
    table = None if cohorts is None else disparity(cohorts, everybody, outcome.reached, told)
    may_count = everybody.keys() if cohorts is None else counted(cohorts, everybody)
    fired = {account: indicators for account, indicators in everybody.items() if account in may_count}
    truths = {account: truth for account, truth in told.truths.items() if account in fired}
    alerts = [case for case in outcome.alerts.values() if cohorts is None or case.accounts & may_count]
    weeks = sum(outcome.weeks.get(account, 0) for account in fired)
    signs = [truth.positive for truth in truths.values()]
    active = [name for name, item in outcome.catalogue.indicators.items() if item.enabled and not item.planned]
    ever = set().union(*fired.values()) if fired else set()
    tiers = measures.by_tier(fired, truths, outcome.reached)
    expected = measures.expected(truths, outcome.reached, fired)
    return Scorecard(
        records=outcome.records,
        refused=outcome.refused,
        accounts=len(fired),
        active_account_weeks=weeks,
        positives=signs.count(True),
        negatives=signs.count(False),
        tiers=tiers,
        indicators=measures.by_indicator(outcome.catalogue.indicators, truths, fired),
        confusion=measures.confusion(fired, truths, outcome.reached),
        expected=expected,
        rates=measures.rates([case.tier for case in alerts], weeks),
        never_fired=tuple(sorted(name for name in active if name not in ever)),
        disparity=table,
        checks=tuple(check(item, tiers, expected) for item in least),
        notes=tuple(_notes(len(labels.keys() - everybody.keys()), table)),
        catalogue=outcome.catalogue.version,
    )


def _notes(absent: int, table: Disparity | None) -> list[str]:
    found = [
        "A tier is the highest that was ever published for a case with the account; a tier counts with those above it.",
        "An indicator counts as fired when it was not taken back and mitigating facts leave something of it.",
    ]
    if absent:
        found.append(f"{absent:,} labelled accounts have no event in the stream and count nowhere.")
    if table and (table.without_cohort is None or any(row.suppressed for row in table.cohorts)):
        found.append("Accounts of suppressed groups are in no number of this card, and in no check of a least value.")
    return found
