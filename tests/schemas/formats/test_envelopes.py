"""Envelopes come off in any order, are found by their shape, and what cannot be opened says so."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from itertools import permutations
from typing import Any

import msgspec
import pytest

from schemas.decoder import Decoded, EventDecoder, Headers
from schemas.formats.compiler import compile_map
from schemas.formats.decoder import FormatDecoder
from schemas.formats.model import read_map
from schemas.formats.packaged import load_all, load_map
from schemas.reasons import Reject, RejectReason, Tombstone
from tests.schemas.formats.producers import MINIMAL, NOW, records
from tests.schemas.records import LOGIN, login

DETECTING = FormatDecoder(load_all())
OKTA = next(records("made_okta"))
ENCODE = msgspec.json.encode
Wrap = Callable[[Any], Any]


def cloud_event(data: Any) -> Any:
    return {"specversion": "1.0", "id": "ce-1", "source": "/x", "type": "com.example.login", "data": data}


def cloud_event_in_base64(data: Any) -> Any:
    return {**cloud_event(None), "data_base64": b64encode(ENCODE(data)).decode()}


def change(row: Any) -> Any:
    return {"before": None, "after": row, "source": {"ts_ms": 1}, "op": "c", "ts_ms": 1772442847250}


def with_schema(payload: Any) -> Any:
    return {"schema": {"type": "struct"}, "payload": payload}


def outbox(payload: Any) -> Any:
    row = {"id": "o-1", "aggregatetype": "account", "aggregateid": "a", "type": "LoggedIn"}
    return {**row, "payload": ENCODE(payload).decode()}


WRAPS: list[Wrap] = [cloud_event, cloud_event_in_base64, change, with_schema, outbox]


def events(raw: bytes, headers: Headers = (), decoder: EventDecoder = DETECTING) -> list[Any]:
    outcomes = decoder.decode(raw, NOW, headers)
    assert all(isinstance(outcome, Decoded) for outcome in outcomes), outcomes
    return [outcome.event for outcome in outcomes if isinstance(outcome, Decoded)]


def rejected(raw: bytes, headers: Headers = ()) -> Reject:
    (outcome,) = DETECTING.decode(raw, NOW, headers)
    assert isinstance(outcome, Reject), outcome
    return outcome


@pytest.mark.parametrize("wraps", list(permutations(WRAPS, 3)), ids=lambda wraps: "-".join(w.__name__ for w in wraps))
def test_any_order_gives_the_same_events(wraps: tuple[Wrap, ...]) -> None:
    for record in (msgspec.json.decode(OKTA), LOGIN):
        plain = events(ENCODE(record))
        wrapped = record
        for wrap in wraps:
            wrapped = wrap(wrapped)
        raw = ENCODE(wrapped)
        assert events(raw) == plain
        assert events(b"\x00\x00\x00\x00\x2a" + raw) == plain
        assert events(ENCODE([wrapped, wrapped])) == plain * 2


def test_a_set_format_is_found_inside_of_envelopes_too() -> None:
    decoder = FormatDecoder([], only=load_map("okta"))
    assert events(ENCODE(change(msgspec.json.decode(OKTA))), (), decoder) == events(OKTA, (), decoder)


def test_a_cloud_event_completes_our_own_event() -> None:
    data = {"account_id": 7, "ip": "203.0.113.24"}
    said = {**cloud_event(data), "type": "login.succeeded", "time": "2026-03-02T09:14:07Z"}
    (structured,) = events(ENCODE(said))
    headers = [("ce_" + name, said[name].encode()) for name in ("specversion", "id", "source", "type", "time")]
    (binary,) = events(ENCODE(data), [*headers, ("content-type", b"application/json")])
    assert (structured.event_id, structured.account_id, structured.ip) == ("ce-1", "7", "203.0.113.24")
    assert binary == structured
    (own,) = events(login(), headers)
    assert own.event_id == "e-1"


def test_the_id_of_one_envelope_is_not_given_to_two_events() -> None:
    """They would count as one event that was sent twice."""
    nameless = {name: value for name, value in LOGIN.items() if name != "event_id"}
    for several in (cloud_event([nameless, nameless]), outbox([nameless, nameless])):
        outcomes = DETECTING.decode(ENCODE(several), NOW)
        assert [getattr(outcome, "reason", None) for outcome in outcomes] == [RejectReason.MISSING_FIELD] * 2
    headers = [("ce_id", b"ce-1")]
    assert len(DETECTING.decode(ENCODE([nameless, nameless]), NOW, headers)) == 2
    (alone,) = events(ENCODE(cloud_event([nameless])))
    assert alone.event_id == "ce-1"
    batch = [{**cloud_event(nameless), "id": name} for name in ("ce-1", "ce-2")]
    assert [event.event_id for event in events(ENCODE(batch))] == ["ce-1", "ce-2"]


def test_a_map_that_asks_for_the_envelopes_id_gets_it_for_one_element_only() -> None:
    toml = MINIMAL.replace('event_id = "id"', 'event_id = "$envelope.id"').replace("[type]", 'split = ["all"]\n[type]')
    decoder = FormatDecoder([], only=compile_map(read_map(f'{toml}occurred_at = "at"'.encode(), "own.toml")))
    element = {"who": "a1", "at": "2026-03-02T09:14:07Z"}
    (one,) = events(ENCODE(cloud_event({"all": [element]})), (), decoder)
    assert one.event_id == "ce-1"
    outcomes = decoder.decode(ENCODE(cloud_event({"all": [element, element]})), NOW)
    assert [getattr(outcome, "reason", None) for outcome in outcomes] == [RejectReason.MISSING_FIELD] * 2


def test_an_element_of_a_batch_comes_back_with_what_its_envelope_said() -> None:
    """Else it could never be read again, whatever is mended."""
    nameless = {name: value for name, value in LOGIN.items() if name != "event_id"}
    _, found = DETECTING.decode(ENCODE([cloud_event(LOGIN), cloud_event({**nameless, "ip": 7})]), NOW)
    assert isinstance(found, Reject)
    assert found.reason is RejectReason.WRONG_TYPE
    (again,) = DETECTING.decode(found.raw, NOW)
    assert (again.reason, again.detail) == (found.reason, found.detail)  # type: ignore[union-attr]
    (mended,) = events(found.raw.replace(b'"ip":7', b'"ip":"203.0.113.24"'))
    assert mended.event_id == "ce-1"


def test_an_envelope_that_could_not_be_opened_comes_back_as_it_was() -> None:
    for strange in (cloud_event("plain text"), {**change(7), "id": 1}):
        _, found = DETECTING.decode(ENCODE([cloud_event(LOGIN), strange]), NOW)
        assert isinstance(found, Reject)
        assert msgspec.json.decode(found.raw) == strange


def test_headers_that_only_end_like_attributes_say_nothing() -> None:
    nameless = {name: value for name, value in LOGIN.items() if name != "event_id"}
    for header in ("my_id", "xx_id", "id_id", "trace-id"):
        assert rejected(ENCODE(nameless), [(header, b"same-for-all")]).reason is RejectReason.MISSING_FIELD


def test_the_data_of_a_cloud_event_may_be_json_in_a_text() -> None:
    (event,) = events(ENCODE(cloud_event(" " + login().decode())))
    assert event.event_id == "e-1"


def test_an_event_of_ours_may_have_fields_that_are_named_like_envelopes() -> None:
    named = {**LOGIN, "account_id": 7, "schema": "v3", "payload": {"text": 'a"b'}, "op": "c"}
    for record in (ENCODE(named), ENCODE([named])):
        assert [event.event_id for event in events(record)] == ["e-1"]


def test_attributes_that_are_absurdly_long_or_no_text_say_nothing() -> None:
    nameless = {name: value for name, value in LOGIN.items() if name != "event_id"}
    for strange in ("x" * 1025, {"x": 1}, ["x"], True):
        assert rejected(ENCODE({**cloud_event(nameless), "id": strange})).reason is RejectReason.MISSING_FIELD
    assert rejected(ENCODE(nameless), [("ce_id", b"x" * 1025)]).reason is RejectReason.MISSING_FIELD


def test_the_outbox_routers_id_header_completes_too() -> None:
    data = {name: value for name, value in LOGIN.items() if name != "event_id"}
    uuid = "8f1c2a6e-5b0f-4c57-9a52-0d3c5a3f1e77"
    (event,) = events(ENCODE(data), [("id", uuid.encode())])
    assert event.event_id == uuid
    assert rejected(ENCODE(data), [("id", b"producer-7")]).reason is RejectReason.MISSING_FIELD


@pytest.mark.parametrize("digits", [0, 3, 6, 9])
def test_rows_have_times_in_numbers_and_columns_without_a_value(digits: int) -> None:
    row = {**LOGIN, "occurred_at": 1772442847 * 10**digits, "client_hints": None, "changed_fields": None, "pk": 5}
    (event,) = events(ENCODE(change(row)))
    assert event.occurred_at.isoformat() == "2026-03-02T09:14:07+00:00"


def test_a_time_that_no_float_can_hold_is_a_reject_too() -> None:
    assert rejected(ENCODE(change({**LOGIN, "occurred_at": 10**400}))).reason is RejectReason.WRONG_TYPE


def test_updates_and_snapshots_are_read_and_removed_rows_left_out() -> None:
    for op in "cur":
        assert len(events(ENCODE({**change(LOGIN), "op": op}))) == 1
    for removed in ({"before": LOGIN, "after": None, "op": "d"}, {"op": "t", "before": None}):
        assert rejected(ENCODE(removed)).reason is RejectReason.ROW_REMOVED
    assert DETECTING.decode(None, NOW) == [Tombstone()]


@pytest.mark.parametrize("body", [b"\x02a\x06abc", b"\x00\x0a\x03abc", b"", b"{truncated"])
def test_avro_and_protobuf_behind_a_schema_id_say_so(body: bytes) -> None:
    found = rejected(b"\x00\x00\x00\x00\x2a" + b"\x08" + body)
    assert found.reason is RejectReason.SCHEMA_ENCODED
    assert "schema 42" in found.detail
    assert rejected(b"Obj\x01" + body).reason is RejectReason.SCHEMA_ENCODED


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({**cloud_event("plain text")}, RejectReason.NOT_JSON),
        ({"specversion": "1.0", "id": "x"}, RejectReason.MISSING_FIELD),
        ({"specversion": "1.0", "data_base64": "%%%"}, RejectReason.WRONG_VALUE),
        ({"specversion": "1.0", "data_base64": 7}, RejectReason.WRONG_VALUE),
        (
            {"specversion": "1.0", "data_base64": b64encode(b"\x00\x00\x00\x00\x01\x02").decode()},
            RejectReason.SCHEMA_ENCODED,
        ),
        ({"op": "m", "before": None}, RejectReason.WRONG_VALUE),
        ({"op": ["c"], "after": {}}, RejectReason.WRONG_VALUE),
        ({"op": "c", "after": 7}, RejectReason.MISSING_FIELD),
        (cloud_event({"hello": "world"}), RejectReason.MISSING_FIELD),
        (cloud_event(7), RejectReason.NOT_AN_OBJECT),
    ],
)
def test_what_is_in_no_envelope_has_a_named_reason(record: Any, reason: RejectReason) -> None:
    raw = ENCODE(record)
    found = rejected(raw)
    assert (found.reason, found.raw) == (reason, raw)


def test_envelopes_without_end_are_refused() -> None:
    nested: Any = LOGIN
    for _ in range(8):
        nested = cloud_event(nested)
    assert len(events(ENCODE(nested))) == 1
    assert rejected(ENCODE(cloud_event(nested))).reason is RejectReason.TOO_DEEP
    assert len(events(ENCODE([nested["data"]]))) == 1
    assert rejected(ENCODE([nested])).reason is RejectReason.TOO_DEEP


def test_the_innermost_that_says_something_is_believed_and_a_cloud_events_id_over_an_outbox() -> None:
    uuid = "5f0c1a34-6d1f-4f0e-9d61-0d7f5d8a3b10"
    without = {name: value for name, value in LOGIN.items() if name != "event_id"}
    headers = [("ce_id", b"outer"), ("id", uuid.encode())]
    for order in (headers, headers[::-1]):
        assert events(ENCODE(without), order)[0].event_id == "outer"
        assert events(ENCODE(cloud_event(without)), order)[0].event_id == "ce-1"
    assert events(ENCODE(without), headers[1:])[0].event_id == uuid


def test_an_envelope_that_cannot_be_opened_is_rejected_as_it_came() -> None:
    empty = {"specversion": "1.0", "id": "ce-2"}
    outcomes = DETECTING.decode(ENCODE([cloud_event(LOGIN), empty]), NOW, [("ce_type", b"of all")])
    assert [getattr(outcome, "raw", None) for outcome in outcomes] == [None, ENCODE(empty)]


def test_bad_elements_are_rejected_singly_and_too_many_together() -> None:
    outcomes = DETECTING.decode(ENCODE([cloud_event(LOGIN), {"op": "d", "before": {}}, 7, LOGIN]), NOW)
    assert [getattr(outcome, "reason", None) for outcome in outcomes] == [
        None,
        RejectReason.ROW_REMOVED,
        RejectReason.NOT_AN_OBJECT,
        None,
    ]
    (many,) = DETECTING.decode(ENCODE({"records": [{}] * 10_001, "op": "x"}), NOW)
    assert getattr(many, "reason", None) is RejectReason.MISSING_FIELD
    assert len(FormatDecoder([], only=load_map("entra")).decode(ENCODE({"records": [{}] * 10_000}), NOW)) == 10_000
    (flood,) = FormatDecoder([], only=load_map("entra")).decode(ENCODE({"records": [{}] * 10_001}), NOW)
    assert getattr(flood, "reason", None) is RejectReason.TOO_MANY
