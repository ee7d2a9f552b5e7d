"""The demo on somebody's running Kafka: it comes out as on its own broker, and nothing of it stays there, whichever way it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from confluent_kafka.admin import AdminClient

from tests.kafka.broker import Broker
from tests.kafka.worker import ROOT, wait_until

BRIEF = ("--scenarios", "T5", "--accounts", "0", "--seconds", "1")


def start(broker: Broker, folder: Path) -> subprocess.Popen[bytes]:
    """Start a demo whose output goes to the file `out`."""
    command = (sys.executable, "-m", "streams.cli.main", "demo", "--broker", broker.address, *BRIEF)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (folder / "out").open("wb") as out:
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)


def left(broker: Broker) -> set[str]:
    """Topics and groups of demos."""
    admin = AdminClient({"bootstrap.servers": broker.address, "log_level": 0})
    groups = {group.group_id for group in admin.list_consumer_groups().result(30).valid}
    return {name for name in {*admin.list_topics(timeout=10).topics, *groups} if name.startswith("demo-")}


def test_it_comes_out_as_expected_and_leaves_nothing(broker: Broker, tmp_path: Path) -> None:
    demo = start(broker, tmp_path)
    wait_until(lambda: bool(left(broker)), 60, (tmp_path / "out").read_text)
    code, text = demo.wait(120), (tmp_path / "out").read_text()
    assert code == 0, text
    assert "1 of 1 scenarios came out as expected." in text
    assert left(broker) == set()


def test_ctrl_c_leaves_nothing(broker: Broker, tmp_path: Path) -> None:
    demo = start(broker, tmp_path)
    wait_until(lambda: "events flow" in (tmp_path / "out").read_text(), 60, (tmp_path / "out").read_text)
    assert any(name.endswith("-alerts") for name in left(broker))
    demo.send_signal(signal.SIGINT)
    assert demo.wait(30) == 130, (tmp_path / "out").read_text()
    assert "could not clean up" not in (tmp_path / "out").read_text()
    assert left(broker) == set()
