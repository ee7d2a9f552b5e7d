"""Whatever the bytes: every outcome is an event or a named reject, in bounded time and memory, the same each time."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.decoder import Decoded, DecodeLimits, EventDecoder, Headers, Outcome
from schemas.formats.decoder import FormatDecoder
from schemas.formats.packaged import load_all, load_map, names
from schemas.reasons import Reject, RejectReason, Tombstone
from tests.schemas.formats.producers import MAP_OF, NOW, records
from tests.schemas.records import login

MAPS = load_all()
DECODERS = {"detect": FormatDecoder(MAPS)} | {name: FormatDecoder([], only=load_map(name)) for name in names()}
SEEDS = [raw for sample in MAP_OF for raw in list(records(sample))[:12] if len(raw) < 6_000] + [
    login(),
    b'{"specversion":"1.0","id":"1","type":"t","data":' + login() + b"}",
    b'{"op":"c","before":null,"after":' + login() + b"}",
    b'{"schema":{},"payload":' + login() + b"}",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
WORDS = st.sampled_from(
    ["specversion", "data", "data_base64", "op", "after", "before", "payload", "schema", "aggregatetype", "records",
     "events", "detail", "eventType", "actor", "id", "type", "published", "uuid", "class_uid", "time", "@timestamp"]
)  # fmt: skip
KNOWN_WORDS = st.recursive(
    st.none() | st.integers() | st.text(max_size=6) | st.just("c") | st.just(3002),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)
HEADERS = st.lists(
    st.tuples(st.sampled_from(["ce_id", "ce_type", "ce_time", "CE_specversion", "id", "x"]), st.binary(max_size=12)),
    max_size=3,
)


def judge(raw: bytes, headers: Headers = ()) -> None:
    for decoder in DECODERS.values():
        outcomes = decoder.decode(raw, NOW, headers)
        if not raw:
            assert outcomes == [Tombstone()]
            continue
        for outcome in outcomes:
            assert isinstance(outcome, (Decoded, Reject)), outcome
            if isinstance(outcome, Reject):
                assert outcome.detail.isprintable(), outcome.detail
                assert len(outcome.detail) < 600
            else:
                assert type(msgspec.json.decode(msgspec.json.encode(outcome.event))) is dict
        assert decoder.decode(raw, NOW, headers) == outcomes


@given(st.binary(max_size=200), HEADERS)
def test_arbitrary_bytes(raw: bytes, headers: list[tuple[str, bytes]]) -> None:
    judge(raw, headers)
    judge(b"\x00\x00\x00\x00\x07" + raw)


@given(JSON | KNOWN_WORDS, HEADERS)
def test_arbitrary_json(value: Any, headers: list[tuple[str, bytes]]) -> None:
    judge(msgspec.json.encode(value), headers)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SEEDS), st.data())
def test_truncated_and_mutated_samples(raw: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(raw)))
    length = data.draw(st.integers(0, 8))
    judge(raw[:at] + data.draw(st.binary(max_size=6)) + raw[at + length :])
    judge(raw[:at])


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SEEDS), JSON, st.data())
def test_samples_with_a_value_of_another_shape(raw: bytes, value: Any, data: st.DataObject) -> None:
    """Go down a random way and put something else there: what a map expects to be an object, a list, a text may be anything."""
    record = msgspec.json.decode(raw)
    node = record
    while type(node) in (dict, list) and node:
        key = data.draw(st.sampled_from(sorted(node) if type(node) is dict else list(range(len(node)))))
        if type(node[key]) not in (dict, list) or not node[key] or data.draw(st.booleans()):
            node[key] = value
            break
        node = node[key]
    judge(msgspec.json.encode(record))


@given(st.lists(KNOWN_WORDS, max_size=4))
def test_what_nobody_recognises_is_judged_as_our_own_format(value: list[Any]) -> None:
    raw = msgspec.json.encode(value)
    if DECODERS["detect"].elements(raw, ()) is None:
        assert DECODERS["detect"].decode(raw, NOW) == EventDecoder().decode(raw, NOW)


def test_our_own_format_is_read_alike_with_and_without_detection() -> None:
    for raw in (
        login(),
        login(account_id=7),
        login(ip=5),
        login(occurred_at="x"),
        login(type="nope"),
        login(account_id=7, weather="X").replace(b'"X"', b"1e999"),
        login(weather="a\\b").replace(b'"a', b'["a", 1e999], "x": "a'),
        login() + b"}",
        b"\xef\xbb\xbf" + login(),
        b"[]",
        b"7",
        b"{}",
    ):
        assert DECODERS["detect"].decode(raw, NOW) == EventDecoder().decode(raw, NOW)
        both = b"[" + raw + b"," + login(event_id="e2") + b"]"
        assert DECODERS["detect"].decode(both, NOW) == EventDecoder().decode(both, NOW)


def test_a_foreign_record_that_cannot_be_read_says_why_and_not_what_it_lacks_of_ours() -> None:
    record = next(records("okta_system_log")).rstrip()[:-1] + b', "load": 1e999}'
    (outcome,) = DECODERS["detect"].decode(record, NOW)
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.detail[:19]) == (RejectReason.NOT_JSON, "Number out of range")


MEGABYTE = 1024 * 1024


def activity(who: str, number: int) -> bytes:
    """Events that share all of what they say, except their name."""
    about = {"id": {"applicationName": "login", "time": "2026-03-02T09:14:07Z"}, "actor": {"email": who}}
    return msgspec.json.encode({**about, "events": [{"type": "login", "name": "login_success"}] * number})


@pytest.mark.parametrize("wrap", [b"%b", b'{"specversion":"1.0","data":%b}', b"[%b,{}]"])
def test_what_stands_around_very_many_events_must_not_be_long(wrap: bytes) -> None:
    """Each would be read from it, or be rejected with it: gigabytes of one record."""
    decoder = FormatDecoder(MAPS, DecodeLimits(max_repeated_bytes=50_000))
    outcomes = decoder.decode(wrap % activity("x" * 8_000, 10), NOW)
    assert [outcome.reason for outcome in outcomes if isinstance(outcome, Reject)] == [RejectReason.TOO_LARGE]
    for fine in (activity("x" * 800, 10), activity("x" * 8_000, 5)):
        assert len(decoder.decode(fine, NOW)) >= 5


@pytest.mark.parametrize("each", [{"account_id": "a"}, {"specversion": "1.0", "data": {"account_id": "a"}}])
def test_nor_must_what_an_envelope_says_of_very_many_events(each: dict[str, object]) -> None:
    said = {"specversion": "1.0", **dict.fromkeys(("type", "source", "subject"), "x" * 1_000)}
    decoder = FormatDecoder(MAPS, DecodeLimits(max_repeated_bytes=50_000))

    def decode(number: int) -> list[Outcome]:
        return decoder.decode(msgspec.json.encode({**said, "data": [each] * number}), NOW)

    assert [outcome.reason for outcome in decode(20) if isinstance(outcome, Reject)] == [RejectReason.TOO_LARGE]
    assert len(decode(16)) == 16


HEAVY = {
    "ones": b'{"records":[' + b"1," * 2_000_000 + b"1]}",
    "shared": activity("x" * 2 * MEGABYTE, 9_000),
    "deep": b"[" * 900 + b"]" * 900,
    "deeper": b'{"payload":' * 400_000,
    "wide": b'{"records":[' + b"{}," * 40_000 + b"{}]}",
    "commas": b'{"data":{"ip":"' + b"," * 2 * MEGABYTE + b'","type":"s","date":"x","log_id":"1"}}',
    "digits": b'{"uuid":' + b"9" * MEGABYTE + b"}",
    "text in text": msgspec.json.encode({"specversion": "1.0", "data": "{" * MEGABYTE}),
    "keys": b"{" + b",".join(b'"k%d":1' % n for n in range(30_000)) + b"}",
    "time": b'{"type":"LOGIN","realmId":"r","time":"' + b"9" * MEGABYTE + b'","userId":"u"}',
}


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_records_take_bounded_time_and_memory(name: str) -> None:
    """Generous bounds: they catch what grows faster than the record, not a slow machine."""
    raw = HEAVY[name]
    tracemalloc.start()
    try:
        started = time.process_time()
        for decoder in (DECODERS["detect"], DECODERS["auth0"], DECODERS["entra"], DECODERS["keycloak"]):
            outcomes = decoder.decode(raw, NOW)
            assert len(outcomes) <= 10_000
        spent = time.process_time() - started
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert spent < 20
    assert peak < 60 * len(raw) + 64 * MEGABYTE
