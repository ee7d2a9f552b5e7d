"""Territories with a code of their own, by the reviewed file."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from enrichers.territories import sovereign_of, territorial_zones
from enrichers.timezones import zones_of
from streams.detection.wording.origins import country_codes

TERRITORIES: dict[str, list[str]] = tomllib.loads(
    resources.files("enrichers").joinpath("data/territories.toml").read_text("utf-8")
)["territories"]


def test_the_file_names_each_territory_once_and_no_state_as_one() -> None:
    listed = [code for codes in TERRITORIES.values() for code in codes]
    assert len(listed) == len(set(listed))
    assert {*listed, *TERRITORIES} <= country_codes()
    assert not TERRITORIES.keys() & set(listed)


@pytest.mark.parametrize(
    ("country", "sovereign"),
    [("PR", "US"), ("RE", "FR"), ("JE", "GB"), ("AX", "FI"), ("GL", "DK"), ("US", "US"), ("PT", "PT"), ("??", "??")],
)
def test_a_territory_belongs_to_its_state_and_any_other_country_to_itself(country: str, sovereign: str) -> None:
    assert sovereign_of(country) == sovereign


@pytest.mark.parametrize("country", ["HK", "MO", "TW", "PS", "EH"])
def test_what_has_a_border_of_its_own_or_is_disputed_belongs_to_nobody_else(country: str) -> None:
    assert sovereign_of(country) == country


def test_zones_of_territories_are_not_those_of_a_state() -> None:
    assert {"Indian/Reunion", "Pacific/Guam", "Europe/Jersey"} < territorial_zones()
    assert not territorial_zones() & {zone for state in [*TERRITORIES, "HK"] for zone in zones_of(state)}
