from __future__ import annotations

from tests.detection.families.network.kit import DAY, Account, facts

PROXIES = "residential_proxy_egress"


def rotate(*countries: str, gap: int = 0, exits: int | None = None) -> float:
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


def test_one_stable_exit_is_a_sold_home_line() -> None:
    assert rotate(*"A" * 40, gap=DAY, exits=1) == 0
    assert rotate(*"A" * 40, gap=DAY, exits=2) == 0


def test_exits_of_more_than_a_week_do_not_add_up() -> None:
    assert rotate("A", "A", "A", gap=3 * DAY) == 0.5
    assert rotate("A", "A", "A", gap=4 * DAY) == 0
    relay = Account()
    for n in range(9):
        relay.start(0, facts(n, classes=("relay", "residential_proxy")))
    assert relay.confidence(PROXIES) == 0
