"""Headings are emphasised on a terminal only, and text from outside steers nothing."""

from __future__ import annotations

import subprocess
import sys
from os import close, fdopen, openpty

from streams.explain.page import Section, plain

CODE = "from streams.explain.page import Section, show; show([Section('One', ['  [bold]a'] ), Section('Two', ['  b'])])"


def test_plain_lines() -> None:
    assert plain([Section("One", ["  a"]), Section("Two", ["  b"])]) == ["One", "  a", "", "Two", "  b"]


def test_a_pipe_gets_no_control_characters() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout == "One\n  [bold]a\n\nTwo\n  b\n"


def test_a_terminal_gets_bold_headings_and_no_markup_from_texts() -> None:
    inside, outside = openpty()
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        stdout=outside,
        stderr=outside,
        check=True,
        env={"TERM": "xterm", "PYTHONPATH": "."},
    )
    close(outside)
    with fdopen(inside, "rb") as screen:
        shown = screen.read1(10_000).decode()
    assert done.returncode == 0
    assert "\x1b[1mOne\x1b[0m" in shown
    assert "[bold]a" in shown
