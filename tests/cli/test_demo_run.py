"""The demo as people run it: a process of its own, an embedded broker, a worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

BRIEF = ("--scenarios", "B01", "--accounts", "10")
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 180.0
"""Only a failure waits so long; a demo of a minute takes longer where other processes want the machine as well."""

pytest.importorskip("confluent_kafka", reason="the embedded broker needs it: pip install 'personawatch[demo]'")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "tmp").mkdir()
    yield tmp_path
    assert not list((tmp_path / "tmp").iterdir()), "temporary files were left behind"
    assert {entry.name for entry in tmp_path.iterdir()} <= {"tmp", "var", "out"}, "the current folder was littered"


def start(place: Path, *words: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(place / "tmp")}
    command = [sys.executable, "-m", "streams.cli.main", "demo", *words]
    with (place / "out").open("wb") as out:
        return subprocess.Popen(command, cwd=place, env=environment, stdout=out, stderr=subprocess.STDOUT)


def workers(of: subprocess.Popen[bytes]) -> list[int]:
    wanted = f"streams.demo.child\0{of.pid}\0".encode()
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdecimal() and wanted in _command_line(entry)
    ]


def _command_line(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:
        return b""


def wait_for(place: Path, text: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while text not in (place / "out").read_text():
        assert time.monotonic() < deadline, (place / "out").read_text()
        time.sleep(0.1)


def test_every_scenario_comes_out_as_expected(place: Path) -> None:
    demo = start(place, "--seconds", "5", "--accounts", "10", "--scenarios", "s05b,S01,S09,B02,B05,T2,T5")
    code = demo.wait(PATIENCE_S)
    text = (place / "out").read_text()
    assert code == 0, text
    assert "7 of 7 scenarios came out as expected." in text
    assert "\x1b" not in text
    alerts = [json.loads(line) for line in (place / "var/demo/alerts.ndjson").read_text().splitlines()]
    assert {"watch", "review", "priority"} <= {alert["tier"] for alert in alerts}
    assert "personawatch_records_total" in (place / "var/demo/metrics.prom").read_text()
    assert not workers(demo)


@pytest.mark.parametrize(
    ("moment", "number", "code"),
    [("events flow", signal.SIGINT, 130), ("making events", signal.SIGTERM, 143)],
)
def test_interrupted_it_leaves_nothing_behind(place: Path, moment: str, number: signal.Signals, code: int) -> None:
    demo = start(place, *BRIEF)
    wait_for(place, moment)
    demo.send_signal(number)
    assert demo.wait(PATIENCE_S) == code, (place / "out").read_text()
    assert not workers(demo)
    assert "Traceback" not in (place / "out").read_text()


def test_says_why_when_the_worker_dies(place: Path) -> None:
    demo = start(place, *BRIEF)
    wait_for(place, "events flow")
    (worker,) = workers(demo)
    os.kill(worker, signal.SIGKILL)
    assert demo.wait(PATIENCE_S) == 70
    text = (place / "out").read_text()
    told, _, end = text.partition("personawatch demo: the worker was killed by signal 9; the end of its log")
    assert told
    assert "partitions assigned" in end


def test_unknown_scenario(place: Path) -> None:
    demo = start(place, "--scenarios", "S01,S99")
    assert demo.wait(PATIENCE_S) == 2
    assert "scenario 'S99' is not known" in (place / "out").read_text()


def test_no_broker_there(place: Path) -> None:
    demo = start(place, "--broker", "127.0.0.1:1")
    assert demo.wait(PATIENCE_S) == 70
    assert "broker 127.0.0.1:1: cannot connect" in (place / "out").read_text()


def test_a_worker_does_not_outlive_a_killed_demo(place: Path) -> None:
    demo = start(place, *BRIEF)
    wait_for(place, "events flow")
    demo.kill()
    demo.wait()
    deadline = time.monotonic() + PATIENCE_S
    while workers(demo):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    for left in (place / "tmp").iterdir():  # what SIGKILL keeps anybody from removing
        assert left.name.startswith("personawatch-demo-")
        subprocess.run(["rm", "-r", str(left)], check=True)
