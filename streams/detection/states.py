"""States of one partition: decoded ones kept hot, bytes beside them, and which of them changed since the last flush."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import msgspec

S = TypeVar("S")


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

    __slots__ = ("_codec", "_hot", "changed", "raw")

    def __init__(self, codec: StateCodec[S], raw: dict[bytes, bytes] | None = None) -> None:
        self._codec = codec
        self._hot: dict[bytes, S] = {}
        self.raw: dict[bytes, bytes] = {} if raw is None else raw
        self.changed: dict[bytes, None] = {}

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

    def take_changes(self) -> list[tuple[bytes, bytes]]:
        """Changed states, encoded, in the order of their first change; from now on nothing is changed. The caller writes them."""
        hot, encode = self._hot, self._codec.encode
        items = [(key, encode(hot[key])) for key in self.changed]
        self.changed = {}
        return items

    @property
    def hot(self) -> int:
        """States held decoded."""
        return len(self._hot)

    def cool(self) -> int:
        """Forget decoded states that have no pending change (memory is bounded by calling this); how many."""
        before = len(self._hot)
        self._hot = {key: self._hot[key] for key in self.changed}
        return before - len(self._hot)

    def __len__(self) -> int:
        return len(self.raw.keys() | self._hot.keys())

    def items(self) -> Iterator[tuple[bytes, S]]:
        """Every state, by sorted key: for tests, explain and verification."""
        for key in sorted(self.raw.keys() | self._hot.keys()):
            state = self.get(key)
            assert state is not None
            yield key, state
