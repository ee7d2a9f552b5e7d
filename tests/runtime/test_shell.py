"""The shell's order: outputs acknowledged, then states written, then the source acknowledged; whatever interrupts it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable
from typing import Any, cast

import pytest

from streams.detection.stage import PlainRecord, Result, SourceRecord, Stage
from streams.detection.states import Change, PartitionStates, keep
from streams.detection.windows import DAY
from streams.runtime.dead_letters import FloodLimits
from streams.runtime.delivery import UndeliverableError
from streams.runtime.metrics import Metrics
from streams.runtime.shell import Batch, Shell
from streams.runtime.table import LostBatchError
from tests.kafka.toys import Count


class Kafka:
    """Delivery and table in one: writes down what happened, and can be held up or broken."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.open = asyncio.Event()
        self.open.set()
        self.broken = False
        self.states: dict[bytes, bytes] = {}

    async def send(self, outputs: list[Any], _: Any) -> list[Any]:
        self.log.append(f"send {len(outputs)}")
        return list(outputs)

    async def settle(self, parcels: list[Any]) -> list[Any]:
        if self.broken:
            raise UndeliverableError("links[0]")
        self.log.append(f"settled {len(parcels)}")
        return parcels

    async def write(self, _: Any, partition: int, pairs: list[Change]) -> None:
        await self.open.wait()
        self.log.append(f"written {len(pairs)}")
        keep(self.states, pairs)

    def owns(self, partition: int) -> bool:
        return partition == 0

    def raw(self, partition: int) -> dict[bytes, bytes]:
        return self.states


def shell_on(kafka: Kafka, stage: Stage | None = None) -> Shell:
    return Shell(
        stage or Count(),
        cast("Any", kafka),
        cast("Any", kafka),
        Metrics(),
        flush_s=1000,
        hot_states=1000,
        limits=FloodLimits(0.5, 1000, 100),
    )


def batch(kafka: Kafka, start: int, *, partition: int = 0, follows: int | None = None) -> Batch:
    records = [PlainRecord("enriched-events", partition, start + n, 0, b"k%d" % n, b"v") for n in range(3)]
    done = f"acknowledged {start}"
    return Batch(
        "enriched-events", partition, cast("list[SourceRecord]", records), lambda: kafka.log.append(done), follows
    )


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_order() -> None:
    async def work() -> None:
        kafka = Kafka()
        shell = shell_on(kafka)
        await shell.handle(batch(kafka, 0))
        await shell.handle(batch(kafka, 3, follows=2))
        await shell.flush_all()
        assert kafka.log == ["send 3", "send 3", "settled 6", "written 3", "acknowledged 0", "acknowledged 3"]

    run(work())


def test_undeliverable_output_writes_and_acknowledges_nothing() -> None:
    async def work() -> None:
        kafka = Kafka()
        shell = shell_on(kafka)
        await shell.handle(batch(kafka, 0))
        kafka.broken = True
        with pytest.raises(UndeliverableError):
            await shell.flush_all()
        kafka.broken = False
        await shell.handle(batch(kafka, 3, follows=2))
        await shell.flush_all()
        assert kafka.log == ["send 3"]

    run(work())


def test_a_flush_cut_off_half_way_lets_nothing_later_be_acknowledged() -> None:
    async def work() -> None:
        kafka = Kafka()
        shell = shell_on(kafka)
        await shell.handle(batch(kafka, 0))
        kafka.open.clear()
        flush = asyncio.create_task(shell.flush_all())
        await asyncio.sleep(0)
        await shell.handle(batch(kafka, 3, follows=2))
        flush.cancel()
        await asyncio.gather(flush, return_exceptions=True)
        kafka.open.set()
        await shell.flush_all()
        assert not [line for line in kafka.log if line.startswith(("acknowledged", "written"))]

    run(work())


def test_a_batch_cut_off_half_way_lets_nothing_later_be_acknowledged() -> None:
    async def work() -> None:
        kafka = Kafka()
        shell, send = shell_on(kafka), kafka.send

        async def hangs(outputs: list[Any], cause: Any) -> list[Any]:
            await asyncio.Event().wait()
            return []

        cast("Any", kafka).send = hangs
        handling = asyncio.create_task(shell.handle(batch(kafka, 0)))
        await asyncio.sleep(0)
        handling.cancel()
        await asyncio.gather(handling, return_exceptions=True)
        cast("Any", kafka).send = send
        await shell.handle(batch(kafka, 3, follows=2))
        await shell.flush_all()
        assert kafka.log == []

    run(work())


def test_a_flush_waits_for_the_one_before_it() -> None:
    """Its states would lie in the changelog before the older ones."""

    async def work() -> None:
        kafka = Kafka()
        shell, write = shell_on(kafka), kafka.write

        async def late(*arguments: Any) -> None:
            cast("Any", kafka).write = write
            for _ in range(9):
                await asyncio.sleep(0)
            await write(*arguments)

        cast("Any", kafka).write = late
        await shell.handle(batch(kafka, 0))
        first = asyncio.create_task(shell.flush_all())
        await asyncio.sleep(0)
        await shell.handle(batch(kafka, 3, follows=2))
        await asyncio.gather(first, shell.flush_all())
        done = [line for line in kafka.log if line.startswith(("acknowledged", "written"))]
        assert done == ["written 3", "acknowledged 0", "written 3", "acknowledged 3"]

    run(work())


def test_a_rebalance_during_a_flush_acknowledges_nothing() -> None:
    async def work() -> None:
        kafka = Kafka()
        shell = shell_on(kafka)
        await shell.handle(batch(kafka, 0))
        kafka.open.clear()
        flush = asyncio.create_task(shell.flush_all())
        await asyncio.sleep(0)
        shell.abandon()
        kafka.open.set()
        await flush
        assert "acknowledged 0" not in kafka.log

    run(work())


@pytest.mark.parametrize("last", [3, 5])
def test_a_lost_batch_stops_the_worker(last: int) -> None:
    async def work() -> None:
        kafka = Kafka()
        shell = shell_on(kafka)
        await shell.handle(batch(kafka, 0))
        with pytest.raises(LostBatchError, match=rf"enriched-events\[0\]: {last} was fetched, but only 2 handled"):
            await shell.handle(batch(kafka, last + 1, follows=last))

    run(work())


def test_a_batch_read_again_is_no_lost_batch() -> None:
    async def work() -> None:
        kafka = Kafka()
        shell = shell_on(kafka)
        await shell.handle(batch(kafka, 0))
        await shell.handle(batch(kafka, 0, follows=2))
        await shell.handle(batch(kafka, 3, follows=2))
        await shell.handle(batch(kafka, 0))
        await shell.handle(batch(kafka, 6, follows=5))
        await shell.flush_all()
        assert kafka.log[:5] == ["send 3", "send 0", "send 3", "send 0", "send 3"]

    run(work())


def test_partitions_of_others_are_left_alone() -> None:
    async def work() -> None:
        kafka = Kafka()
        await shell_on(kafka).handle(batch(kafka, 0, partition=1))
        assert kafka.log == []

    run(work())


class Fleeting(Count):
    """A stage whose states are over at once."""

    now = int(time.time() * 1000)

    def over(self, state: object, now_ms: int) -> bool:
        return now_ms > 0

    def process(self, input_name: str, records: Iterable[SourceRecord], states: PartitionStates[Any]) -> Result:
        return super().process(input_name, records, states)._replace(event_ms=self.now)


def test_a_worker_that_reads_up_a_backlog_drops_nothing() -> None:
    async def work() -> None:
        kafka, stage = Kafka(), Fleeting()
        stage.now -= 2 * DAY
        shell = shell_on(kafka, stage)
        await shell.handle(batch(kafka, 0))
        await shell.flush_all()
        for offset in (9, 10):
            newer = cast("list[SourceRecord]", [PlainRecord("enriched-events", 0, offset, 0, b"k9", b"v")])
            await shell.handle(Batch("enriched-events", 0, newer, lambda: None))
            await shell.flush_all()
        assert sorted(kafka.states) == [b"k0", b"k1", b"k2", b"k9"]

    run(work())


def test_what_is_over_is_dropped_with_the_next_flush() -> None:
    async def work() -> None:
        kafka = Kafka()
        shell = shell_on(kafka, Fleeting())
        await shell.handle(batch(kafka, 0))
        await shell.flush_all()
        assert sorted(kafka.states) == [b"k0", b"k1", b"k2"]  # just changed: left for another turn
        newer = cast("list[SourceRecord]", [PlainRecord("enriched-events", 0, 9, 0, b"k9", b"v")])
        await shell.handle(Batch("enriched-events", 0, newer, lambda: None))
        await shell.flush_all()
        assert sorted(kafka.states) == [b"k9"]
        assert kafka.log[-1] == "written 4"

    run(work())
