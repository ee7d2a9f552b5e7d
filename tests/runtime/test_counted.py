"""What the real stages count is declared, with labels from the vocabulary; and they tell how far in time they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from prometheus_client.exposition import generate_latest

from enrichers.enrich import Enricher
from schemas.topics import ENRICHED_EVENTS, LINKS
from streams.detection.cases import CasesStage
from streams.detection.entities import EntitiesStage
from streams.detection.entity_state import MEMBERS, EntityState
from streams.detection.messages import Assessment, Disposition, Evidence, Link, Ref, TablesUsed, Who
from streams.detection.stage import PlainRecord, Result, Stage
from streams.detection.states import PartitionStates, StateCodec
from streams.pipeline import build_stages
from streams.runtime.metrics import BY_NAME, OTHER, Metrics
from streams.scenarios import encode
from tests.detection.pipeline import Event, Pipeline, catalogue, demo_snapshot, scenario

STORIES = ("S01", "S05a", "S09", "B05")


def decided(pipeline: Pipeline, at: int) -> Event:
    """A person clears the first case; and decides about one that does not exist."""
    case = min(pipeline.newest().values(), key=lambda alert: alert.alert_id)
    return at, {
        "type": "case.disposition",
        "event_id": "d1",
        "account_id": case.subject.account_ids[0],
        "occurred_at": "2026-06-01T00:00:00Z",
        "outcome": "cleared",
        "alert_id": case.alert_id,
    }


def test_everything_that_is_counted_is_declared() -> None:
    pipeline = Pipeline()
    events = [event for name in STORIES for event in scenario(name)]
    pipeline.play(sorted(events, key=lambda event: event[0]))
    at, told = decided(pipeline, 1_780_272_000_000)
    pipeline.play([(at, told), (at, {**told, "event_id": "d2", "account_id": "nobody", "alert_id": "nothing"})])
    for raw in (b"{", b"\xff", encode({**told, "type": "session.dreamt"}), encode({**told, "outcome": "a story"})):
        pipeline.runtime.send("platform-events", b"k", raw, at)
    counts = pipeline.runtime.counts
    metrics = Metrics()
    metrics.count(counts)
    text = generate_latest(metrics.registry).decode()
    assert f'"{OTHER}"' not in text
    assert "personawatch_undeclared_total{" not in text
    counted = {name for name, _ in counts}
    assert counted <= {name for name, metric in BY_NAME.items() if metric.kind == "counter"}
    assert counted >= {"events", "dead_letters", "dropped", "indicator_firings", "alerts", "notifications"}
    assert (counts["dispositions", "cleared"], counts["dispositions", "unknown_case"]) == (1, 1)
    by_indicator = {label: number for (name, label), number in counts.items() if name == "indicator_dispositions"}
    assert by_indicator
    assert all(label.endswith("/cleared") and number == 1 for label, number in by_indicator.items())


def test_notifications_are_the_revisions_that_notify() -> None:
    pipeline = Pipeline().play(scenario("S01"))
    counts = pipeline.runtime.counts
    told = [alert.tier for alert in pipeline.published() if alert.notify]
    assert told
    for tier in set(told):
        assert counts["notifications", tier] == told.count(tier)
    by_indicator = {label: number for (name, label), number in counts.items() if name == "indicator_notifications"}
    assert by_indicator == Counter(
        f"{item.indicator}/{alert.tier}" for alert in pipeline.published() if alert.notify for item in alert.evidence
    )
    revisions = [number for (name, _), number in counts.items() if name == "alerts"]
    assert sum(revisions) == len(pipeline.published())


def linked(*times: int) -> Result:
    """An entities stage that hears of one account more on one thing at each of these times."""
    stage = EntitiesStage(catalogue())
    states: PartitionStates[Any] = PartitionStates(StateCodec(EntityState))
    records = []
    for at, ts in enumerate(times):
        link = Link("subnet", "198.51.100.0/24", f"a{at}", ts, Ref(ts, f"e{at}"), Who())
        records.append(PlainRecord(LINKS.name, 0, at, 0, b"k", msgspec.msgpack.encode(link)))
    return stage.process(LINKS.name, records, states)


def test_accounts_that_make_room_on_a_shared_thing_are_counted() -> None:
    assert ("evictions", "entity_member") not in linked(*range(1, MEMBERS + 1)).counts
    assert linked(*range(1, MEMBERS + 4)).counts["evictions", "entity_member"] == 3


def span(result: Result) -> tuple[int, int]:
    return result.oldest_ms, result.event_ms


def test_a_stage_tells_the_oldest_and_the_newest_time_it_read_in_whatever_order() -> None:
    assert span(linked(5, 3, 9, 7)) == (3, 9)
    assert span(linked()) == (0, 0)
    events = scenario("S09")
    mixed = [*events[5:], *events[:5]]
    for stage in build_stages(catalogue(), Enricher(demo_snapshot()))[:2]:
        records = records_for(stage.name, mixed)
        found = span(stage.process(stage.inputs[0], records, states_of(stage)))
        assert found == (events[0][0], events[-1][0])


def test_each_revision_of_an_alert_has_the_time_of_its_own_cause() -> None:
    at = 1_780_000_000_000
    strong = [Evidence(name, 1.0, at, at) for name in ("account_handoff_after_verification", "payout_name_mismatch")]
    warned = [*strong, Evidence("identity_owner_report", 1.0, at, at)]  # whose safety notice is no revision
    told = [
        Assessment("a", at, warned, []),
        Assessment("b", at + 1, [], []),
        TablesUsed("s", ()),
        Assessment("c", at - 7, [msgspec.structs.replace(item, first=at - 9, last=at - 9) for item in warned], []),
        Assessment("d", at - 8, strong, []),  # silent since then, and something was found of it
        Disposition("", "a", "cleared", [], at + 9),
        Disposition("", "nobody", "cleared", [], at + 20),
    ]
    stage = CasesStage(catalogue())
    sent = [PlainRecord("assessments", 0, n, 0, b"k", msgspec.msgpack.encode(one)) for n, one in enumerate(told)]
    result = stage.process("assessments", sent, states_of(stage))
    assert sorted({output.topic for output in result.outputs}) == ["alerts", "safety-notices"]
    assert list(result.revisions_ms) == [at, at - 7, at, at + 9]
    assert span(result) == (at - 7, at + 20)


def states_of(stage: Stage) -> PartitionStates[Any]:
    return PartitionStates(StateCodec(stage.state_type))


def records_for(stage: str, events: Sequence[Event]) -> list[PlainRecord]:
    """Events as they come in, or as enrich sends them on."""
    sent = [PlainRecord("in", 0, at, ts, b"k", encode(event)) for at, (ts, event) in enumerate(events)]
    if stage == "enrich":
        return sent
    enrich = build_stages(catalogue(), Enricher(demo_snapshot()))[0]
    outputs = enrich.process("platform-events", sent, states_of(enrich)).outputs
    enriched = [output.value for output in outputs if output.topic == ENRICHED_EVENTS.name]
    return [PlainRecord(ENRICHED_EVENTS.name, 0, at, 0, b"k", value) for at, value in enumerate(enriched)]
