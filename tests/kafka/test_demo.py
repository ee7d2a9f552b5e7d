"""The demo on somebody's running Kafka: it comes out as on its own broker, and nothing of it stays there, whichever way it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka.admin import AdminClient

from tests.kafka.broker import Broker
from tests.kafka.worker import PATIENCE_S, ROOT, wait_until


@contextmanager
def demo(broker: Broker, folder: Path, seconds: int) -> Iterator[subprocess.Popen[bytes]]:
    """A demo of one small story, sent over so many seconds; what it says goes to the file `out`."""
    words = ("--broker", broker.address, "--scenarios", "T5", "--accounts", "0", "--seconds", str(seconds))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (folder / "out").open("wb") as out:
        command = (sys.executable, "-m", "streams.cli.main", "demo", *words)
        running = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
    try:
        yield running
    finally:
        if running.poll() is None:
            running.terminate()
            running.wait(PATIENCE_S)


def left(broker: Broker) -> set[str]:
    """Topics and groups of demos."""
    admin = AdminClient({"bootstrap.servers": broker.address, "log_level": 0})
    groups = {group.group_id for group in admin.list_consumer_groups().result(30).valid}
    return {name for name in {*admin.list_topics(timeout=10).topics, *groups} if name.startswith("demo-")}


def test_it_comes_out_as_expected_and_leaves_nothing(broker: Broker, tmp_path: Path) -> None:
    with demo(broker, tmp_path, 1) as running:
        wait_until(lambda: bool(left(broker)), (tmp_path / "out").read_text)
        code = running.wait(PATIENCE_S)
    assert code == 0, (tmp_path / "out").read_text()
    assert "1 of 1 scenarios came out as expected." in (tmp_path / "out").read_text()
    assert left(broker) == set()


def test_ctrl_c_leaves_nothing(broker: Broker, tmp_path: Path) -> None:
    with demo(broker, tmp_path, 30) as running:
        wait_until(lambda: "events flow" in (tmp_path / "out").read_text(), (tmp_path / "out").read_text)
        assert any(name.endswith("-alerts") for name in left(broker))
        running.send_signal(signal.SIGINT)
        assert running.wait(PATIENCE_S) == 130, (tmp_path / "out").read_text()
    assert "could not clean up" not in (tmp_path / "out").read_text()
    assert left(broker) == set()
