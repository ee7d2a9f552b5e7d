"""The event types: names, bounds, and what they must not know."""

from __future__ import annotations

import re
from typing import get_args

import msgspec
import pytest

import schemas.events
from schemas.dead_letter import DeadLetter
from schemas.events import EVENT_TYPES, AnyEvent, Event, type_of
from schemas.events.fields import is_id

FORBIDDEN = re.compile(
    r"nationalit|citizen|ethnic|^race$|racial|religio|language|^lang$|mother_tongue|birth|gender|^sex$|accent|disabil"
    r"|face_embedding|embedding|biometric|surname_origin|name_origin|^age$|^dob$|faceprint|voiceprint|emotion|stress|caste"
)
"""REQ-F01, F07. `dob_h` is a keyed hash that only says whether two documents name one person."""

structs = pytest.mark.parametrize("struct", EVENT_TYPES.values(), ids=list(EVENT_TYPES))


def test_there_is_a_struct_for_every_type_of_the_catalogue() -> None:
    assert len(EVENT_TYPES) == len(get_args(AnyEvent)) == 54
    for name, struct in EVENT_TYPES.items():
        camel = "".join(part.capitalize() for part in re.split(r"[._]", name))
        assert struct.__name__ == camel
        assert getattr(schemas.events, camel) is struct
        assert camel in schemas.events.__all__


@structs
def test_no_field_knows_what_nobody_may_ask(struct: type[Event]) -> None:
    assert [name for name in struct.__struct_encode_fields__ if FORBIDDEN.search(name)] == []


def test_the_search_for_forbidden_fields_finds_them() -> None:
    names = (
        "nationality citizenship ethnicity race religion native_language place_of_birth gender accent face_embedding"
    )
    assert all(FORBIDDEN.search(name) for name in names.split())
    assert not [name for name in DeadLetter.__struct_encode_fields__ if FORBIDDEN.search(name)]


def texts(found: msgspec.inspect.Type) -> list[msgspec.inspect.StrType]:
    """Collect the texts that a field may hold, alone, optional or in a list."""
    if isinstance(found, msgspec.inspect.StrType):
        return [found]
    if isinstance(found, msgspec.inspect.UnionType):
        return [text for part in found.types for text in texts(part)]
    return texts(found.item_type) if isinstance(found, msgspec.inspect.VarTupleType) else []


@structs
def test_ids_and_hashes_are_bounded_and_never_empty(struct: type[Event]) -> None:
    for field in msgspec.structs.fields(struct):
        is_hash = field.name.endswith(("_h", "_phash", "sha256")) and field.name != "duration_h"
        if is_id(field.encode_name) or is_hash:
            bounds = [(text.min_length, text.max_length) for text in texts(msgspec.inspect.type_info(field.type))]
            assert bounds == [(1, 256)], field.name


@structs
def test_numbers_are_bounded_on_both_sides(struct: type[Event]) -> None:
    for field in msgspec.structs.fields(struct):
        found = msgspec.inspect.type_info(field.type)
        for part in found.types if isinstance(found, msgspec.inspect.UnionType) else (found,):
            if isinstance(part, msgspec.inspect.IntType | msgspec.inspect.FloatType):
                assert None not in {part.ge, part.le}, field.name


@structs
def test_an_event_survives_json_and_msgpack(struct: type[Event]) -> None:
    required = {"kind": "rmm", "outcome": "cleared", "to": "b", "domain": "x.example", "agency_id": "g"}
    required |= {"referred_account_id": "b", "to_account_id": "b"}
    raw = {**required, "type": struct.__struct_config__.tag, "event_id": "e", "account_id": "a"}
    event: Event = msgspec.convert({**raw, "occurred_at": "2026-03-02T09:14:07Z"}, type=AnyEvent)
    assert isinstance(event, struct)
    assert type_of(event) == struct.__struct_config__.tag
    assert msgspec.json.decode(msgspec.json.encode(event), type=AnyEvent) == event
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=AnyEvent) == event


def test_defaults_take_no_room() -> None:
    event = schemas.events.LoginSucceeded(
        event_id="e", occurred_at=msgspec.convert("2026-03-02T09:14:07Z", schemas.events.fields.Moment), account_id="a"
    )
    expected = b'{"type":"login.succeeded","event_id":"e","occurred_at":"2026-03-02T09:14:07Z","account_id":"a"}'
    assert msgspec.json.encode(event) == expected
