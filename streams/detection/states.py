"""States of one partition: decoded ones kept hot, bytes beside them, and which of them changed since the last flush."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

import msgspec

S = TypeVar("S")
Change = tuple[bytes, bytes | None]
"""Key and encoded state; None is a tombstone."""


class StateCodec(Generic[S]):
    """State ⇄ msgpack bytes. `decode(encode(s)) == s` at any moment, for every state type."""

    __slots__ = ("decode", "encode")

    def __init__(self, state_type: Any) -> None:
        self.encode = msgspec.msgpack.Encoder().encode
        self.decode = msgspec.msgpack.Decoder(state_type).decode


class PartitionStates(Generic[S]):
    """States of one partition, addressed by key.

    `get` decodes on first use and keeps the object; a caller that changed it says so with `put`. `raw` is what the changelog holds (plus
    what the last flush added): the runtime hands in the table's own dict, so that nothing is kept twice.
    """

    __slots__ = ("_codec", "_hot", "_round", "changed", "raw")

    def __init__(self, codec: StateCodec[S], raw: dict[bytes, bytes] | None = None) -> None:
        self._codec = codec
        self._hot: dict[bytes, S] = {}
        self.raw: dict[bytes, bytes] = {} if raw is None else raw
        self.changed: dict[bytes, None] = {}
        self._round: list[bytes] = []  # keys that this round of `forget` has not looked at yet

    def get(self, key: bytes) -> S | None:
        """The state of `key`, or None when there is none."""
        state = self._hot.get(key)
        if state is None:
            raw = self.raw.get(key)
            if raw is None:
                return None
            state = self._hot[key] = self._codec.decode(raw)
        return state

    def put(self, key: bytes, state: S) -> None:
        """Keep `state` under `key` and mark it as changed."""
        self._hot[key] = state
        self.changed[key] = None

    def take_changes(self) -> list[Change]:
        """Changed states, encoded, in the order of their first change; from now on nothing is changed. The caller writes them."""
        hot, encode = self._hot, self._codec.encode
        items: list[Change] = [(key, encode(hot[key]) if key in hot else None) for key in self.changed]
        self.changed = {}
        return items

    def forget(self, over: Callable[[S], bool], looks: int) -> int:
        """Look at the next `looks` states, in turns at all of them, and drop those that are over; how many.

        Their tombstones are among the next changes. States that were changed since the last flush are left for another turn.
        """
        if not self._round:
            self._round = list(self.raw or self._hot)
        seen = self._round[-looks:]
        del self._round[-looks:]  # in place: a copy of a million keys costs more than the looks
        dropped = 0
        for key in seen:
            state = None if key in self.changed else self._hot.get(key) or self._decoded(key)
            if state is not None and over(state):
                self._hot.pop(key, None)
                self.raw.pop(key, None)
                self.changed[key] = None
                dropped += 1
        return dropped

    def _decoded(self, key: bytes) -> S | None:
        raw = self.raw.get(key)
        return None if raw is None else self._codec.decode(raw)

    @property
    def hot(self) -> int:
        """States held decoded."""
        return len(self._hot)

    def cool(self) -> int:
        """Forget decoded states that have no pending change (memory is bounded by calling this); how many."""
        before = len(self._hot)
        self._hot = {key: self._hot[key] for key in self.changed if key in self._hot}
        return before - len(self._hot)

    def __len__(self) -> int:
        return len(self.raw.keys() | self._hot.keys())

    def items(self) -> Iterator[tuple[bytes, S]]:
        """Every state, by sorted key: for tests, explain and verification."""
        for key in sorted(self.raw.keys() | self._hot.keys()):
            state = self.get(key)
            assert state is not None
            yield key, state


def keep(raw: dict[bytes, bytes], changes: Iterable[Change]) -> None:
    """Do to encoded states what a changelog of `changes` says."""
    for key, value in changes:
        if value is None:
            raw.pop(key, None)
        else:
            raw[key] = value
