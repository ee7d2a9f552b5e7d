"""Table files replaced and damaged under a real worker that enriches all the while: it lives, and answers from the last good data."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

from schemas.topics import ENRICHED_EVENTS, LOGIN_EVENTS
from tests.enrichers.site import EPOCH, write
from tests.kafka.broker import Broker
from tests.kafka.pipeline import TABLES, Pipeline
from tests.kafka.verifier import read
from tests.kafka.worker import WorkerProcess, wait_until

WATCH_S = 0.2
"""That new data are in use after two looks of so many seconds is proved by `tests/enrichers/test_watch.py` and `tests/runtime`."""
FUTURE = 4_000_000_000


def rewrite(path: Path, content: bytes) -> None:
    """In place: the same inode, cut to nothing first, as `cp` does."""
    with path.open("r+b") as file:
        file.truncate(0)
        file.write(content)


def with_sidecar(path: Path, good: bytes) -> None:
    """A checksum that says the truth about a file that is not what it should be."""
    path.with_name(path.name + ".sha256").write_text(hashlib.sha256(good).hexdigest())
    rewrite(path, good[:3_000] + bytes(12_000) + good[15_000:])


DAMAGE: dict[str, tuple[Callable[[Path, bytes], object], str]] = {
    "truncated": (lambda path, good: os.truncate(path, len(good) // 2), "opens"),
    "deleted": (lambda path, _: path.unlink(), "readable"),
    "empty": (lambda path, _: path.write_bytes(b""), "opens"),
    "of another role": (lambda path, _: rewrite(path, TABLES["geo"].read_bytes()), "shape"),
    "corrupted": (lambda path, good: rewrite(path, good[:3_000] + bytes(12_000) + good[15_000:]), "records"),
    "corrupted beside its sidecar": (with_sidecar, "sha256"),
    "older": (lambda path, _: write(path, "relay", EPOCH - 1), "age"),
    "from the future": (lambda path, _: write(path, "relay", FUTURE), "epoch"),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "networks.mmdb"
    write(path, "vpn")
    return path


@pytest.fixture
def site(broker: Broker, path: Path) -> Iterator[Pipeline]:
    made = Pipeline(broker.address, networks_table=str(path), tables_watch_s=str(WATCH_S))
    yield made
    made.close()


def sessions(start: int, count: int) -> Iterator[tuple[bytes, bytes]]:
    """Session starts from 51,200 addresses in turn, all of them in the table."""
    for n in range(start, start + count):
        event = {
            "type": "session.start",
            "event_id": f"e{n}",
            "account_id": f"a{n % 500}",
            "session_id": f"s{n}",
            "occurred_at": f"2026-11-10T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z",
            "ip": f"{30 + n % 50}.{n % 200}.7.{n // 200 % 256}",
        }
        yield b"a%d" % (n % 500), json.dumps(event).encode()


class Load:
    """Sends sessions until it is told to end."""

    def __init__(self, site: Pipeline) -> None:
        self._site = site
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._send)
        self.sent = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _send(self) -> None:
        for start in itertools.count(0, 500):
            self.sent += self._site.produce(LOGIN_EVENTS.name, sessions(start, 500))
            if self._end.wait(0.25):  # two thousand a second at most: the worker shall keep up
                return


def count_of(worker: WorkerProcess, series: str) -> float:
    """One number of /metrics; 0 before there is one."""
    found = re.search(rf"^personawatch_{re.escape(series)} (\S+)$", worker.metrics(), re.MULTILINE)
    return float(found[1]) if found else 0.0


def wait_for(worker: WorkerProcess, series: str, value: float) -> None:
    """Wait until a series of the worker has the value."""
    wait_until(lambda: count_of(worker, series) == value, lambda: f"{series}\n{worker.log()}", every_s=0.05)


@contextmanager
def at_once(worker: WorkerProcess) -> Iterator[None]:
    """Have the worker see only the end of a change, however long this process has to wait for its turn in the middle of it."""
    worker.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        worker.process.send_signal(signal.SIGCONT)


def test_whatever_happens_to_a_file_the_worker_lives_on_the_last_good_data(site: Pipeline, path: Path) -> None:
    worker = site.worker()
    worker.wait_ready()
    good, swaps = path.read_bytes(), 0
    with Load(site) as load:
        wait_until(lambda: count_of(worker, 'lookups_total{outcome="hit",role="networks"}') > 1000, worker.log)
        for number, (damage, check) in enumerate(DAMAGE.values(), 1):
            with at_once(worker):
                damage(path, good)
            wait_for(worker, 'tables_refused{table="networks"}', 1)
            wait_for(worker, 'table_loads_total{outcome="refused",table="networks"}', number)
            assert f"{path}: {check}: found " in worker.whole_log().splitlines()[-1]
            worker.wait_ready()
            with at_once(worker):
                path.with_name(path.name + ".sha256").unlink(missing_ok=True)
                good = write(path, ("tor", "vpn")[number % 2], EPOCH + number)
                if number % 2:  # every other time the same file written over
                    path.write_bytes(b"")
                    rewrite(path, good)
            swaps += 1
            wait_for(worker, 'table_loads_total{outcome="swapped",table="networks"}', swaps)
            wait_until(lambda: 'tables_refused{table="networks"}' not in worker.metrics(), worker.log)
    site.wait_drained()
    # Counted once a second.
    wait_until(lambda: count_of(worker, 'lookups_total{outcome="hit",role="networks"}') > load.sent / 2, worker.log)
    assert [
        count_of(worker, f'lookups_total{{outcome="{outcome}",role="networks"}}') for outcome in ("miss", "error")
    ] == [
        0,
        0,
    ]
    assert worker.process.poll() is None
    snapshots = re.findall(r"snapshot=(\w+)", worker.whole_log())
    assert len(snapshots) == swaps
    assert_answered(site, load.sent, snapshots)


def assert_answered(site: Pipeline, sent: int, snapshots: list[str]) -> None:
    """Every event was enriched, with a class that the tables had, from one snapshot after the other and never back."""
    enriched = [
        json.loads(record.value or b"")
        for lane in read(site.address, site.prefix + ENRICHED_EVENTS.name)
        for record in lane
    ]
    assert len({event["event"]["event_id"] for event in enriched}) == sent
    assert {tuple(event["facts"]["classes"]) for event in enriched} == {("vpn",), ("tor",)}
    enriched.sort(key=lambda event: event["origin"])
    for _, lane in itertools.groupby(enriched, key=lambda event: event["origin"][:2]):
        told = [tables for tables, _ in itertools.groupby(event["facts"]["tables"] for event in lane)]
        in_order = [name for name in snapshots if name in told]
        assert told[1:] == in_order or told == in_order


def test_signals_load_at_once_and_force(site: Pipeline, path: Path) -> None:
    worker = site.worker(tables_watch_s="0")
    worker.wait_ready()
    write(path, "tor", EPOCH + 1)
    worker.process.send_signal(signal.SIGHUP)
    wait_for(worker, 'table_loads_total{outcome="swapped",table="networks"}', 1)
    write(path, "vpn", EPOCH)
    worker.process.send_signal(signal.SIGHUP)
    wait_for(worker, 'table_loads_total{outcome="refused",table="networks"}', 1)
    worker.process.send_signal(signal.SIGUSR2)
    wait_for(worker, 'table_loads_total{outcome="swapped",table="networks"}', 2)
    assert worker.stop() == 0
