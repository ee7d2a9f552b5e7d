"""Scenarios among ordinary people: one stream in event-time order, and what is true about every account in it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from streams.scenarios import SCENARIOS, generate
from streams.scenarios.background import RATE, background_bytes
from streams.scenarios.story import Timed
from streams.scenarios.wire import encode, key_of


class Label(NamedTuple):
    """The truth about an account: which story it is in, and what the detector should make of it."""

    scenario: str
    """Scenario id, or `background`."""
    kind: str
    """`attack`, `benign`, `stress` or `background`."""
    expected_tier: str
    tier_now: str


LABELS: dict[str, Label] = {
    scenario.id.lower(): Label(scenario.id, scenario.kind, scenario.expected_tier, scenario.tier_now)
    for scenario in SCENARIOS.values()
} | {"bg": Label("background", "background", "none", "none")}
"""First part of an account id (up to the first `-`) → label."""


def label_of(account_id: str) -> Label | None:
    """Give the label of a generated account; None for anybody else."""
    return LABELS.get(account_id.partition("-")[0])


def planted(words: str) -> list[str]:
    """Scenario ids that `words` names, commas between, in whatever case; `S05` stands for S05a and S05b, `B` for all benign ones.

    Raises ValueError for a word that is the beginning of none.
    """
    found: dict[str, None] = {}
    for word in (part.strip() for part in words.split(",")):
        if not word:
            continue
        exact = [name for name in SCENARIOS if name.lower() == word.lower()]
        names = exact or [name for name in SCENARIOS if name.lower().startswith(word.lower())]
        if not names:
            raise ValueError(f"scenario {word!r} is not known; known are {', '.join(SCENARIOS)}")
        found.update(dict.fromkeys(names))
    return list(found)


def mix(
    scenario_ids: Iterable[str],
    accounts: int,
    start: datetime,
    days: float,
    *,
    seed: int = 0,
    multiplier: int = 1,
    rate: float = RATE,
    history: bool = True,
) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (event time in ms, key, JSON) of the scenarios and of a background, merged by event time."""
    stories = (
        as_bytes(generate(scenario_id, start=start, seed=seed, multiplier=multiplier, until_day=days))
        for scenario_id in scenario_ids
    )
    ordinary = background_bytes(accounts, start, days, seed=seed, rate=rate, history=history)
    yield from heapq.merge(ordinary, *stories, key=_time)


def as_bytes(events: Iterable[Timed]) -> Iterator[tuple[int, bytes, bytes]]:
    """Encode events; order is kept."""
    for ts, event in events:
        yield ts, key_of(event), encode(event)


def _time(event: tuple[int, bytes, bytes]) -> int:
    return event[0]
