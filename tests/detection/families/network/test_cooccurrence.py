from __future__ import annotations

import pytest
from msgspec.structs import replace

from enrichers.facts import ListEntry
from streams.detection.families.network.cooccurrence import rarity_of
from streams.detection.messages import Who
from tests.detection.families.network.kit import DAY, HOUR, MINUTE, Account, Shared, facts, ipv6, link, vpn

COUSE = "proxy_exit_cooccurrence"


def meet(exits: int, *, gap: int = 10 * MINUTE, every: int = DAY, crowd: int = 0, who: Who | None = None) -> Shared:
    shared = Shared()
    for n in range(exits):
        for other in range(crowd):
            shared.take([link("exit", f"e{n}", f"x{other}", n * every - (2 + other) * HOUR, exit=f"e{n}")])
        shared.take([link("exit", f"e{n}", "a", n * every, who, exit=f"e{n}")])
        shared.take([link("exit", f"e{n}", "b", n * every + gap, who, exit=f"e{n}")])
    return shared


def test_rarity() -> None:
    assert rarity_of(1) == 1.0
    assert rarity_of(2) == pytest.approx(0.63, abs=0.01)
    assert rarity_of(15) == 0.25


def test_four_rare_exits_together() -> None:
    assert meet(4).confidence("a", COUSE) == meet(4).confidence("b", COUSE) == 1.0
    assert meet(3).confidence("a", COUSE) == 0
    assert len(meet(4).findings["a", COUSE].refs) > 1


def test_a_half_hour_is_the_window() -> None:
    assert meet(6, gap=30 * MINUTE).confidence("a", COUSE) == 1.0
    assert meet(6, gap=31 * MINUTE).confidence("a", COUSE) == 0


@pytest.mark.parametrize("minutes", [(29,), (0, 10, 20, 29)])
def test_the_newest_session_on_an_exit_is_the_one_that_meets(minutes: tuple[int, ...]) -> None:
    shared, accounts = Shared(), [Account("a"), Account("b")]
    for n in range(5):
        for minute in minutes:
            accounts[0].start(n * DAY + minute * MINUTE, vpn(n + 1))
        accounts[1].start(n * DAY + 35 * MINUTE, vpn(n + 1))
        for account in accounts:
            shared.take(account.links)
            account.links = []
    assert shared.confidence("a", COUSE) == 1.0


def test_heartbeats_on_an_exit_are_told_of_every_half_hour() -> None:
    account = Account()
    account.start(0, vpn(1))
    for minute in range(1, 120):
        account.beat(minute * MINUTE, vpn(1))
    assert len(account.sent("exit")) == 4
    assert not [sent for sent in account.sent("exit") if "visit" in sent.data]


def test_less_rare_exits_need_more_and_popular_ones_never_count() -> None:
    assert meet(4, crowd=4).confidence("a", COUSE) == 0
    assert meet(9, crowd=4).confidence("a", COUSE) == 1.0
    assert meet(9, crowd=13).confidence("a", COUSE) == 0
    assert meet(10, crowd=13).confidence("a", COUSE) == 1.0
    popular = meet(40, crowd=14, every=HOUR)
    assert popular.confidence("a", COUSE) == 0
    assert "pair" not in popular.taken


def test_meetings_of_more_than_a_month_do_not_add_up() -> None:
    assert meet(8, every=11 * DAY).confidence("a", COUSE) == 0


def test_related_accounts_never_count() -> None:
    assert meet(9, who=Who(agency="g")).confidence("a", COUSE) == 0
    assert meet(9, who=Who(identity="i")).confidence("a", COUSE) == 0


@pytest.mark.parametrize("later", [0, 12 * HOUR])
def test_a_declaration_takes_back_what_was_said_of_both(later: int) -> None:
    """The pair hears of it when one of them is next on an exit on which they had met, together or not."""
    shared = meet(4)
    assert shared.confidence("a", COUSE) == 1.0
    shared.take([link("exit", "e3", "b", 5 * DAY, exit="e3"), link("exit", "e3", "a", 5 * DAY + later, exit="e3")])
    shared.take([link("exit", "e3", "b", 6 * DAY + later, Who(related=("a",)), exit="e3")])
    assert shared.confidence("a", COUSE) == shared.confidence("b", COUSE) == 0
    pairs = shared.taken["pair"]
    shared.take([link("exit", "e3", "a", 6 * DAY + later, Who(related=("b",)), exit="e3")])
    assert shared.taken["pair"] == pairs


def test_pairs_are_told_apart_whatever_characters_ids_have() -> None:
    """`u` met `v|w` on two exits and `u|v` met `w` on two others: nobody met anybody on four."""
    shared = Shared()
    for n, pair in enumerate([("u", "v|w")] * 2 + [("u|v", "w")] * 2):
        for name in pair:
            shared.take([link("exit", f"e{n}", name, n * DAY, exit=f"e{n}")])
    assert not shared.findings


@pytest.mark.parametrize(("asn", "expected"), [(None, 0.0), (0, 0.0), (64500, 1.0)])
def test_a_home_line_of_an_unknown_provider_is_no_exit(asn: int | None, expected: float) -> None:
    shared = meet(3)
    for name in "ab":
        account = Account(name)
        account.start(4 * DAY, replace(facts(1), asn=asn))
        shared.take(account.sent("exit"))
    assert shared.confidence("a", COUSE) == expected


def test_exits_that_both_reach_by_ipv6_alone_count_too() -> None:
    shared, accounts = Shared(), [Account("a"), Account("b")]
    for n in range(4):
        for account in accounts:
            account.start(n * DAY, ipv6(facts(n, classes=("vpn",), asn=64500)))
            shared.take(account.sent("exit"))
            account.links = []
    assert shared.confidence("a", COUSE) == 1.0


def test_an_exit_counts_from_the_last_time_and_by_all_who_came_since() -> None:
    """They met on the first one again, before and after three others had come."""
    for others, expected in ((0, 1.0), (3, 0.0)):
        shared = meet(1)
        for n in range(others):
            shared.take([link("exit", "e0", f"x{n}", 10 * DAY + n * HOUR, exit="e0")])
        for key, day in (("e0", 20), ("e1", 33), ("e2", 34), ("e3", 35)):
            for name in "ab":
                shared.take([link("exit", key, name, day * DAY, exit=key)])
        assert shared.confidence("a", COUSE) == expected


def test_the_events_behind_it_are_of_both_and_the_lists_of_all_exits() -> None:
    shared = Shared()
    for n in range(4):
        for minute, name in enumerate("ab"):
            at = n * DAY + minute * MINUTE
            shared.take([link("exit", f"e{n}", name, at, exit=f"e{n}", lists=[f"vpn: list {n % 2}"])])
    found = shared.findings["a", COUSE]
    assert {ref.event_id[0] for ref in found.refs} == {"a", "b"}
    assert found.numbers["lists"] == ["vpn: list 0", "vpn: list 1"]


def test_repeating_one_exit_adds_nothing_and_says_little() -> None:
    shared = Shared()
    for n in range(40):
        for name in ("a", "b"):
            shared.take([link("exit", "e", name, n * 30 * MINUTE, exit="e")])
    assert shared.confidence("a", COUSE) == 0
    assert shared.taken["pair"] == 2


def test_a_household_with_a_new_address_every_day_has_one_exit() -> None:
    shared = Shared()
    accounts = [Account("a"), Account("b")]
    for day in range(20):
        for account in accounts:
            account.start(day * DAY, facts(day, asn=64500))
            shared.take(account.sent("exit"))
            account.links = []
    assert shared.confidence("a", COUSE) == 0


@pytest.mark.parametrize("asn", [64500, 0, None])
@pytest.mark.parametrize(("changes", "expected"), [(2, 0.0), (3, 0.0), (4, 1.0)])
def test_a_server_with_ipv4_and_ipv6_is_one_exit(changes: int, expected: float, asn: int | None) -> None:
    shared, accounts = Shared(), [Account("a"), Account("b")]
    for n in range(changes):
        for account in accounts:
            server = facts(n, asn=asn, classes=("vpn",))
            for at, where in enumerate((server, ipv6(server))):
                account.start(n * DAY + at, where)
            shared.take(account.sent("exit"))
            account.links = []
    assert shared.confidence("a", COUSE) == expected
    if expected:
        assert shared.findings["a", COUSE].numbers["exits"] == changes


def test_personas_that_rotate_together() -> None:  # S02
    shared = Shared()
    accounts = [Account(f"p{n}") for n in range(6)]
    said = ListEntry("residential_proxy", "a list", "2026-11-20")
    home = ListEntry("home", "another list", "2026-11-20")
    for step in range(9):
        for n, account in enumerate(accounts):
            account.start(step * DAY + n * MINUTE, facts(step, classes=("residential_proxy",), lists=(home, said)))
            shared.take(account.sent("exit"))
            account.links = []
    assert {shared.confidence(f"p{n}", COUSE) for n in range(6)} == {1.0}
    assert shared.findings["p0", COUSE].numbers["lists"] == ["residential_proxy: a list of 2026-11-20"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("vpn", 1.0), ("hosting", 1.0), ("public_proxy", 1.0), ("residential_proxy", 1.0), ("hotel", 0.0), ("", 0.0)],
)
def test_each_address_of_an_anonymizer_is_an_exit_and_elsewhere_the_provider_is(name: str, expected: float) -> None:
    shared, accounts = Shared(), [Account("a"), Account("b")]
    for n in range(4):
        for account in accounts:
            account.start(n * DAY, facts(n, asn=64500, classes=(name,) if name else ()))
            shared.take(account.sent("exit"))
            account.links = []
    assert shared.confidence("a", COUSE) == expected


@pytest.mark.parametrize(
    "name",
    [
        *("mobile", "cgnat", "satellite", "corporate", "relay", "tor"),
        *("office", "coworking", "university", "education", "library"),
    ],
)
def test_addresses_that_are_dealt_out_to_whoever_comes_send_nothing(name: str) -> None:  # B04
    account = Account()
    for n in range(50):
        account.start(n * 20 * MINUTE, facts(n % 5, classes=(name,)))
    assert not account.links


@pytest.mark.parametrize("classes", [("hosting", "tor"), ("mobile", "residential_proxy"), ("hosting", "university")])
def test_nor_do_heartbeats_there_whatever_other_lists_say(classes: tuple[str, ...]) -> None:
    account = Account()
    for n in range(10):
        account.start(n * HOUR, facts(n, classes=classes))
        account.beat(n * HOUR + 10 * MINUTE, facts(n, classes=classes))
    assert not account.links
