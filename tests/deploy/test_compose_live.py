"""Kafka as compose.yaml sets it up: the image's own start-up code reads its environment, then topics are made and both workers run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kafka.broker import Broker, free_ports, jars, missing
from tests.kafka.pipeline import TABLES, RealWorker
from tests.kafka.worker import command, wait_until
from tests.require import require

COMPOSE = Path(__file__).resolve().parents[2] / "deploy" / "compose.yaml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]

pytestmark = pytest.mark.kafka


CONFINE = """
set -e
mount --make-rprivate /
mount --bind "$TMPDIR" "$TMPDIR"
while read -r _ place _; do
    case "$place" in "$TMPDIR" | /dev | /dev/* | /proc | /proc/* | /sys | /sys/*) continue ;; esac
    mount -o remount,bind,ro "$place"
done < /proc/mounts
if touch written 2> /dev/null; then echo "the folder can still be written"; exit 1; fi
exec "$@"
"""
"""As `read_only: true` and a tmpfs on /tmp do: of all files only those of the temporary folder can be written."""


def cannot_confine() -> str | None:
    """Why no process can be given read-only files here; None when one can."""
    try:
        done = subprocess.run(["unshare", "--mount", "mount", "--make-rprivate", "/"], capture_output=True, check=False)
    except FileNotFoundError:
        return "no unshare and mount on this machine"
    return None if done.returncode == 0 else f"no rights to mount: {done.stderr.decode().strip()}"


class ConfinedWorker(RealWorker):
    """Writes where the container's worker can, and nowhere else."""

    command = ("unshare", "--mount", "sh", "-c", CONFINE, "sh", *RealWorker.command)


class ComposedBroker(Broker):
    """A node under the configuration that the image makes of the service's environment; ports and data folder are the test's."""

    def __init__(self) -> None:
        super().__init__()
        inside, controller, outside = free_ports(3)
        self.address = f"127.0.0.1:{outside}"
        self.inside = f"127.0.0.1:{inside}"
        places = {
            "kafka:9092": self.inside,
            "kafka:9093": f"127.0.0.1:{controller}",
            ":9092": f":{inside}",
            ":9093": f":{controller}",
            ":29092": f":{outside}",
            "/var/lib/kafka/data": str(self.folder / "composed"),
        }
        environment = dict(SERVICES["kafka"]["environment"])
        for name, value in environment.items():
            for told, ours in places.items():
                value = value.replace(told, ours)
            environment[name] = value
        default, mounted, final = (self.folder / name for name in ("default", "mounted", "final"))
        for folder in (default, mounted, final):
            folder.mkdir()
        for name in ("server.properties", "log4j2.yaml", "tools-log4j2.yaml"):
            (default / name).touch()
        self._config = final / "server.properties"
        options = {"--default-configs-dir": default, "--mounted-configs-dir": mounted, "--final-configs-dir": final}
        done = subprocess.run(
            [
                *("java", "-cp", f"{jars()}/*", "kafka.docker.KafkaDockerWrapper", "setup"),
                *(str(word) for pair in options.items() for word in pair),
            ],
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def composed() -> Iterator[ComposedBroker]:
    require(missing())
    running = ComposedBroker()
    try:
        running.start()
        yield running
    finally:
        running.close()


@pytest.fixture
def workers(composed: ComposedBroker) -> Iterator[list[RealWorker]]:
    started: list[RealWorker] = []
    yield started
    for worker in started:
        worker.close()


def settings(service: str, broker: ComposedBroker) -> dict[str, str]:
    """The service's environment, with the test's broker in place of `kafka`."""
    environment: dict[str, str] = SERVICES[service]["environment"]
    return {**environment, "PERSONAWATCH_BROKERS": broker.inside, "PERSONAWATCH_HTTP_HOST": "127.0.0.1"}


def healthy(worker: RealWorker, service: str) -> bool:
    """What the service's own health check says of the worker."""
    _, program, *arguments = SERVICES[service]["healthcheck"]["test"]
    assert program == "python"
    own = [word.replace("9108", str(worker.port)) for word in arguments]
    return subprocess.run([sys.executable, *own], capture_output=True, check=False).returncode == 0


def assigned(worker: RealWorker) -> int:
    """How many partitions the group has given to the worker."""
    return int(float(worker.metrics().partition("\npersonawatch_assigned_partitions ")[2].split()[0]))


def test_topics_are_made_and_both_workers_get_healthy_with_nothing_to_write_on_but_tmp(
    composed: ComposedBroker, workers: list[RealWorker], tmp_path: Path
) -> None:
    for _ in range(2):  # `up` runs it each time
        made = command(settings("topics", composed), *SERVICES["topics"]["command"])
        assert made.returncode == 0, made.stderr
    names = ("worker-1", "worker-2")
    unconfined = cannot_confine()
    kind = RealWorker if unconfined else ConfinedWorker
    more = {"TMPDIR": str(tmp_path), "PERSONAWATCH_NETWORKS_TABLE": str(TABLES["networks"])}
    workers += [kind(settings(name, composed) | more) for name in names]
    # Each may be healthy alone for a moment, before the group shares the partitions out.
    wait_until(
        lambda: (
            all(healthy(worker, name) for worker, name in zip(workers, names, strict=True))
            and all(map(assigned, workers))
        ),
        lambda: "\n".join(worker.log() for worker in workers),
    )
    assert [path.name for path in tmp_path.iterdir()] == ["personawatch-data"], "copies of tables are unlinked at once"
    assert all('personawatch_table_age_seconds{table="networks' in worker.metrics() for worker in workers)
    assert [worker.stop() for worker in workers] == [0, 0]
    if unconfined:
        pytest.skip(f"all well, but nothing kept the workers from writing elsewhere: {unconfined}")
