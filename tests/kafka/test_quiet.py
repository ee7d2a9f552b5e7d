"""Normal operation writes no log lines: a worker says that it starts, what it is given, that it is ready, then nothing until the stop."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from streams.runtime.log_lines import BY_TEXT
from tests.kafka.broker import Broker
from tests.kafka.pipeline import Pipeline, background, send
from tests.kafka.worker import wait_until

SECONDS = 65
"""A minute and some: a line that comes once a minute, as a library's repeated complaint does, shows."""
EVENTS_A_SECOND = 500
BEFORE_READY = 6
OUTAGE_S = 8
TOPICS_WRITTEN = 7
"""Enriched events, links, findings, assessments and three changelogs."""


@pytest.fixture
def site(broker: Broker) -> Iterator[Pipeline]:
    made = Pipeline(broker.address, log_format="json")
    yield made
    made.close()


def test_a_worker_under_load_is_silent_between_ready_and_stop(site: Pipeline) -> None:
    worker = site.worker()
    worker.wait_ready()
    events = background(500, SECONDS * EVENTS_A_SECOND)
    began = time.monotonic()
    for second in range(SECONDS):
        send(site, events[second * EVENTS_A_SECOND : (second + 1) * EVENTS_A_SECOND])
        time.sleep(max(0.0, began + second + 1 - time.monotonic()))  # the rate of the load, nothing waits for it
    site.wait_drained()
    lines = [json.loads(line) for line in worker.whole_log().splitlines()]
    texts = [line["event"] for line in lines]
    assert texts[-1] == "ready", worker.log()
    assert texts.count("ready") == 1
    assert len(texts) <= BEFORE_READY, texts
    assert worker.stop() == 0
    said = [json.loads(line)["event"] for line in worker.whole_log().splitlines()][len(texts) :]
    assert said[-1] == "stopped"
    assert len(said) <= 2, said


def test_an_outage_is_told_once_and_its_end_once(site: Pipeline, broker: Broker) -> None:
    worker = site.worker(delivery_timeout_s="120")
    worker.wait_ready()
    send(site, background(500, 20_000))
    broker.kill()
    wait_until(lambda: "broker does not answer" in worker.whole_log(), worker.log)
    time.sleep(OUTAGE_S)  # long enough for many attempts
    broker.start()
    worker.wait_ready()
    site.wait_drained()
    texts = [json.loads(line)["event"] for line in worker.whole_log().splitlines()]
    ours = Counter(text for text in texts if text in BY_TEXT)
    not_written = ours["output not delivered, trying again"] + ours["partitions of a topic not known, asking again"]
    for begun, end in (
        (ours["broker does not answer"], "broker answers again"),
        (ours["commit failed, it will be tried again"], "commits succeed again"),
        (not_written, "outputs are delivered again"),
    ):
        assert ours[end] <= begun <= TOPICS_WRITTEN, texts
    assert ours["broker does not answer"] == ours["broker answers again"] == 1, texts
    assert len(texts) <= 40, texts
