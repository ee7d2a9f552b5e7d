"""Every field of every event and every fact is declared, once, as something that its type can be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from enrichers.facts import Facts
from schemas.events import EVENT_TYPES
from schemas.events.fields import is_id
from streams.capture import declared
from streams.capture.treatments import Id, Plain, Word
from streams.detection import workplaces
from streams.detection.families import identity
from streams.detection.families.network import moments
from streams.detection.families.session import handoff

FIELDS = sorted(
    {(field.name, field.type) for kind in EVENT_TYPES.values() for field in msgspec.structs.fields(kind)}, key=str
)
NAMES = {name for name, _ in FIELDS}


def leaves(kind: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(kind, inspect.UnionType):
        for inner in kind.types:
            yield from leaves(inner)
    elif isinstance(kind, inspect.VarTupleType):
        yield from leaves(kind.item_type)
    else:
        yield kind


def free_text(kind: Any) -> bool:
    """Text that a producer can fill with anything."""
    return any(
        (isinstance(leaf, inspect.StrType) and leaf.pattern is None) or isinstance(leaf, inspect.DictType)
        for leaf in leaves(inspect.type_info(kind))
    )


def test_every_field_is_declared_and_no_other() -> None:
    assert declared.FIELDS.keys() == NAMES
    assert declared.FACTS.keys() == {field.name for field in msgspec.structs.fields(Facts)}


def test_no_field_is_declared_twice() -> None:
    parts = [*declared._SAME.values(), *declared._IDS.values(), *declared._WORDS, *declared._OTHERS]
    twice = [name for name, times in Counter(" ".join(parts).split()).items() if times > 1]
    assert not twice


@pytest.mark.parametrize(("name", "kind"), FIELDS, ids=[f"{number}-{name}" for number, (name, _) in enumerate(FIELDS)])
def test_what_is_kept_cannot_be_anything(name: str, kind: Any) -> None:
    treatment = declared.FIELDS[name]
    if treatment is Plain.KEEP:
        assert not free_text(kind)
    if treatment is Plain.DROP:
        assert any(isinstance(leaf, inspect.NoneType) for leaf in leaves(inspect.type_info(kind)))
    if isinstance(treatment, Word):
        for leaf in leaves(inspect.type_info(kind)):
            if isinstance(leaf, inspect.LiteralType):
                assert set(leaf.values) <= treatment.known


def test_what_is_named_an_identifier_or_a_hash_is_one() -> None:
    ids = {name for name, treatment in declared.FIELDS.items() if isinstance(treatment, Id) or treatment is Plain.CASE}
    pictures = {name for name, treatment in declared.FIELDS.items() if treatment is Plain.PICTURE}
    named = {name for name in NAMES if is_id(name) or re.search("(_h|_hash|sha256)$", name)} - {"duration_h"}
    assert named <= ids
    assert {name for name in NAMES if name.endswith(("phash", "phash_background"))} == pictures


def test_words_that_detection_reads_are_kept() -> None:
    read = {
        "affiliation_type": workplaces.WORKPLACES,
        "doc_type": moments.PAPERS,
        "changed_fields": moments.FIXING | handoff.FIELDS,
        "phone_line_type": identity.VOIP,
        "email_domain_class": identity.DISPOSABLE,
        "holder_type": {"company"},
        "method": {"chip", "live", "notary", "in_person"},
    }
    for name, words in read.items():
        treatment = declared.FIELDS[name]
        assert isinstance(treatment, Word)
        assert words <= treatment.known
