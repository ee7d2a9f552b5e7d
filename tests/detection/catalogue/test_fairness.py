"""REQ-F01 and REQ-F02 over everything that decides: families, catalogue, schemas."""

from __future__ import annotations

from pathlib import Path

import pytest

import schemas
import streams.detection
from tests.detection.catalogue.fairness import python_faults, sources, toml_faults

DETECTION = Path(str(streams.detection.__file__)).parent
FAMILIES = dict(sources(DETECTION / "families", "*.py"))
CORE = {path.name: path.read_text("utf-8") for path in sorted(DETECTION.glob("*.py"))}
EVENTS = dict(sources(Path(str(schemas.__file__)).parent / "events", "*.py"))
CATALOGUE = dict(sources(DETECTION / "catalogue", "*.toml"))


def test_nothing_that_decides_uses_a_trait_or_a_literal_country() -> None:
    code = {**FAMILIES, **CORE, **EVENTS}
    assert len(FAMILIES) > 5
    assert [fault for name, text in code.items() for fault in python_faults(text, name)] == []


def test_no_catalogue_file_does() -> None:
    assert len(CATALOGUE) == 17
    assert [fault for name, text in CATALOGUE.items() for fault in toml_faults(text, name)] == []


@pytest.mark.parametrize(
    "source",
    [
        "if profile.nationality: pass",
        "citizenship_match = 1",
        "def by_ethnicity(x): ...",
        "score(native_language=1)",
        "fields['place_of_birth']",
        "if country == 'KP': fire()",
        "RISKY = {'RU', 'CN'}",
        "match country:\n case 'NG': pass",
        "GEO_TAG = 'KP'",
    ],
)
def test_the_linter_finds(source: str) -> None:
    assert python_faults(source, "x.py")


@pytest.mark.parametrize(
    "source",
    [
        "if profile.claimed_country != facts.country: fire()",
        "'''KP is registered to one provider; nationality is never compared.'''",
        "family = 'NET'",
        "unit = 'km'",
    ],
)
def test_the_linter_lets_through(source: str) -> None:
    assert python_faults(source, "x.py") == []


@pytest.mark.parametrize("source", ["GEO_TAG = 'KP'", "GEO_TAG: Final = 'KP'"])
def test_a_licensed_constant_is_let_through_in_its_file_only(source: str) -> None:
    assert python_faults(source, "network/registered.py") == []
    assert python_faults(source, "network/__init__.py")


@pytest.mark.parametrize(
    "source",
    ["nationality = 1", "[a.thresholds]\nKP = 1", 'countries = ["RU"]', '[x]\nsurname_origin = "y"'],
)
def test_the_linter_finds_in_toml(source: str) -> None:
    assert toml_faults(source, "x.toml")
