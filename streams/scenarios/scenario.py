"""What a scenario is, and how it becomes events in event-time order with constant memory."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from enrichers.demo import DemoNetworks
from streams.scenarios.clock import HOUR, Calendar
from streams.scenarios.places import Places
from streams.scenarios.story import MAX_COPIES, Story, Timed

EARLIEST = 14 * HOUR
"""A day's events may lie this long before its UTC midnight: morning in a zone far east of UTC."""

Teller = Callable[[Story, int], Iterable[Timed]]
"""Story and day → events that begin on that day, in any order; they may end later."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story of catalogue §9 to §11, with what a detector should make of it. It makes events, never confidences."""

    id: str
    title: str
    story: str
    """One line."""
    kind: str
    """`attack`, `benign` or `stress`."""
    number: int
    """0 to 15, unique: keeps addresses of different scenarios apart."""
    days: int
    """Days told, from day 0."""
    tell: Teller
    focus: tuple[str, ...]
    """Names of the accounts that a reader should look at; `accounts()` gives their ids."""
    expected: Mapping[str, float]
    """Indicators that exist → effective confidence of the account in focus with most, after mitigators, before decay.
    Attack: at least that. Benign: at most that; 0 = must stay silent."""
    expected_tier: str
    """With all indicators of the catalogue."""
    tier_now: str
    """With the indicators that exist."""
    missing: tuple[str, ...] = ()
    """Indicators of other families that the catalogue lists for the story."""
    history_days: int = 0
    """Days before day 0 on which the accounts' past begins; such events lie before `start`. (Besides, only the morning
    of day 0 in zones far east of UTC may lie before `start`, by less than `EARLIEST`.)"""
    judged_day: float | None = None
    """Day by which `expected` holds, when the story goes on and changes it; None = at its end."""

    def accounts(self, seed: int = 0, multiplier: int = 1) -> list[str]:
        """Account ids of the focus, of all copies."""
        return [f"{self.id.lower()}-{seed}-{copy}-{name}" for copy in range(multiplier) for name in self.focus]


@dataclass(frozen=True, slots=True)
class Telling:
    """How scenarios are told: when, with which random numbers, how often, where, until when."""

    start: datetime
    seed: int = 0
    multiplier: int = 1
    until_day: float | None = None
    """Stop before this day of the story (1.5 = noon UTC of day 1)."""
    places: Mapping[str, str] | None = None
    zones: Mapping[str, str] | None = None
    networks: DemoNetworks = field(default_factory=DemoNetworks)


def tell(scenario: Scenario, telling: Telling) -> Iterator[Timed]:
    """Yield the scenario's events in event-time order. Ties keep the order of copies and of telling."""
    if not 1 <= telling.multiplier <= MAX_COPIES:
        raise ValueError(
            f"multiplier: {telling.multiplier}, expected 1 to {MAX_COPIES} (each copy has its own addresses)"
        )
    calendar = Calendar(telling.start)
    places = Places(telling.networks, telling.places, telling.zones)
    end = None if telling.until_day is None else calendar.midnight(telling.until_day)
    copies = (
        Story(scenario.id, scenario.number, copy, telling.seed, calendar, places, telling.networks)
        for copy in range(telling.multiplier)
    )
    for ts, event in heapq.merge(*(_in_order(scenario, story) for story in copies), key=_time):
        if end is not None and ts >= end:
            return
        yield ts, event


def _in_order(scenario: Scenario, story: Story) -> Iterator[Timed]:
    """One copy, sorted: what is told on a day is held until no later day can come before it."""
    held: list[tuple[int, int, dict[str, Any]]] = []
    told = 0
    for day in range(-scenario.history_days, scenario.days):
        for ts, event in scenario.tell(story, day):
            heapq.heappush(held, (ts, told, event))
            told += 1
        safe = story.calendar.midnight(day + 1) - EARLIEST
        while held and held[0][0] < safe:
            ts, _, event = heapq.heappop(held)
            yield ts, event
    while held:
        ts, _, event = heapq.heappop(held)
        yield ts, event


def _time(timed: Timed) -> int:
    return timed[0]
