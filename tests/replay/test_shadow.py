"""`personawatch replay --shadow`: another configuration beside, which changes neither alerts nor exit code of the run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from streams.detection.catalogue.load import builtin
from streams.replay.output import LineOutput
from tests.cli.conftest import Command, Ended
from tests.replay.conftest import told

STORY = told("S05b")[:2_000]
OFF = "dprk_linked_range_login"
"""An indicator that is off unless somebody switches it on."""


@pytest.fixture
def s05b(tmp_path: Path) -> Path:
    path = tmp_path / "s05b.ndjson"
    path.write_bytes(b"".join(STORY))
    return path


@pytest.fixture
def tuned(tmp_path: Path) -> Path:
    """A catalogue folder in which one indicator weighs less and another one is off."""
    folder = tmp_path / "tuned"
    folder.mkdir()
    text = builtin()["session.toml"]
    changed = text.replace("weight = 32", "weight = 2").replace(
        "[indicator.marathon_session]", "[indicator.marathon_session]\nenabled = false"
    )
    assert changed.count("enabled = false") == text.count("enabled = false") + 1
    (folder / "session.toml").write_text(changed)
    return folder


def replay(command: Command, *words: object) -> Ended:
    return command("replay", *map(str, words), "--tables", "demo")


def summary(ended: Ended) -> list[str]:
    """What the run says about itself, without its speed and without what follows about shadows."""
    return ended.err.partition("\nshadow ")[0].strip().splitlines()[1:]


def shadows(found: dict[str, Any]) -> list[tuple[str, int]]:
    return [(each["configuration"], len(each["comparison"]["changes"])) for each in found["shadow"]]


@pytest.mark.parametrize("mode", [[], ["--revisions"]])
def test_alerts_are_the_same_bytes_with_and_without_a_shadow(
    command: Command, s05b: Path, tuned: Path, mode: list[str]
) -> None:
    alone = replay(command, s05b, *mode)
    beside = replay(command, s05b, *mode, "--shadow", tuned, "--shadow", OFF)
    assert alone.out
    assert (beside.out, beside.code, summary(beside)) == (alone.out, 0, summary(alone))


def test_the_shadow_s_alerts_are_those_of_its_configuration(
    command: Command, s05b: Path, tuned: Path, tmp_path: Path
) -> None:
    file, second = tmp_path / "shadow.ndjson", tmp_path / "second.ndjson"
    for mode in ([], ["--revisions"]):
        wanted = replay(command, s05b, *mode, "--catalogue", tuned)
        live = replay(command, s05b, *mode, "--shadow", OFF, "--shadow", tuned, *outputs(second, file))
        assert file.read_text() == wanted.out != live.out
        assert second.read_text() == live.out.replace(version(live.out), version(second.read_text()))


def outputs(*files: Path) -> list[str]:
    return [word for file in files for word in ("--shadow-output", str(file))]


def version(lines: str) -> str:
    """Version of the catalogue behind the alerts."""
    found: str = json.loads(lines.splitlines()[0])["versions"]["catalogue"]
    return found


def test_differences_are_told_under_a_heading_and_touch_no_exit_code(command: Command, s05b: Path, tuned: Path) -> None:
    ended = replay(command, s05b, "--shadow", tuned, "--shadow", OFF)
    assert ended.code == 0
    first, second = ended.err.split("\nshadow ")[1:]
    assert first.startswith(
        f"{tuned} (before: this run, after: the shadow)\n1 alerts before, 1 after: 0 added, 0 removed, 1 "
    )
    assert "marathon_session                                 1       0      -1" in first
    assert second.startswith(
        f"{OFF} (before: this run, after: the shadow)\n1 alerts before, 1 after: 0 added, 0 removed, 0 "
    )


def test_a_comparison_decides_the_exit_code_and_a_shadow_does_not(command: Command, s05b: Path, tuned: Path) -> None:
    same = replay(command, s05b, "--against-tables", "demo", "--shadow", tuned)
    assert (same.code, same.out.splitlines()[0]) == (0, "1 alerts before, 1 after: 0 added, 0 removed, 0 changed")
    other = replay(command, s05b, "--against", tuned, "--shadow", OFF)
    assert (other.code, other.out.splitlines()[0]) == (1, "1 alerts before, 1 after: 0 added, 0 removed, 1 changed")


def test_as_json_the_shadows_stand_beside_the_other_results(
    command: Command, s05b: Path, tuned: Path, tmp_path: Path
) -> None:
    alone = replay(command, s05b)
    file = tmp_path / "alerts.ndjson"
    ended = replay(command, s05b, "--shadow", tuned, "--shadow", OFF, "--json", "--output", file)
    found = json.loads(ended.out)
    assert (found["comparison"], found["expectations"], shadows(found)) == (None, [], [(str(tuned), 1), (OFF, 0)])
    assert "shadow" not in ended.err
    assert file.read_text() == alone.out
    against = json.loads(replay(command, s05b, "--against-tables", "demo", "--shadow", OFF, "--json").out)
    assert (against["comparison"]["changes"], shadows(against)) == ([], [(OFF, 0)])
    assert "shadow" not in json.loads(replay(command, s05b, "--against-tables", "demo", "--json").out)


def test_indicators_are_switched_on_in_the_catalogue_that_is_live(command: Command, s05b: Path, tuned: Path) -> None:
    ended = replay(command, s05b, "--catalogue", tuned, "--shadow", OFF, "--json")
    assert shadows(json.loads(ended.out)) == [(OFF, 0)]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--shadow", "/no/folder"], 3, "shadow /no/folder: no such folder; expected a folder with catalogue files"),
        (["--shadow", "marathon_session"], 3, "shadow: 'marathon_session' is on already"),
        (["--shadow", f"{OFF},sanctioned_locale_setting"], 3, "needs the fairness sign-off"),
        (["--shadow", "dprk_linked"], 3, f"expected a folder, or of the indicators that are off: {OFF}"),
        (["--shadow", f"{OFF},"], 3, "shadow: '' is neither a folder nor an indicator"),
        (["--shadow", "message_template_shared"], 3, "has no code yet"),
        (["--shadow", OFF, "--shadow", OFF], 2, "the same shadow is named twice"),
        (["--shadow-output", "x"], 2, "--shadow-output goes with --shadow"),
        (["--shadow", OFF, "--shadow-output", "x", "--shadow-output", "y"], 2, "found 2 for 1 shadows"),
        (["--shadow", OFF, "--shadow-output", "/no/folder/x"], 2, "/no/folder/x: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_code(
    command: Command, s09: Path, words: list[str], code: int, says: str
) -> None:
    ended = command("replay", str(s09), *words, "--tables", "none")
    assert ended.code == code
    assert says in ended.err


def test_a_faulty_catalogue_of_a_shadow_is_told_before_anything_runs(
    command: Command, s09: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "session.toml").write_text("no toml")
    ended = replay(command, s09, "--shadow", tmp_path / "bad")
    assert (ended.code, ended.out) == (3, "")
    assert "session.toml: not TOML" in ended.err


def test_ctrl_c_leaves_whole_lines_of_both(s05b: Path, tuned: Path, tmp_path: Path) -> None:
    file = tmp_path / "shadow.ndjson"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "streams.cli.main", "replay", "-", "--tables", "demo", "--revisions"),
            *("--shadow", tuned, "--shadow-output", file),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(s05b.read_bytes())
    process.stdin.flush()
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    process.stdin.close()
    with process.stdout, process.stderr:
        out, err = process.stdout.read(), process.stderr.read()
    assert err.startswith(b"interrupted\nevents ")
    for line in (first + out + file.read_bytes()).splitlines():
        json.loads(line)


def test_ctrl_c_waits_for_the_line_of_the_outer_output_too(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    line = b"x" * 1_000_000  # more than a pipe holds
    got: list[bytes] = []

    def press_and_read() -> None:
        with pipe.open("rb") as reading:
            got.append(reading.read(1))  # so the line is under way
            os.kill(os.getpid(), signal.SIGINT)
            got.append(reading.read())

    reader = threading.Thread(target=press_and_read)
    reader.start()
    with LineOutput(str(pipe)) as outer, LineOutput(str(tmp_path / "inner")), pytest.raises(KeyboardInterrupt):
        outer.line(line)
    reader.join(10)
    assert b"".join(got) == line + b"\n"
    assert signal.getsignal(signal.SIGINT) == before
