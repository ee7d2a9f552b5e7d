"""Replay at a multiple of the recorded speed: for demonstrations, and to watch alerts come as they came."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """Waits until a record is due. `speed` 60 plays an hour in a minute."""

    def __init__(
        self, speed: float, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._speed = speed
        self._clock = clock
        self._sleep = sleep
        self._begin: tuple[float, int] | None = None

    def wait(self, timestamp: int) -> None:
        """Return when the record of `timestamp` (ms) is due; the first with a time is due at once."""
        if timestamp < 0:
            return
        if self._begin is None:
            self._begin = self._clock(), timestamp
        began, first = self._begin
        left = began + (timestamp - first) / 1000 / self._speed - self._clock()
        if left > 0:
            self._sleep(left)
