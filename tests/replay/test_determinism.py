"""The same stream gives the same bytes: whatever the process, however it is cut into files; and order within the lateness is nothing."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.detection.stage import PlainRecord
from streams.pipeline import build_stages
from streams.replay.comparison import ROUNDING, compare
from streams.replay.replayer import Replayer
from streams.runtime.local import LocalRuntime
from tests.cli.conftest import Command
from tests.kafka.uninterrupted import essence
from tests.replay.conftest import demo_configuration, numbered_lines, play, told
from tests.replay.farm import events

LATENESS_S = 14 * 60
PROCESSES: tuple[dict[str, str], ...] = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4294967295", "TZ": "America/St_Johns", "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
)
STORY = told("S09")
STORIES = {"S09": STORY, "T5": told("T5"), "farm": tuple(events(12, timedelta(hours=1))), "S05a": told("S05a")}
FEW = settings(max_examples=6)


def bytes_of(run: Replayer) -> bytes:
    return b"\n".join(run.newest())


def written(folder: Path, name: str, lines: Any) -> Path:
    path = folder / name
    path.write_bytes(b"".join(lines))
    return path


@pytest.mark.parametrize(
    "words",
    [
        ["replay", "STREAM", "--revisions"],
        ["replay", "STREAM", "--against", "BEFORE"],
        ["replay", "STREAM", "--against", "BEFORE", "--json"],
        ["explain", "férme-011", "STREAM"],
    ],
    ids=" ".join,
)
def test_process_time_zone_and_locale_cannot_be_seen(words: list[str], tmp_path: Path) -> None:
    farm = [line.replace(b"farm-", "férme-".encode()) for line in events(12, timedelta(hours=1))]
    stream, part = written(tmp_path, "stream.ndjson", farm), written(tmp_path, "part.ndjson", farm[:20])
    before = written(tmp_path, "before.ndjson", (alert + b"\n" for alert in play([[part]]).newest()))
    names = {"STREAM": str(stream), "BEFORE": str(before)}
    asked = [names.get(word, word) for word in words]
    outputs = set()
    for environment in PROCESSES:
        done = subprocess.run(
            [sys.executable, "-m", "streams.cli.main", *asked, "--tables", "demo"],
            env=dict(os.environ) | environment,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, b"Traceback" in done.stderr) == (int("BEFORE" in words), False)
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert "férme-0".encode() in outputs.pop()


@given(st.lists(st.integers(min_value=0, max_value=len(STORY)), min_size=1, max_size=5))
@FEW
def test_how_a_stream_is_cut_into_files_cannot_be_seen(cuts: list[int]) -> None:
    ends = [*sorted(cuts), len(STORY)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = play([[written(folder, "whole", STORY)]])
        parts = [
            written(folder, f"part-{number}", STORY[begin:end])
            for number, (begin, end) in enumerate(zip([0, *ends], ends, strict=False))
        ]
        assert bytes_of(play([parts])) == bytes_of(whole)
        assert bytes_of(play([[part] for part in parts])) == bytes_of(whole)


def test_streams_side_by_side_are_put_in_the_order_of_time(tmp_path: Path) -> None:
    logins = [line for line in STORY if line.startswith((b'{"type":"login.', b'{"type":"session.'))]
    others = [line for line in STORY if line not in logins]
    assert logins
    assert others
    whole = play([[written(tmp_path, "whole", STORY)]])
    apart = play([[written(tmp_path, "others", others)], [written(tmp_path, "logins", logins)]])
    assert essence(map(json.loads, apart.newest())) == essence(map(json.loads, whole.newest()))
    assert not apart.counts("late_events")


@pytest.mark.parametrize("name", STORIES)
@given(seed=st.integers(min_value=0, max_value=10**9))
@FEW
def test_order_within_the_lateness_does_not_matter(name: str, seed: int) -> None:
    story, chance = STORIES[name], random.Random(seed)
    moments = [datetime.fromisoformat(json.loads(line)["occurred_at"]).timestamp() for line in story]
    order = sorted(range(len(story)), key=lambda n: moments[n] + chance.uniform(0, LATENESS_S))
    assert order != sorted(order)
    ordered, shuffled = in_order(story), in_order(story[n] for n in order)
    assert weighed(shuffled) == weighed(ordered)
    assert contributions(shuffled) == pytest.approx(contributions(ordered), abs=ROUNDING, rel=0)
    assert not compare(ordered.alerts(), shuffled.alerts()).changes
    assert not shuffled.counts("late_events")


def in_order(lines: Iterable[bytes]) -> Replayer:
    run = Replayer(demo_configuration())
    for recorded in numbered_lines(lines):
        run.take(recorded)
    return run


def weighed(run: Replayer) -> list[Any]:
    """What alerts say, without positions in the file, and without which of equal events stand for a count."""
    found = [
        (
            alert.alert_id,
            alert.status,
            alert.tier,
            alert.score,
            alert.subject.account_ids,
            [(item.indicator, item.confidence, item.count) for item in alert.evidence],
        )
        for alert in run.alerts()
    ]
    assert found
    return found


def contributions(run: Replayer) -> dict[tuple[str, str], float]:
    """What each finding adds, as of the moment of publishing: which of two events comes last moves that by minutes, and evidence fades."""
    return {(alert.alert_id, item.indicator): item.contribution for alert in run.alerts() for item in alert.evidence}


def enriched_lines() -> list[bytes]:
    """What the topic `enriched-events` holds after the story."""
    configuration = demo_configuration()
    stages = build_stages(configuration.catalogue, configuration.enricher)
    runtime = LocalRuntime(stages[:1], keep=("enriched-events",))
    runtime.feed(
        "platform-events",
        [PlainRecord("replay", 0, number, -1, None, line.strip()) for number, line in enumerate(STORY)],
    )
    return [output.value + b"\n" for output in runtime.outputs["enriched-events"]]


def test_enriched_events_need_no_table(command: Command, tmp_path: Path, s09: Path) -> None:
    recorded = written(tmp_path, "enriched.ndjson", enriched_lines())
    live = command("replay", str(s09), "--tables", "demo")
    again = command("replay", str(recorded), "--tables", "none")
    assert live.code == again.code == 0
    found, wanted = ([json.loads(line) for line in ended.out.splitlines()] for ended in (again, live))
    assert wanted
    for alert in (*found, *wanted):
        for snapshot in alert["versions"]["tables"]:
            snapshot["tables"] = []  # only those who enrich can tell what a snapshot consists of
    assert found == wanted


def test_partial_sums_of_the_summary_are_those_of_the_stream(s09: Path) -> None:
    run = play([[s09]])
    assert (run.records, run.events, run.refused) == (len(STORY), len(STORY), {})
