"""Parts c, d and e: one worker on a real Apache Kafka, against stock Faust; recovery; latency from event to alert."""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, Producer

from enrichers import demo
from enrichers.demo import DemoNetworks
from streams.detection.catalogue.load import load
from streams.pipeline import build_enricher, build_stages
from streams.runtime import topic_admin
from streams.runtime.settings import load as load_settings
from tests.bench.load import PARTITIONS, SIGN_UPS, events, sign_ups, topic_of
from tests.bench.report import Line
from tests.kafka.broker import Broker, free_ports

ROOT = Path(__file__).parents[2]
PER_SECOND = 2000
ALERT_EVERY = 100


class Worker:
    """One worker process, with its CPU time and its metrics."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port = free_ports(1)[0]
        self._path = log
        self._log = log.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streams.cli.main", "worker"],
            env={**os.environ, **environment, "PERSONAWATCH_HTTP_PORT": str(self.port)},
            cwd=ROOT,
            stdout=self._log,
            stderr=self._log,
        )

    def cpu_s(self) -> float:
        """User and system seconds so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def metric(self, name: str, stage: str | None = None) -> float:
        """Sum of a metric over its labels, or of one stage; 0 while the worker does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
                text = answer.read().decode()
        except OSError:
            return 0.0
        label = "(?:{[^}]*})?" if stage is None else f'{{stage="{stage}"}}'
        found = re.findall(rf"^personawatch_{re.escape(name)}{label} (\S+)$", text, re.MULTILINE)
        return sum(map(float, found))

    def records(self, stage: str) -> float:
        """Records that a stage has handled."""
        return self.metric("records_total", stage)

    def said(self) -> str:
        """The end of its log."""
        return self._path.read_text("utf-8")[-3000:]

    def ready(self) -> bool:
        """Whether /ready says so."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        self.process.wait(30)
        self._log.close()


class Site:
    """Topics of one benchmark run on one broker."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        self.broker = broker
        self.folder = folder
        self.prefix = f"b{uuid.uuid4().hex[:6]}-"
        tables = demo.build(folder / "demo")
        self.environment = {
            "PERSONAWATCH_BROKERS": broker.address,
            "PERSONAWATCH_TOPIC_PREFIX": self.prefix,
            "PERSONAWATCH_APP_ID": self.prefix + "app",
            "PERSONAWATCH_INSTANCE_ID": "w0",
            "PERSONAWATCH_PARTITIONS": str(PARTITIONS),
            "PERSONAWATCH_REPLICATION_FACTOR": "1",
            "PERSONAWATCH_CREATE_TOPICS": "true",
            **{f"PERSONAWATCH_{role.upper()}_TABLE": str(path) for role, path in tables.items()},
        }
        stages = build_stages(
            load(), build_enricher(tables["geo"], tables["asn"], tables["networks"], folder / "private")
        )
        topic_admin.prepare(load_settings(self.environment), stages)
        self.log = folder / "worker.log"

    def worker(self, **settings: str) -> Worker:
        """Start a worker on this site."""
        return Worker({**self.environment, **settings}, self.log)

    def produce(self, stream: Iterable[tuple[int, bytes, bytes]]) -> int:
        """Write events to their topics; how many."""
        producer = Producer({"bootstrap.servers": self.broker.address, "linger.ms": 50, "compression.type": "lz4"})
        number = 0
        for _, key, value in stream:
            number += 1
            while True:
                try:
                    producer.produce(self.prefix + topic_of(value), value, key)
                    break
                except BufferError:
                    producer.poll(0.2)
            if number % 1000 == 0:
                producer.poll(0)
        producer.flush(120)
        return number


@contextmanager
def site() -> Iterator[Site]:
    """A broker and a fresh site on it."""
    broker = Broker()
    with tempfile.TemporaryDirectory(prefix="personawatch-bench-") as folder:
        broker.start()
        try:
            yield Site(broker, Path(folder))
        finally:
            broker.close()


def throughput_and_recovery(count: int, accounts: int, baseline: int) -> list[Line]:
    """Parts c and d on one set of events."""
    with site() as place:
        place.produce(sign_ups(accounts))
        worker = place.worker()
        _wait_for(lambda: worker.records("accounts") >= SIGN_UPS * accounts and _idle(worker), worker, 1800)
        worker.stop()
        produced = place.produce(events(count, accounts))
        worker = place.worker()
        began = _wait_for(lambda: worker.records("enrich") > 0, worker)
        cpu = worker.cpu_s()
        _wait_for(lambda: worker.records("accounts") >= produced and _idle(worker), worker, 1800)
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
    return [
        Line(
            "d",
            f"recovery of {most:,.0f} changelog records ({keys:,.0f} states)",
            most / max(0.05, ended - began),
            "states/s",
            "",
            "≥ 100,000",
        )
    ]


def latency(seconds: int) -> list[Line]:
    """Part e: events at a steady 2,000 a second, some of which must alert; from produce to alert received."""
    with site() as place:
        worker = place.worker()
        _wait_for(worker.ready, worker)
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


def _wait_for(true: Any, worker: Worker, within_s: float = 120) -> float:
    """When it became true; RuntimeError when the worker died or the time is over."""
    deadline = time.monotonic() + within_s
    while not true():
        if worker.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(("died:" if worker.process.poll() is not None else "too long:") + worker.said())
        time.sleep(0.1)
    return time.monotonic()
