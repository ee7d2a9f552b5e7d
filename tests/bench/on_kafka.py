"""Parts c, d and e: one worker on a real Apache Kafka, against stock Faust; recovery; latency from event to alert."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import Consumer, Producer

from enrichers.demo import DemoNetworks
from tests.bench.load import events, sign_ups, topic_of
from tests.bench.report import Line
from tests.bench.site import ROOT, Site, Worker, site, wait_for

PER_SECOND = 2000
ALERT_EVERY = 100


def throughput_and_recovery(count: int, accounts: int, baseline: int) -> list[Line]:
    """Parts c and d on one set of events."""
    with site() as place:
        opened = place.produce(sign_ups(accounts))
        worker = place.worker()
        wait_for(lambda: worker.records("accounts") >= opened and _idle(worker), worker, 1800)
        worker.stop()
        produced = place.produce(events(count, accounts))
        worker = place.worker()
        began = wait_for(lambda: worker.records("enrich") > 0, worker)
        cpu = worker.cpu_s()
        wait_for(lambda: worker.records("accounts") >= produced and _idle(worker), worker, 1800)
        wall = time.monotonic() - began
        spent = worker.cpu_s() - cpu
        keys = worker.metric("state_keys")
        worker.stop()
        lines = [
            Line("c", f"one worker on Kafka, {produced:,} events", produced / wall, "events/s", "", "≥ 22,000"),
            Line("c", "worker's CPU", spent / produced * 1e6, "s/M events"),
        ]
        lines += _stock(place, baseline, spent / produced * 1e6)
        lines += _recovery(place, keys)
    return lines


def _idle(worker: Worker) -> bool:
    return worker.metric("consumer_lag") == 0


def _stock(place: Site, count: int, ours: float) -> list[Line]:
    """The baseline reads the first events of the same login topic. It is far slower, so it reads fewer: that flatters it."""
    group = f"stock-{uuid.uuid4().hex[:6]}"
    arguments = [place.broker.address, group, place.prefix + "login-events", str(place.folder / "stock"), str(count)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.stock_faust", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=3600,
        check=True,
    )
    told = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    stock = told["cpu_s"] / told["events"] * 1e6
    return [
        Line(
            "c",
            f"stock Faust's CPU, {told['events']:,} events",
            stock,
            "s/M events",
            f"{stock / ours:.1f}× ours",
            "≥ 10×",
        )
    ]


def _recovery(place: Site, keys: float) -> list[Line]:
    """Start again on the changelogs of the run before: from the first restored state to ready."""
    worker = place.worker()
    samples: list[tuple[float, float]] = []
    while not worker.ready():
        samples.append((time.monotonic(), worker.metric("recovery_remaining")))
        time.sleep(0.05)
        if worker.process.poll() is not None:
            raise RuntimeError(worker.said())
    ended = time.monotonic()
    most = max((remaining for _, remaining in samples), default=0.0)
    began = next((at for at, remaining in samples if remaining == most), ended)
    worker.stop()
    seconds = max(0.05, ended - began)
    return [
        Line("d", f"recovery of {keys:,.0f} states", keys / seconds, "states/s", "", "≥ 100,000"),
        Line("d", f"which took {most:,.0f} changelog records", most / seconds, "records/s"),
    ]


def latency(seconds: int) -> list[Line]:
    """Part e: events at a steady 2,000 a second, some of which must alert; from produce to alert received."""
    with site() as place:
        worker = place.worker()
        wait_for(worker.ready, worker)
        consumer = Consumer(
            {"bootstrap.servers": place.broker.address, "group.id": "bench", "auto.offset.reset": "earliest"}
        )
        consumer.subscribe([place.prefix + "alerts"])
        producer = Producer({"bootstrap.servers": place.broker.address, "linger.ms": 5})
        sent: dict[str, float] = {}
        took: list[float] = []
        origin = DemoNetworks().dprk(7)
        background = events(seconds * PER_SECOND + 1, 20_000)
        began = time.monotonic()
        for number in range(seconds * PER_SECOND):
            _, key, value = next(background)
            if number % ALERT_EVERY == ALERT_EVERY - 1 and number > PER_SECOND * 5:
                key, value = _alerting(number, origin)
                sent[key.decode()] = time.monotonic()
            producer.produce(place.prefix + topic_of(value), value, key)
            if number % 20 == 19:
                producer.poll(0)
                _receive(consumer, sent, took, 0.0)
                pause = began + (number + 1) / PER_SECOND - time.monotonic()
                if pause > 0:
                    time.sleep(pause)
        producer.flush(30)
        deadline = time.monotonic() + 15
        while len(took) < len(sent) and time.monotonic() < deadline:
            _receive(consumer, sent, took, 0.2)
        consumer.close()
        worker.stop()
        missing = len(sent) - len(took)
    ranked = statistics.quantiles(took, n=100)
    return [
        Line("e", f"event to alert at {PER_SECOND:,}/s, {len(took)} alerts", ranked[49], "s p50"),
        Line("e", "", ranked[98], "s p99", "", "< 1.5 s"),
        Line("e", "alerts that did not come", missing, "of " + str(len(sent))),
    ]


def _alerting(number: int, origin: str) -> tuple[bytes, bytes]:
    """A session heartbeat from registered address space: the catalogue's hard indicator."""
    account = f"latency-{number}"
    event = {
        "type": "session.heartbeat",
        "event_id": account,
        "occurred_at": datetime.now(UTC).isoformat(),
        "account_id": account,
        "ip": origin,
        "active_input_count": 3,
    }
    return account.encode(), json.dumps(event, separators=(",", ":")).encode()


def _receive(consumer: Any, sent: dict[str, float], took: list[float], timeout: float) -> None:
    for message in consumer.consume(100, timeout):
        if message.error():
            continue
        account = json.loads(message.value())["subject"]["id"]
        if account in sent:
            took.append(time.monotonic() - sent[account])
