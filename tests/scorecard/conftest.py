"""One mixed stream for all tests of this folder: ordinary people, attacks, benign look-alikes, and the truth about them."""

from __future__ import annotations

import functools
from datetime import UTC, datetime

from streams.replay.lines import Reading, Recorded
from streams.replay.sources import numbered
from streams.scenarios.labels import label_lines
from streams.scenarios.mix import mix
from streams.scorecard.run import score
from streams.scorecard.scorecard import Scorecard
from streams.scorecard.truth import Truth, labels
from tests.explain.conftest import configured

START = datetime(2026, 3, 4, tzinfo=UTC)
STORIES = ("S01", "S05a", "S05b", "B02", "T2")
ACCOUNTS = 24
DAYS = 29


@functools.cache
def stream() -> tuple[bytes, ...]:
    return tuple(value for _, _, value in mix(STORIES, ACCOUNTS, START, DAYS, rate=0.5))


@functools.cache
def truths() -> dict[str, Truth]:
    return labels("made", label_lines(STORIES, ACCOUNTS, DAYS))


def recorded(lines: tuple[bytes, ...]) -> list[Recorded]:
    reading = Reading(configured().formats)
    return list(numbered(map(reading.line, lines)))


@functools.cache
def card() -> Scorecard:
    return score(configured(), recorded(stream()), truths())
