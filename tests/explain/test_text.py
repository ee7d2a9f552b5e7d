"""What people and programs get to read: the linter finds nothing in it, it fits a terminal, it keeps its schema."""

from __future__ import annotations

import json
import re

import jsonschema
import msgspec
import pytest

from streams.cli.text import WIDTH
from streams.contracts import contracts
from streams.detection.wording.linter import lint, text_faults
from streams.explain.limits import LIMITS, number
from streams.explain.needs import WORDS
from streams.explain.page import plain
from streams.explain.text import sections
from streams.scenarios import SCENARIOS
from tests.explain.conftest import of_scenario


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_in_it_says_who_or_where_from(name: str) -> None:
    explanation = of_scenario(name)
    value = json.loads(msgspec.json.encode(explanation))
    assert lint(value) == []
    jsonschema.validate(value, contracts()["explanation.schema.json"])
    for part in sections(explanation):
        ids = re.compile(r"case-[0-9a-f]+|" + re.escape(explanation.account_id))
        assert text_faults(ids.sub("", " ".join([part.heading, *part.lines]))) == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_fits_a_terminal(name: str) -> None:
    lines = plain(sections(of_scenario(name)))
    assert max(map(len, lines)) <= WIDTH
    assert lines[0].startswith(f"Account {of_scenario(name).account_id}: ")


def test_fixed_words_pass_the_linter() -> None:
    assert not [fault for words in LIMITS.values() for fault in text_faults(words.text)]
    assert not [fault for text in WORDS.values() for fault in text_faults(text)]


def test_reads_from_top_to_bottom() -> None:
    headings = [part.heading for part in sections(of_scenario("S05b"))]
    assert headings == [
        "Account s05b-0-0-a5: tier priority, 99.1 of 100",
        "What counts",
        "How it adds up",
        "What each tier takes",
        "What single change would have given another tier",
        "Looked at, and below its threshold",
        "Something it needs was never told",
        "Switched off",
        "Planned, no code yet",
        "To keep in mind",
    ]


@pytest.mark.parametrize(
    ("value", "unit", "reads"),
    [
        (0.954, "%", "95%"),
        (13368.4, "km", "13,368 km"),
        (2.0, "", "2"),
        (0.4, "", "0.4"),
        (14.146, "minutes", "14.15 minutes"),
        (1.0, "days", "1 day"),
        (1.0, "km/h", "1 km/h"),
    ],
)
def test_numbers_for_people(value: float, unit: str, reads: str) -> None:
    assert number(value, unit) == reads
