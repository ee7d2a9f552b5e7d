"""Nothing that was given to a delivery is forgotten, its order within a partition is kept, and what cannot be delivered is said.

On a real broker: `tests/kafka/test_delivery.py`, `test_limits.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError, RecordListTooLargeError
from structlog.testing import capture_logs

from streams.detection.stage import Output
from streams.runtime import delivery as deliveries
from streams.runtime.delivery import Delivery, Parcel, UndeliverableError
from streams.runtime.oversize import TooLarge
from streams.runtime.partitioner import partition_of

AWAY = KafkaTimeoutError("away")
PARTITIONS = 4


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "FIRST_PAUSE_S", 0)


class Builder:
    """A batch of at most so many records."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.records: list[tuple[int | None, bytes, bytes | None]] = []

    def append(self, *, timestamp: int | None, key: bytes, value: bytes | None) -> object:
        if len(self.records) == self.most:
            return None
        self.records.append((timestamp, key, value))
        return object()

    def close(self) -> None:
        """Nothing more is appended."""


class Broker:
    """A producer and the broker behind it. `answers` to the first batches in turn: an error, or None for taken."""

    def __init__(self, *answers: KafkaError | None, batch: int = 1, largest: int = 10**9) -> None:
        self.answers = list(answers)
        self.batch = batch
        self.largest = largest
        self.not_taken = 0
        self.unknown = 0
        self.asked: list[str] = []
        self.logs: dict[tuple[str, int], list[tuple[int | None, bytes, bytes | None]]] = {}

    def create_batch(self) -> Builder:
        return Builder(self.batch)

    async def send_batch(self, builder: Builder, topic: str, *, partition: int) -> asyncio.Future[Any]:
        if self.not_taken:
            self.not_taken -= 1
            raise KafkaTimeoutError("the buffer is full")
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        error = self.answers.pop(0) if self.answers else None
        if any(len(value or b"") > self.largest for _, _, value in builder.records):
            error = MessageSizeTooLargeError()
        if error is not None:
            done.set_exception(error)
            return done
        held = self.logs.setdefault((topic, partition), [])
        done.set_result(SimpleNamespace(offset=len(held)))
        held += builder.records
        return done

    async def partitions_for(self, topic: str) -> set[int]:
        self.asked.append(topic)
        if self.unknown:
            self.unknown -= 1
            raise AWAY
        return set(range(PARTITIONS))

    def values(self, topic: str) -> list[bytes | None]:
        """What arrived, partition by partition."""
        return [value for place in sorted(self.logs) if place[0] == topic for _, _, value in self.logs[place]]


def delivery_on(broker: Broker, *, timeout_s: float = 100, most: int = 10**9) -> Delivery:
    return Delivery(
        lambda: broker,
        lambda name: f"t-{name}",
        timeout_s=timeout_s,
        max_record_bytes=most,
        on_too_large=letter,
        single_partition=frozenset({"assessments"}),
    )


def letter(what: TooLarge) -> Output | None:
    """A dead letter for everything but dead letters."""
    return None if what.topic == "t-dead-letters" else Output("dead-letters", what.key, b"letter of " + what.key)


def outputs(*values: bytes, key: bytes = b"k") -> list[Output]:
    return [Output("links", key, value) for value in values]


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def deliver(broker: Broker, *values: bytes, **options: Any) -> list[Parcel]:
    delivery = delivery_on(broker, **options)
    return await delivery.settle(await delivery.send(outputs(*values)))


def test_what_followed_a_failure_is_sent_again_behind_it() -> None:
    async def work() -> None:
        broker = Broker(None, AWAY, None)
        await deliver(broker, b"1", b"2", b"3")
        assert broker.values("t-links") == [b"1", b"3", b"2", b"3"]

    run(work())


def test_other_partitions_are_not_sent_again() -> None:
    async def work() -> None:
        broker = Broker(AWAY, None)
        delivery = delivery_on(broker)
        near, far = (next(b"%d" % n for n in range(99) if partition_of(b"%d" % n, PARTITIONS) == p) for p in (0, 1))
        sent = await delivery.send([*outputs(b"near", key=near), *outputs(b"far", key=far)])
        await delivery.settle(sent)
        assert broker.values("t-links") == [b"near", b"far"]

    run(work())


def test_every_parcel_says_where_it_was_written() -> None:
    async def work() -> None:
        parcels = await deliver(Broker(AWAY, batch=2), b"1", b"2", b"3")
        assert [(parcel.offset, len(parcel.pairs)) for parcel in parcels] == [(1, 2), (3, 1)]

    run(work())


@pytest.mark.parametrize("fault", ["not acknowledged", "not taken", "no such topic"])
def test_what_cannot_be_delivered_in_time_is_said(fault: str) -> None:
    async def work() -> None:
        broker = Broker(*[AWAY] * 1000 * (fault == "not acknowledged"))
        broker.not_taken = 1000 * (fault == "not taken")
        broker.unknown = 1000 * (fault == "no such topic")
        with pytest.raises(UndeliverableError, match=r"links.*: KafkaTimeoutError"):
            await deliver(broker, b"1", timeout_s=0)
        assert broker.values("t-links") == []

    run(work())


@pytest.mark.parametrize("fault", ["not acknowledged", "not taken", "no such topic"])
def test_what_is_delivered_in_the_end_is_told_when_it_begins_to_fail_and_when_it_ends(fault: str) -> None:
    async def work() -> None:
        broker = Broker(*[AWAY] * 3 * (fault == "not acknowledged"))
        broker.not_taken = 3 * (fault == "not taken")
        broker.unknown = 3 * (fault == "no such topic")
        with capture_logs() as lines:
            await deliver(broker, b"1")
        assert broker.values("t-links") == [b"1"]
        assert [line["log_level"] for line in lines] == ["warning", "info"]

    run(work())


def test_it_says_what_it_waits_for_as_long_as_it_waits() -> None:
    async def work() -> None:
        broker = Broker()
        delivery = delivery_on(broker)
        [parcel] = await delivery.send(outputs(b"1"))
        assert parcel.future is not None
        answer, parcel.future = parcel.future, asyncio.get_running_loop().create_future()
        waiting = asyncio.create_task(delivery.settle([parcel]))
        await asyncio.sleep(0)
        assert delivery.waits_for().startswith("t-links[")
        assert delivery.waits_for().endswith("]: no acknowledgement")
        parcel.future.set_result(answer.result())
        await waiting
        assert delivery.waits_for() == ""

    run(work())


@pytest.mark.parametrize("found_by", ["setting", "broker"])
def test_a_record_too_large_gives_way_to_a_letter_and_the_others_arrive(found_by: str) -> None:
    async def work() -> None:
        limit = {"most": 13} if found_by == "setting" else {}
        broker = Broker(batch=3, largest=10**9 if limit else 12)
        parcels = await deliver(broker, b"1", b"x" * 20, b"3", **limit)
        assert list(dict.fromkeys(broker.values("t-links"))) == [b"1", b"3"]
        assert broker.values("t-dead-letters") == [b"letter of k"]
        assert sum(len(parcel.pairs) for parcel in parcels) == 3

    run(work())


@pytest.mark.parametrize("error", [MessageSizeTooLargeError(), RecordListTooLargeError()])
def test_what_is_too_large_is_not_tried_again(error: KafkaError) -> None:
    async def work() -> None:
        broker = Broker(error)
        with capture_logs() as lines:
            await deliver(broker, b"1")
        assert broker.values("t-links") == []
        assert broker.values("t-dead-letters") == [b"letter of k"]
        assert lines == [], "the broker is not at fault"

    run(work())


def test_a_letter_that_cannot_be_made_smaller_is_given_up() -> None:
    async def work() -> None:
        broker = Broker(MessageSizeTooLargeError(), MessageSizeTooLargeError())
        assert await deliver(broker, b"1") == []
        assert broker.logs == {}

    run(work())


def test_a_topic_in_one_order_has_one_partition_and_nobody_is_asked() -> None:
    async def work() -> None:
        broker = Broker()
        delivery = delivery_on(broker)
        sent = await delivery.send([Output("assessments", b"%d" % n, b"v") for n in range(9)])
        await delivery.settle(sent)
        assert list(broker.logs) == [("t-assessments", 0)]
        assert broker.asked == []

    run(work())


def test_the_number_of_partitions_is_asked_once() -> None:
    """Partitions that are added to a topic in use must not move a key."""

    async def work() -> None:
        broker = Broker()
        delivery = delivery_on(broker)
        for _ in range(2):
            await delivery.settle(await delivery.send(outputs(b"1", b"2")))
        assert broker.asked == ["t-links"]
        [(place, held)] = broker.logs.items()
        assert place == ("t-links", partition_of(b"k", PARTITIONS))
        assert len(held) == 4

    run(work())


def test_records_of_a_changelog_have_their_writers_epoch_also_when_they_are_sent_again() -> None:
    async def work() -> None:
        broker = Broker(AWAY, batch=2)
        delivery = delivery_on(broker)
        pairs: list[tuple[bytes, bytes | None]] = [(b"a", b"1"), (b"b", None), (b"c", b"3")]
        await delivery.settle(await delivery.send_to("app-changelog", 2, pairs, 77))
        held = broker.logs["app-changelog", 2]
        assert held[-3:] == [(77, key, value) for key, value in pairs]
        assert {stamp for stamp, _, _ in held} == {77}

    run(work())


def test_a_second_outage_is_told_like_the_first() -> None:
    async def work() -> None:
        broker = Broker()
        delivery = delivery_on(broker)
        with capture_logs() as lines:
            for _ in range(2):
                broker.answers = [AWAY, AWAY]
                await delivery.settle(await delivery.send(outputs(b"1")))
        assert [line["log_level"] for line in lines] == ["warning", "info"] * 2

    run(work())
