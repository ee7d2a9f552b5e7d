"""A scorecard for people: tables at 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from streams.cli.text import bullets, safe, wrapped
from streams.detection.scoring import TIERS
from streams.explain.page import Section
from streams.scorecard.scorecard import Check, Disparity, Expected, Measure, Rate, Row, Scorecard

SHOWN = 10
"""Misses named in the text; JSON has more."""


def sections(card: Scorecard) -> list[Section]:
    """Everything, in reading order."""
    parts = [
        Section("Scorecard", list(_about(card))),
        Section("Tiers (that one or above)", _measures(card.tiers)),
        Section("Highest tier reached, by label", _confusion(card.confusion)),
        Section("Tiers that labels expect", list(_expected(card.expected)) if card.expected else []),
        Section("Alerts per 2,000 active accounts a week", _rates(card.rates)),
        Section("Indicators that fired", _measures(card.indicators)),
        Section("On, and never fired", wrapped(", ".join(card.never_fired), indent="  ") if card.never_fired else []),
        Section("Disparity by cohort (REQ-F06)", list(_disparity(card.disparity)) if card.disparity else []),
        Section("Least values", [_check(item) for item in card.checks]),
        Section("To keep in mind", bullets(card.notes, indent="  ")),
    ]
    return [part for part in parts if part.lines]


def _about(card: Scorecard) -> Iterator[str]:
    refused = f", {card.refused:,} of them no events" if card.refused else ""
    yield f"  {card.records:,} records{refused}; {card.accounts:,} accounts in {card.active_account_weeks:,} active weeks"
    rest = card.accounts - card.positives - card.negatives
    yield f"  {card.positives:,} with something to find, {card.negatives:,} with nothing, {rest:,} not known"
    yield f"  catalogue {card.catalogue}"


def _measures(measures: Sequence[Measure]) -> list[str]:
    if not measures:
        return []
    return [
        f"  {'':<34}{'right':>7}{'wrong':>7}{'missed':>7}{'precision':>11}{'recall':>8}",
        *(
            f"  {item.name:<34}{item.true_positives:>7,}{item.false_positives:>7,}{item.missed:>7,}"
            f"{_share(item.precision):>11}{_share(item.recall):>8}"
            for item in measures
        ),
    ]


def _confusion(rows: Sequence[Row]) -> list[str]:
    return [
        f"  {'':<28}" + "".join(f"{tier:>10}" for tier in TIERS),
        *(f"  {safe(row.name):<28}" + "".join(f"{row.tiers[tier]:>10,}" for tier in TIERS) for row in rows),
    ]


def _expected(found: Expected) -> Iterator[str]:
    yield f"  {found.met:,} of {found.of:,} accounts reached exactly the expected tier ({_share(found.share)})"
    for miss in found.misses[:SHOWN]:
        yield f"  - {safe(miss.account_id)} ({miss.label}): expected {miss.expected}, reached {miss.reached}"
    missed = found.of - found.met
    if missed > SHOWN:
        yield f"  - and {missed - SHOWN:,} more"


def _rates(rates: Iterable[Rate]) -> list[str]:
    return [
        f"  {rate.tier + ' or above':<28}{'–' if rate.per_2000_a_week is None else f'{rate.per_2000_a_week:.3f}':>10}"
        f"   from {rate.alerts:,} {'alert' if rate.alerts == 1 else 'alerts'}"
        for rate in rates
    ]


def _disparity(table: Disparity) -> Iterator[str]:
    yield f"  {'':<20}{'accounts':>9}{'alerted':>9}{'ratio':>8}{'wrong':>8}{'cleared':>9}"
    for row in table.cohorts:
        if row.suppressed:
            yield f"  {safe(row.cohort)[:20]:<20}  suppressed: fewer than {table.minimum_cell} accounts"
            continue
        mark = "  review" if row.review_rule else ""
        ratio = "–" if row.ratio is None else f"{row.ratio:.2f}"
        yield (
            f"  {safe(row.cohort)[:20]:<20}{row.accounts:>9,}{_share(row.alerted):>9}{ratio:>8}"
            f"{_share(row.false_positives):>8}{_share(row.cleared):>9}{mark}"
        )
    yield from wrapped(
        "ratio: alerted against all other shown cohorts; outside 0.8 to 1.25 the rules are to be reviewed. wrong: of"
        f" accounts with nothing to find. A dash: none to say it of or to compare with, or 1 to {table.minimum_cell - 1}"
        " accounts in some row, which hides the column.",
        indent="  ",
    )
    for item in table.uneven:
        if item.share is None or item.others is None:
            few = f"{item.indicator} in {item.cohort}: uneven; fewer than {table.minimum_cell} accounts in some group"
            yield from wrapped(few, indent="    ", first="  - ")
            continue
        ratio = "none elsewhere" if item.ratio is None else f"ratio {item.ratio:.2f}"
        text = f"{item.indicator} in {item.cohort}: {item.share:.1%} against {item.others:.1%} ({ratio})"
        yield from wrapped(text, indent="    ", first="  - ")


def _check(item: Check) -> str:
    value = "could not be measured" if item.value is None else f"{item.value:.3f}"
    return f"  {'ok' if item.met else 'below':<7}{item.metric} {value}, at least {item.least:g}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
