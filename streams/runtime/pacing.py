"""Reads several inputs up in the order of their records' time.

Two topics, or the partitions of one, are read up from a backlog at whatever speed the broker gives them, so an account's log-ins could
come days behind its contracts and count as late. Here an input that is ahead waits, in memory and not fetched, for those that are behind
and still have records. At the live edge nothing is behind, and nothing waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from faust.types import TP

from streams.runtime.consumer_thread import Fetched

AHEAD_MS = 10 * 60_000
"""How far an input may be ahead: less than the quarter of an hour that sessions may be late (catalogue §4.2)."""

PATIENCE_S = 5.0
"""How long an input that should have records and gives none is waited for: its leader may be away."""


class Pacer:
    """Holds back what is ahead, for the partitions of one assignment."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time) -> None:
        """`clock` measures how long an input gives nothing; `wall` is the time that records are stamped with."""
        self._clock = clock
        self._wall = wall
        self._held: dict[TP, Fetched] = {}
        self._newest: dict[TP, int] = {}
        self._silent_since: dict[TP, float] = {}

    def holds(self, tp: TP) -> bool:
        """Whether records of `tp` wait here, so that no more need be fetched."""
        return tp in self._held

    def add(self, batch: Fetched) -> None:
        """Take what was fetched of a partition of which nothing is held."""
        self._held[batch.tp] = batch
        self._silent_since.pop(batch.tp, None)

    def release(self, partitions: Collection[TP], behind: Callable[[TP], bool]) -> list[Fetched]:
        """What may go on now, oldest first. `behind` says of a partition whether the broker has more of it than was fetched."""
        if not self._held:
            return []
        limit = self._limit(partitions, behind)
        ready = []
        for tp, batch in sorted(self._held.items(), key=lambda item: item[1].records[0].timestamp):
            now, later = _cut(batch, limit)
            if now is not None:
                ready.append(now)
                self._newest[tp] = now.records[-1].timestamp
            if later is None:
                del self._held[tp]
            else:
                self._held[tp] = later
        return ready

    def _limit(self, partitions: Collection[TP], behind: Callable[[TP], bool]) -> float:
        times = [
            batch.records[0].timestamp if (batch := self._held.get(tp)) is not None else self._newest.get(tp, 0)
            for tp in partitions
            if tp in self._held or (behind(tp) and not self._given_up(tp))
        ]
        limit = min(times) + AHEAD_MS if len(times) > 1 else float("inf")
        # Ahead of the present is only who has a wrong clock, and at the live edge there is always somebody to wait for.
        return limit if limit < self._wall() * 1000 else float("inf")

    def _given_up(self, tp: TP) -> bool:
        now = self._clock()
        return now - self._silent_since.setdefault(tp, now) > PATIENCE_S


def _cut(batch: Fetched, limit: float) -> tuple[Fetched | None, Fetched | None]:
    """The records up to the first one that is later than `limit`, and the rest."""
    records = batch.records
    if records[-1].timestamp <= limit:
        return batch, None
    at = next(number for number, record in enumerate(records) if record.timestamp > limit)
    if not at:
        return None, batch
    # Where aiokafka stands is behind the whole: of the first part, that is nothing to go back from.
    return batch._replace(records=records[:at]), batch._replace(records=records[at:])
