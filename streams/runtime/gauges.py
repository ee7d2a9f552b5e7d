"""What a worker looks up about itself every second: lag and progress of its partitions, its states, its memory.

Series of partitions are there only while the partitions are ours and read; a revocation removes them at once.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from itertools import chain
from typing import Any

from streams.runtime import memory
from streams.runtime.metrics import Metrics
from streams.runtime.shell import Shell

Place = tuple[str, ...]
"""Topic and partition, as label values."""

PARTITION_GAUGES = ("partition_lag", "committed_offset", "partition_stuck_seconds")


class Stuck:
    """For how long each partition has had records waiting and finished none. Pure: `now` is an argument."""

    def __init__(self) -> None:
        self._since: dict[Place, tuple[int, float]] = {}

    def seconds(self, place: Place, done: int, *, waiting: bool, now: float) -> float:
        """Note how far a partition is; gives its time without progress, in seconds."""
        mark, since = self._since.get(place, (-1, now))
        if mark != done or not waiting:
            self._since[place] = (done, now)
            return 0.0
        return now - since

    def forget(self) -> None:
        """Begin anew: the partitions may be somebody else's."""
        self._since.clear()


class Gauges:
    """Sets the gauges of one worker."""

    def __init__(self, metrics: Metrics, shells: Sequence[Shell], readers: Mapping[str, str]) -> None:
        """`readers`: physical topic → stage that reads it."""
        self._metrics = metrics
        self._shells = [shell for shell in shells if shell.table is not None]
        self._stages = [shell.stage.name for shell in shells]
        self._readers = readers
        self._stuck = Stuck()
        self._bytes: dict[str, dict[int, int]] = {shell.stage.name: {} for shell in self._shells}
        self._turn = 0
        metrics.set("build_info", 1, version("personawatch"), metrics.catalogue, platform.python_version())
        metrics.set("memory_limit_bytes", memory.limit())

    def revoked(self) -> None:
        """Partitions are about to go: tell nothing of any."""
        for name in PARTITION_GAUGES:
            self._metrics.forget(name)
        self._stuck.forget()

    def observe(self, consumer: Any, assigned: set[Any], now: float) -> int:
        """Set them all; gives the records that wait, over all partitions assigned."""
        inputs = [tp for tp in assigned if tp.topic in self._readers]
        self._metrics.set("assigned_partitions", len(inputs))
        self._metrics.set("memory_bytes", memory.in_use())
        self._observe_states()
        return self._observe_partitions(consumer, inputs, now)

    def _observe_partitions(self, consumer: Any, inputs: list[Any], now: float) -> int:
        by_stage = dict.fromkeys(self._stages, 0)
        lags: dict[Place, float] = {}
        committed: dict[Place, float] = {}
        stuck: dict[Place, float] = {}
        for tp in inputs:
            end = consumer.highwater(tp)
            if end is None:
                continue
            place, done = (tp.topic, str(tp.partition)), consumer.done(tp)
            lag = max(0, end - done)
            lags[place] = lag
            by_stage[self._readers[tp.topic]] += lag
            committed[place] = consumer.committed(tp)
            waiting = lag > 0 and not consumer.holds_back(tp)
            stuck[place] = self._stuck.seconds(place, done, waiting=waiting, now=now) if consumer.reads else 0.0
        # Between a rebalance and the end of recovery it is not known how far the group has come.
        if consumer.reads or not inputs:
            for name, values in zip(PARTITION_GAUGES, (lags, committed, stuck), strict=True):
                self._metrics.replace(name, values)
            for stage, lag in by_stage.items():
                self._metrics.set("consumer_lag", lag, stage)
        return sum(by_stage.values())

    def _observe_states(self) -> None:
        for shell in self._shells:
            assert shell.table is not None
            keys, sizes = shell.table.keys_held(), self._bytes[shell.stage.name]
            for gone in sizes.keys() - keys.keys():
                del sizes[gone]
            self._metrics.set("state_keys", sum(keys.values()), shell.stage.name)
            self._metrics.set("hot_states", shell.hot, shell.stage.name)
            self._metrics.set("hot_states_cap", shell.hot_states * len(keys), shell.stage.name)
        self._measure_one()
        for stage, sizes in self._bytes.items():
            self._metrics.set("state_bytes", sum(sizes.values()), stage)

    def _measure_one(self) -> None:
        """Add up the bytes of one partition: a few milliseconds for 100,000 states, so only one at a time."""
        held = [
            (shell, number) for shell in self._shells if shell.table is not None for number in shell.table.keys_held()
        ]
        if held:
            self._turn += 1
            shell, number = held[self._turn % len(held)]
            assert shell.table is not None
            raw = shell.table.raw(number)
            self._bytes[shell.stage.name][number] = sum(map(len, chain(raw, raw.values())))
