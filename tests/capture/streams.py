"""Streams captured and replayed in process, with the demo tables."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from streams.capture.capturing import Capturing
from streams.capture.intake import Intake
from streams.capture.proof import Outcome, outcome_of
from streams.capture.redaction import Redactor
from streams.replay.lines import Reading, Recorded
from streams.replay.replayer import Replayer
from streams.replay.selection import Selection
from streams.replay.sources import numbered
from streams.scenarios import SCENARIOS
from streams.scenarios.mix import mix
from tests.detection.pipeline import START
from tests.replay.conftest import demo_configuration

KEY = bytes(range(32))
OTHER_KEY = bytes(32)


def recorded(lines: Iterable[bytes]) -> Iterator[Recorded]:
    return numbered(map(Reading(demo_configuration().formats).line, lines))


def capture(lines: Iterable[bytes], key: bytes = KEY) -> tuple[list[bytes], Capturing]:
    run = Capturing(Intake(demo_configuration(), Selection()), Redactor(key))
    return [line for record in recorded(lines) for line in run.lines(record)], run


def played(lines: Iterable[bytes]) -> Outcome:
    run = Replayer(demo_configuration())
    for record in recorded(lines):
        run.take(record)
    return outcome_of(run)


@functools.cache
def planted(name: str, accounts: int = 8) -> tuple[bytes, ...]:
    """A scenario, all of it, among ordinary people."""
    return tuple(line for _, _, line in mix([name], accounts, START, SCENARIOS[name].days + 1))
