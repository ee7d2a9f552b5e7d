from __future__ import annotations

from datetime import date, timedelta

import pytest

from enrichers.facts import ListEntry
from tests.detection.families.network.kit import DAY, HOUR, T0, Account, facts

PROXIES = "residential_proxy_egress"


def rotate(*countries: str | None, gap: int = 0, exits: int | None = None) -> float:
    account = Account()
    for n, country in enumerate(countries):
        number = n if exits is None else n % exits
        account.start(n * gap, facts(number + 1, country=country, classes=("residential_proxy",)))
    return account.confidence(PROXIES)


def test_confidence_grows_with_exits_and_countries() -> None:
    assert rotate("A", "A") == 0
    assert rotate("A", "A", "A") == 0.5
    assert rotate("A", "A", "A", "A", "A") == 0.5
    assert rotate("A", "A", "A", "A", "A", "A") == 1.0
    assert rotate("A", "B", "C") == 1.0


def test_an_exit_of_an_unknown_place_is_no_third_country() -> None:
    assert rotate("A", "B", None) == 0.5


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_week_is_judged_whichever_of_its_exits_is_heard_of_last(order: tuple[int, ...]) -> None:
    account = Account()
    for n in order:
        account.start(3 * n * DAY, facts(n + 1, classes=("residential_proxy",)))
    assert account.confidence(PROXIES) == 0.5


def test_one_stable_exit_is_a_sold_home_line() -> None:
    assert rotate(*"A" * 40, gap=DAY, exits=1) == 0
    assert rotate(*"A" * 40, gap=DAY, exits=2) == 0


def test_exits_of_more_than_a_week_do_not_add_up() -> None:
    assert rotate("A", "A", "A", gap=3 * DAY) == 0.5
    assert rotate("A", "A", "A", gap=3 * DAY + 12 * HOUR) == 0
    relay = Account()
    for n in range(9):
        relay.start(0, facts(n, classes=("relay", "residential_proxy")))
    assert relay.confidence(PROXIES) == 0


@pytest.mark.parametrize(
    ("listed", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False), (None, True)]
)
def test_a_list_speaks_for_the_day_before_and_after_its_own(listed: int | None, counts: bool) -> None:
    """Tags of sold home lines hold for about a day; a list without a date is taken at its word."""
    dated = "" if listed is None else str(date(1970, 1, 1) + timedelta(days=T0 // DAY + listed))
    account = Account()
    for n in range(3):
        named = ListEntry("residential_proxy", "some-list", dated)
        other = ListEntry("vpn", "another", str(date(1970, 1, 1)))
        account.start(n, facts(n + 1, classes=("residential_proxy",), lists=(other, named)))
    assert (account.confidence(PROXIES) > 0) is counts


def test_of_several_lists_a_fresh_one_is_enough() -> None:
    today = str(date(1970, 1, 1) + timedelta(days=T0 // DAY))
    account = Account()
    for n in range(3):
        lists = tuple(ListEntry("residential_proxy", name, day) for name, day in (("a", "1999-01-01"), ("b", today)))
        account.start(n, facts(n + 1, classes=("residential_proxy",), lists=lists))
    assert account.confidence(PROXIES) == 0.5


def test_a_carriers_gateways_are_one_exit_however_many_of_its_customers_sell_their_line() -> None:
    account = Account()
    for n in range(12):
        tagged = ("mobile", "residential_proxy")
        account.start(n * HOUR, facts(n, country="ABC"[n % 3], asn=64999, classes=tagged, operator="Example Mobile"))
    assert account.confidence(PROXIES) == 0
