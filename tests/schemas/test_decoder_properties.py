"""Whatever the bytes: nothing raises, every outcome has a name, both readers agree."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.decoder import Decoded, EventDecoder
from schemas.diagnosis import read_carefully
from schemas.events import EVENT_TYPES
from schemas.reasons import Reject, RejectReason, Tombstone
from tests.schemas.records import LOGIN, RECORD_TS

EXAMPLES = [path.read_bytes() for path in sorted(Path("schemas/examples").glob("*.valid.json"))]
DECODER = EventDecoder()

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(sorted({name for struct in EVENT_TYPES.values() for name in struct.__struct_encode_fields__}))


def assert_named(raw: bytes) -> None:
    for outcome in DECODER.decode(raw, RECORD_TS):
        assert isinstance(outcome, Decoded | Reject | Tombstone)
        if isinstance(outcome, Reject):
            assert isinstance(outcome.reason, RejectReason)
            assert outcome.detail.isprintable()
            assert len(outcome.detail) < 500


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_any_bytes(raw: bytes) -> None:
    assert_named(raw)


@given(json_values)
@settings(max_examples=200)
def test_any_json(value: object) -> None:
    assert_named(json.dumps(value).encode("utf-8", "surrogatepass"))


@given(st.sampled_from(EXAMPLES), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=4))
@settings(max_examples=400)
def test_bytes_of_valid_events_flipped(raw: bytes, flips: list[tuple[int, int]]) -> None:
    changed = bytearray(raw)
    for place, value in flips:
        changed[place % len(changed)] = value
    assert_named(bytes(changed))


@given(st.sampled_from(EXAMPLES), st.integers(0, 2000), st.integers(0, 2000))
@settings(max_examples=200)
def test_pieces_of_valid_events_cut_out(raw: bytes, start: int, length: int) -> None:
    start %= len(raw)
    assert_named(raw[:start] + raw[start + length % 50 :])


@given(st.dictionaries(fields, json_values, max_size=4))
@settings(max_examples=100)
def test_any_value_in_any_field(changes: dict[str, object]) -> None:
    """Of every type: drawing a value takes long, and few types have the field that it is drawn for."""
    for name in EVENT_TYPES:
        assert_named(json.dumps({**LOGIN, "type": name, **changes}).encode("utf-8", "surrogatepass"))


@given(st.sampled_from(EXAMPLES), st.dictionaries(fields, json_values, max_size=2))
@settings(max_examples=300)
def test_the_quick_and_the_careful_reader_agree(example: bytes, changes: dict[str, object]) -> None:
    raw = json.dumps({**json.loads(example), "event_id": 5, **changes}).encode()
    (outcome,) = DECODER.decode(raw, -1)
    careful = read_carefully(raw, 16)
    if isinstance(outcome, Decoded):
        assert outcome.event == careful
    elif isinstance(careful, Reject):
        assert outcome == careful
