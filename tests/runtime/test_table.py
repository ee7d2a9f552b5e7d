"""The table's rules about offsets and epochs, without a broker."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import faust
import pytest
from faust.tables.recovery import ServiceStopped
from faust.types import TP

from streams.detection.stage import PlainRecord
from streams.runtime.delivery import Pair, Parcel
from streams.runtime.table import (
    LostBatchError,
    NotOursError,
    StateTable,
    TableManager,
    UnansweredError,
)

TOPIC = "app-count-changelog"


class Log:
    """A changelog's partition: gives every parcel the next offsets."""

    def __init__(self) -> None:
        self.records: list[PlainRecord] = []

    def append(self, key: bytes, value: bytes | None, epoch: int) -> None:
        self.records.append(PlainRecord(TOPIC, 0, len(self.records), epoch, key, value))

    async def send_to(self, topic: str, partition: int, pairs: Sequence[Pair], stamp: int) -> list[Parcel]:
        parcel = Parcel(topic, partition, pairs, stamp)
        parcel.offset = len(self.records)
        for key, value in pairs:
            self.append(key, value, stamp)
        return [parcel]

    async def settle(self, parcels: list[Parcel]) -> list[Parcel]:
        return parcels


def table_of(told: list[BaseException] | None = None) -> Any:
    app = faust.App("app", store="memory://", set_as_current=False, TableManager=TableManager)
    topic = app.topic(TOPIC, key_serializer="raw", value_serializer="raw")
    on_fault = (told if told is not None else []).append
    return app.tables.add(StateTable(app, name="count", on_fault=on_fault, changelog_topic=topic))


def read_back(log: Log, start: int, end: int, follows: int | None) -> Any:
    """Records of a changelog as Faust has them between the consumer and the table."""
    fetched = SimpleNamespace(records=log.records[start:end], follows=follows)
    return SimpleNamespace(message=SimpleNamespace(topic=TOPIC, partition=0, value=fetched))


async def take_over(table: Any) -> int:
    """The end of a recovery; the epoch."""
    await table.on_recovery_completed({TP(TOPIC, 0)}, set())
    return int(table._owned[0])


async def give_back(table: Any) -> None:
    """A rebalance after which the partition is ours again."""
    table.release()
    await table.on_rebalance({TP(TOPIC, 0)}, set(), set())


def test_a_writer_that_lost_the_partition_replaces_nothing_that_its_successor_kept_over_a_rebalance() -> None:
    """It hung in the middle of a flush, and its record comes after ours. What we held before is not read again, only what is behind."""

    async def work() -> None:
        table, log = table_of(), Log()
        epoch = await take_over(table)
        await table.write(log, 0, [(b"a", b"ours")])
        log.append(b"a", b"sleeper", epoch - 1)
        await table.write(log, 0, [(b"b", b"ours")])
        await give_back(table)
        assert table.persisted_offset(TP(TOPIC, 0)) == 0, "what others wrote is read"
        table.apply_changelog_batch([read_back(log, 0, 3, None)])
        assert table.raw(0) == {b"a": b"ours", b"b": b"ours"}

    asyncio.run(work())


def test_a_writer_that_lost_the_partition_replaces_nothing_that_was_read_before_two_hand_overs() -> None:
    """Who was idle in between has written nothing of its own, and yet knows that the record is old."""

    async def work() -> None:
        table, log = table_of(), Log()
        log.append(b"a", b"sleeper", 10)
        log.append(b"a", b"owner", 20)
        table.apply_changelog_batch([read_back(log, 0, 2, None)])
        await take_over(table)
        await give_back(table)
        log.append(b"a", b"sleeper", 10)
        log.append(b"b", b"successor, whose clock is behind", 21)
        table.apply_changelog_batch([read_back(log, 2, 4, None)])
        await take_over(table)
        assert table.raw(0) == {b"a": b"owner", b"b": b"successor, whose clock is behind"}

    asyncio.run(work())


def test_an_epoch_under_which_nothing_was_written_is_held_against_nobody() -> None:
    """A successor with a clock that is behind has not seen it."""

    async def work() -> None:
        table, log = table_of(), Log()
        await take_over(table)
        await give_back(table)
        epoch = await take_over(table)
        await give_back(table)
        log.append(b"a", b"successor", epoch - 10)
        table.apply_changelog_batch([read_back(log, 0, 1, None)])
        assert table.raw(0) == {b"a": b"successor"}

    asyncio.run(work())


def test_a_successor_whose_clock_is_behind_is_believed() -> None:
    """It found nothing of ours when it took over; our first record came after its own."""

    async def work() -> None:
        table, log = table_of(), Log()
        epoch = await take_over(table)
        log.append(b"a", b"successor", epoch - 1)
        await table.write(log, 0, [(b"b", b"ours")])
        await give_back(table)
        table.apply_changelog_batch([read_back(log, 0, 2, None)])
        assert table.raw(0) == {b"a": b"successor", b"b": b"ours"}

    asyncio.run(work())


def test_a_changelog_with_a_hole_ends_the_worker() -> None:
    """Faust would log it, and go on."""

    async def work() -> None:
        told: list[BaseException] = []
        table, log = table_of(told), Log()
        for number in range(6):
            log.append(b"k%d" % number, b"v", 5)
        table.apply_changelog_batch([read_back(log, 0, 2, None), read_back(log, 2, 4, 1)])
        assert (told, table.restored) == ([], 4)
        with pytest.raises(LostBatchError):
            table.apply_changelog_batch([read_back(log, 5, 6, 4)])
        assert [type(error) for error in told] == [LostBatchError]

    asyncio.run(work())


def test_states_go_with_their_changelog_whatever_else_is_assigned() -> None:
    async def work() -> None:
        table = table_of()
        for partition in (0, 1):
            table.raw(partition)[b"a"] = b"1"
        await table.on_rebalance({TP(TOPIC, 0), TP("another-changelog", 1)}, set(), set())
        assert table.keys_held() == {0: 1}

    asyncio.run(work())


def test_epochs_grow_also_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        table, log = table_of(), Log()
        log.append(b"a", b"1", 5)
        before = await take_over(table)
        monkeypatch.setattr("time.time", lambda: 1.0)
        await give_back(table)
        table.apply_changelog_batch([read_back(log, 0, 1, None)])
        assert await take_over(table) == before + 1, "perhaps something is on its way under the one before"
        table = table_of()
        held = table._hold(0)
        held.epoch = 1 << 45
        assert await take_over(table) == (1 << 45) + 1
        assert await take_over(table) == (1 << 45) + 2

    asyncio.run(work())


def test_nothing_is_written_for_a_partition_that_has_been_given_away() -> None:
    async def work() -> None:
        table, log = table_of(), Log()
        await take_over(table)
        table.release()
        with pytest.raises(NotOursError):
            await table.write(log, 0, [(b"a", b"1")])
        assert log.records == []

    asyncio.run(work())


def test_what_is_written_while_the_partition_goes_is_not_held() -> None:
    async def work() -> None:
        table, log = table_of(), Log()
        await take_over(table)

        async def settle(parcels: list[Parcel]) -> list[Parcel]:
            table.release()
            return parcels

        log.settle = settle  # type: ignore[method-assign]
        with pytest.raises(NotOursError):
            await table.write(log, 0, [(b"a", b"1")])
        assert table.raw(0) == {}

    asyncio.run(work())


def test_what_is_written_while_the_partition_goes_and_comes_back_is_read_again() -> None:
    """In between it may have been somebody else's."""

    async def work() -> None:
        table, log = table_of(), Log()
        await take_over(table)

        async def settle(parcels: list[Parcel]) -> list[Parcel]:
            await give_back(table)
            await take_over(table)
            return parcels

        log.settle = settle  # type: ignore[method-assign]
        with pytest.raises(NotOursError):
            await table.write(log, 0, [(b"a", b"1")])
        assert (table.raw(0), table.persisted_offset(TP(TOPIC, 0))) == ({}, -1)

    asyncio.run(work())


def test_what_faust_had_read_at_a_rebalance_does_not_come_to_a_partition_that_was_given_away() -> None:
    """As the only part of it that is held, it would be taken for all that stood before it when the partition comes back."""

    async def work() -> None:
        told: list[BaseException] = []
        table, log = table_of(told), Log()
        for number in range(6):
            log.append(b"k%d" % number, b"v", 5)
        recovery = table.app.tables.recovery
        for follows in (None, 2):
            recovery.buffers[table].append(read_back(log, 3, 6, follows))
            await table.on_rebalance(set(), {TP(TOPIC, 0)}, set())
            recovery.flush_buffers()
            assert table.keys_held() == {}
            assert told == []

    asyncio.run(work())


def test_recovery_begins_where_the_states_end_wherever_faust_was_before() -> None:
    """Of what it had read and not given us it would believe that we have it."""

    async def work() -> None:
        table = table_of()
        tp, recovery = TP(TOPIC, 0), table.app.tables.recovery
        recovery.active_offsets[tp] = 17
        recovery.add_active(table, tp)
        assert recovery.active_offsets[tp] == -1

    asyncio.run(work())


def test_a_recovery_that_nobody_answers_ends_the_worker() -> None:
    """Faust takes it for a wish to stop, and would wait for ever."""

    async def work() -> None:
        told: list[Exception] = []
        recovery = table_of().app.tables.recovery
        recovery.app = cast("Any", SimpleNamespace(consumer=SimpleNamespace(cannot_go_on=told.append)))
        with pytest.raises(ServiceStopped):
            await recovery._wait(asyncio.Event().wait(), timeout=0.001)
        assert [type(error) for error in told] == [UnansweredError]

    asyncio.run(work())
