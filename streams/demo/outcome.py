"""The judgement at the end: scenario → expected tier → got, from the alerts alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from streams.detection.alert import Alert
from streams.scenarios import Scenario

TIERS = ("none", "watch", "review", "priority")
BACKGROUND = "bg-"
"""How the account ids of ordinary people begin."""


class Row(NamedTuple):
    """One story with what came of it."""

    id: str
    kind: str
    title: str
    expected: str
    """With the indicators that exist: this is what counts."""
    in_full: str
    """With every indicator of the catalogue."""
    got: str

    @property
    def matches(self) -> bool:
        """Whether the detector said what it should."""
        return self.got == self.expected


def higher(one: str, other: str) -> str:
    """The higher of two tiers."""
    return max(one, other, key=TIERS.index)


def highest_tiers(alerts: Iterable[Alert]) -> dict[str, str]:
    """Account → the highest tier that any revision about it had. What is later resolved was still said."""
    tiers: dict[str, str] = {}
    for alert in alerts:
        for account in alert.subject.account_ids:
            tiers[account] = higher(tiers.get(account, "none"), alert.tier)
    return tiers


def judge(scenarios: Iterable[Scenario], tiers: Mapping[str, str], seed: int = 0) -> list[Row]:
    """One row a story, over the accounts that a reader of the story would look at."""
    rows = []
    for scenario in scenarios:
        got = "none"
        for account in scenario.accounts(seed):
            got = higher(got, tiers.get(account, "none"))
        rows.append(Row(scenario.id, scenario.kind, scenario.title, scenario.tier_now, scenario.expected_tier, got))
    return rows


def bystanders(tiers: Mapping[str, str]) -> dict[str, int]:
    """Tier → number of ordinary people who got it; the fewer the better."""
    counts: dict[str, int] = {}
    for account, tier in tiers.items():
        if account.startswith(BACKGROUND) and tier != "none":
            counts[tier] = counts.get(tier, 0) + 1
    return counts
