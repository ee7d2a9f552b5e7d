"""A benchmark's site: one broker, its topics, and worker processes with their CPU time and metrics."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from confluent_kafka import Producer

from enrichers import demo
from streams.detection.catalogue.load import load
from streams.pipeline import build_enricher, build_stages
from streams.runtime import topic_admin
from streams.runtime.settings import load as load_settings
from tests.bench.load import PARTITIONS, topic_of
from tests.kafka.broker import Broker, free_ports

ROOT = Path(__file__).parents[2]


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
    broker.compiler = 4
    with tempfile.TemporaryDirectory(prefix="personawatch-bench-") as folder:
        broker.start()
        try:
            yield Site(broker, Path(folder))
        finally:
            broker.close()


def wait_for(true: Any, worker: Worker, within_s: float = 120) -> float:
    """When it became true; RuntimeError when the worker died or the time is over.

    Twice a second: each look makes the worker write all of its metrics, which is work that nobody asked it for.
    """
    deadline = time.monotonic() + within_s
    while not true():
        if worker.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(("died:" if worker.process.poll() is not None else "too long:") + worker.said())
        time.sleep(0.5)
    return time.monotonic()
