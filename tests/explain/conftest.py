"""Explanations of accounts of scenarios: real events through the worker's stages."""

from __future__ import annotations

import functools

from enrichers.enrich import Enricher
from enrichers.snapshot import Snapshot
from streams.cli.environment import load_formats, settings_from
from streams.explain.explanation import Explanation, IndicatorExplained
from streams.explain.run import Played, play
from streams.replay.configuration import Configuration
from streams.replay.lines import Reading
from streams.replay.sources import numbered
from streams.scenarios import SCENARIOS, encode
from tests.detection.pipeline import Event, catalogue, demo_snapshot, scenario


def configured(snapshot: Snapshot | None = None) -> Configuration:
    settings = settings_from({})
    return Configuration(settings, catalogue(), Enricher(snapshot or demo_snapshot()), load_formats(settings))


def played(account: str, events: list[Event], used: Configuration | None = None) -> Played:
    used = used or configured()
    reading = Reading(used.formats)
    return play(account, used, numbered(reading.line(encode(event)) for _, event in events))


def told(account: str, events: list[Event], used: Configuration | None = None) -> Explanation:
    explanation = played(account, events, used).explanation
    assert explanation is not None
    return explanation


@functools.cache
def of_scenario(name: str, place: int = 0) -> Explanation:
    return told(SCENARIOS[name].accounts()[place], scenario(name))


def row(explanation: Explanation, indicator: str) -> IndicatorExplained:
    (found,) = [item for item in explanation.indicators if item.indicator == indicator]
    return found
