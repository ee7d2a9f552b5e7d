"""Hand-overs in any order: no copy of a partition goes back behind what its owner wrote."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest
from faust.types import TP

from streams.runtime.delivery import Pair
from tests.runtime.test_table import TOPIC, Log, give_back, read_back, table_of, take_over

WORKERS = 3
KEYS = [b"k%d" % number for number in range(6)]


class Group:
    """Workers of one partition: an owner, some that hung and take themselves for it, and standbys."""

    def __init__(self, random: Random, monkeypatch: pytest.MonkeyPatch) -> None:
        self.random = random
        self.log = Log()
        self.tables = [table_of() for _ in range(WORKERS)]
        self.owner = self.tables[0]
        self.owned: dict[bytes, int] = {}
        """By key, where the last record lies that an owner wrote."""
        self.now = 100
        monkeypatch.setattr("time.time", lambda: self.now / 1000)

    async def step(self) -> None:
        """Something happens to somebody."""
        self.now += self.random.randint(1, 4)
        table = self.random.choice(self.tables)
        what = self.random.random()
        if what < 0.15:
            await self.hand_over(table)
        elif what < 0.6:
            await self.write(table)
        elif table is not self.owner:
            await give_back(table)  # wakes up
            if self.random.random() < 0.2:
                await table.on_rebalance(set(), {TP(TOPIC, 0)}, set())  # and keeps no copy
            self.read(table, self.random.randint(0, len(self.log.records)))

    async def hand_over(self, table: Any) -> None:
        """The one before may not notice."""
        await give_back(table)
        self.read(table, len(self.log.records))
        await take_over(table)
        self.owner = table

    async def write(self, table: Any) -> None:
        """Also who only believes to be the owner can."""
        if not table.owns(0):
            return
        start, random = len(self.log.records), self.random
        keys = random.sample(KEYS, random.randint(1, 3))
        pairs: list[Pair] = [(key, None if random.random() < 0.3 else b"%d" % random.getrandbits(64)) for key in keys]
        await table.write(self.log, 0, pairs)
        if table is self.owner:
            self.owned |= {key: start + place for place, key in enumerate(keys)}

    def read(self, table: Any, end: int) -> None:
        """In batches, as recovery does."""
        start = table.persisted_offset(TP(TOPIC, 0)) + 1
        while start < end:
            until = min(end, start + self.random.randint(1, 5))
            table.apply_changelog_batch([read_back(self.log, start, until, start - 1 if start else None)])
            start = until

    def allowed(self, key: bytes) -> set[bytes | None]:
        """What an owner wrote last, or what came behind it from somebody who was no owner before that one."""
        last, *later = self.log.records[self.owned[key] :]
        return {last.value, *(other.value for other in later if other.key == key and other.timestamp >= last.timestamp)}


@pytest.mark.parametrize("seed", range(150))
def test_no_copy_goes_back(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    async def work() -> None:
        group = Group(Random(seed), monkeypatch)
        for _ in range(60):
            await group.step()
        for table in [*group.tables, table_of()]:
            await give_back(table)
            group.read(table, len(group.log.records))
            for key in group.owned:
                assert table.raw(0).get(key) in group.allowed(key)

    asyncio.run(work())
