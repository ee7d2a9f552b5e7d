"""The events have the fields that the catalogue names, under these names, or a reason why not (schemas/catalogue_fields.toml)."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from schemas.events import EVENT_TYPES


class Row(msgspec.Struct, forbid_unknown_fields=True):
    types: list[str]
    fields: list[str]


class Except(Row, forbid_unknown_fields=True):
    why: str
    name: list[str] = []


class Beyond(msgspec.Struct, forbid_unknown_fields=True):
    type: str
    why: str


class Table(msgspec.Struct, forbid_unknown_fields=True):
    row: list[Row]
    exception: list[Except]
    beyond: list[Beyond]


TABLE = msgspec.toml.decode(Path("schemas/catalogue_fields.toml").read_bytes(), type=Table)
EVERY = "*"


def fields_of(name: str) -> set[str]:
    return set(EVENT_TYPES[name].__struct_encode_fields__)


def applies(entry: Row, name: str, field: str) -> bool:
    return field in entry.fields and bool({EVERY, name} & set(entry.types))


def named_in_the_catalogue(name: str) -> set[str]:
    return {field for row in TABLE.row if {EVERY, name} & set(row.types) for field in row.fields}


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_every_field_is_there_or_has_a_reason_not_to_be(name: str) -> None:
    for field in named_in_the_catalogue(name):
        reasons = [entry for entry in TABLE.exception if applies(entry, name, field)]
        if field in fields_of(name):
            assert reasons == [], f"{name} has {field}, so it is no exception"
        else:
            assert len(reasons) == 1, f"{name} has no {field}: expected one exception, found {len(reasons)}"
            assert set(reasons[0].name) <= fields_of(name)


def test_every_exception_is_of_something_that_the_catalogue_names() -> None:
    for entry in TABLE.exception:
        assert entry.why.endswith(".")
        for name in EVENT_TYPES if entry.types == [EVERY] else entry.types:
            assert set(entry.fields) <= named_in_the_catalogue(name), (name, entry.fields)


def test_every_type_is_in_one_row_or_beyond_the_catalogue_for_a_reason() -> None:
    listed = [name for row in TABLE.row if row.types != [EVERY] for name in row.types]
    beyond = [entry.type for entry in TABLE.beyond]
    assert sorted(listed + beyond) == sorted(EVENT_TYPES)
    assert all(entry.why.endswith(".") for entry in TABLE.beyond)
