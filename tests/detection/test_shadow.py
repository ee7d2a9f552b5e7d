"""A shadow says what its configuration would say live, under names of its own, and the live stages cannot tell that it is there."""

from __future__ import annotations

import functools
import tomllib
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichers.enrich import Enricher
from schemas.dead_letter import decode_dead_letter
from schemas.topics import (
    ALERTS,
    BY_NAME,
    DEAD_LETTERS,
    ENRICHED_EVENTS,
    SAFETY_NOTICES,
    SHADOW_ALERTS,
    SHADOW_ASSESSMENTS,
    SHADOW_TOPICS,
    SHADOW_WATCHLIST,
    SHADOWS,
    TOPICS,
    WATCHLIST,
)
from streams.detection.catalogue.load import builtin, load
from streams.detection.catalogue.model import Catalogue
from streams.detection.shadow import LEFT_OUT_COUNTS, RENAMED_COUNTS, Shadow, shadowed
from streams.detection.stage import Forgets, PlainRecord
from streams.detection.states import PartitionStates, StateCodec
from streams.pipeline import build_stages
from streams.runtime.local import LocalRuntime
from streams.runtime.metrics import BY_NAME as METRICS
from streams.scenarios import encode, key_of, topic_of
from tests.detection.pipeline import Event, catalogue, demo_snapshot, scenario

STORIES = ("S05b", "S09")
LIVE = (ALERTS.name, WATCHLIST.name)
OWN = {topic.name for topic in SHADOWS.values()}


@functools.cache
def events() -> tuple[Event, ...]:
    """The stories, merged by time, with a decision of a person behind them."""
    told = sorted((event for name in STORIES for event in scenario(name)), key=lambda event: event[0])
    ts, last = told[-1]
    decision = {
        "type": "case.disposition",
        "event_id": "d1",
        "account_id": last["account_id"],
        "occurred_at": last["occurred_at"],
        "outcome": "cleared",
        "alert_id": "case-of-somebody-else",
    }
    return (*told, (ts, decision))


@functools.cache
def tuned() -> Catalogue:
    """Another configuration: one weight less, one indicator more."""
    texts = builtin()
    assert "weight = 32" in texts["session.toml"]
    texts["session.toml"] = texts["session.toml"].replace("weight = 32", "weight = 2")
    return load(texts, enable=["dprk_linked_range_login"])


def live_stages(used: Catalogue) -> list[Any]:
    return list(build_stages(used, Enricher(demo_snapshot())))


def live(used: Catalogue) -> LocalRuntime:
    runtime = LocalRuntime(live_stages(used))
    for ts, event in events():
        runtime.send(topic_of(event), key_of(event), encode(event), ts + 1000)
    return runtime


@functools.cache
def warning() -> Catalogue:
    """One under which there are possible victims to warn."""
    used = catalogue()
    heavy = {name: msgspec.structs.replace(each, weight=90, protective=True) for name, each in used.indicators.items()}
    return msgspec.structs.replace(used, indicators=heavy)


CATALOGUES = {"builtin": catalogue, "tuned": tuned, "warning": warning}


@functools.cache
def live_of(name: str) -> LocalRuntime:
    return live(CATALOGUES[name]())


@functools.cache
def shadow_of(name: str) -> LocalRuntime:
    """A shadow over the enriched events of the live run."""
    runtime = LocalRuntime(shadowed(live_stages(CATALOGUES[name]())))
    for output in live_of("builtin").outputs[ENRICHED_EVENTS.name]:
        ts = msgspec.json.decode(output.value)["ts"]
        runtime.send(ENRICHED_EVENTS.name, output.key, output.value, ts + 1000)
    return runtime


def alerts(runtime: LocalRuntime, *topics: str) -> list[dict[str, Any]]:
    """Every revision; without what a snapshot id stands for, which the live pipeline tells itself alone."""
    found = [msgspec.json.decode(output.value) for topic in topics for output in runtime.outputs.get(topic, ())]
    for alert in found:
        for used in alert["versions"]["tables"]:
            used["tables"] = []
    return found


def test_every_topic_but_that_of_the_events_has_a_shadow_where_a_stage_writes_about_accounts() -> None:
    assert set(SHADOWS) == {topic.name for topic in TOPICS} - {
        "platform-events",
        "login-events",
        ENRICHED_EVENTS.name,
        DEAD_LETTERS.name,
        SAFETY_NOTICES.name,
    }
    for name, topic in SHADOWS.items():
        assert topic.name == f"shadow-{name}"
        assert (topic.encoding, topic.cleanup) == (BY_NAME[name].encoding, BY_NAME[name].cleanup)
    assert {topic.group for topic in SHADOW_TOPICS} == {"accounts", "shadow-entities", "cases", "free"}


@pytest.mark.parametrize("name", ["builtin", "tuned"])
def test_a_shadow_says_what_its_configuration_would_say_live(name: str) -> None:
    beside = shadow_of(name)
    wanted = alerts(live_of(name), *LIVE)
    assert {alert["tier"] for alert in wanted} >= {"priority", "watch"}
    assert alerts(beside, SHADOW_ALERTS.name, SHADOW_WATCHLIST.name) == wanted
    assert len(beside.appended(SHADOW_ASSESSMENTS.name)) == 1, "cases need one order"


def test_the_two_configurations_differ_so_that_the_comparison_can_fail() -> None:
    assert alerts(live_of("builtin"), *LIVE) != alerts(live_of("tuned"), *LIVE)


def test_live_alerts_and_states_are_the_same_bytes_with_a_shadow_in_the_same_process() -> None:
    alone, beside = live_of("builtin"), LocalRuntime(live_stages(catalogue()))
    other = LocalRuntime(shadowed(live_stages(tuned())))
    seen = 0
    for ts, event in events():
        beside.send(topic_of(event), key_of(event), encode(event), ts + 1000)
        for output in beside.outputs.get(ENRICHED_EVENTS.name, [])[seen:]:
            seen += 1
            other.send(ENRICHED_EVENTS.name, output.key, output.value, ts + 1000)
    assert other.outputs[SHADOW_ALERTS.name]
    assert beside.outputs == alone.outputs
    assert beside.counts == alone.counts
    for stage in ("accounts", "entities", "cases"):
        codec: StateCodec[Any] = StateCodec(next(each.state_type for each in beside.stages if each.name == stage))
        held = [{key: codec.encode(state) for key, state in run.all_states(stage).items()} for run in (alone, beside)]
        assert held[0] == held[1]
        assert held[0]


def test_a_shadow_writes_to_its_own_topics_and_warns_nobody() -> None:
    assert live_of("warning").outputs[SAFETY_NOTICES.name], "there is somebody to warn"
    assert set(shadow_of("warning").outputs) <= OWN


def test_a_shadow_counts_under_its_own_names_and_nothing_that_is_about_people() -> None:
    beside, own = shadow_of("builtin").counts, live_of("builtin").counts
    metrics = {metric for metric, _ in own}
    assert metrics >= {"alerts", "indicator_firings", "notifications", "dispositions"}
    for metric, renamed in RENAMED_COUNTS.items():
        of_metric = {label: number for (name, label), number in own.items() if name == metric}
        assert {label: number for (name, label), number in beside.items() if name == renamed} == of_metric
    counted = {name for name, _ in beside}
    assert not counted & (LEFT_OUT_COUNTS | set(RENAMED_COUNTS))
    assert counted <= set(METRICS)


def test_a_shadow_forgets_what_the_live_stage_forgets() -> None:
    live_ones = [stage for stage in live_stages(catalogue()) if stage.stateful]
    forget = [isinstance(stage, Forgets) for stage in live_ones]
    assert [isinstance(stage, Forgets) for stage in shadowed(live_ones)] == forget
    assert any(forget)


def test_a_dead_letter_names_the_shadow_s_stage() -> None:
    stages = {stage.name: stage for stage in shadowed(live_stages(catalogue()))}
    assert list(stages) == ["shadow-accounts", "shadow-entities", "shadow-cases"]
    for name, stage in stages.items():
        for topic in stage.inputs:
            states: PartitionStates[Any] = PartitionStates(StateCodec(stage.state_type))
            record = PlainRecord(f"p-{topic}", 0, 7, 0, b"k", b"\xff")
            (output,) = stage.process(topic, [record], states).outputs
            letter = decode_dead_letter(output.value)
            assert (output.topic, letter.stage, letter.topic) == (DEAD_LETTERS.name, name, f"p-{topic}")


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 3), st.one_of(st.none(), st.binary(max_size=40))), max_size=8))
def test_nothing_that_comes_in_raises_or_reaches_a_live_topic(told: list[tuple[int, bytes | None]]) -> None:
    places = [(stage, topic) for stage in _stages() for topic in stage.inputs]
    for offset, (at, value) in enumerate(told):
        stage, topic = places[at]
        states: PartitionStates[Any] = PartitionStates(StateCodec(stage.state_type))
        result = stage.process(topic, [PlainRecord(topic, 0, offset, 0, b"k", value)], states)
        assert {output.topic for output in result.outputs} <= OWN | {DEAD_LETTERS.name}


@functools.cache
def _stages() -> tuple[Shadow, ...]:
    stages = shadowed(live_stages(catalogue()))
    return tuple(stage for stage in stages if isinstance(stage, Shadow))


def test_the_indicator_that_is_switched_on_is_off_in_the_built_in_catalogue() -> None:
    found = [tomllib.loads(text).get("indicator", {}).get("dprk_linked_range_login") for text in builtin().values()]
    assert [entry["enabled"] for entry in found if entry] == [False]
