"""Generators of events: attack, benign and stress stories of the catalogue, and ordinary background traffic.

They make events, never confidences: what fires is the detector's business.
Start with `generate`, `background` and `streams.scenarios.mix`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from streams.scenarios.b01 import B01
from streams.scenarios.b02 import B02
from streams.scenarios.b04 import B04
from streams.scenarios.b05 import B05
from streams.scenarios.b06 import B06
from streams.scenarios.b07 import B07
from streams.scenarios.background import background, background_bytes
from streams.scenarios.places import DEFAULT_PLACES, default_zones
from streams.scenarios.s01 import S01
from streams.scenarios.s05 import S05A, S05B
from streams.scenarios.s09 import S09
from streams.scenarios.scenario import Scenario, Telling, tell
from streams.scenarios.story import MAX_COPIES, Timed
from streams.scenarios.t2 import T2
from streams.scenarios.t5 import T5
from streams.scenarios.wire import encode, key_of, topic_of, topic_of_json

SCENARIOS: dict[str, Scenario] = {
    scenario.id: scenario for scenario in (S01, S05A, S05B, S09, B01, B02, B04, B05, B06, B07, T2, T5)
}
"""Every scenario by id, attacks first."""


def scenario_of(scenario_id: str) -> Scenario:
    """Scenario of an id, in whatever case; ValueError names those that exist."""
    for scenario in SCENARIOS.values():
        if scenario.id.lower() == scenario_id.lower():
            return scenario
    raise ValueError(f"scenario {scenario_id!r} is not known; known are {', '.join(SCENARIOS)}")


def generate(
    scenario_id: str,
    *,
    start: datetime,
    seed: int = 0,
    multiplier: int = 1,
    until_day: float | None = None,
    places: Mapping[str, str] | None = None,
    zones: Mapping[str, str] | None = None,
) -> Iterator[Timed]:
    """Yield (event time in ms, event) of a scenario, in event-time order; same arguments, same bytes.

    `multiplier` tells the story that many times, with accounts, devices and addresses of their own.
    `places` and `zones` change which country and clock a letter of the story stands for (`places.Places`).
    """
    return tell(scenario_of(scenario_id), Telling(start, seed, multiplier, until_day, places, zones))


__all__ = [
    "DEFAULT_PLACES",
    "MAX_COPIES",
    "SCENARIOS",
    "Scenario",
    "Telling",
    "Timed",
    "background",
    "background_bytes",
    "default_zones",
    "encode",
    "generate",
    "key_of",
    "scenario_of",
    "tell",
    "topic_of",
    "topic_of_json",
]
