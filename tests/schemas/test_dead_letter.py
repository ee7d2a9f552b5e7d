"""Dead letters are faithful, and always fit."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.dead_letter import (
    MAX_HEADER_BYTES,
    MAX_KEY_BYTES,
    MAX_RAW_BYTES,
    DeadLetter,
    dead_letter,
    decode_dead_letter,
)
from schemas.reasons import RejectReason

BROKER_MAXIMUM = 1_000_000
"""Below message.max.bytes (1,048,588) with room for headers and batch overhead."""


Headers = list[tuple[str, bytes]]


def letter(
    raw: bytes | None, key: bytes | None = None, detail: str = "account_id: found null", headers: Headers | None = None
) -> DeadLetter:
    return dead_letter(
        topic="login-events",
        partition=3,
        offset=42,
        stage="enrich",
        reason=RejectReason.BAD_ID,
        detail=detail,
        raw=raw,
        record_timestamp_ms=1_772_500_000_000,
        key=key,
        ordinal=1,
        headers=headers or [],
    )


def test_a_letter_reads_as_json_with_base64() -> None:
    fields = json.loads(letter(b"\xff\x00raw", b"key").encode())
    assert fields == {
        "topic": "login-events",
        "partition": 3,
        "offset": 42,
        "stage": "enrich",
        "reason": "bad_id",
        "detail": "account_id: found null",
        "raw": base64.b64encode(b"\xff\x00raw").decode(),
        "raw_size": 5,
        "record_timestamp_ms": 1_772_500_000_000,
        "key": base64.b64encode(b"key").decode(),
        "ordinal": 1,
    }


HEADERS = st.lists(st.tuples(st.text(max_size=9), st.binary(max_size=200)), max_size=9)


@given(st.none() | st.binary(max_size=300), st.none() | st.binary(max_size=30), HEADERS)
def test_a_letter_survives_its_journey_to_the_byte(raw: bytes | None, key: bytes | None, headers: Headers) -> None:
    sent = letter(raw, key, headers=headers)
    assert decode_dead_letter(sent.encode()) == sent
    assert (sent.raw, sent.key, sent.headers, sent.is_complete) == (raw, key, tuple(headers), True)


def test_headers_are_kept_all_or_none_and_without_them_it_is_not_complete() -> None:
    frame = len('[["",""]]')
    fitting = [("é" + "h" * (MAX_HEADER_BYTES - frame - 10), b"xxxx")]
    assert letter(b"x", headers=fitting).headers == tuple(fitting)
    for long in ([(fitting[0][0] + "h", b"xxxx")], [*fitting, ("", b"")]):
        sent = letter(b"x", headers=long)
        assert (sent.headers, sent.is_complete) == (None, False)
        assert decode_dead_letter(sent.encode()) == sent


def test_a_letter_whose_key_was_cut_is_not_complete() -> None:
    for length, complete in ((MAX_KEY_BYTES, True), (MAX_KEY_BYTES + 1, False)):
        sent = letter(b"x", b"k" * length)
        assert (sent.key, sent.is_complete) == (b"k" * MAX_KEY_BYTES, complete)
        assert decode_dead_letter(sent.encode()) == sent
    assert not letter(b"x", b"k" * MAX_KEY_BYTES).within(1_000).is_complete
    assert letter(b"x" * 900).within(1_000).key_cut is False


@pytest.mark.parametrize("header", [("", b""), ("\x01", b""), ("", b"x"), ("h" * 100, b"\xff" * 200)])
def test_any_number_of_headers_fits(header: tuple[str, bytes]) -> None:
    raw = b"\xff" * 2_000_000
    assert (
        max(len(letter(raw, headers=[header] * count).encode()) for count in (16, 10**3, 10**4, 10**5)) < BROKER_MAXIMUM
    )


def test_headers_that_do_not_fit_are_left_out_with_the_key() -> None:
    for key, left in ((b"key", b"key"), (b"key-1", None)):
        cut = letter(b"x", key, headers=[("h", b"x" * 2_000)]).within(1_000)
        assert (cut.raw, cut.key, cut.headers, cut.is_complete) == (b"x", left, None, False)


def test_a_header_that_is_null_can_be_read_again() -> None:
    sent = letter(b"x", headers=[("h", None)])  # type: ignore[list-item] # Kafka has such
    assert decode_dead_letter(sent.encode()).headers == (("h", b""),)


def test_a_record_of_two_megabytes_still_fits_and_says_that_it_was_cut() -> None:
    sent = letter(b"\xff" * 2_000_000, b"k" * 100_000, "\\" * 500, [("h", b"\xff" * (MAX_HEADER_BYTES // 4 * 3 - 15))])
    assert len(sent.encode()) < BROKER_MAXIMUM
    assert sent.headers
    assert (sent.raw_size, len(sent.raw or b""), sent.is_complete) == (2_000_000, MAX_RAW_BYTES, False)


@given(st.none() | st.binary(max_size=9000), st.none() | st.binary(max_size=3000), HEADERS, st.integers(600, 20_000))
def test_a_letter_is_cut_to_the_room_that_there_is(
    raw: bytes | None, key: bytes | None, headers: Headers, most: int
) -> None:
    whole = letter(raw, key, headers=headers)
    cut = whole.within(most)
    assert len(cut.encode()) <= most
    assert (cut.raw or b"") == (raw or b"")[: len(cut.raw or b"")]
    assert (cut.raw is None, cut.raw_size, cut.detail) == (raw is None, len(raw or b""), whole.detail)
    key_cut = len(key or b"") > 3
    assert (cut.key, cut.headers) in [(key, tuple(headers)), (None if key_cut else key, None if headers else ())]
    assert not cut.is_complete or (cut.raw, cut.key, cut.headers) == (raw, key, tuple(headers))
    if len(whole.encode()) <= most:
        assert cut == whole
    elif raw:
        assert len(cut.encode()) > most - 4 or cut.key is None, "as much as fits"
