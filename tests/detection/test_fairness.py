"""REQ-F03: a consistent swap of countries changes no score.

REQ-F01, F02 and F04 are checked with the catalogue, F05 with the scoring.
"""

from __future__ import annotations

import pytest

from enrichers.timezones import offsets_of
from streams.scenarios import SCENARIOS
from streams.scenarios.places import DEFAULT_PLACES, default_zones
from tests.detection.pipeline import Pipeline, scenario

ROTATIONS = (1, 3)


def scores(pipeline: Pipeline) -> list[tuple[str, float, list[str]]]:
    return sorted(
        (alert.tier, alert.score, [item.indicator for item in alert.evidence]) for alert in pipeline.newest().values()
    )


@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_swapping_countries_changes_no_score(name: str, rotation: int) -> None:
    letters = sorted(DEFAULT_PLACES)
    shifted = {
        letter: DEFAULT_PLACES[letters[(place + rotation) % len(letters)]] for place, letter in enumerate(letters)
    }
    original = {shifted[letter]: DEFAULT_PLACES[letter] for letter in letters}
    # clocks stay as they are told; which offsets a country has moves with the swap
    swapped = Pipeline(offsets=lambda country, ts: offsets_of(original.get(country) or country, ts)).play(
        scenario(name, places=shifted, zones=default_zones())
    )
    assert scores(swapped) == scores(Pipeline().play(scenario(name)))
