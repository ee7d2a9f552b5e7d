"""The flood stop: one bad record is a dead letter, ten thousand are a broken producer or a broken deployment.

Losing a few records to the dead-letter topic is right; moving a whole stream there while saying "healthy" is not. The limits are a
frozen value, the progress is a small state with one method.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple


class FloodError(Exception):
    """Too many dead letters: stop, loudly, without acknowledging."""


class FloodLimits(NamedTuple):
    """When to stop."""

    ratio: float
    """Largest share of dead letters in a full window."""
    window: int
    """Records in the window."""
    run: int
    """Dead letters in a row."""


class FloodGate:
    """Progress of one stage against its limits."""

    def __init__(self, limits: FloodLimits) -> None:
        self._limits = limits
        self._steps: deque[tuple[int, int]] = deque()
        self._records = 0
        self._dead = 0
        self._run = 0

    def saw(self, records: int, dead: int) -> None:
        """Note one batch; raises `FloodError` when a limit is passed."""
        dead = min(dead, records)  # one record can hold several bad events
        self._run = self._run + dead if dead == records else 0
        self._steps.append((records, dead))
        self._records += records
        self._dead += dead
        # Whole batches leave, as long as the window stays full.
        while self._records - self._steps[0][0] >= self._limits.window:
            gone_records, gone_dead = self._steps.popleft()
            self._records -= gone_records
            self._dead -= gone_dead
        if self._run >= self._limits.run:
            raise FloodError(f"{self._run} dead letters in a row (limit {self._limits.run}); see the dead-letter topic")
        if self._records >= self._limits.window and self._dead > self._limits.ratio * self._records:
            share = self._dead / self._records
            raise FloodError(
                f"{share:.0%} of the last {self._records} records are dead letters"
                f" (limit {self._limits.ratio:.0%}); see the dead-letter topic"
            )
