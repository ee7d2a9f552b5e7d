"""The capture's file on a disk that is full, and beside what a killed run left."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from streams.capture.writing import CaptureFile
from tests.replay.conftest import disk_of

NAMES = ("case.ndjson", "case.ndjson.gz", "case.ndjson.zst")


def fill(path: Path) -> None:
    with CaptureFile(str(path)) as file:
        file.write(os.urandom(200) for _ in range(2_000))


@pytest.mark.parametrize("name", NAMES)
def test_a_full_disk_leaves_nothing(tmp_path: Path, name: str) -> None:
    with disk_of(100), pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        fill(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_a_run_that_was_killed_is_in_nobodys_way(tmp_path: Path, name: str) -> None:
    """In a container the next one has its process id."""
    path = tmp_path / name
    killed = CaptureFile(str(path))
    with CaptureFile(str(path)) as file:
        file.write([b"{}"])
        file.keep(b"{}")
    whole = path.read_bytes()
    killed.__exit__(None, None, None)
    assert path.read_bytes() == whole
    assert len(list(tmp_path.iterdir())) == 2
