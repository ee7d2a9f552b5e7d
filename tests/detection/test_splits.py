"""Where batches end, when states are encoded, and how partitions are counted can't be seen in the result."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.topics import LOGIN_EVENTS, PLATFORM_EVENTS
from streams.detection.stage import PlainRecord
from streams.scenarios import encode, key_of, topic_of
from tests.detection.pipeline import Pipeline, scenario

STORY = scenario("S05b", until_day=13.5)[:1500]
SENT = [(topic_of(event), ts + 1000, key_of(event), encode(event)) for ts, event in STORY]


def outcome(pipeline: Pipeline) -> Any:
    return {name: [tuple(output) for output in outputs] for name, outputs in pipeline.runtime.outputs.items()}


@functools.cache
def whole() -> Pipeline:
    """The story in one piece."""
    return Pipeline().play(STORY)


@pytest.mark.parametrize("every", [1, 7, 100])
def test_encoding_and_decoding_states_at_any_moment_changes_nothing(every: int) -> None:
    assert outcome(Pipeline().play(STORY, restart_every=every)) == outcome(whole())


@given(st.lists(st.integers(min_value=1, max_value=400), min_size=1, max_size=20))
@settings(max_examples=10)
def test_any_split_of_the_stream_gives_the_whole(sizes: list[int]) -> None:
    pipeline = Pipeline()
    records = {topic: [] for topic in (PLATFORM_EVENTS.name, LOGIN_EVENTS.name)}  # type: dict[str, list[PlainRecord]]
    offsets = dict.fromkeys(records, 0)
    batch: list[PlainRecord] = []
    left, turn = sizes[0], 0
    for topic, ts, key, value in SENT:
        if batch and (batch[0].topic != topic or left <= 0):
            pipeline.runtime.feed(batch[0].topic, batch)
            batch, turn = [], turn + 1
            left = sizes[turn % len(sizes)]
        batch.append(PlainRecord(topic, 0, offsets[topic], ts, key, value))
        offsets[topic] += 1
        left -= 1
    pipeline.runtime.feed(batch[0].topic, batch)
    split = pipeline.newest()
    assert {name: (alert.tier, alert.score, len(alert.evidence)) for name, alert in split.items()} == {
        name: (alert.tier, alert.score, len(alert.evidence)) for name, alert in whole().newest().items()
    }


def test_repeated_events_change_nothing() -> None:
    repeated = [event for timed in STORY for event in (timed, timed)]
    once, twice = whole(), Pipeline().play(repeated)
    account = "s05b-0-0-a5"
    assert once.raw(account) == twice.raw(account)
    assert {name: alert.score for name, alert in once.newest().items()} == {
        name: alert.score for name, alert in twice.newest().items()
    }
