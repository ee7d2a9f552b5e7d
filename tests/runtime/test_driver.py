"""What is asked of Kafka at each point of a rebalance, and what becomes of answers that do not come."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError
from faust.types import TP

from streams.runtime import driver
from streams.runtime.app import Pipeline
from streams.runtime.consumer_thread import Fetched
from streams.runtime.driver import Consumer
from streams.runtime.kept import Kept
from streams.runtime.metrics import Metrics
from streams.runtime.pacing import Pacer
from streams.runtime.settings import Settings
from tests.kafka.toys import stages

SOURCE, OURS, COPIED = TP("links", 0), TP("app-entities-changelog", 0), TP("app-entities-changelog", 1)
ERA = object()


def wanted(*, is_open: bool) -> set[TP]:
    """Of a worker that works on one partition and keeps a copy of another's state."""
    told: Any = SimpleNamespace(
        app=SimpleNamespace(tables=SimpleNamespace(recovery=SimpleNamespace(standby_tps={COPIED}))),
        _open=is_open,
        _pacer=Pacer(),
        _get_active_partitions=lambda: {SOURCE, OURS, COPIED},
        _is_changelog_tp=lambda tp: tp.topic.endswith("-changelog"),
    )
    return set(Consumer._wanted(told))


def test_copies_of_states_are_read_when_the_sources_open() -> None:
    """Faust empties its queues just before that: what had been read of a copy is lost, and the worker ends rather than build on a hole."""
    assert wanted(is_open=False) == {OURS}
    assert wanted(is_open=True) == {SOURCE, OURS, COPIED}


class Thread:
    """aiokafka's thread as far as a consumer asks it: one source is assigned, and the broker is away for some questions."""

    beacon = None

    def __init__(self, away: int = 0, *, silent: bool = False, first: int = 0) -> None:
        self.away = away
        self.silent = silent
        self.first = first
        self.asked = 0

    def assignment(self) -> set[TP]:
        return {SOURCE}

    def highwater(self, _: TP) -> int | None:
        return None

    async def seek_committed(self, sources: Iterable[TP]) -> tuple[object, dict[TP, int]]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.silent:
            await asyncio.Event().wait()
        if self.asked <= self.away:
            raise KafkaTimeoutError("away")
        return ERA, dict.fromkeys(sources, 5)

    async def kept(self, places: Iterable[TP]) -> dict[TP, Kept]:
        return dict.fromkeys(places, Kept(self.first, self.first + 9))

    async def fetch(self, *_: Any) -> list[Fetched]:
        await asyncio.sleep(0)
        return []


def consumer_on(thread: Thread) -> Any:
    """A worker's consumer, just assigned and recovered."""

    class Alone(Consumer):
        def _new_consumer_thread(self) -> Any:
            return thread

    app = Pipeline(Settings(), stages(), Metrics()).app
    consumer: Any = Alone(app.transport, _nobody, _nobody, _nobody)
    consumer._begin(ERA)
    return consumer


async def _nobody(*_: Any) -> None:
    """Whom Faust would tell."""


def test_committed_offsets_that_the_broker_does_not_tell_at_once_are_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(driver, "SEEK_PAUSE_S", 0)

    async def work() -> None:
        consumer = consumer_on(Thread(away=3))
        await consumer.perform_seek()
        consumer.resume_flow()
        assert not consumer.reads
        reading = asyncio.create_task(consumer._drain_messages(SimpleNamespace(should_stop=False)))
        for _ in range(100):
            await asyncio.sleep(0)
        assert consumer.reads
        assert consumer.committed(SOURCE) == 5
        assert consumer._thread.asked == 4, "and no more once they are known"
        reading.cancel()

    asyncio.run(work())


def test_a_broker_that_never_answers_does_not_use_up_the_time_after_which_faust_gives_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(driver, "SEEK_WITHIN_S", 0)

    async def work() -> None:
        consumer = consumer_on(Thread(silent=True))
        async with asyncio.timeout(5):
            await consumer.perform_seek()
        consumer.resume_flow()
        assert not consumer.reads

    asyncio.run(work())


def test_asking_again_ends_with_the_assignment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "SEEK_PAUSE_S", 0)

    async def work() -> None:
        thread = Thread(away=1)
        consumer = consumer_on(thread)
        await consumer.perform_seek()
        consumer.resume_flow()
        again = asyncio.create_task(consumer._seek_again())
        await asyncio.sleep(0)
        consumer._begin(object())
        await again
        assert thread.asked == 1
        assert not consumer._seeks
        assert not consumer.reads

    asyncio.run(work())


@pytest.mark.parametrize("away", [0, 1])
def test_an_answer_that_comes_after_a_rebalance_opens_nothing_and_asks_for_nothing(away: int) -> None:
    """The tables of the next assignment are not recovered yet."""

    async def work() -> None:
        consumer = consumer_on(Thread(away=away))
        consumer._begin(object())
        asking = asyncio.create_task(consumer.perform_seek())
        await asyncio.sleep(0)
        consumer._begin(ERA)
        await asking
        consumer.resume_flow()
        assert not consumer._seeks
        assert not consumer.reads

    asyncio.run(work())


@pytest.mark.parametrize("error", [RuntimeError("a fault of ours"), KafkaTimeoutError("away"), TimeoutError()])
def test_whatever_a_flush_at_the_handover_ends_with_the_partitions_are_given_up(error: Exception) -> None:
    async def work() -> None:
        consumer = consumer_on(Thread())
        revoked: list[set[TP]] = []

        async def handover() -> None:
            raise error

        async def faust_hears(tps: set[TP]) -> None:
            revoked.append(tps)

        consumer.handover, consumer._on_partitions_revoked = handover, faust_hears
        await consumer.on_partitions_revoked({SOURCE})
        assert revoked == [{SOURCE}]
        assert not consumer.is_current(Fetched(SOURCE, [], ERA, 0))

    asyncio.run(work())


@pytest.mark.parametrize(
    ("first", "lost"),
    [
        pytest.param(5, [], id="a transaction's markers, nothing is gone"),
        pytest.param(40, [(SOURCE, 30)], id="all up to the oldest that there is"),
        pytest.param(90, [(SOURCE, 30)], id="retention has gone on, over what was read"),
    ],
)
def test_what_was_left_out_between_two_batches_is_lost_as_far_as_the_broker_has_it_no_more(
    first: int, lost: list[tuple[TP, int]]
) -> None:
    async def work() -> None:
        consumer = consumer_on(Thread(first=first))
        told: list[tuple[TP, int]] = []
        consumer.lost = lambda tp, records: told.append((tp, records))
        await consumer._look_for_loss(SOURCE, wanted=10, read=40)
        assert told == lost

    asyncio.run(work())
