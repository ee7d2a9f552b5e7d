"""The enrich stage: one record in, none, one or many events out, each keyed by account; what cannot be read is buried with its reason."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson
import pytest

from enrichers.enrich import Enricher
from enrichers.enriched import EnrichedEvent
from schemas.dead_letter import decode_dead_letter
from schemas.topics import DEAD_LETTERS, ENRICHED_EVENTS
from streams.detection.enrich import EnrichStage
from streams.detection.stage import PlainRecord, Result
from streams.detection.states import PartitionStates, StateCodec
from tests.detection.pipeline import demo_snapshot

NOW = 1_780_000_000_000
LOGIN = {
    "type": "login.succeeded",
    "event_id": "e1",
    "occurred_at": "2026-05-28T00:00:00Z",
    "account_id": 12345678901234567890,
}


def enrich(value: bytes | None, **options: Any) -> Result:
    stage = EnrichStage(Enricher(demo_snapshot()), **options)
    states: PartitionStates[Any] = PartitionStates(StateCodec(Any))
    return stage.process("login-events", [PlainRecord("login-events", 2, 7, NOW, None, value)], states)


def events(result: Result) -> list[EnrichedEvent]:
    return [
        msgspec.json.decode(output.value, type=EnrichedEvent)
        for output in result.outputs
        if output.topic == ENRICHED_EVENTS.name
    ]


def test_an_event_gets_its_facts_its_origin_and_its_accounts_key() -> None:
    result = enrich(orjson.dumps({**LOGIN, "ip": "175.45.176.9"}))
    (event,) = events(result)
    assert result.outputs[-1].key == b"12345678901234567890"
    assert (event.origin.topic, event.origin.partition, event.origin.offset, event.origin.ordinal) == (
        "login-events",
        2,
        7,
        0,
    )
    assert (event.facts.registry, event.facts.network) == ("NET-1", "175.45.176.0/24")
    assert event.facts.tables == demo_snapshot().id


def test_one_record_may_hold_many_events_and_bad_ones_are_buried_singly() -> None:
    record = orjson.dumps([LOGIN, {"type": "login.succeeded"}, {**LOGIN, "event_id": "e2"}])
    result = enrich(record)
    assert [event.origin.ordinal for event in events(result)] == [0, 2]
    (letter,) = [decode_dead_letter(output.value) for output in result.outputs if output.topic == DEAD_LETTERS.name]
    assert (letter.topic, letter.partition, letter.offset, letter.ordinal, letter.stage) == (
        "login-events",
        2,
        7,
        1,
        "enrich",
    )
    assert letter.raw == b'{"type":"login.succeeded"}'


def test_a_two_megabyte_record_becomes_a_letter_that_fits() -> None:
    result = enrich(b'{"type":"' + b"x" * 2_000_000 + b'"}')
    (output,) = result.outputs
    assert len(output.value) < 1_000_000
    assert decode_dead_letter(output.value).raw_size == 2_000_011


@pytest.mark.parametrize(("bury", "topics"), [(False, []), (True, [DEAD_LETTERS.name])])
def test_unknown_types_are_dropped_or_buried_by_setting(bury: bool, topics: list[str]) -> None:
    result = enrich(orjson.dumps({**LOGIN, "type": "login.teleported"}), bury_unknown_types=bury)
    assert [output.topic for output in result.outputs] == topics
    assert result.counts


def test_a_tombstone_is_counted_and_nothing_else() -> None:
    assert enrich(None) == Result([], {("tombstones", "enrich"): 1})


def test_a_meeting_gets_facts_of_its_second_address() -> None:
    meeting = {**LOGIN, "type": "meeting.held", "join_ip": "175.45.176.9"}
    (event,) = events(enrich(orjson.dumps(meeting)))
    assert event.join_facts is not None
    assert event.join_facts.registry == "NET-1"


def test_a_new_member_hears_of_its_agency() -> None:
    added = {
        **LOGIN,
        "type": "agency.member_added",
        "account_id": "agency",
        "agency_id": "g1",
        "member_account_id": "m1",
    }
    assert [event.event.account_id for event in events(enrich(orjson.dumps(added)))] == ["agency", "m1"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("10.0.0.1", "private"),
        ("100.64.0.1", "private"),
        ("fe80::1", "private"),
        ("host.example", "none"),
        ("fe80::1%eth0", "none"),
        ("", "none"),
    ],
)
def test_an_address_that_is_not_public_is_no_address_and_every_one_is_counted(text: str, kind: str) -> None:
    """Also from the cache, beside others, for the second address of a meeting, and after the tables changed."""
    stage = EnrichStage(Enricher(demo_snapshot()))
    states: PartitionStates[Any] = PartitionStates(StateCodec(Any))
    clients = [{**LOGIN, "event_id": f"c{n}", "ip": "203.0.113.9"} for n in range(3)] + [LOGIN]
    theirs = [{**LOGIN, "event_id": f"e{n}", "ip": text, "user_agent": f"agent {n % 2}"} for n in range(5)]
    record = PlainRecord("login-events", 2, 7, NOW, None, orjson.dumps(clients + theirs))
    for times in (5, 5):
        result = stage.process("login-events", [record], states)
        assert result.counts == {("events", "enriched"): 9, ("not_public_addresses", kind): times}
        stage.enricher.snapshot = demo_snapshot()
        for event in events(result)[-5:]:
            assert (event.facts.address_kind, event.facts.shared_key, event.facts.network) == (kind, None, None)
    meeting = orjson.dumps({**LOGIN, "type": "meeting.held", "ip": text, "join_ip": text or "x"})
    result = stage.process("login-events", [record._replace(value=meeting)], states)
    assert result.counts["not_public_addresses", kind] == 2
