"""When a run over recorded events gives decoded states back: before the memory of the process is full."""

from __future__ import annotations

from streams.runtime import memory

LOOK_EVERY = 4096
"""Records between two looks."""
SHARE = 0.5
"""Of the memory that the process may use. The rest is for the encoded states and for what else runs here."""


class Cooling:
    """Tells when decoded states are too many. Decoding one again costs about as much as handling an event; dying costs the run."""

    def __init__(self, most_bytes: float | None = None) -> None:
        """`most_bytes` of this process are enough; by default half of what it may use, and no limit where that is unknown."""
        self._most = SHARE * memory.limit() if most_bytes is None else most_bytes
        self._cap = 0
        self._records = 0

    def look(self, records: int) -> bool:
        """Whether it is time to ask, with `records` more handled."""
        self._records += records
        if self._records < LOOK_EVERY:
            return False
        self._records = 0
        return True

    def due(self, hot: int) -> bool:
        """Whether `hot` decoded states are too many.

        Freed memory seldom goes back to the system, so what was held when it first became too much is the measure from then on.
        """
        if not self._cap and 0 < self._most < memory.in_use():
            self._cap = hot
        return 0 < self._cap <= hot
