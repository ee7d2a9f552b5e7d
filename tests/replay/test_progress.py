"""The bar: on a terminal, and nowhere else."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path


def test_a_terminal_sees_rate_and_what_is_left(s09: Path, tmp_path: Path) -> None:
    """The stream is repeated until it takes some seconds: a repeated event costs time and changes nothing."""
    long = tmp_path / "long.ndjson"
    long.write_bytes(s09.read_bytes() * 8)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli.main", "replay", str(long), "--tables", "demo"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=dict(os.environ) | {"TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    said = b""
    try:
        while more := os.read(ours, 4096):
            said += more
    except OSError:  # Linux: the other end of a terminal was closed
        pass
    os.close(ours)
    assert process.stdout is not None
    with process.stdout:
        out = process.stdout.read()
    assert process.wait(120) == 0
    assert b"records, " in said
    assert b"%" in said
    plain = re.sub(rb"\x1b\[[\d;?]*[A-Za-z]", b"", said)
    assert re.search(rb"records, [\d,]+/s +\d+:\d\d:\d\d", plain), "the rate, and how long still"
    assert b"\x1b[" in said
    assert b"events    " in said
    assert b"\x1b" not in out
