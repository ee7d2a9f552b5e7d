"""Conditions and parts agree with the scoring for any confidences: the explanation knows no formula of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.detection.scoring import TIERS, score
from streams.explain.limits import LIMITS
from streams.explain.needs import NEEDS, WORDS, days_needed
from streams.explain.reckoning import conditions, reckoning
from tests.detection.pipeline import catalogue

CONFIDENCES = st.dictionaries(
    st.sampled_from(sorted(catalogue().indicators)), st.floats(0.0, 1.0), min_size=0, max_size=12
)


@given(CONFIDENCES)
def test_the_best_tier_with_a_way_is_the_tier(confidences: dict[str, float]) -> None:
    reached = score(catalogue(), confidences)
    held = [condition.tier for condition in conditions(reached) if condition.holds]
    assert max(held, key=TIERS.index, default="none") == reached.tier


@given(CONFIDENCES)
def test_parts_add_up(confidences: dict[str, float]) -> None:
    reached = score(catalogue(), confidences)
    told = reckoning(catalogue(), reached)
    assert {part.code: part.value for part in told.areas} == {
        root: pytest.approx(value, abs=0.051) for root, value in reached.roots.items()
    }
    families = {part.code: part for part in told.families}
    for area in told.areas:
        values = sorted((families[code].value for code in area.of), reverse=True)
        assert area.value <= max(90.0, values[0]) + 0.1
        assert area.value == pytest.approx(min(99.0, values[0] + 0.25 * sum(values[1:])), abs=0.2) or area.value == 90.0
    for part in told.families:
        assert part.cap is None or part.value <= part.cap
        assert set(part.of) <= set(reached.contributions)
    left = 1.0
    for area in told.areas:
        left *= 1 - area.value / 100
    assert told.total == pytest.approx(100 * (1 - left), abs=0.5)


def test_words_are_about_indicators_and_thresholds_that_exist() -> None:
    indicators = catalogue().indicators
    assert not [key for key in LIMITS if key[1] not in indicators[key[0]].thresholds]
    assert set(NEEDS) <= set(indicators)
    assert {name for names in NEEDS.values() for name in names} == set(WORDS)
    for name, indicator in indicators.items():
        assert days_needed(name, indicator.thresholds) >= 0
