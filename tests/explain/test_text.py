"""What people and programs get to read: the linter finds nothing in it, it fits a terminal, it keeps its schema."""

from __future__ import annotations

import json
import re

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cli.text import WIDTH
from streams.contracts import contracts
from streams.detection.wording.linter import lint, text_faults
from streams.explain.limits import LIMITS, beside, exact, number
from streams.explain.needs import WORDS
from streams.explain.page import plain
from streams.explain.text import sections
from streams.explain.thresholds import above, below
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


@pytest.mark.parametrize(
    ("value", "unit", "reads"),
    [
        (0.218, "", "0.218"),
        (0.00218, "km", "0.00218 km"),
        (0.954, "%", "95.4%"),
        (0.6, "%", "60%"),
        (1 / 3, "", "0.3333333"),
        (60.0, "minutes", "60 minutes"),
        (13300.0, "km", "13,300 km"),
        (120.5, "", "120.5"),
    ],
)
def test_what_is_set_is_told_in_full(value: float, unit: str, reads: str) -> None:
    assert exact(value, unit) == reads


@pytest.mark.parametrize(
    ("seen", "needed", "unit", "reads"),
    [
        (0.218, 0.22, "", ("0.218", "0.22")),
        (0.5996, 0.6, "%", ("59.96%", "60%")),
        (0.41, 0.6, "%", ("41%", "60%")),
        (0.6, 0.6, "%", ("60%", "60%")),
        (0.1 + 0.2, 0.3, "", ("0.3", "0.3")),
        (999.7, 1000, "km", ("999.7 km", "1,000 km")),
        (3, 4, "", ("3", "4")),
    ],
)
def test_what_differs_reads_differently(seen: float, needed: float, unit: str, reads: tuple[str, str]) -> None:
    assert beside(seen, needed, unit) == reads


@given(st.floats(1e-4, 1e9) | st.integers(1, 10**9), st.sampled_from(["%", "", "km"]))
def test_a_threshold_as_it_is_told_is_beside_what_was_seen(value: float, unit: str) -> None:
    def read(text: str) -> float:
        amount = float(text.removesuffix(" km").removesuffix("%").replace(",", ""))
        return amount / 100 if unit == "%" else amount

    assert read(exact(below(value), unit)) <= value * (1 + 1e-9)
    assert value <= read(exact(above(value), unit)) * (1 + 1e-9)
    assert read(exact(below(value), unit)) == pytest.approx(below(value), rel=1e-9)
