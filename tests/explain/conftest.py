"""Explanations of accounts of scenarios: real events through the worker's stages."""

from __future__ import annotations

import functools
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from enrichers.enrich import Enricher
from enrichers.snapshot import Snapshot, load_snapshot
from streams.cli.environment import load_formats, settings_from
from streams.explain.explanation import Explanation, IndicatorExplained
from streams.explain.rehearsal import Tuned, tuned
from streams.explain.run import Played, play
from streams.replay.configuration import Configuration
from streams.replay.lines import Reading
from streams.replay.sources import numbered
from streams.scenarios import SCENARIOS, encode
from tests.detection.pipeline import START, Event, catalogue, demo_snapshot, scenario


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


def events_of(account: str, *parts: tuple[float, str, dict[str, Any]]) -> list[Event]:
    """Events of one account: hours after the start, type, fields."""
    found = []
    for place, (hours, kind, fields) in enumerate(parts):
        at = START + timedelta(hours=hours)
        head = {
            "type": kind,
            "event_id": f"{account}-{place}-{hours:g}",
            "account_id": account,
            "occurred_at": at.isoformat(),
        }
        found.append((round(at.timestamp() * 1000), head | fields))
    return found


def told_bare(account: str, *streams: list[Event], otherwise: Tuned | None = None) -> Explanation:
    """The explanation out of several accounts' events in order of time, without tables, under other thresholds if need be."""
    merged = sorted((event for events in streams for event in events), key=lambda event: event[0])
    used = _without_tables()
    return told(account, merged, used._replace(catalogue=tuned(used.catalogue, otherwise or {})))


@functools.cache
def _without_tables() -> Configuration:
    return configured(load_snapshot({}, Path(tempfile.mkdtemp(prefix="personawatch-none-"))))


def row(explanation: Explanation, indicator: str) -> IndicatorExplained:
    (found,) = [item for item in explanation.indicators if item.indicator == indicator]
    return found
