"""What the design promises about delivery, on a real broker: nothing missing, every state exact. Kills and rebalances: `test_pipeline`."""

from __future__ import annotations

import signal
import time

from tests.kafka.broker import Broker
from tests.kafka.conftest import Deploy
from tests.kafka.worker import WorkerProcess, events, wait_until

OUTAGE_S = 20
SEEN_WITHIN_S = 15
"""Five seconds are promised (`tests/runtime/test_health.py`); a busy machine may take as long again to ask and to tell, and more."""


def test_asked_to_stop_under_load_it_is_quick_and_loses_and_repeats_nothing(deploy: Deploy) -> None:
    site = deploy()
    sent = site.produce("platform-events", events(120_000))
    for by in (signal.SIGTERM, signal.SIGINT):
        worker = site.worker()
        worker.wait_working()
        began = time.monotonic()
        assert worker.stop(by=by) == 0, worker.log()
        assert time.monotonic() - began < 5
        assert "Traceback" not in worker.log()
        assert 0 < site.lag() < 2 * sent, "the worker was too quick for this test: it was not under load"
    again = site.worker()
    site.wait_drained()
    spread, count = site.assert_exact()
    assert spread.duplicates == 0, again.log()
    assert count.duplicates == 0


def outlast(worker: WorkerProcess) -> None:
    """Wait until the worker says that the broker is gone, and then as long as an outage lasts."""
    began = time.monotonic()
    wait_until(
        lambda: worker.ready()[1].get("reason") == "broker unreachable", lambda: str(worker.ready()), SEEN_WITHIN_S
    )
    time.sleep(OUTAGE_S - (time.monotonic() - began))


def test_a_broker_that_hangs_and_one_that_is_stopped_are_survived(deploy: Deploy, broker: Broker) -> None:
    site = deploy()
    site.produce("platform-events", events(20_000))
    worker = site.worker()
    worker.wait_working()
    broker.pause()
    try:
        outlast(worker)
    finally:
        broker.resume()
    worker.wait_ready()
    site.produce("platform-events", events(20_000, start=20_000))
    broker.stop()
    outlast(worker)
    broker.start()
    worker.wait_ready()
    site.produce("platform-events", events(20_000, start=40_000))
    site.wait_drained()
    site.assert_exact()
    assert worker.process.poll() is None


def test_idle_stream_is_flushed(deploy: Deploy) -> None:
    site = deploy()
    worker = site.worker()
    worker.wait_ready()
    site.produce("login-events", events(1))
    site.wait_drained()
    _, count = site.assert_exact()
    assert count.states == 1
