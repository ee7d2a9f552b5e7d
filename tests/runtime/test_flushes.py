"""When a shell flushes, and what it counts, bounds and gives back then. In which order: `test_shell`."""

from __future__ import annotations

import time
from typing import Any, cast

import pytest
from prometheus_client.exposition import generate_latest

from streams.detection.stage import Output, PlainRecord, Result, SourceRecord
from streams.detection.windows import DAY
from streams.runtime import shell as shells
from streams.runtime.dead_letters import FloodError, FloodLimits
from streams.runtime.metrics import Metrics
from streams.runtime.shell import Batch, Shell
from tests.kafka.toys import Count
from tests.runtime.test_shell import Kafka, batch, run

LIMITS = FloodLimits(0.5, 1000, 100)


def shell_with(
    kafka: Kafka, *, flush_s: float = 1000, hot_states: int = 1000, limits: FloodLimits = LIMITS, stage: Any = None
) -> tuple[Shell, Metrics]:
    metrics = Metrics()
    both = cast("Any", kafka)
    shell = Shell(stage or Count(), both, both, metrics, flush_s=flush_s, hot_states=hot_states, limits=limits)
    return shell, metrics


def told(metrics: Metrics, series: str) -> float:
    lines = generate_latest(metrics.registry).decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"personawatch_{series}"))


def test_what_has_waited_long_enough_is_flushed_with_the_batch() -> None:
    async def work() -> None:
        kafka = Kafka()
        shell, _ = shell_with(kafka, flush_s=0)
        await shell.handle(batch(kafka, 0))
        assert kafka.log[-1] == "acknowledged 0"

    run(work())


def test_the_timer_flushes_what_is_due_and_nothing_else() -> None:
    async def work() -> None:
        kafka = Kafka()
        shell, _ = shell_with(kafka)
        await shell.handle(batch(kafka, 0))
        await shell.flush_due()
        assert kafka.log == ["send 3"]
        shell._flush_s = 0
        await shell.flush_due()
        assert kafka.log[-1] == "acknowledged 0"
        before = list(kafka.log)
        await shell.flush_due()
        assert kafka.log == before, "an idle lane has nothing to flush"

    run(work())


def test_work_waits_from_its_first_batch_on_however_many_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)

    async def work() -> None:
        nonlocal now
        kafka = Kafka()
        shell, _ = shell_with(kafka, flush_s=10)
        for at, start in ((100.0, 0), (106.0, 3), (109.9, 6)):
            now = at
            await shell.handle(batch(kafka, start))
        assert kafka.log == ["send 3"] * 3
        now = 110.0
        await shell.flush_due()
        assert kafka.log[-1] == "acknowledged 6"

    run(work())


def test_a_stopping_shell_takes_no_more_and_finishes_what_it_has() -> None:
    async def work() -> None:
        kafka = Kafka()
        shell, _ = shell_with(kafka)
        await shell.handle(batch(kafka, 0))
        shell.closed = True
        await shell.handle(batch(kafka, 3, follows=2))
        await shell.flush_all()
        assert kafka.log == ["send 3", "settled 3", "written 3", "acknowledged 0"]

    run(work())


def test_acknowledged_batches_are_progress() -> None:
    """Without it, a worker under load would be taken for one that hangs."""

    async def work() -> None:
        kafka = Kafka()
        shell, _ = shell_with(kafka)
        await shell.handle(batch(kafka, 0))
        await shell.handle(batch(kafka, 3, follows=2))
        assert shell.progress == 0
        await shell.flush_all()
        assert shell.progress == 2

    run(work())


def test_outputs_under_way_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shells, "MOST_UNDER_WAY", 6)

    async def work() -> None:
        kafka = Kafka()
        shell, _ = shell_with(kafka)
        for start in (0, 3, 6, 9):
            await shell.handle(batch(kafka, start))
        assert kafka.log == ["send 3", "send 3", "send 3", "settled 9", "send 3"]

    run(work())


def test_decoded_states_are_given_back_once_so_many_were_written() -> None:
    async def work() -> None:
        kafka = Kafka()
        shell, metrics = shell_with(kafka, hot_states=5)
        await shell.handle(batch(kafka, 0))
        await shell.flush_all()
        assert (shell.hot, told(metrics, 'evictions_total{kind="decoded_state"}')) == (3, 0)
        await shell.handle(batch(kafka, 3, follows=2))
        await shell.flush_all()
        assert (shell.hot, told(metrics, 'evictions_total{kind="decoded_state"}')) == (0, 3)
        await shell.handle(batch(kafka, 6, follows=5))
        await shell.flush_all()
        assert shell.hot == 3, "and it begins to count anew"

    run(work())


def test_a_batch_counts_as_done_when_it_is_flushed() -> None:
    async def work() -> None:
        kafka = Kafka()
        shell, metrics = shell_with(kafka)
        await shell.handle(batch(kafka, 0))
        assert told(metrics, "latency_seconds_count") == 0
        await shell.flush_all()
        assert told(metrics, 'latency_seconds_count{stage="accounts"}') == 3
        assert told(metrics, 'flushed_states_total{stage="accounts"}') == 3
        assert told(metrics, 'flush_seconds_bucket{le="10.0",stage="accounts"}') == 1

    run(work())


class Buries(Count):
    """Every record is a dead letter, one way or the other."""

    def process(self, input_name: str, records: Any, states: Any) -> Result:
        return Result([Output("dead-letters", b"k", b"v") for record in records if record.value == b"bad"], {})


def records(start: int, value: bytes) -> list[SourceRecord]:
    return cast("list[SourceRecord]", [PlainRecord("enriched-events", 0, start + n, 0, b"k", value) for n in range(3)])


def test_outputs_that_were_found_too_large_count_towards_the_flood_stop_once() -> None:
    async def work() -> None:
        kafka = Kafka()
        shell, _ = shell_with(kafka, limits=FloodLimits(1.0, 1000, 7), stage=Buries())
        await shell.handle(Batch("enriched-events", 0, records(0, b"bad"), lambda: None))
        for _ in range(3):
            shell._note_refused()
        await shell.handle(Batch("enriched-events", 0, records(3, b"too large"), lambda: None))
        with pytest.raises(FloodError, match="9 dead letters in a row"):
            await shell.handle(Batch("enriched-events", 0, records(6, b"bad"), lambda: None))

    run(work())


def test_what_was_refused_once_counts_against_no_later_batch() -> None:
    async def work() -> None:
        kafka = Kafka()
        shell, _ = shell_with(kafka, limits=FloodLimits(1.0, 1000, 7), stage=Buries())
        for _ in range(3):
            shell._note_refused()
        for start in range(0, 30, 3):
            await shell.handle(Batch("enriched-events", 0, records(start, b"good"), lambda: None))

    run(work())


class Dated(Count):
    """A stage with an event's time in each record; notes as of when states are asked whether they are over."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def over(self, state: object, now_ms: int) -> bool:
        self.asked.append(now_ms)
        return False

    def process(self, input_name: str, records: Any, states: Any) -> Result:
        result = super().process(input_name, records, states)
        return result._replace(event_ms=max(int(record.value) for record in records))


def test_a_straggler_does_not_set_the_time_back_by_which_states_are_over() -> None:
    async def work() -> None:
        kafka, stage, now = Kafka(), Dated(), int(time.time() * 1000)
        shell, _ = shell_with(kafka, stage=stage)
        for offset, value in enumerate((b"%d" % now, b"1", b"2")):
            record = PlainRecord("enriched-events", 0, offset, 0, b"k%d" % offset, value)
            await shell.handle(Batch("enriched-events", 0, [cast("SourceRecord", record)], lambda: None))
            await shell.flush_all()
        assert len(set(stage.asked)) == 1
        assert stage.asked[0] > now - 30 * DAY

    run(work())
