"""A territory and its state are one country between a statement and a place: tables and people name either of the two."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from enrichers.territories import sovereign_of
from enrichers.timezones import offsets_of
from streams.detection.family import Desk
from streams.detection.windows import DAY
from tests.detection.one_account import FACTS, T0, Stage
from tests.detection.pipeline import catalogue

CLAIMED, CLOCK = "claimed_location_mismatch", "tz_ip_claim_triple_mismatch"
Told = tuple[str, dict[str, Any]]


def lived(network: str, *told: Told, desk: Desk | None = None, **clock: Any) -> Stage:
    """Four weeks on networks of one country, after some statements."""
    stage = Stage(desk)
    for kind, fields in told:
        stage.tell(T0 - DAY, kind, **fields)
    stage.facts = msgspec.structs.replace(FACTS, country=network)
    for day in range(28):
        stage.tell(T0 + day * DAY, "session.start", session_id=f"s{day}", device_id="d", **clock)
    return stage


def claims(country: str) -> Told:
    return "account.created", {"claimed_country": country}


@pytest.mark.parametrize(
    ("stated", "network", "apart"),
    [
        ("US", "PR", False),
        ("PR", "US", False),
        ("GB", "JE", False),
        ("GP", "RE", False),
        ("NO", "SJ", False),
        ("US", "RE", True),
        ("PR", "RE", True),
        ("CN", "HK", True),
        ("PT", "PR", True),
    ],
)
def test_who_states_one_and_is_in_the_other_is_where_they_say(stated: str, network: str, apart: bool) -> None:
    assert (CLAIMED in lived(network, claims(stated)).account().fired) is apart


@pytest.mark.parametrize(
    "told",
    [
        ("document.submitted", {"doc_country": "FR"}),
        ("payout_method.added", {"bank_country": "FR"}),
        ("travel.declared", {"countries": ["FR"]}),
        ("travel.declared", {"countries": ["GP"]}),
    ],
)
def test_whatever_says_so(told: Told) -> None:
    assert CLAIMED not in lived("RE", claims("PT"), told).account().fired
    assert CLAIMED in lived("RE", claims("PT")).account().fired


@pytest.mark.parametrize(
    ("stated", "network", "zone", "odd"),
    [
        ("FR", "FR", "Indian/Reunion", False),
        ("US", "DE", "Pacific/Guam", False),
        ("RE", "US", "Europe/Paris", False),
        ("FR", "FR", "Asia/Dubai", True),
        ("US", "US", "Asia/Vladivostok", True),
        ("GB", "US", "Asia/Hong_Kong", True),
    ],
)
def test_a_clock_of_either_is_a_clock_of_both_by_its_name(stated: str, network: str, zone: str, odd: bool) -> None:
    """By the name only: the clock of an island does not make the same hour elsewhere fit its state."""
    assert (CLOCK in lived(network, claims(stated), tz=zone).account().fired) is odd


@pytest.mark.parametrize("seed", range(3))
def test_a_consistent_swap_of_countries_and_of_what_belongs_to_whom_changes_nothing(seed: int) -> None:
    codes = ["US", "PR", "FR", "RE", "PT", "HK"]
    swap = dict(zip(codes, random.Random(seed).sample(codes, len(codes)), strict=True))
    back = {new: old for old, new in swap.items()}
    desk = Desk(
        catalogue(),
        lambda country, ts: offsets_of(back.get(country, country), ts),
        lambda country: swap.get(state := sovereign_of(back.get(country, country)), state),
    )
    for stated in codes:
        for network in codes:
            plain = lived(network, claims(stated), tz="Asia/Singapore").account().fired
            swapped = lived(swap[network], claims(swap[stated]), desk=desk, tz="Asia/Singapore").account().fired
            assert swapped == plain, (stated, network)
