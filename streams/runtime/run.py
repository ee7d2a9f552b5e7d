"""Runs a worker from start to exit code: 0 stopped as asked, 70 could not go on, 78 could not start with these settings.

Start: settings → health port → broker → topics → group. Stop: take no more, flush, commit, leave. Whatever the stop cannot finish in
time is read again at the next start, so leaving early loses nothing.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any

import structlog
from aiohttp import web

from streams.detection.stage import Stage
from streams.runtime import collector, connections, logs, topic_admin
from streams.runtime.app import Pipeline
from streams.runtime.health import Health, Progress, clock, serve
from streams.runtime.metrics import Metrics
from streams.runtime.reach import UnreachableError, reach
from streams.runtime.settings import Settings
from streams.runtime.tables import TableKeeper, keeper_of

log = structlog.get_logger(__name__)

OK, FAILURE, CONFIG = 0, 70, 78

# Platforms give ten seconds or more between SIGTERM and SIGKILL; these two together stay below five.
FLUSH_WITHIN_S = 2.5
LEAVE_WITHIN_S = 2.0

# A broker that starts together with us needs some seconds; after a minute it is a fault.
BROKER_WITHIN_S = 60.0

OBSERVE_EVERY_S = 1.0


def run_worker(settings: Settings, stages: Sequence[Stage], metrics: Metrics | None = None) -> int:
    """Run until a signal or a fault; the exit code. Sets up logging and signal handlers: for the main thread only."""
    logs.configure(settings.log_format, settings.log_level)
    collector.settle()
    worker = Worker(settings, stages, metrics or Metrics())
    code = _run(worker.work())
    if worker.deadline is not None:
        worker.deadline.cancel()
    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread()):
        # Faust's consumer thread did not end in time. It has nothing left to lose, and Python would wait for it for ever.
        sys.stderr.flush()
        os._exit(code)
    return code


def _run(work: Coroutine[Any, Any, int]) -> int:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    connections.mend()
    return int(uvloop.run(work))


class Worker:
    """One run of a worker."""

    def __init__(self, settings: Settings, stages: Sequence[Stage], metrics: Metrics) -> None:
        self._settings = settings
        self._stages = stages
        self._metrics = metrics
        self._stop: asyncio.Event
        self._keeper: TableKeeper | None = None
        self.deadline: threading.Timer | None = None

    async def work(self) -> int:
        """Start, run, stop."""
        self._stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        self._keeper = keeper = keeper_of(self._settings, self._stages, self._metrics)
        if keeper is not None:
            loop.add_signal_handler(signal.SIGHUP, keeper.ask)
            loop.add_signal_handler(signal.SIGUSR2, partial(keeper.ask, forced=True))
        pipeline = Pipeline(self._settings, self._stages, self._metrics)
        health = Health(pipeline.recovering, pipeline.assigned)
        try:
            runner, port = await serve(health, self._metrics, self._settings.http_host, self._settings.http_port)
        except OSError as error:
            return _refuse(
                [f"cannot listen for health checks: {error} (PERSONAWATCH_HTTP_HOST, PERSONAWATCH_HTTP_PORT)"]
            )
        log.info("starting", stages=[stage.name for stage in self._stages], http_port=port)
        if self._settings.signed_off:
            log.warning("runs with a fairness sign-off", indicators=self._settings.signed_off)
        try:
            code = await self._until_stopped(self._prepare(health))
            if code is None:
                code = await self._until_stopped(self._live(pipeline, health))
            return OK if code is None else code
        finally:
            await _close(runner)

    async def _until_stopped(self, work: Coroutine[Any, Any, int | None]) -> int | None:
        """The result of `work`, or OK when the stop signal comes first."""
        task = asyncio.create_task(work)
        stop = asyncio.create_task(self._stop.wait())
        await asyncio.wait([task, stop], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if task.done():
            return task.result()
        task.cancel()
        done = await asyncio.gather(task, return_exceptions=True)
        return done[0] if isinstance(done[0], int) else OK

    async def _prepare(self, health: Health) -> int | None:
        """Reach the broker and check the topics; an exit code when that fails for good."""
        deadline = clock() + BROKER_WITHIN_S
        told: list[str] = []
        while True:
            try:
                await reach(self._settings)
                break
            except UnreachableError as error:
                health.broker_answers = False
                if error.final or clock() > deadline:
                    return _refuse(error.faults)
                if error.faults != told:
                    told = error.faults
                    log.warning("waiting for the broker", faults=told)
                await asyncio.sleep(1)
        health.broker_answers = True
        if self._settings.embedded:
            return None
        try:
            created = await asyncio.to_thread(topic_admin.prepare, self._settings, self._stages)
        except topic_admin.TopicsError as error:
            return _refuse(error.faults)
        if created:
            log.info("topics created", topics=created)
        return None

    async def _live(self, pipeline: Pipeline, health: Health) -> int:
        health.started = True
        # Each of these either runs for ever or raises; a stop cancels them.
        flusher = asyncio.create_task(pipeline.keep_flushing())
        tasks = [
            asyncio.create_task(pipeline.start()),
            asyncio.create_task(health.watch_broker(pipeline.ask_broker)),
            asyncio.create_task(self._observe(pipeline, health)),
        ]
        if self._keeper is not None:
            tasks.append(asyncio.create_task(self._keeper.keep()))
        try:
            everything: asyncio.Future[Any] = asyncio.gather(flusher, *tasks)
            everything.add_done_callback(_look_at)
            either: list[asyncio.Future[Any]] = [everything, pipeline.fault]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            reason = pipeline.fault.result() if pipeline.fault.done() else everything.exception()
            log.error("worker stops: it cannot go on", reason=repr(reason))
            pipeline.fail(reason or RuntimeError("a task of the worker ended"))
            return FAILURE
        finally:
            health.stopping = True
            await self._leave(pipeline, flusher, tasks)

    async def _observe(self, pipeline: Pipeline, health: Health) -> None:
        """Lag, recovery and states for the metrics; the no-progress detector; readiness for the log."""
        progress = Progress(self._settings.no_progress_s, clock())
        was: object = ""
        while True:
            await asyncio.sleep(OBSERVE_EVERY_S)
            lag = pipeline.observe()
            if self._keeper is not None:
                self._keeper.observe()
            remaining = pipeline.recovering()
            progress.saw(clock(), lag + (remaining or 0), pipeline.mark(), pipeline.delivery.waits_for())
            why_not = health.reason()
            now = why_not and why_not["reason"]
            if now != was:
                log.info("ready") if now is None else log.info("not ready", **(why_not or {}))
                was = now

    async def _leave(self, pipeline: Pipeline, flusher: asyncio.Task[Any], tasks: Sequence[asyncio.Task[Any]]) -> None:
        began = time.monotonic()
        failed = pipeline.fault.done()
        self._last_resort(FAILURE if failed else OK)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=0.2)
        # After a fault nothing more may be acknowledged: what is unfinished is read again.
        finished = not failed and await _within(FLUSH_WITHIN_S, pipeline.finish())
        # Only now: a flush that is cut off half-way leaves its partition to be read again.
        flusher.cancel()
        left = await _within(LEAVE_WITHIN_S, pipeline.app.stop())
        log.info("stopped", flushed=finished, left=left, seconds=round(time.monotonic() - began, 1))

    def _last_resort(self, code: int) -> None:
        """End the process even if leaving blocks the event loop.

        mode waits for the consumer's thread with a blocking call, and that thread may just then wait for the event loop (a
        rebalance during the stop). All that matters is written by then.
        """
        self.deadline = threading.Timer(FLUSH_WITHIN_S + LEAVE_WITHIN_S + 0.3, os._exit, [code])
        self.deadline.daemon = True
        self.deadline.start()


def _look_at(done: asyncio.Future[Any]) -> None:
    # A fault that comes while we are leaving anyway is not worth a line of its own.
    if not done.cancelled():
        done.exception()


def _refuse(faults: Sequence[str]) -> int:
    """Say every fault on its own line, without a traceback: they are for whoever deploys."""
    for fault in faults:
        log.error("cannot start", fault=fault)
    return CONFIG


async def _within(seconds: float, work: Coroutine[Any, Any, Any]) -> bool:
    """Whether `work` came to its end in time. Not `wait_for`: that waits for a cancelled Faust service for ever."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait([task], timeout=seconds)
    task.add_done_callback(_look_at)
    if not done:
        task.cancel()
        log.warning("left early; what is unfinished is read again at the next start")
        return False
    if task.cancelled() or task.exception() is not None:
        log.warning("left early after an error", error=repr(None if task.cancelled() else task.exception()))
        return False
    return True


async def _close(runner: web.AppRunner) -> None:
    await runner.cleanup()
