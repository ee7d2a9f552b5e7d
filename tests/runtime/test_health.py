"""Why a worker is not ready, and when it is stuck."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from structlog.testing import capture_logs

from streams.runtime import health as health_module
from streams.runtime.health import ANSWER_WITHIN_S, ASK_EVERY_S, Health, Progress, StuckError, serve
from streams.runtime.metrics import Metrics


def test_reasons_in_order() -> None:
    remaining: list[int | None] = [7]
    assigned = [False]
    health = Health(lambda: remaining[0], lambda: assigned[0])
    assert health.reason() == {"reason": "starting"}
    health.started = True
    assert health.reason() == {"reason": "unassigned"}
    assigned[0] = True
    assert health.reason() == {"reason": "recovering", "remaining": 7}
    remaining[0] = None
    assert health.reason() is None
    health.broker_answers = False
    assert health.reason() == {"reason": "broker unreachable"}
    health.stopping = True
    assert health.reason() == {"reason": "stopping"}


def test_an_outage_is_seen_within_five_seconds_and_so_is_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence counts after one answer's time, and the question comes at most one pause after the last one."""
    assert ASK_EVERY_S + ANSWER_WITHIN_S <= 5
    monkeypatch.setattr(health_module, "ASK_EVERY_S", 0)
    monkeypatch.setattr(health_module, "ANSWER_WITHIN_S", 0.01)

    async def work() -> None:
        health, there = Health(lambda: None, lambda: True), asyncio.Event()
        told: list[bool] = []

        async def ask() -> None:
            told.append(health.broker_answers)
            await there.wait()

        async def refuse() -> None:
            raise OSError("refused")

        for question in (ask, refuse):
            health.broker_answers = True
            watching = asyncio.create_task(health.watch_broker(question))
            async with asyncio.timeout(60):
                while health.broker_answers:  # noqa: ASYNC110 (nobody is told)
                    await asyncio.sleep(0)
            watching.cancel()
        assert told.count(True) == 1, "one question without an answer is enough"
        there.set()
        watching = asyncio.create_task(health.watch_broker(ask))
        async with asyncio.timeout(60):
            while not health.broker_answers:  # noqa: ASYNC110 (nobody is told)
                await asyncio.sleep(0)
        watching.cancel()

    asyncio.run(work())


def test_lag_without_progress_is_stuck() -> None:
    progress = Progress(60, now=0)
    progress.saw(10, lag=5, mark=1)
    progress.saw(69, lag=5, mark=1)
    progress.saw(70, lag=5, mark=1)
    with pytest.raises(StuckError, match=r"^5 records wait and nothing has moved for 61 s; links: stuck$"):
        progress.saw(71, lag=5, mark=1, why="links: stuck")


def test_progress_or_no_lag_is_not_stuck() -> None:
    progress = Progress(60, now=0)
    progress.saw(50, lag=5, mark=1)
    progress.saw(100, lag=5, mark=2)
    progress.saw(150, lag=0, mark=2)
    progress.saw(205, lag=5, mark=2)


def test_a_broker_that_hangs_or_fails_is_told_once_until_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_module, "ASK_EVERY_S", 0)
    monkeypatch.setattr(health_module, "ANSWER_WITHIN_S", 0.01)
    seen = []

    async def work() -> None:
        health = Health(lambda: None, lambda: True)
        answers = iter(["yes", "hangs", "fails", "yes", "yes"])

        async def ask() -> None:
            seen.append(health.broker_answers)
            match next(answers, None):
                case "hangs":
                    await asyncio.Event().wait()
                case "fails":
                    raise OSError
                case None:
                    ended.set()

        ended = asyncio.Event()
        watching = asyncio.create_task(health.watch_broker(ask))
        await ended.wait()
        watching.cancel()

    with capture_logs() as lines:
        asyncio.run(asyncio.wait_for(work(), 10))
    assert seen == [True, True, False, False, True, True]
    assert [line["event"] for line in lines] == ["broker does not answer", "broker answers again"]


def test_a_stop_that_comes_with_the_brokers_answer_is_a_stop() -> None:
    async def work() -> bool:
        asked = asyncio.Event()

        async def ask() -> None:
            asked.set()

        watching = asyncio.create_task(Health(lambda: None, lambda: True).watch_broker(ask))
        await asked.wait()
        watching.cancel()
        await asyncio.wait([watching], timeout=0.1)
        stopped = watching.done()
        await asyncio.sleep(0)
        watching.cancel()
        return stopped

    assert asyncio.run(work())


def test_endpoints() -> None:
    async def ask() -> None:
        health = Health(lambda: None, lambda: True)
        runner, port = await serve(health, Metrics(), "127.0.0.1", 0)
        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
                async with session.get("/live") as answer:
                    assert answer.status == 200
                async with session.get("/ready") as answer:
                    assert answer.status == 503
                    assert json.loads(await answer.text()) == {"ready": False, "reason": "starting"}
                health.started = True
                async with session.get("/ready") as answer:
                    assert answer.status == 200
                async with session.get("/metrics") as answer:
                    text = await answer.text()
                    assert "personawatch_ready 1.0" in text
                    assert "personawatch_broker_reachable 1.0" in text
                health.broker_answers = False
                async with session.get("/metrics") as answer:
                    text = await answer.text()
                    assert "personawatch_ready 0.0" in text
                    assert "personawatch_broker_reachable 0.0" in text
        finally:
            await runner.cleanup()

    asyncio.run(ask())
