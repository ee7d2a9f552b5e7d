"""Nothing that is there is lost: outputs beside what is read, runs that are refused or end early, and what takes a name when."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from streams.cli.outcome import BadInputError
from streams.replay.named_file import NamedFile, write
from streams.replay.output import LineOutput
from tests.cli.conftest import Command
from tests.replay.conftest import disk_of, told

EXPECT = '[[expect]]\naccount = "s09-*"\nat_least = 0\n'
SHADOW = ("--shadow", "dprk_linked_range_login")


def replay(command: Command, *words: object) -> tuple[int, str]:
    code, _, err = command("replay", *map(str, words), "--tables", "none")
    return code, err


@pytest.mark.parametrize("option", ["--output", "--report", "--junit", "--shadow-output"])
@pytest.mark.parametrize("spelling", ["s09.ndjson", "./s09.ndjson", "link", "hard"])
def test_a_recording_is_not_overwritten(
    command: Command, s09: Path, monkeypatch: pytest.MonkeyPatch, option: str, spelling: str
) -> None:
    monkeypatch.chdir(s09.parent)
    before = s09.read_bytes()
    Path("link").symlink_to(s09)
    Path("hard").hardlink_to(s09)
    Path("expect.toml").write_text(EXPECT)
    for source in (s09.name, "s09*.ndjson"):
        code, err = replay(command, source, option, spelling, "--expect", "expect.toml", *SHADOW)
        assert (code, s09.read_bytes()) == (2, before)
        assert f"{option} {spelling}: the same file as SOURCE" in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--output", "x", "--report", "./x"), "--report ./x: the same file as --output x; expected a file of its own"),
        (("--output", "x", "--shadow-output", "x", *SHADOW), "--shadow-output x: the same file as --output;"),
        (("--expect", "e.toml", "--junit", "e.toml"), "--junit e.toml: the same file as --expect;"),
        (("--expect", "e.toml", "--labels", "l", "--output", "l"), "--output l: the same file as --labels;"),
        (("--against", "l", "--output", "l"), "--output l: the same file as --against;"),
        (("--tables", "geo=l", "--output", "l"), "--output l: the same file as --tables;"),
    ],
)
def test_outputs_have_files_of_their_own(
    command: Command, s09: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(s09.parent)
    for name in ("e.toml", "l"):
        Path(name).write_text(EXPECT)
    code, err = replay(command, s09, *words)
    assert (code, Path("e.toml").read_text(), Path("l").read_text()) == (2, EXPECT, EXPECT)
    assert says in err


def test_standard_input_is_a_file_too(s09: Path) -> None:
    before = s09.read_bytes()
    with s09.open("rb") as source:
        words = ["replay", "-", "--tables", "none", "--output", str(s09)]
        done = subprocess.run(
            [sys.executable, "-m", "streams.cli.main", *words], stdin=source, capture_output=True, check=False
        )
    assert (done.returncode, s09.read_bytes()) == (2, before)


def test_where_nothing_can_be_lost_outputs_may_meet(command: Command, s09: Path) -> None:
    assert replay(command, s09, "--output", os.devnull, "--report", os.devnull)[0] == 0


@pytest.mark.parametrize("mode", [[], ["--revisions"]])
@pytest.mark.parametrize("content", [b"", b"nonsense\n"])
def test_a_refused_run_leaves_what_was_there(command: Command, tmp_path: Path, content: bytes, mode: list[str]) -> None:
    stream, kept, new, shadow = (tmp_path / name for name in ("stream", "kept", "new", "shadow"))
    stream.write_bytes(content)
    kept.write_text("yesterday")
    shadow.write_text("as well")
    beside = (*SHADOW, "--shadow-output", shadow)
    for source in (stream, tmp_path / "missing"):
        assert replay(command, source, "--output", kept, *beside, *mode)[0] == 2
        assert replay(command, source, "--output", new, *mode)[0] == 2
        assert (kept.read_text(), shadow.read_text(), new.exists()) == ("yesterday", "as well", False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "shadow", "stream"]


@pytest.mark.parametrize("mode", [[], ["--revisions"]])
def test_a_run_without_an_alert_leaves_none(command: Command, tmp_path: Path, mode: list[str]) -> None:
    stream, kept = tmp_path / "stream", tmp_path / "kept"
    stream.write_bytes(told("S09")[0])
    kept.write_text("yesterday")
    assert replay(command, stream, "--output", kept, *mode)[0] == 0
    assert kept.read_bytes() == b""


def test_a_name_is_taken_when_the_content_is_whole(tmp_path: Path) -> None:
    path, link = tmp_path / "path", tmp_path / "link"
    path.write_text("before")
    path.chmod(0o600)
    link.symlink_to(path)
    with LineOutput(str(link), live=False) as output:
        output.line(b"one")
        assert path.read_text() == "before"
        output.keep()
    assert (path.read_bytes(), link.is_symlink(), path.stat().st_mode & 0o777) == (b"one\n", True, 0o600)
    with LineOutput(str(path), live=False) as output:
        output.line(b"interrupted")
    assert path.read_bytes() == b"one\n"
    with LineOutput(str(path), live=True) as output:
        assert path.read_bytes() == b"one\n"
        output.line(b"two")
        output.line(b"interrupted")
    assert path.read_bytes() == b"two\ninterrupted\n"
    assert sorted(tmp_path.iterdir()) == [link, path]


def test_a_full_disk_leaves_what_was_there_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "path"
    path.write_text("before")
    with disk_of(100), pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        write(str(path), b"x" * 101)
    assert ([*tmp_path.iterdir()], path.read_text()) == ([path], "before")


def test_a_run_that_was_killed_is_in_nobodys_way(tmp_path: Path) -> None:
    """In a container the next one has its process id."""
    path = tmp_path / "path"
    killed = NamedFile(str(path))
    killed.write(b"half")
    write(str(path), b"whole")
    assert path.read_bytes() == b"whole"
    killed.close()
    assert path.read_bytes() == b"whole"


@pytest.mark.parametrize("mode", [[], ["--revisions"]])
@pytest.mark.parametrize(("fd", "name"), [(1, "/dev/stdout"), (1, "log"), (2, "/dev/stderr")])
def test_what_a_shell_put_standard_output_in_is_not_replaced(s09: Path, fd: int, name: str, mode: list[str]) -> None:
    """As `personawatch replay … --output /dev/stdout >> log`."""
    log = s09.with_name("log")
    log.write_text("yesterday\n")
    words = ["replay", str(s09), "--tables", "demo", *mode, "--output", str(log) if name == "log" else name]
    with log.open("ab") as opened:
        subprocess.run(
            [sys.executable, "-m", "streams.cli.main", *words],
            stdout=opened if fd == 1 else subprocess.DEVNULL,
            stderr=opened if fd == 2 else subprocess.DEVNULL,
            check=True,
        )
    lines = log.read_text().splitlines()
    assert lines[0] == "yesterday"
    assert sum(line.startswith('{"alert_id"') for line in lines) >= 1
    assert sorted(path.name for path in s09.parent.iterdir()) == ["log", "s09.ndjson"]


def test_what_cannot_be_written_is_told_before_anything_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for live in (False, True):
        for wrong in (tmp_path, tmp_path / "no" / "file"):
            with pytest.raises(BadInputError, match="expected a file that can be written"):
                NamedFile(str(wrong), live=live)
    locked = tmp_path / "locked"
    locked.write_text("")
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anything
    with pytest.raises(BadInputError, match="locked: Permission denied"):
        write(str(locked), b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("words", [["scenario", "S09"], ["scenario", "mix", "--days", "1"]])
def test_a_full_disk_is_one_line(words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "streams.cli.main", *words], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr.decode()) == (
        70,
        f"personawatch {words[0]}: {os.strerror(errno.ENOSPC)}\n",
    )


def test_a_reader_that_leaves_is_no_fault_of_labels() -> None:
    """As `personawatch scenario mix | head`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli.main", "scenario", "mix", "--start", "2026-03-01"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    json.loads(process.stdout.readline())
    process.stdout.close()
    with process.stderr:
        assert (process.wait(120), process.stderr.read()) == (141, b"")
