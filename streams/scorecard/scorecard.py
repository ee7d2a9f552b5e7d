"""The scorecard of one stream: a public contract (`streams/json/scorecard.schema.json`), and nothing but values.

A share is None where it would divide by nothing, or where a cell of its column is too small to be shown. With cohorts, every number
is of the accounts whose group fills a cell.
"""

from __future__ import annotations

import msgspec


class Measure(msgspec.Struct, frozen=True):
    """A tier (that one or above) or an indicator against the truth of the accounts that have one."""

    name: str
    true_positives: int
    false_positives: int
    missed: int
    unlabelled: int
    """Accounts without a truth; they count in no share."""
    precision: float | None
    recall: float | None
    f1: float | None
    false_positive_rate: float | None
    """Of the accounts with nothing to find, the share that was found."""


class Row(msgspec.Struct, frozen=True):
    """One row of a confusion table: a label, or an expected tier, against the tiers that were reached."""

    name: str
    tiers: dict[str, int]


class Miss(msgspec.Struct, frozen=True):
    """One account whose highest tier is not the one that its label expects."""

    account_id: str
    label: str
    expected: str
    reached: str


class Expected(msgspec.Struct, frozen=True):
    """How many accounts reached exactly the tier that their label names."""

    met: int
    of: int
    share: float | None
    misses: tuple[Miss, ...]
    """The first of them, by account."""


class Rate(msgspec.Struct, frozen=True):
    """Alerts that reached a tier or more, for every 2,000 active accounts in a week."""

    tier: str
    alerts: int
    per_2000_a_week: float | None


class Cohort(msgspec.Struct, frozen=True):
    """One group that the deployer chose. Suppressed: too few accounts to say anything about them."""

    cohort: str
    suppressed: bool
    accounts: int | None = None
    alerted: float | None = None
    """Share of accounts with `review` or more."""
    ratio: float | None = None
    """That share over the share of all other shown cohorts together."""
    false_positives: float | None = None
    """Of its accounts with nothing to find, the share with `review` or more."""
    cleared: float | None = None
    """Of its alerted accounts with a decision, the share that people cleared."""
    review_rule: bool = False
    """The ratio is outside 0.8 to 1.25: the rules behind it are to be reviewed (REQ-F06)."""


class Uneven(msgspec.Struct, frozen=True):
    """One indicator that fires on one cohort much more or less often than on the others."""

    indicator: str
    cohort: str
    share: float | None = None
    """None, and so the next: it fired on 1 to 19 accounts of some group."""
    others: float | None = None
    ratio: float | None = None


class Disparity(msgspec.Struct, frozen=True):
    """The disparity table of REQ-F06: aggregates only."""

    minimum_cell: int
    cohorts: tuple[Cohort, ...]
    uneven: tuple[Uneven, ...]
    without_cohort: int | None
    """Accounts of the stream that are in no cohort; None when they are too few, and then counted nowhere."""


class Check(msgspec.Struct, frozen=True):
    """One number that had to reach a least value."""

    metric: str
    value: float | None
    least: float
    met: bool


class Scorecard(msgspec.Struct, frozen=True):
    """Everything that was measured on one stream."""

    records: int
    refused: int
    accounts: int
    """Accounts with an event; with cohorts, those that may be counted, here and in everything below."""
    active_account_weeks: int
    positives: int
    """Accounts of the stream with something to find, by their label or a person's decision."""
    negatives: int
    tiers: tuple[Measure, ...]
    indicators: tuple[Measure, ...]
    confusion: tuple[Row, ...]
    expected: Expected | None
    rates: tuple[Rate, ...]
    never_fired: tuple[str, ...]
    """Indicators that are on and fired on no account."""
    disparity: Disparity | None
    checks: tuple[Check, ...]
    notes: tuple[str, ...]
    catalogue: str
    schema_version: int = 1
