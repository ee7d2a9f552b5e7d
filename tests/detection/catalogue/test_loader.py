"""The loader lists every fault in words that a person can act on; what is rejected cannot be switched on (REQ-F04)."""

from __future__ import annotations

import pytest

from streams.detection.catalogue.load import CatalogueError, builtin, load
from streams.detection.families import graph, identity, payments

FAMILY = '[family]\ncode = "ONE"\nname = "X"\nroot = "network"\ncap = 45\nhalf_life_days = 14\n'
PLANNED = '[indicator.later]\nplanned = true\ntitle = "L"\nweight = 5\nscope = "event"\nsources = ["S"]\n'
REJECTED = (
    "language_setting",
    "keyboard_layout",
    "university_country",
    "country_alone",
    "payout_bank_country_alone",
    "whole_upstream_asn",
    "poor_english",
    "night_work",
    "email_name_pattern",
    "no_social_media",
    "face_search",
    "score_propagation",
)
"""Rejected signals of catalogue §4.6 by plausible names: none of them exists, so that none can be enabled."""


def faults(texts: dict[str, str], **options: list[str]) -> str:
    with pytest.raises(CatalogueError) as caught:
        load(texts, **options)
    return str(caught.value)


def test_the_built_in_catalogue_loads_the_same_twice() -> None:
    assert load().version == load().version


def test_families_without_their_neighbours_load_too() -> None:
    catalogue = load({name: builtin()[name] for name in ("payments.toml", "identity.toml", "graph.toml")})
    active = {name for name, indicator in catalogue.indicators.items() if not indicator.planned}
    assert active == {*payments.FAMILY.indicators, *identity.FAMILY.indicators, *graph.FAMILY.indicators}
    assert catalogue.indicators["payout_name_mismatch"].half_life_days == 180


def test_every_fault_of_every_file_is_told_at_once() -> None:
    text = faults(
        {
            "a.toml": FAMILY
            + '[indicator.one]\ntitle = "T"\nweight = 0\nscope = "event"\nsources = ["S"]\nplanned = true\n',
            "b.toml": "not [toml",
            "c.toml": FAMILY.replace("ONE", "TWO") + PLANNED.replace('title = "L"', 'titel = "L"'),
            "mitigators.toml": '[MIT-X]\ntitle = "T"\nsentence = "S."\neffects = {nothing = 0.5}\n',
        }
    )
    assert text == (
        "the catalogue has faults:\n"
        "  - b.toml: not TOML: Expected '=' after a key in a key/value pair (at line 1, column 5)\n"
        "  - c.toml: later: Object contains unknown field `titel`\n"
        "  - ONE: one: weight 0.0, expected more than 0 and at most 100\n"
        "  - mitigators.toml: MIT-X: effect on 'nothing', expected an indicator id or a family code"
    )


def test_an_active_indicator_without_texts() -> None:
    text = faults({"a.toml": FAMILY + PLANNED.replace("planned = true\n", "")})
    names = "sentence threshold_text innocent false_positives base_rate weight_reason steps window"
    expected = [f"  - ONE: later: {name} is empty, expected a text" for name in names.split()]
    assert text.splitlines()[1:] == expected


def test_one_id_in_two_files() -> None:
    texts = {"a.toml": FAMILY + PLANNED, "b.toml": FAMILY.replace("ONE", "TWO") + PLANNED}
    assert faults(texts).splitlines()[1:] == ["  - b.toml: later: declared twice"]


@pytest.mark.parametrize("name", [*REJECTED, "proximity_to_confirmed_case"])
def test_rejected_and_planned_signals_cannot_be_enabled(name: str) -> None:
    with pytest.raises(CatalogueError, match="is not an indicator that can be switched on"):
        load(enable=[name])


def test_rejected_signals_are_not_even_planned() -> None:
    assert not set(REJECTED) & set(load().indicators)


def test_the_locale_setting_needs_a_sign_off() -> None:
    assert not load().indicators["sanctioned_locale_setting"].enabled
    with pytest.raises(CatalogueError) as caught:
        load(enable=["sanctioned_locale_setting"])
    assert str(caught.value) == (
        "the catalogue has faults:\n"
        "  - LOC: sanctioned_locale_setting: switched on, and it needs the fairness sign-off: name it in signed_off too (REQ-F04)"
    )
    signed = load(enable=["sanctioned_locale_setting"], signed_off=["sanctioned_locale_setting"])
    assert signed.indicators["sanctioned_locale_setting"].enabled
    assert signed.version != load().version


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("{count", "expected '}' before end of string, expected gaps such as {name}"),
        ("{} of {b[0]}", "gap {}, expected a plain name"),
        ("{devices:device|}", "gap {devices:device|}, expected two forms as in {devices:device|devices}"),
        ("{devices:one|two|more}", "gap {devices:one|two|more}, expected two forms as in {devices:device|devices}"),
    ],
)
def test_gaps_that_nothing_can_fill_are_faults(sentence: str, fault: str) -> None:
    text = PLANNED.replace("planned = true", f'sentence = "{sentence}"')
    assert f"  - ONE: later: sentence: {fault}\n" in faults({"a.toml": FAMILY + text}) + "\n"
