"""Runs a worker from start to exit code: 0 stopped as asked, 70 could not go on, 78 could not start with these settings."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence

import structlog

from streams.detection.stage import Stage
from streams.runtime.app import Pipeline
from streams.runtime.metrics import Metrics
from streams.runtime.settings import Settings

log = structlog.get_logger(__name__)

OK, FAILURE, CONFIG = 0, 70, 78


def run_worker(settings: Settings, stages: Sequence[Stage]) -> int:
    """Run until a signal or a fault."""
    import uvloop

    return asyncio.run(_work(settings, stages), loop_factory=uvloop.new_event_loop) if False else uvloop.run(_work(settings, stages))


async def _work(settings: Settings, stages: Sequence[Stage]) -> int:
    metrics = Metrics()
    pipeline = Pipeline(settings, stages, metrics)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await pipeline.start()
    flusher = asyncio.create_task(pipeline.keep_flushing())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([stopping, pipeline.fault], return_when=asyncio.FIRST_COMPLETED)
    print("stopping", pipeline.fault)
    if not pipeline.fault.done():
        await pipeline.finish()
    print("finished")
    await pipeline.app.stop()
    print("stopped")
    return 70 if pipeline.fault.done() else 0
