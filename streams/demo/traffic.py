"""What the demo sends: every story and ordinary people, merged in event time and ending at the last midnight.

All of it goes to one input topic, keyed by account: days pass in seconds here, and between two topics an account's events would
arrive hours of event time apart, which the windows rightly call late.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from streams.scenarios import SCENARIOS, Scenario, Timed, encode, generate, key_of
from streams.scenarios.background import background_bytes

BACKGROUND_DAYS = 14
"""Long enough for the windows of a fortnight to fill, short enough for a minute of demo."""

TOLERANCE_MS = 3_600_000
"""After the last midnight; the few events of western evenings beyond it are left out, none may lie in the future."""


class Sent(NamedTuple):
    """One event on its way: event time, key, JSON."""

    ts: int
    key: bytes
    value: bytes


def traffic(now: datetime, accounts: int, seed: int = 0, scenarios: Mapping[str, Scenario] = SCENARIOS) -> list[Sent]:
    """All events of the demo in event-time order. A story that goes on after it can be judged is cut there."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    streams = [_story(scenario, midnight, seed) for scenario in scenarios.values()]
    if accounts:
        streams.append(_background(midnight - timedelta(days=BACKGROUND_DAYS), accounts, seed))
    latest = int(midnight.timestamp() * 1000)
    return [sent for sent in heapq.merge(*streams, key=_time) if sent.ts <= latest + TOLERANCE_MS]


def _story(scenario: Scenario, midnight: datetime, seed: int) -> Iterator[Sent]:
    days = scenario.judged_day or scenario.days
    start = midnight - timedelta(days=-(-days // 1))
    return _told(generate(scenario.id, start=start, seed=seed, until_day=scenario.judged_day))


def _told(events: Iterable[Timed]) -> Iterator[Sent]:
    for ts, event in events:
        yield Sent(ts, key_of(event), encode(event))


def _background(start: datetime, accounts: int, seed: int) -> Iterator[Sent]:
    return map(Sent._make, background_bytes(accounts, start, BACKGROUND_DAYS, seed=seed))


def _time(sent: Sent) -> int:
    return sent.ts
