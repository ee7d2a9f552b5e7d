"""Declared workplaces: how wide they may be, until when they hold, and what the links say of them."""

from __future__ import annotations

from typing import Any

import pytest

from streams.detection.windows import DAY, HOUR
from streams.detection.workplaces import covering
from tests.detection.one_account import T0, Stage

HERE = "198.51.100.7"
DAY0 = T0 // DAY
LAST = "2024-10-06"
"""Two days after the first one."""


def declared(*told: dict[str, Any]) -> Stage:
    stage = Stage()
    for at, fields in enumerate(told):
        stage.tell(T0 + at * HOUR, "affiliation.declared", **{"affiliation_type": "coworking", **fields})
    return stage


def on(stage: Stage, day: int, address: str = HERE) -> str:
    """Kind of workplace on the last millisecond of the day."""
    return covering(stage.account().profile.affiliations, address, (DAY0 + day + 1) * DAY - 1)


@pytest.mark.parametrize(
    ("prefix", "address", "kind"),
    [
        ("198.51.100.0/24", HERE, "coworking"),
        ("198.51.100.9/24", HERE, "coworking"),
        ("198.51.0.0/16", HERE, "coworking"),
        ("198.50.0.0/15", HERE, ""),
        ("0.0.0.0/0", HERE, ""),
        ("2001:db8::/32", "2001:db8::7", "coworking"),
        ("2001:c00::/31", "2001:c00::7", ""),
        ("::/0", "2001:db8::7", ""),
        ("nonsense", HERE, ""),
        ("198.51.100.0/24|20000", HERE, ""),
    ],
)
def test_a_place_is_a_network_no_wider_than_a_workplace(prefix: str, address: str, kind: str) -> None:
    stage = declared({"prefix": prefix})
    assert on(stage, 0, address) == kind
    assert bool(stage.account().profile.affiliations) is bool(kind)
    assert covering([f"coworking:{prefix}"], address, (DAY0 + 99) * DAY) == kind, "nor when it was taken in before"


@pytest.mark.parametrize(
    ("kind", "explains"), [("office", True), (None, True), ("university", True), ("employer", True), ("family", False)]
)
def test_a_place_of_work_is_one_and_a_household_is_none(kind: str | None, explains: bool) -> None:
    stage = declared({"prefix": "198.51.100.0/24", "affiliation_type": kind})
    assert bool(on(stage, 0)) is explains


def test_a_declared_place_ends_after_its_last_day() -> None:
    """Which for the last people on Earth is half a day after UTC's."""
    places = declared({"prefix": "198.51.100.0/24", "until_date": LAST}).account().profile.affiliations
    over = (DAY0 + 3) * DAY + 12 * HOUR
    assert [covering(places, HERE, at) for at in (T0, over - 1, over)] == ["coworking", "coworking", ""]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_newest_declaration_says_until_when(order: tuple[int, ...]) -> None:
    told = ({"prefix": "198.51.100.0/24"}, {"prefix": "198.51.100.0/24", "until_date": LAST})
    stage = Stage()
    for at in order:
        stage.tell(T0 + at * HOUR, "affiliation.declared", affiliation_type="coworking", **told[at])
    assert stage.account().profile.affiliations == [f"coworking:198.51.100.0/24|{DAY0 + 2}"]


def test_places_are_bounded() -> None:
    stage = declared(*({"prefix": f"198.51.{number}.0/24"} for number in range(10)))
    assert len(stage.account().profile.affiliations) == 8
    assert stage.counts["evictions", "account_network"] == 2
    assert on(stage, 0, "198.51.0.7") == ""
