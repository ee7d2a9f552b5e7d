"""Event-time windows that live inside a state: bounded, pruned by event time, and the same in whatever order events arrive.

Everything here is a union or a maximum, so that order and duplicates within the horizon cannot change it (design §4).
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SESSION_LATENESS = 15 * MINUTE
"""Allowed lateness of login and session events; 24 h for the rest (catalogue §4.2)."""

WIDTH = 60
"""Buckets of a `Presence`: with the newest they fit a signed 64-bit integer in every codec."""
_FULL = (1 << WIDTH) - 1

K = TypeVar("K")


class Presence(msgspec.Struct, array_like=True, gc=False):
    """Which of the last 60 buckets saw something. The unit of a bucket (5 min, hour, day) is the owner's."""

    newest: int
    mask: int = 1

    def mark(self, bucket: int) -> None:
        """Note `bucket`; one older than the horizon leaves no trace."""
        shift = bucket - self.newest
        if shift > 0:
            self.mask = ((self.mask << shift) | 1) & _FULL if shift < WIDTH else 1
            self.newest = bucket
        elif shift > -WIDTH:
            self.mask |= 1 << -shift

    def count(self, first: int, last: int) -> int:
        """How many buckets of first…last (both included) saw something."""
        low = self.newest - last
        high = self.newest - first
        if high < 0:
            return 0
        low = max(low, 0)
        return ((self.mask >> low) & ((1 << (high - low + 1)) - 1)).bit_count()

    def buckets(self) -> list[int]:
        """Buckets that saw something, oldest first."""
        found: list[int] = []
        mask, newest = self.mask, self.newest
        while mask:
            back = mask.bit_length() - 1
            found.append(newest - back)
            mask ^= 1 << back
        return found


def touch(entries: dict[K, int], key: K, ts: int, cap: int) -> bool:
    """Note that `key` was seen at `ts` in a last-seen map of at most `cap` entries; True when another one made room for it.

    The map stays in last-seen order as long as events come in order, so that eviction looks at the front only: O(1).
    """
    seen = entries.pop(key, None)
    entries[key] = ts if seen is None or ts > seen else seen
    if seen is None and len(entries) > cap:
        del entries[next(iter(entries))]
        return True
    return False
