"""A bounded cache whose usual path is one dict look-up: two generations instead of a list of uses.

New and re-used keys go into the young generation. When it is full it becomes the old one, and the old one is dropped
whole. So a key stays as long as it is used, eviction costs nothing per event, and no more than `size` keys are held.
"""

from __future__ import annotations

from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Generations(Generic[Key, Value]):
    """At most `size` values; None is not a value."""

    __slots__ = ("_half", "old", "young")

    def __init__(self, size: int) -> None:
        self._half = max(1, size // 2)
        self.young: dict[Key, Value] = {}
        self.old: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        """Answer the value, and keep it for another generation."""
        found = self.young.get(key)
        if found is None:
            found = self.old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: Key, value: Value) -> None:
        """Remember the value as used just now."""
        if len(self.young) >= self._half:
            self.old = self.young
            self.young = {}
        self.young[key] = value

    def __len__(self) -> int:
        return len(self.young.keys() | self.old.keys())
