"""What a platform and an SRE may ask a worker: /live, /ready with the reason why not, /metrics. On a port of our own.

Liveness is "the event loop answers"; readiness is "assigned, recovered, broker answers, not stopping".
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import structlog
from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from streams.runtime.metrics import Metrics

log = structlog.get_logger(__name__)

# Asked every two seconds, given up after three: an outage is seen within five.
ASK_EVERY_S = 2.0
ANSWER_WITHIN_S = 3.0


class StuckError(Exception):
    """There is work and nothing moves."""


class Health:
    """Knows why the worker is not ready; the reasons are asked for, not pushed, except starting and stopping."""

    def __init__(self, recovering: Callable[[], int | None], assigned: Callable[[], bool]) -> None:
        self._recovering = recovering
        self._assigned = assigned
        self.started = False
        self.stopping = False
        self.broker_answers = True

    def reason(self) -> dict[str, Any] | None:
        """Why the worker is not ready, or None when it is."""
        if self.stopping:
            return {"reason": "stopping"}
        if not self.broker_answers:
            return {"reason": "broker unreachable"}
        if not self.started:
            return {"reason": "starting"}
        if not self._assigned():
            return {"reason": "unassigned"}
        remaining = self._recovering()
        return None if remaining is None else {"reason": "recovering", "remaining": remaining}

    async def watch_broker(self, ask: Callable[[], Any]) -> None:
        """Ask the broker something small, for ever; log when that changes."""
        while True:
            try:
                # Not `wait_for`: until Python 3.12 it takes an answer that comes with a stop for the whole of what happened.
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    await ask()
                answers = True
            except Exception:  # noqa: BLE001 (whatever went wrong, the broker did not answer)
                answers = False
            if answers != self.broker_answers:
                self.broker_answers = answers
                log.info("broker answers again") if answers else log.error("broker does not answer")
            await asyncio.sleep(ASK_EVERY_S)


class Progress:
    """Lag and no progress for too long is a fault that a restart may mend. Pure: `now` is an argument."""

    def __init__(self, limit_s: float, now: float) -> None:
        self._limit_s = limit_s
        self._mark: object = None
        self._since = now

    def saw(self, now: float, lag: int, mark: object, why: str = "") -> None:
        """Note the present state; raises `StuckError`. `mark` changes whenever anything moves; `why` is what is waited for."""
        if mark != self._mark or lag == 0:
            self._mark, self._since = mark, now
        elif now - self._since > self._limit_s:
            found = f"{lag} records wait and nothing has moved for {now - self._since:.0f} s"
            raise StuckError(f"{found}; {why}" if why else found)


async def serve(health: Health, metrics: Metrics, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Answer on `host:port`; gives the runner (to clean up) and the port taken. Raises OSError when it is in use."""

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(_: web.Request) -> web.Response:
        why_not = health.reason()
        if why_not is None:
            return web.json_response({"ready": True})
        return web.json_response({"ready": False, **why_not}, status=503)

    async def numbers(_: web.Request) -> web.Response:
        metrics.set("ready", float(health.reason() is None))
        metrics.set("broker_reachable", float(health.broker_answers))
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/live", live), web.get("/ready", ready), web.get("/metrics", numbers)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    return runner, int(runner.addresses[0][1])


def clock() -> float:
    """The clock of `Progress` in production."""
    return time.monotonic()
