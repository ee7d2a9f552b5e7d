"""Limits compare like the floats they stand for, and tell what they met; hearing changes nothing that comes out."""

from __future__ import annotations

import operator
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.enrich import Enricher
from schemas.topics import ALERTS, ASSESSMENTS, FINDINGS, LINKS, SAFETY_NOTICES, WATCHLIST
from streams.explain.recorder import Recorder, heard, limit, plain
from streams.explain.watching import Watch
from streams.pipeline import build_stages
from streams.runtime.local import LocalRuntime
from streams.scenarios import SCENARIOS, encode, key_of, topic_of
from tests.detection.pipeline import Event, catalogue, demo_snapshot, scenario
from tests.explain.test_suppression import OFFICE, PAID, visitors

NUMBERS = st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9)
COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge)
KEPT = (ASSESSMENTS.name, FINDINGS.name, LINKS.name, ALERTS.name, WATCHLIST.name, SAFETY_NOTICES.name)


@given(NUMBERS, st.floats(-1e9, 1e9), st.sampled_from(COMPARISONS))
def test_compares_like_a_float_on_either_side(value: float, threshold: float, compare: Callable[..., bool]) -> None:
    recorder = Recorder()
    made = limit(recorder, "i", "n", threshold)
    assert compare(value, made) is compare(value, threshold)
    assert compare(made, value) is compare(threshold, value)


@given(st.lists(NUMBERS, min_size=1), st.floats(0.01, 1e6), st.integers(1, 10**6))
def test_notes_what_a_multiple_met_in_the_thresholds_own_unit(
    values: list[float], threshold: float, factor: int
) -> None:
    recorder = Recorder()
    recorder.listening = True
    for value in values:
        assert (value < limit(recorder, "i", "n", threshold) * factor) is (value < threshold * factor)
    noted = recorder.compared["i", "n"]
    assert noted.times == len(values)
    assert noted.threshold == pytest.approx(threshold)
    assert (noted.least, noted.most) == (min(map(float, values)) / factor, max(map(float, values)) / factor)


def test_is_deaf_unless_the_record_is_about_the_account() -> None:
    recorder = Recorder()
    assert limit(recorder, "i", "n", 3.0) > 2
    assert recorder.compared == {}


@pytest.mark.parametrize("factor", [0, -2])
def test_a_product_that_is_no_scale_is_plain(factor: int) -> None:
    product = limit(Recorder(), "i", "n", 3.0) * factor
    assert type(product) is float
    assert product == 3.0 * factor


def test_evidence_travels_without_limits() -> None:
    made = limit(Recorder(), "i", "n", 3.0)
    assert msgspec.msgpack.encode(plain({"days": made, "lists": ("a",)})) == msgspec.msgpack.encode(
        {"days": 3.0, "lists": ("a",)}
    )


def test_a_heard_catalogue_is_the_same_catalogue() -> None:
    told = heard(catalogue(), Recorder())
    assert told.version == catalogue().version
    for name, indicator in catalogue().indicators.items():
        assert told.indicators[name].thresholds == indicator.thresholds


def office() -> list[Event]:
    """Accounts on a declared address and on one instrument: a finding is held back, and a tie is made."""
    return sorted((event for stream in visitors(6, OFFICE, PAID) for event in stream), key=lambda event: event[0])


@pytest.mark.parametrize("name", ["S01", "S05b", "S09", "B01", "B02", "T5", "office"])
def test_hearing_changes_no_output(name: str) -> None:
    """Findings, links, assessments and alerts are the same to the byte. Of long stories the beginning does."""
    until = {"B01": 2, "B02": 12}.get(name, SCENARIOS[name].judged_day if name in SCENARIOS else None)
    events = scenario(name, until_day=until) if name in SCENARIOS else office()
    account = events[0][1]["account_id"] if name == "office" else SCENARIOS[name].accounts()[0]
    watch = Watch(account, catalogue(), build_stages(catalogue(), Enricher(demo_snapshot())))
    listening = LocalRuntime(watch.stages, keep=KEPT)
    ordinary = LocalRuntime(build_stages(catalogue(), Enricher(demo_snapshot())), keep=KEPT)
    for ts, event in events:
        for runtime in (listening, ordinary):
            runtime.send(topic_of(event), key_of(event), encode(event), ts + 1000)
    assert listening.outputs == ordinary.outputs
    assert listening.outputs[LINKS.name]
    assert bool(watch.recorder.suppressed) is (name == "office")
    assert listening.counts == ordinary.counts
