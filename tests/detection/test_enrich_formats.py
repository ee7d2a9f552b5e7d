"""The enrich stage with formats: the input decides how a record is read; what is left out is counted; addresses are watched."""

from __future__ import annotations

from typing import Any

import msgspec

from enrichers.enrich import Enricher
from enrichers.enriched import EnrichedEvent
from schemas.dead_letter import decode_dead_letter
from schemas.formats.inputs import decoders
from schemas.topics import DEAD_LETTERS, ENRICHED_EVENTS
from streams.detection.address_watch import ENOUGH, AddressWatch
from streams.detection.enrich import WATCH_EVERY, EnrichStage
from streams.detection.stage import PlainRecord, Result
from streams.detection.states import PartitionStates, StateCodec
from tests.detection.pipeline import demo_snapshot
from tests.schemas.formats.producers import NOW, records
from tests.schemas.records import LOGIN, login


def stage(**formats: str) -> EnrichStage:
    names = {f"{topic}-events": name for topic, name in formats.items()}
    return EnrichStage(Enricher(demo_snapshot()), formats=decoders(names))


def run(used: EnrichStage, topic: str, *values: bytes, headers: Any = ()) -> Result:
    states: PartitionStates[Any] = PartitionStates(StateCodec(Any))
    sent = [PlainRecord(topic, 0, offset, NOW, None, value, headers) for offset, value in enumerate(values)]
    return used.process(topic, sent, states)


def test_one_record_of_another_producer_becomes_many_events_and_bad_elements_letters() -> None:
    hook = list(records("made_okta"))[2]
    result = run(stage(login="okta"), "login-events", hook)
    events = [
        msgspec.json.decode(output.value, type=EnrichedEvent)
        for output in result.outputs
        if output.topic == ENRICHED_EVENTS.name
    ]
    assert [(event.event.event_id, event.origin.ordinal) for event in events] == [("u3", 0), ("u4", 1)]
    letters = [decode_dead_letter(output.value) for output in result.outputs if output.topic == DEAD_LETTERS.name]
    assert [(letter.reason, letter.ordinal) for letter in letters] == [
        ("not_an_object", 4),
        ("not_a_time", 5),
        ("missing_field", 6),
    ]
    assert result.counts["dropped", "unknown_type"] == 2


def test_each_input_has_its_own_format() -> None:
    used = stage(login="okta", platform="detect")
    (okta, *_) = records("made_okta")
    assert run(used, "login-events", login()).counts["dead_letters", "missing_field"] == 1
    for value in (login(), okta):
        assert run(used, "platform-events", value).counts["events", "enriched"] == 1


def test_headers_reach_the_decoder() -> None:
    data = {name: value for name, value in LOGIN.items() if name != "event_id"}
    result = run(stage(login="detect"), "login-events", msgspec.json.encode(data), headers=[("ce_id", b"x1")])
    assert msgspec.json.decode(result.outputs[-1].value, type=EnrichedEvent).event.event_id == "x1"


def test_a_letter_of_a_whole_record_has_its_headers_and_is_the_same_event_when_it_comes_again() -> None:
    used = stage(login="detect")
    headers = (("ce_specversion", b"1.0"), ("ce_id", b"x1"), ("ce_time", b"2026-03-02T09:14:07Z"))
    said = {name: value for name, value in LOGIN.items() if name not in ("event_id", "occurred_at")}
    (output,) = run(used, "login-events", msgspec.json.encode({**said, "account_id": ""}), headers=headers).outputs
    letter = decode_dead_letter(output.value)
    assert (letter.reason, letter.headers) == ("bad_id", headers)
    again = run(used, "login-events", (letter.raw or b"").replace(b'""', b'"a"'), headers=letter.headers)
    assert msgspec.json.decode(again.outputs[-1].value, type=EnrichedEvent).event.event_id == "x1"


def test_a_letter_of_one_of_several_elements_says_itself_what_the_headers_said() -> None:
    used = stage(login="detect")
    bad = {name: value for name, value in LOGIN.items() if name != "occurred_at"} | {"account_id": ""}
    headers = (("ce_id", b"of all"), ("ce_time", b"2026-03-02T09:14:07Z"))
    result = run(used, "login-events", msgspec.json.encode([bad, bad]), headers=headers)
    letters = [decode_dead_letter(output.value) for output in result.outputs if output.topic == DEAD_LETTERS.name]
    assert [(letter.reason, letter.headers) for letter in letters] == [("bad_id", ())] * 2
    again = run(used, "login-events", (letters[1].raw or b"").replace(b'""', b'"a"'))
    assert msgspec.json.decode(again.outputs[-1].value, type=EnrichedEvent).event.event_id == LOGIN["event_id"]


def test_guesses_of_strangers_and_removed_rows_are_counted_and_never_buried() -> None:
    used = stage(login="keycloak")
    nobody = list(records("made_keycloak"))[2]
    assert run(used, "login-events", nobody).counts == {("dropped", "no_account"): 1}
    removed = b'{"op":"d","before":{},"after":null}'
    assert run(used, "login-events", removed) == Result([], {("dropped", "row_removed"): 1})


def test_one_address_in_some_events_is_sampled() -> None:
    used = stage()
    private = [login(event_id=f"e{n}", ip="10.0.0.1") for n in range(WATCH_EVERY - 1)]
    assert ("sampled_addresses", "not_public") not in run(used, "login-events", *private).counts
    assert run(used, "login-events", private[0]).counts["sampled_addresses", "not_public"] == 1
    assert ("sampled_addresses", "not_public") not in run(used, "login-events", private[0]).counts


def test_the_watch_tells_clients_from_a_proxy() -> None:
    clients, proxy = AddressWatch(), AddressWatch()
    assert {clients.kind(f"203.0.113.{n}") for n in range(200)} == {"public"}
    assert [proxy.kind("203.0.113.9") for _ in range(40)] == ["public"] * (ENOUGH - 1) + ["repeated"] * (41 - ENOUGH)
    assert [clients.kind(text) for text in (None, "", "10.0.0.1", "host")] == [
        "",
        "not_public",
        "not_public",
        "not_public",
    ]
