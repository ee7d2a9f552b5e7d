"""What an exit knows of those who left it: how many there were, so that a popular one says nothing of anybody."""

from __future__ import annotations

import msgspec
import pytest

from streams.detection.entity_state import over
from streams.detection.windows import DAY, HOUR, MINUTE
from tests.detection.test_entities import Things

COUSE = "proxy_exit_cooccurrence"


def customers(things: Things, exits: int, months: int, a_month: int) -> None:
    """Other customers of a popular VPN, every month others, on each of its exits."""
    for x in range(exits):
        for month in range(months):
            for n in range(a_month):
                at = month * 30 + n * 17 / 24 + x / 24
                things.link("exit", f"c{month}-{n}", at, key=f"e{x}", exit=f"e{x}", network="n")


def meet(things: Things, exits: int, day: float) -> None:
    for x in range(exits):
        for name, minute in (("a", 0), ("b", 5)):
            at = day + (x * HOUR + minute * MINUTE) / DAY
            things.link("exit", name, at, key=f"e{x}", exit=f"e{x}", network="n")


@pytest.mark.parametrize("pause", [0, 31, 300])
@pytest.mark.parametrize("a_month", [40, 4])
def test_an_exit_that_many_used_is_popular_for_good(pause: int, a_month: int) -> None:
    """Also after a month in which nobody came, and where never many came in one month."""
    things = Things()
    customers(things, exits=4, months=6, a_month=a_month)
    meet(things, 4, 180 + pause)
    assert things.said == {}


def test_strangers_on_exits_that_nobody_else_used_are_told() -> None:
    things = Things()
    meet(things, 4, 0)
    assert things.said == {("a", COUSE): 1.0, ("b", COUSE): 1.0}


def test_a_popular_exit_is_its_number_and_is_forgotten_after_a_year_without_anybody() -> None:
    things = Things()
    customers(things, exits=1, months=1, a_month=40)
    state = things.state("exit", "e0")
    assert (state.members, state.evicted >= 15) == ({}, True)
    assert len(msgspec.msgpack.encode(state)) < 60
    assert not over(state, state.watermark + 365 * DAY)
    assert over(state, state.watermark + 366 * DAY)


def test_after_a_year_without_anybody_an_address_is_another_ones() -> None:
    for quiet, said in ((364, {}), (366, {("a", COUSE): 1.0, ("b", COUSE): 1.0})):
        things = Things()
        customers(things, exits=4, months=1, a_month=40)
        meet(things, 4, 39 * 17 / 24 + 4 / 24 + quiet)
        assert things.said == said


def test_who_comes_back_to_an_exit_is_counted_once() -> None:
    things = Things()
    for day in range(0, 400, 20):  # five accounts, each every hundred days
        things.link("exit", f"a{day // 20 % 5}", day, exit="x")
    state = things.state("exit")
    assert len(state.members) + state.evicted == 5
