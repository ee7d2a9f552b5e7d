"""No envelope hides that a deciding key is there twice; what people write in a text refuses nothing."""

from __future__ import annotations

from base64 import b64encode

import msgspec
import pytest

from schemas.decoder import Decoded
from schemas.formats.decoder import FormatDecoder
from schemas.formats.packaged import load_all
from schemas.reasons import Reject, RejectReason
from tests.schemas.formats.producers import NOW
from tests.schemas.records import LOGIN, login

DETECTING = FormatDecoder(load_all())
ENCODE = msgspec.json.encode
TWICE = login()[:-1] + b', "account_id": "a-2"}'


def around(data: object, **beside: object) -> bytes:
    return ENCODE({"specversion": "1.0", "id": "c", **beside, "data": data})


def in_base64(raw: bytes) -> bytes:
    return ENCODE({"specversion": "1.0", "data_base64": b64encode(raw).decode()})


def rejected(raw: bytes) -> Reject:
    (outcome,) = DETECTING.decode(raw, NOW)
    assert isinstance(outcome, Reject), outcome
    return outcome


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (b'{"specversion":"1.0","id":"c","data":%b}' % TWICE, "account_id"),
        (b'\x00\x00\x00\x00\x07{"schema":{},"payload":%b}' % TWICE, "account_id"),
        (ENCODE({"schema": {}, "payload": TWICE.decode()}), "account_id"),
        (ENCODE({"aggregate_type": "a", "payload": [login().decode(), TWICE.decode()]}), "account_id"),
        (ENCODE({"op": "c", "after": {"aggregatetype": "a", "payload": TWICE.decode()}}), "account_id"),
        (ENCODE([[], [login().decode()], LOGIN, around(LOGIN).decode(), TWICE.decode()]), "account_id"),
        (around([login().decode(), TWICE.decode()]), "account_id"),
        (in_base64(TWICE), "account_id"),
        (in_base64(b"\x00\x00\x00\x00\x07" + TWICE), "account_id"),
        (in_base64(ENCODE(TWICE.decode())), "account_id"),
        (TWICE.replace(b'"account_id": "a-2"', b'"account\\u005fid": "a-2"').join((b'{"op":"c","after":', b"}")), "account_id"),
        (b'{"specversion":"1.0","id":"c","id":"d","data":%b}' % login(event_id=...), "id"),
        (b'{"specversion":"1.0","data":%b,"data":%b}' % (login(account_id="a-2"), login()), "data"),
        (b'{"op":"c","after":%b,"after":%b}' % (login(account_id="a-2"), login()), "after"),
    ],
)  # fmt: skip
def test_no_envelope_hides_a_deciding_key_that_is_there_twice(raw: bytes, key: str) -> None:
    found = rejected(raw)
    assert (found.reason, found.detail, found.raw) == (RejectReason.REPEATED_KEY, f"found twice: {key}", raw)


@pytest.mark.parametrize("depth", [100, 495, 900, 990, 993, 2_000])
@pytest.mark.parametrize("nest", [("[", "]"), ('{"a":[', "]}")])
def test_nor_does_anything_deep_beside_it(depth: int, nest: tuple[str, str]) -> None:
    deep = nest[0] * (depth // len(nest[1])) + nest[1] * (depth // len(nest[1]))
    for data in (TWICE.decode(), ENCODE(TWICE.decode()).decode()):
        found = rejected(f'{{"specversion":"1.0","deep":{deep},"data":{data}}}'.encode())
        assert found.reason in (RejectReason.REPEATED_KEY, RejectReason.TOO_DEEP)


def test_keys_that_decide_nothing_may_be_repeated_in_an_envelope_too() -> None:
    twice = login(weather=1)[:-1] + b', "weather": 2}'
    (outcome,) = DETECTING.decode(b'{"specversion":"1.0","id":"c","source":"x","source":"y","data":%b}' % twice, NOW)
    assert isinstance(outcome, Decoded)


@pytest.mark.parametrize(
    "words", ['{"ip":1,"ip":2}', '["{\\"type\\":1,\\"type\\":2}"]', "[" * 990 + "]" * 990, "[" * 5_000]
)
def test_nobody_can_keep_a_login_out_by_what_the_browser_calls_itself(words: str) -> None:
    for named in ({"user_agent": words}, {"tags": [words]}, {"form": {"data": words}}, {"payload": words}):
        data = {**LOGIN, **named}
        (outcome,) = DETECTING.decode(around(data), NOW)
        assert isinstance(outcome, Decoded)
