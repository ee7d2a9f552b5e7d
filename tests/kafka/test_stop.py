"""How a worker ends: asked to, because it cannot go on, or because another one has its name. In time, in words, and nothing is lost."""

from __future__ import annotations

import re
import signal
import threading
import time

import pytest
from confluent_kafka.admin import AdminClient

from streams.runtime import topic_admin
from tests.kafka.conftest import Deploy
from tests.kafka.worker import Deployment, WorkerProcess, events, wait_until


def delete(site: Deployment, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": site.address})
    for done in admin.delete_topics([topic]).values():
        done.result(10)


def ended(worker: WorkerProcess) -> str:
    """Wait until it has given up; the line that says why. It is the only one of its kind."""
    assert worker.wait_ended() == 70, worker.log()
    said = worker.whole_log()
    [why] = [line for line in said.splitlines() if "worker stops: it cannot go on" in line]
    assert "Traceback" not in said
    return why


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_worker_on_empty_topics_stops_at_once(deploy: Deploy, by: signal.Signals) -> None:
    site = deploy()
    worker = site.worker()
    worker.wait_ready()
    assert site.lag() == 0
    began = time.monotonic()
    assert worker.stop(by=by) == 0
    assert time.monotonic() - began < 5
    assert "flushed=True left=True" in worker.log()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_stopping_before_it_is_ready(deploy: Deploy, by: signal.Signals) -> None:
    worker = deploy().worker()
    wait_until(lambda: worker.ready()[0] != 0, worker.log)
    began = time.monotonic()
    assert worker.stop(by=by) == 0, worker.log()
    assert time.monotonic() - began < 5
    assert "Traceback" not in worker.log()


@pytest.mark.parametrize("topic", ["links", "changelog"])
def test_an_output_that_cannot_be_delivered_ends_it(deploy: Deploy, topic: str) -> None:
    site = deploy(delivery_timeout_s="5")
    worker = site.worker()
    worker.wait_ready()
    site.produce("login-events", events(1000))
    site.wait_drained()
    name = site.settings.changelog("accounts") if topic == "changelog" else site.prefix + topic
    delete(site, name)
    site.produce("login-events", events(1000, start=1000))
    assert f"UndeliverableError('{name}[" in ended(worker)
    assert site.lag() > 0, "what was not delivered is not acknowledged"


def test_lag_without_progress_ends_it_and_nothing_is_lost(deploy: Deploy) -> None:
    site = deploy(no_progress_s="10")
    worker = site.worker()
    worker.wait_ready()
    delete(site, site.prefix + "links")
    began = time.monotonic()
    site.produce("login-events", events(1000))
    why = ended(worker)
    assert time.monotonic() - began < 20
    assert "records wait and nothing has moved for 1" in why
    assert f"; {site.prefix}links" in why, "it says what it was waiting for"
    topic_admin.prepare(site.settings, site.stages)
    site.worker()
    site.wait_drained()
    site.assert_exact()


def test_a_flood_of_dead_letters_ends_it(deploy: Deploy) -> None:
    site = deploy(dead_letter_run="50")
    site.produce("login-events", [(None, b"unreadable%d" % n) for n in range(100)])
    why = ended(site.worker())
    assert "FloodError" in why
    assert re.search(r"\d+ dead letters in a row \(limit 50\); see the dead-letter topic", why)
    assert site.lag() == 100, "what was in the flood is not acknowledged"


def test_of_two_workers_with_one_name_the_older_one_ends(deploy: Deploy) -> None:
    site = deploy()
    older = site.worker()
    older.wait_ready()
    load = threading.Thread(target=lambda: site.produce("platform-events", events(50_000)))
    load.start()
    newer = site.worker()
    newer.wait_ready()
    why = ended(older)
    assert f"another worker has joined {site.settings.app_id} under our name, w0" in why
    assert "PERSONAWATCH_INSTANCE_ID" in why
    load.join()
    site.wait_drained()
    assert newer.process.poll() is None, newer.log()
    site.assert_exact()


def test_a_killed_worker_is_back_long_before_the_group_gives_it_up(deploy: Deploy) -> None:
    site = deploy(session_timeout_s="300")
    site.produce("platform-events", events(20_000))
    worker = site.worker()
    site.wait_drained()
    worker.kill()
    site.worker().wait_ready(60)
