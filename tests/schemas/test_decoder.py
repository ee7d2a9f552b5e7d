"""One record in, named outcomes out."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from schemas.deciding import DECIDING_KEYS
from schemas.decoder import Decoded, DecodeLimits, EventDecoder
from schemas.events import EVENT_TYPES, LoginSucceeded
from schemas.reasons import LEFT_OUT, Reject, RejectReason, Tombstone
from tests.schemas.records import LOGIN, RECORD_TS, accepted, login, rejected


def test_an_event_carries_its_event_time_in_whole_milliseconds() -> None:
    outcome = accepted(login(occurred_at="2026-03-02T10:14:07.250999+01:00"))
    assert isinstance(outcome.event, LoginSucceeded)
    assert outcome.ts_ms == 1_772_442_847_250


@pytest.mark.parametrize("agent", ["x", "\\"], ids=["quick", "careful"])
def test_what_is_finer_than_a_microsecond_is_rounded_by_both_readers(agent: str) -> None:
    for digits, ms in (("9999994", 847_999), ("9999995", 848_000), ("9999994999999999", 847_999)):
        outcome = accepted(login(occurred_at=f"2026-03-02T09:14:07.{digits}Z", user_agent=agent))
        assert outcome.ts_ms == 1_772_442_000_000 + ms


def test_a_record_without_a_value_is_a_tombstone() -> None:
    """Also one with an empty value, as some clients write it: neither is worth a dead letter."""
    for value in (None, b""):
        assert EventDecoder().decode(value, RECORD_TS) == [Tombstone()]


def test_unknown_fields_are_tolerated() -> None:
    assert accepted(login(weather={"rain": [1, 2]})).event.account_id == "a-1"


REJECTED: list[tuple[bytes, RejectReason, str]] = [
    (b" ", RejectReason.NOT_JSON, "truncated"),
    (b"{", RejectReason.NOT_JSON, "truncated"),
    (b'{"a":1} x', RejectReason.NOT_JSON, "trailing"),
    (b"\xef\xbb\xbf" + login(), RejectReason.BYTE_ORDER_MARK, "EF BB BF"),
    (login().decode().encode("utf-16"), RejectReason.NOT_UTF8, "0xff"),
    (login(weather="X").replace(b'"X"', b'"\xe9"'), RejectReason.NOT_UTF8, "0xe9"),
    (login(weather="X").replace(b'"X"', b'"\xed\xa0\x80"'), RejectReason.NOT_UTF8, "0xed"),
    (login(weather="X").replace(b'"X"', b"NaN"), RejectReason.NOT_A_NUMBER, "NaN"),
    (login(weather="X").replace(b'"X"', b"-Infinity"), RejectReason.NOT_A_NUMBER, "Infinity"),
    (b"7", RejectReason.NOT_AN_OBJECT, "found 7"),
    (b'"text"', RejectReason.NOT_AN_OBJECT, "text"),
    (b"null", RejectReason.NOT_AN_OBJECT, "null"),
    (b"{}", RejectReason.MISSING_FIELD, "event_id, type, occurred_at, account_id"),
    (login(account_id=...), RejectReason.MISSING_FIELD, "account_id"),
    (login(type="remote_tool.seen"), RejectReason.MISSING_FIELD, "kind"),
    (login(type="login.imagined"), RejectReason.UNKNOWN_TYPE, "login.imagined"),
    (login(type=7), RejectReason.WRONG_TYPE, "type: found 7"),
    (login(ip=7), RejectReason.WRONG_TYPE, "ip: Expected `str | null`, got `int`; found 7"),
    (login(client_hints={"a": 1}), RejectReason.WRONG_TYPE, "client_hints"),
    (login(occurred_at=1772442847), RejectReason.WRONG_TYPE, "occurred_at: found 1772442847"),
    (login(occurred_at=None), RejectReason.WRONG_TYPE, "occurred_at: found null"),
    (login(occurred_at="2026-03-02T09:14:07"), RejectReason.NO_TIME_ZONE, "occurred_at"),
    (login(occurred_at="yesterday"), RejectReason.NOT_A_TIME, "yesterday"),
    (login(occurred_at="2026-03-02"), RejectReason.NOT_A_TIME, "2026-03-02"),
    (login(occurred_at="2026-02-30T09:14:07Z"), RejectReason.IMPOSSIBLE_DATE, "2026-02-30"),
    (login(occurred_at="0001-01-01T00:00:00+05:00"), RejectReason.IMPOSSIBLE_DATE, "1970"),
    (login(occurred_at="1969-12-31T23:59:59.999Z"), RejectReason.IMPOSSIBLE_DATE, "1970"),
    (login(occurred_at="9999-12-31T23:59:59-05:00"), RejectReason.FUTURE_DATED, "after the record"),
    (login(tz_offset_min=961), RejectReason.OUT_OF_RANGE, "tz_offset_min"),
    (login(device_entropy_bits="X").replace(b'"X"', b"1e999"), RejectReason.OUT_OF_RANGE, "1e999"),
    (login(locale_territory="us"), RejectReason.WRONG_VALUE, "locale_territory"),
    (login(type="remote_tool.seen", kind="telepathy"), RejectReason.WRONG_VALUE, "telepathy"),
    (login(type="remote_tool.seen", kind="missing required field `x`"), RejectReason.WRONG_VALUE, "kind: "),
    (login(type="remote_tool.seen", kind="rdp, got `int`"), RejectReason.WRONG_VALUE, "kind: "),
    (login(type="remote_tool.seen", kind="x" * 9_000), RejectReason.WRONG_VALUE, "xxx…"),
    (login(account_id="X").replace(b'"X"', b"007"), RejectReason.NOT_JSON, "number"),
    (login(account_id="X").replace(b'"X"', b"-01"), RejectReason.NOT_JSON, "number"),
    (login(account_id="X").replace(b'"X"', b"\x0b7"), RejectReason.NOT_JSON, "character"),
    (login(account_id=7, client_hints={"x_id": 5}), RejectReason.WRONG_TYPE, "client_hints"),
    (login(account_id=1.5), RejectReason.BAD_ID, "account_id: found 1.5"),
    (login(account_id=True), RejectReason.BAD_ID, "true"),
    (login(account_id=None), RejectReason.BAD_ID, "null"),
    (login(account_id=""), RejectReason.BAD_ID, "account_id"),
    (login(event_id=["e"]), RejectReason.BAD_ID, "event_id"),
    (login(device_id=""), RejectReason.BAD_ID, "device_id"),
    (login(account_id="X").replace(b'"X"', b"1e3"), RejectReason.BAD_ID, "1e3"),
    (login(event_id="e" * 257), RejectReason.ID_TOO_LONG, "257"),
    (login(event_id=10**256), RejectReason.ID_TOO_LONG, "257"),
]


@pytest.mark.parametrize(("raw", "reason", "word"), REJECTED)
def test_a_fault_is_named_with_field_and_finding(raw: bytes, reason: RejectReason, word: str) -> None:
    outcome = rejected(raw)
    assert (outcome.reason, outcome.raw) == (reason, raw), outcome
    assert word in outcome.detail
    assert outcome.detail.isprintable()
    assert len(outcome.detail) < 400


def test_a_moment_after_the_year_9999_is_refused_also_when_the_record_has_no_time() -> None:
    (outcome,) = EventDecoder().decode(login(occurred_at="9999-12-31T23:59:59-05:00"), -1)
    assert isinstance(outcome, Reject)
    assert outcome.reason is RejectReason.IMPOSSIBLE_DATE
    assert isinstance(EventDecoder().decode(login(occurred_at="9999-12-31T23:59:59Z"), -1)[0], Decoded)


def test_the_first_moment_of_1970_is_an_event_and_a_record_of_then_knows_the_future() -> None:
    raw = login(occurred_at="1970-01-01T00:00:00Z")
    assert [getattr(outcome, "ts_ms", None) for outcome in EventDecoder().decode(raw, 0)] == [0]
    (outcome,) = EventDecoder().decode(login(), 0)
    assert isinstance(outcome, Reject)
    assert outcome.reason is RejectReason.FUTURE_DATED


@pytest.mark.parametrize("agent", ["x", "\\"], ids=["quick", "careful"])
def test_what_is_just_as_large_as_a_limit_is_read(agent: str) -> None:
    raw = login(account_id="a" * 256, event_id=7, user_agent=agent)
    both = b"[" + raw + b"," + raw + b"]"
    fits = EventDecoder(DecodeLimits(max_event_bytes=len(raw), max_events=2, max_record_bytes=len(both)))
    assert [type(outcome) for outcome in (*fits.decode(raw, -1), *fits.decode(both, -1))] == [Decoded] * 3
    for limits in (
        DecodeLimits(max_event_bytes=len(raw) - 1),
        DecodeLimits(max_events=1),
        DecodeLimits(max_record_bytes=len(both) - 1),
    ):
        assert {type(outcome) for outcome in EventDecoder(limits).decode(both, -1)} == {Reject}


def test_every_reason_has_a_test_here() -> None:
    elsewhere = {RejectReason.REPEATED_KEY, RejectReason.TOO_DEEP, RejectReason.TOO_LARGE, RejectReason.TOO_MANY}
    of_formats = {RejectReason.SCHEMA_ENCODED, RejectReason.UNKNOWN_OUTCOME} | LEFT_OUT  # tests/schemas/formats
    assert {reason for _, reason, _ in REJECTED} | elsewhere | of_formats == set(RejectReason)
    assert all(reason.about.endswith(".") for reason in RejectReason)


@pytest.mark.parametrize("digits", ["7", "-7", "9007199254740993", "18446744073709551617", "1" + "0" * 200])
def test_integer_ids_keep_every_digit(digits: str) -> None:
    number = digits.encode()
    raw = login(account_id="A", event_id="E", device_id="D", session_id=None)
    raw = raw.replace(b'"A"', number).replace(b'"E"', number).replace(b'"D"', number)
    event = accepted(raw).event
    assert (event.account_id, event.event_id, event.device_id, event.session_id) == (digits, digits, digits, None)


def test_what_only_looks_like_an_integer_id_stays_as_it_is() -> None:
    hints = {"a_id": ', "device_id": 5', "b": '_id":6,'}
    event = accepted(login(account_id=77, client_hints=hints)).event
    assert (event.account_id, event.device_id) == ("77", "d-1")
    assert isinstance(event, LoginSucceeded)
    assert event.client_hints == hints


def test_the_opinion_types_take_integers_for_from_and_to() -> None:
    fields = {**LOGIN, "type": "review.given", "from": 12, "to": 34}
    event = accepted(json.dumps(fields).encode()).event
    assert (event.from_account_id, event.to_account_id) == ("12", "34")  # type: ignore[union-attr]


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(f"schemas/examples/{name}.valid.json").read_text())
    return found


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_no_deciding_key_of_any_type_may_be_repeated(name: str) -> None:
    """Ids, times, addresses and outcomes: with the same value, with another one, and with null, before and after."""
    whole = {"ip": "203.0.113.9", "device_id": "d", "session_id": "s", **example(name)}
    value: object
    for key in DECIDING_KEYS[name]:
        value = whole.get(key, "2026-03-02T09:14:07Z" if key.endswith("_at") or "interval" in key else "x")
        fields = {**whole, key: value}
        plain = json.dumps(fields).encode()
        assert isinstance(EventDecoder().decode(plain, RECORD_TS)[0], Decoded), (key, plain)
        pair = json.dumps({key: value}).encode()[1:-1]
        empty = json.dumps({key: None}).encode()[1:-1]
        repeats = [plain[:-1] + b"," + pair + b"}", b"{" + pair + b"," + plain[1:], b"{" + empty + b"," + plain[1:]]
        for raw in repeats if key != "type" else repeats[:2]:
            outcome = rejected(raw)
            assert outcome.reason is RejectReason.REPEATED_KEY, (key, outcome)
            assert outcome.detail == f"found twice: {key}"


def test_the_deciding_keys_are_ids_times_addresses_and_outcomes() -> None:
    """Their list comes from the types of the fields; here is what it has to be for some that differ."""
    every = {"event_id", "type", "occurred_at", "account_id", "ip", "device_id", "session_id"}
    assert DECIDING_KEYS["login.succeeded"] == every
    assert DECIDING_KEYS["agency.member_added"] == every | {"agency_id", "member_account_id"}
    assert DECIDING_KEYS["transfer.internal"] == every | {"to_account_id"}
    assert DECIDING_KEYS["review.given"] == every | {"from", "to", "contract_id"}
    meeting = {"meeting_id", "contract_id", "client_id", "outcome", "starts_at", "ends_at", "join_ip"}
    assert DECIDING_KEYS["meeting.held"] == every | meeting


@pytest.mark.parametrize("key", ["event_id", "occurred_at", "device_id", "join_ip", "outcome"])
@pytest.mark.parametrize("gap", ["", " ", "\t\r\n"])
@pytest.mark.parametrize("spelling", ["plain", "escaped"])
def test_a_repeated_key_is_found_however_it_is_written(key: str, gap: str, spelling: str) -> None:
    fields = {**LOGIN, "type": "meeting.held", "outcome": "held", "join_ip": "203.0.113.25"}
    name = key if spelling == "plain" else f"\\u{ord(key[0]):04x}{key[1:]}"
    raw = json.dumps(fields).encode()[:-1] + f',{gap}"{name}"{gap}:{gap}{json.dumps(fields[key])}}}'.encode()
    outcome = rejected(raw)
    assert outcome.reason is RejectReason.REPEATED_KEY
    assert key in outcome.detail


def test_other_keys_may_be_repeated_and_the_last_one_counts() -> None:
    raw = login(tz="Asia/Tokyo", contract_id="c").replace(b'"tz"', b'"contract_id": "k", "tz": "Asia/Seoul", "tz"')
    assert accepted(raw).event.tz == "Asia/Tokyo"


@pytest.mark.parametrize("name", ["login.succeeded", "message.sent"])
def test_ids_that_are_null_or_unknown_do_not_make_a_producer_slow(name: str) -> None:
    """The quick reader takes them: a producer that writes every field of its table must not cost ten times as much."""
    raw = json.dumps({**LOGIN, "type": name, "session_id": None, "contract_id": None, "order_id": 7}).encode()
    assert EventDecoder()._read_quickly(raw) is not None


def test_a_deciding_key_inside_of_something_else_is_no_repeat() -> None:
    fields = {"account_id": "other", "ip": "x", "say": '"ip" "type" \\ "event_id"'}
    event = accepted(login(client_hints=fields, weather=[fields])).event
    assert event.account_id == "a-1"


def test_escapes_spell_the_same_event() -> None:
    assert accepted(login().replace(b'"account_id"', b'"\\u0061ccount_id"')) == accepted(login())


def test_other_alphabets_pass() -> None:
    raw = json.dumps({**LOGIN, "account_id": "счёт-😀"}, ensure_ascii=False).encode()
    assert accepted(raw).event.account_id == "счёт-😀"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize(("levels", "fits"), [(15, True), (16, False), (200_000, False)])
def test_nesting_has_an_exact_limit(opening: str, closing: str, levels: int, fits: bool) -> None:
    raw = login(weather="X", client_hints=...).replace(b'"X"', (opening * levels + "1" + closing * levels).encode())
    limits = DecodeLimits(max_event_bytes=4_000_000)
    (outcome,) = EventDecoder(limits).decode(raw, RECORD_TS)
    assert isinstance(outcome, Decoded) if fits else isinstance(outcome, Reject)
    assert isinstance(outcome, Decoded) or outcome.reason is RejectReason.TOO_DEEP  # type: ignore[union-attr]


def test_many_brackets_that_do_not_nest_are_not_deep() -> None:
    assert accepted(login(weather=[[]] * 100, say="[[[[[[[[[[[[[[[[[[[[[[[{{{{{{"))


def test_an_array_gives_each_element_its_own_outcome() -> None:
    elements = [login(event_id="e-1"), login(account_id=None), b"7", login(event_id=5), b'["x"]']
    outcomes = EventDecoder().decode(b" [" + b" , ".join(elements) + b"]\n", RECORD_TS)
    assert [type(outcome) for outcome in outcomes] == [Decoded, Reject, Reject, Decoded, Reject]
    assert [outcome.raw for outcome in outcomes if isinstance(outcome, Reject)] == [elements[1], b"7", b'["x"]']
    reasons = [outcome.reason for outcome in outcomes if isinstance(outcome, Reject)]
    assert reasons == [RejectReason.BAD_ID, RejectReason.NOT_AN_OBJECT, RejectReason.NOT_AN_OBJECT]
    assert EventDecoder().decode(b"[]", RECORD_TS) == []


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"[" + login() + b",NaN]", RejectReason.NOT_A_NUMBER),
        (b"[" + login(), RejectReason.NOT_JSON),
        (b"[" * 100_000, RejectReason.TOO_DEEP),
        (b"[" + b"1," * 10_000 + b"1]", RejectReason.TOO_MANY),
        (login(weather="x" * 65_536), RejectReason.TOO_LARGE),
        (b"[" + b" " * 4 * 1024 * 1024 + b"]", RejectReason.TOO_LARGE),
    ],
)
def test_an_unreadable_record_is_one_reject(raw: bytes, reason: RejectReason) -> None:
    outcome = rejected(raw)
    assert (outcome.reason, outcome.raw) == (reason, raw)


def test_the_future_begins_an_hour_after_the_record() -> None:
    decoder = EventDecoder()
    event_ts = accepted(login()).ts_ms
    for record_ts, fits in [(event_ts - 3_600_000, True), (event_ts - 3_600_001, False), (-1, True)]:
        (outcome,) = decoder.decode(login(), record_ts)
        assert isinstance(outcome, Decoded) is fits


def test_hostile_text_costs_bounded_time() -> None:
    started = time.process_time()
    for raw in (b'{"' + b"\\" * 60_000, b'"' + b"a" * 60_000, b"[" * 60_000, b'{"a":' * 10_000, b"1" * 60_000):
        EventDecoder().decode(raw, RECORD_TS)
    assert time.process_time() - started < 2
