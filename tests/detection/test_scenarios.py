"""Every scenario reaches its tier from events alone; benign ones stay quiet. Confidences are derived, never injected."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from streams.scenarios import SCENARIOS
from tests.detection.pipeline import Pipeline, demo_snapshot, scenario

SLACK = 0.051
"""Confidences are compared to the catalogue's two digits."""
STARTS = (
    datetime(2026, 3, 4, 9, 30, tzinfo=UTC),
    datetime(2025, 12, 27, 23, 50, tzinfo=UTC),
    datetime(2026, 7, 12, 0, 0, tzinfo=UTC),
)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("start", STARTS, ids=["march", "new-year", "summer"])
def test_tier(name: str, start: datetime) -> None:
    told = SCENARIOS[name]
    pipeline = Pipeline().play(scenario(name, start=start, until_day=told.judged_day))
    tiers = pipeline.tiers(told.accounts())
    assert set(tiers.values()) <= {told.tier_now, "none"}, (
        tiers,
        [pipeline.raw(account) for account in told.accounts()[:3]],
    )
    assert told.tier_now == "none" or told.tier_now in tiers.values(), [
        pipeline.raw(account) for account in told.accounts()[:3]
    ]


@pytest.mark.parametrize("name", SCENARIOS)
def test_confidences(name: str) -> None:
    told = SCENARIOS[name]
    pipeline = Pipeline().play(scenario(name, until_day=told.judged_day))
    got: dict[str, float] = {}
    for account in told.accounts():
        for indicator, confidence in pipeline.raw(account).items():
            got[indicator] = max(got.get(indicator, 0.0), confidence)
    wrong = {
        indicator: (wanted, got.get(indicator, 0.0))
        for indicator, wanted in told.expected.items()
        if not (
            got.get(indicator, 0.0) >= wanted - SLACK
            if told.kind == "attack"
            else got.get(indicator, 0.0) <= wanted + SLACK
        )
    }
    assert not wrong, got


@pytest.mark.parametrize("name", ["S01", "S05b", "B02"])
def test_copies_do_not_touch_each_other(name: str) -> None:
    told = SCENARIOS[name]
    pipeline = Pipeline().play(scenario(name, multiplier=3))
    tiers = pipeline.tiers(told.accounts(multiplier=3))
    assert set(tiers.values()) == {told.tier_now}


def test_an_alert_says_what_the_catalogue_asks_of_it() -> None:
    alerts = Pipeline().play(scenario("S05b")).newest().values()
    (alert,) = [alert for alert in alerts if alert.tier == "priority"]
    evidence = {item.indicator: item for item in alert.evidence}
    login = evidence["dprk_range_login"]
    assert "175.45.176.0/24" in login.sentence or "NET-1" in login.sentence
    assert login.events
    assert login.events[0].topic == "login-events"
    assert alert.innocent_explanations
    assert alert.suggested_steps
    assert alert.reviewer_checklist
    assert alert.summary.endswith("This system does not determine who a person is or where they are from.")
    assert alert.versions.catalogue
    (used,) = alert.versions.tables
    assert used.snapshot == demo_snapshot().id
    assert msgspec.to_builtins(used.tables) == demo_snapshot().versions()
