"""Ordinary traffic: people who work by day, rest at weekends, travel now and then, and do nothing wrong.

Memory is that of the sessions that are open and of those that begin within the hour, whatever the length of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import orjson

from enrichers.demo import DemoNetworks
from streams.scenarios.clock import DAY, Calendar
from streams.scenarios.population import Population
from streams.scenarios.signups import MOST, signups
from streams.scenarios.story import Timed
from streams.scenarios.traffic import Traffic

RATE = 1.6
"""Sessions per account and working day."""


def background_bytes(
    accounts: int,
    start: datetime,
    days: float,
    *,
    seed: int = 0,
    rate: float = RATE,
    history: bool = True,
    networks: DemoNetworks | None = None,
) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (event time in ms, key, JSON) in event-time order; same arguments, same bytes.

    With `history`, sign-up, document, bank and approval of every account and the declarations of agencies and families
    come first, with times before `start`: without them a detector does not know what anybody claims.
    """
    people = Population(accounts, seed, networks or DemoNetworks())
    begin = Calendar(start).start
    if history:
        yield from signups(people, begin, seed)
    yield from Traffic(people, begin, seed, rate, first=MOST * accounts).run(begin + round(days * DAY))


def background(
    accounts: int,
    start: datetime,
    days: float,
    *,
    seed: int = 0,
    rate: float = RATE,
    history: bool = True,
    networks: DemoNetworks | None = None,
) -> Iterator[Timed]:
    """Yield the events of `background_bytes` as (event time in ms, event)."""
    for ts, _, value in background_bytes(
        accounts, start, days, seed=seed, rate=rate, history=history, networks=networks
    ):
        yield ts, orjson.loads(value)
