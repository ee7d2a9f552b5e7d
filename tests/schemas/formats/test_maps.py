"""Every packaged map on samples that nobody here wrote, and on what those lack; golden files say what comes of each record.

RECORD_GOLDEN=1 pytest tests/schemas/formats writes them anew; read the diff before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.decoder import Decoded
from schemas.formats.decoder import FormatDecoder
from schemas.formats.packaged import load_all, load_map, names
from schemas.reasons import RejectReason
from tests.schemas.formats.producers import MAP_OF, NOW, records, shown

GOLDEN = Path(__file__).with_name("golden")
RECORD = os.environ.get("RECORD_GOLDEN") == "1"


@pytest.mark.parametrize("sample", MAP_OF)
def test_every_record_of_a_sample_gives_what_the_golden_file_says(sample: str) -> None:
    decoder = FormatDecoder([], only=load_map(MAP_OF[sample]))
    lines = [
        msgspec.json.encode({"record": number, "ordinal": ordinal, **shown(outcome)})
        for number, raw in enumerate(records(sample), 1)
        for ordinal, outcome in enumerate(decoder.decode(raw, NOW))
    ]
    path = GOLDEN / f"{sample}.jsonl"
    text = b"\n".join(lines) + b"\n"
    if RECORD:
        path.write_bytes(text)
    assert text == path.read_bytes(), f"{path}: RECORD_GOLDEN=1 records it anew"


def test_every_map_has_a_sample_that_gives_events() -> None:
    giving = {
        MAP_OF[path.stem]
        for path in GOLDEN.glob("*.jsonl")
        if b'"event":{"type":"login.succeeded"' in path.read_bytes()
    }
    assert giving == set(names())


@pytest.mark.parametrize("sample", MAP_OF)
def test_no_record_is_taken_for_another_producers(sample: str) -> None:
    maps = load_all()
    for raw in records(sample):
        record = msgspec.json.decode(raw)
        assert [found.name for found in maps if found.recognises(record)] in ([MAP_OF[sample]], [])


@pytest.mark.parametrize("sample", [sample for sample in MAP_OF if sample.startswith(("made", "fusion"))])
def test_detection_gives_what_the_set_format_gives(sample: str) -> None:
    """Of whole records; samples of re-exports lack what some producers are known by."""
    detecting, fixed = FormatDecoder(load_all()), FormatDecoder([], only=load_map(MAP_OF[sample]))
    for raw in records(sample):
        outcomes = fixed.decode(raw, NOW)
        if any(isinstance(outcome, Decoded) for outcome in outcomes):
            assert detecting.decode(raw, NOW) == outcomes


def test_a_rejected_element_comes_back_as_a_record_that_can_be_mended() -> None:
    """Bytes of a dead letter are sent again as they are: they must say all that the element needs from around it."""
    for sample in ("made_okta", "made_entra", "made_google"):
        decoder = FormatDecoder([], only=load_map(MAP_OF[sample]))
        for raw in records(sample):
            for outcome in decoder.decode(raw, NOW):
                if not isinstance(outcome, Decoded):
                    (again,) = decoder.decode(getattr(outcome, "raw", None), NOW)
                    assert again == outcome


def test_a_word_that_no_list_has_is_never_a_success() -> None:
    """For every map with an outcome: change the word, and no log-in succeeds."""
    for name in names():
        field_map = load_map(name)
        if field_map.text.outcome is None:
            continue
        assert field_map._outcome is not None
        judge = field_map._outcome[1]
        words: tuple[Any, ...] = ("", "perhaps", "SUCCESSFUL?", "unsuccess", "ok", None, {}, [], 1.5, -1, 3)
        for word in words:
            assert judge(word) != "succeeded", (name, word)


def test_an_outcome_that_is_not_mapped_has_a_reason_of_its_own() -> None:
    (outcome, *_) = FormatDecoder([], only=load_map("ocsf")).decode(list(records("made_ocsf"))[4], NOW)
    assert shown(outcome) == {
        "reject": RejectReason.UNKNOWN_OUTCOME,
        "detail": "ocsf: outcome 99 is in none of the map's lists",
    }
