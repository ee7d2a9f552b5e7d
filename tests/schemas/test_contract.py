"""The checked-in JSON Schemas and examples say what the code does."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from schemas.dead_letter import dead_letter
from schemas.decoder import Decoded, EventDecoder
from schemas.events import EVENT_TYPES, type_of
from schemas.export import FOLDER, render, schemas, write
from tests.schemas.records import RECORD_TS, rejected

EXAMPLES = Path("schemas/examples")
DOCUMENTS = schemas()
EXPECTED: dict[str, str] = json.loads((EXAMPLES / "expected.json").read_text())
"""Reason for which each `<type>.invalid.json` is refused."""
types = pytest.mark.parametrize("name", sorted(EVENT_TYPES))


def test_the_checked_in_schemas_are_current() -> None:
    checked_in = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert checked_in == {name: render(document) for name, document in DOCUMENTS.items()}, (
        "run `python -m schemas.export` and review the difference"
    )


def test_export_writes_what_it_says(tmp_path: Path) -> None:
    write(tmp_path / "new")
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(DOCUMENTS)


def test_every_schema_is_a_schema() -> None:
    for document in DOCUMENTS.values():
        Draft202012Validator.check_schema(document)


def test_every_type_has_its_examples() -> None:
    names = {path.name for path in EXAMPLES.iterdir()}
    assert names == {f"{name}.{kind}.json" for name in EVENT_TYPES for kind in ("valid", "invalid")} | {"expected.json"}
    assert set(EXPECTED) == set(EVENT_TYPES)


@types
def test_the_valid_example_is_read_and_matches_its_schema(name: str) -> None:
    raw = (EXAMPLES / f"{name}.valid.json").read_bytes()
    validator = Draft202012Validator(DOCUMENTS[f"{name}.schema.json"])
    validator.validate(json.loads(raw))
    (outcome,) = EventDecoder().decode(raw, RECORD_TS)
    assert isinstance(outcome, Decoded), outcome
    assert type_of(outcome.event) == name
    validator.validate(json.loads(msgspec.json.encode(outcome.event)))


@types
def test_the_valid_example_shows_every_field_that_matters(name: str) -> None:
    shown = json.loads((EXAMPLES / f"{name}.valid.json").read_bytes()).keys()
    known = set(EVENT_TYPES[name].__struct_encode_fields__) | {"type"}
    assert shown <= known
    assert len(shown) >= min(len(known), 6)


@types
def test_the_invalid_example_is_refused_for_the_expected_reason(name: str) -> None:
    assert rejected((EXAMPLES / f"{name}.invalid.json").read_bytes()).reason == EXPECTED[name]


def test_any_event_validates_against_the_union() -> None:
    resources = [(name, Resource.from_contents(document)) for name, document in DOCUMENTS.items()]
    registry: Registry = Registry().with_resources(resources)
    validator = Draft202012Validator(DOCUMENTS["event.schema.json"], registry=registry)
    validator.validate(json.loads((EXAMPLES / "login.succeeded.valid.json").read_bytes()))
    assert not validator.is_valid({"type": "login.succeeded"})


def test_a_dead_letter_matches_its_schema() -> None:
    letter = dead_letter(
        topic="t", partition=0, offset=1, stage="enrich", reason="r", detail="d", raw=b"\xff", record_timestamp_ms=1
    )
    Draft202012Validator(DOCUMENTS["dead-letter.schema.json"]).validate(json.loads(letter.encode()))
