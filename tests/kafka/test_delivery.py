"""What the design promises about delivery, on a real broker: nothing missing, every state exact. Kills and rebalances: `test_pipeline`."""

from __future__ import annotations

import time

from tests.kafka.broker import Broker
from tests.kafka.conftest import Deploy
from tests.kafka.worker import events


def test_terminate_under_load_is_quick_and_loses_nothing(deploy: Deploy) -> None:
    site = deploy()
    site.produce("platform-events", events(300_000))
    worker = site.worker()
    worker.wait_ready()
    time.sleep(0.5)
    began = time.monotonic()
    assert worker.stop() == 0, worker.log()
    assert time.monotonic() - began < 5
    assert site.lag() > 0, "the worker was too quick for this test: it was not under load"
    again = site.worker()
    site.wait_drained()
    spread, count = site.assert_exact()
    assert spread.duplicates == 0, again.log()
    assert count.duplicates == 0


def test_broker_pause_is_survived(deploy: Deploy, broker: Broker) -> None:
    site = deploy()
    site.produce("platform-events", events(50_000))
    worker = site.worker()
    worker.wait_ready()
    broker.pause()
    try:
        began = time.monotonic()
        while worker.ready()[1].get("reason") != "broker unreachable":
            assert time.monotonic() - began < 8, worker.ready()
            time.sleep(0.2)
        time.sleep(20 - (time.monotonic() - began))
    finally:
        broker.resume()
    worker.wait_ready(60)
    site.produce("platform-events", events(50_000, start=50_000))
    site.wait_drained()
    site.assert_exact()
    assert worker.process.poll() is None


def test_broker_restart_is_survived(deploy: Deploy, broker: Broker) -> None:
    site = deploy()
    site.produce("platform-events", events(50_000))
    worker = site.worker()
    worker.wait_ready()
    broker.stop()
    time.sleep(10)
    broker.start()
    worker.wait_ready(60)
    site.produce("platform-events", events(50_000, start=50_000))
    site.wait_drained()
    site.assert_exact()
    assert worker.process.poll() is None


def test_idle_stream_is_flushed(deploy: Deploy) -> None:
    site = deploy()
    worker = site.worker()
    worker.wait_ready()
    site.produce("login-events", events(1))
    site.wait_drained(10)
    _, count = site.assert_exact()
    assert count.states == 1
