"""REQ-F03: a consistent swap of countries changes no score.

REQ-F01, F02 and F04 are checked with the catalogue, F05 with the scoring.
"""

from __future__ import annotations

import functools

import pytest

from enrichers.territories import sovereign_of
from enrichers.timezones import offsets_of
from streams.scenarios import SCENARIOS
from streams.scenarios.places import DEFAULT_PLACES, default_zones
from tests.detection.pipeline import Pipeline, scenario

ROTATIONS = (1, 3)


def scores(pipeline: Pipeline) -> list[tuple[str, float, list[str]]]:
    return sorted(
        (alert.tier, alert.score, [item.indicator for item in alert.evidence]) for alert in pipeline.newest().values()
    )


def confidences(pipeline: Pipeline, name: str) -> dict[str, dict[str, float]]:
    """What fired on each account in focus: most benign stories publish nothing, so that their scores are below any alert."""
    return {account: pipeline.raw(account) for account in SCENARIOS[name].accounts()}


CUT = {"B04": 3.0}
"""Three hundred people do the same every day; on day 2 the strangers of the story have come."""


@functools.cache
def told(name: str) -> Pipeline:
    """The story as it is told, played once for all rotations."""
    return Pipeline().play(scenario(name, until_day=CUT.get(name)))


@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_swapping_countries_changes_no_score(name: str, rotation: int) -> None:
    letters = sorted(DEFAULT_PLACES)
    shifted = {
        letter: DEFAULT_PLACES[letters[(place + rotation) % len(letters)]] for place, letter in enumerate(letters)
    }
    original = {shifted[letter]: DEFAULT_PLACES[letter] for letter in letters}
    swap = {old: new for new, old in original.items()}
    # clocks stay as they are told; which offsets a country has, and which state it belongs to, moves with the swap
    swapped = Pipeline(
        offsets=lambda country, ts: offsets_of(original.get(country) or country, ts),
        sovereigns=lambda country: swap.get(state := sovereign_of(original.get(country) or country)) or state,
    ).play(scenario(name, places=shifted, zones=default_zones(), until_day=CUT.get(name)))
    assert scores(swapped) == scores(told(name))
    assert confidences(swapped, name) == confidences(told(name), name)


@pytest.mark.parametrize("name", ["B02", "B06", "T2"])
def test_what_is_compared_of_a_story_without_alerts_is_not_nothing(name: str) -> None:
    assert scores(told(name)) == []
    assert any(confidences(told(name), name).values())
