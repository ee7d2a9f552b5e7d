"""Streams of the scenarios as bytes and files, replayed in process or by the command."""

from __future__ import annotations

import functools
import resource
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from enrichers.enrich import Enricher
from schemas.formats.inputs import decoder_of
from schemas.topics import INPUTS
from streams.replay.configuration import Configuration
from streams.replay.files import FileStream
from streams.replay.lines import Reading, Recorded
from streams.replay.replayer import Replayer
from streams.replay.sources import in_time_order, numbered
from streams.runtime.settings import Settings
from streams.scenarios import encode
from tests.cli.conftest import bare_environment, command
from tests.detection.pipeline import catalogue, demo_snapshot, scenario

__all__ = ["bare_environment", "command"]


@functools.cache
def told(name: str) -> tuple[bytes, ...]:
    """A scenario's events, one line each."""
    return tuple(encode(event) + b"\n" for _, event in scenario(name))


@functools.cache
def demo_configuration() -> Configuration:
    """Built-in catalogue, demo tables, formats detected."""
    formats = {topic.name: decoder_of("detect") for topic in INPUTS}
    return Configuration(Settings(), catalogue(), Enricher(demo_snapshot()), formats)


def numbered_lines(lines: Iterable[bytes]) -> Iterable[Recorded]:
    """Lines of one stream as the records of a replay."""
    return numbered(map(Reading(demo_configuration().formats).line, lines))


def play(sources: Iterable[list[Path]]) -> Replayer:
    """Replay files: those of one list after each other, the lists merged by time."""
    configuration = demo_configuration()
    run = Replayer(configuration)
    streams = [FileStream([str(path) for path in files], Reading(configuration.formats)).records() for files in sources]
    for recorded in numbered(in_time_order(streams)):
        run.take(recorded)
    return run


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """Let no file become larger."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.fixture
def s09(tmp_path: Path) -> Path:
    """A small story with alerts, as a file."""
    path = tmp_path / "s09.ndjson"
    path.write_bytes(b"".join(told("S09")))
    return path
