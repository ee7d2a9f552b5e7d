from __future__ import annotations

import pytest

from streams.detection.messages import Who
from tests.detection.families.network.kit import DAY, HOUR, MINUTE, T0, Account, Shared, facts, link

SHARED = "shared_ip_multi_account"
KEY = "198.51.1.7"


def crowd(count: int, *, whos: list[Who] | None = None, gap: int = HOUR) -> Shared:
    shared = Shared()
    shared.take(link("ip", KEY, f"a{n}", n * gap, whos[n] if whos else None) for n in range(count))
    return shared


@pytest.mark.parametrize(("count", "expected"), [(2, 0), (3, 0.4), (4, 0.7), (5, 0.7), (6, 1.0)])
def test_confidence_by_number_of_unrelated_accounts(count: int, expected: float) -> None:
    shared = crowd(count)
    assert {shared.confidence(f"a{n}", SHARED) for n in range(count)} == {expected}


@pytest.mark.parametrize(("count", "expected"), [(50, 1.0), (51, 0.0)])
def test_more_accounts_than_a_hub_has_are_nobodys(count: int, expected: float) -> None:
    assert crowd(count).confidence("a0", SHARED) == expected


def test_sign_ups_close_together_add_to_it() -> None:
    close = [Who(created=T0 + n * 36 * HOUR) for n in range(3)]
    apart = [Who(created=T0 + n * 37 * HOUR) for n in range(3)]
    assert crowd(3, whos=close).confidence("a0", SHARED) == pytest.approx(0.6)
    assert crowd(3, whos=apart).confidence("a0", SHARED) == 0.4
    assert crowd(6, whos=[Who(created=T0)] * 6).confidence("a0", SHARED) == 1.0


def test_a_household_signed_up_when_its_first_member_did() -> None:
    pair = [Who(created=T0 - 9 * DAY), Who(created=T0, related=("a0",))]
    others = [Who(created=T0), Who(created=T0)]
    assert crowd(4, whos=pair + others).confidence("a0", SHARED) == 0.4


def test_a_week_is_the_window() -> None:
    assert crowd(3, gap=3 * DAY).confidence("a2", SHARED) == 0.4
    assert crowd(3, gap=4 * DAY).confidence("a2", SHARED) == 0


def test_agencies_families_and_one_persons_accounts_are_one_group() -> None:
    assert crowd(25, whos=[Who(agency="g")] * 25).confidence("a1", SHARED) == 0
    assert crowd(6, whos=[Who(related=("employer:e",))] * 6).confidence("a1", SHARED) == 0
    assert crowd(6, whos=[Who(identity="i")] * 6).confidence("a1", SHARED) == 0
    chain = [Who(), Who(related=("a0",)), Who(related=("a1",)), Who(related=("a2",))]
    assert crowd(4, whos=chain).confidence("a1", SHARED) == 0
    brought_together = [Who(), Who(), Who(related=("a0", "a1")), Who(related=("a0",)), Who()]
    assert crowd(5, whos=brought_together).confidence("a4", SHARED) == 0


def test_a_declaration_takes_the_finding_back() -> None:
    shared = crowd(3)
    assert shared.confidence("a0", SHARED) == 0.4
    shared.take([link("ip", KEY, "a2", DAY, Who(related=("a1",)))])
    assert {shared.confidence(f"a{n}", SHARED) for n in range(3)} == {0}


def test_a_declared_workplace_explains_it_for_everybody() -> None:  # B01
    shared = crowd(5)
    shared.take([link("ip", KEY, "a9", DAY, declared="coworking", network="198.51.100.0/24")])
    assert all(shared.confidence(f"a{n}", SHARED) == 0 for n in range(5))
    assert shared.mitigated["a0", "MIT-OFFICE"].numbers["also"] == ("subnet:198.51.100.0/24",)


def weeks(n: int, *, alike: bool) -> bytes:
    first = 0 if alike else n * 9 % 150
    return bytes(first) + b"\x05" * 12 + bytes(156 - first)


def test_more_than_fifteen_devices_an_hour_are_a_place() -> None:
    for devices, alike, stays, office in ((15, False, True, False), (16, False, False, True), (16, True, False, False)):
        shared = Shared()
        shared.take(
            link("ip", KEY, f"a{n}", n, device=n + 1, hour=480_000, week=weeks(n, alike=alike)) for n in range(devices)
        )
        assert (shared.confidence("a0", SHARED) == 1.0) is stays
        assert (("a0", "MIT-OFFICE") in shared.mitigated) is office


def test_a_crowd_of_unknown_hours_is_neither_pointed_at_nor_an_office() -> None:
    shared = Shared()
    shared.take(link("ip", KEY, f"a{n}", n, device=n + 1, hour=480_000) for n in range(16))
    assert shared.confidence("a0", SHARED) == 0
    assert not shared.mitigated


def test_an_account_sends_the_link_at_its_second_session_of_a_week_and_then_daily() -> None:
    account = Account()
    where = facts()
    account.login(0, where)
    account.start(1000, where)
    assert not account.sent("ip")
    for hour in range(1, 24):
        account.start(hour * HOUR, where, device_id="d")
    assert len(account.sent("ip")) == 1
    account.start(26 * HOUR, where, device_id="d")
    assert len(account.sent("ip")) == 2
    rare = Account()
    rare.start(0, where)
    rare.start(8 * DAY, where)
    assert not rare.sent("ip")


@pytest.mark.parametrize(
    ("gap", "sent"), [(5 * MINUTE - 1, 0), (5 * MINUTE, 1), (7 * DAY, 1), (7 * DAY + 1, 0), (-10 * MINUTE, 1)]
)
def test_two_sessions_lie_five_minutes_to_a_week_apart_whichever_is_heard_of_first(gap: int, sent: int) -> None:
    account = Account()
    for at in (0, gap):
        account.start(at, facts())
    assert len(account.sent("ip")) == sent


@pytest.mark.parametrize(
    "name",
    [
        *("office", "coworking", "university", "education", "library", "hotel"),
        *("mobile", "cgnat", "satellite", "corporate"),
        *("relay", "tor", "vpn", "public_proxy", "residential_proxy"),
    ],
)
def test_shared_classes_send_no_ip_link(name: str) -> None:
    account = Account()
    for hour in range(5):
        account.start(hour * HOUR, facts(classes=(name,)))
    assert not account.sent("ip")


def test_a_rented_server_is_an_address_like_any_other() -> None:
    account = Account()
    for hour in range(2):
        account.start(hour * HOUR, facts(classes=("hosting",)))
    assert account.sent("ip")


def test_a_covering_declaration_travels_with_the_link() -> None:
    account = Account()
    account.state.profile.affiliations = ["family:198.51.1.0/24", "coworking:198.51.1.7/32", "coworking:nonsense"]
    for hour in (0, 1):
        account.start(hour * HOUR, facts())
    assert account.sent("ip")[0].data["declared"] == "coworking"


def test_three_accounts_from_events_to_findings() -> None:
    shared = Shared()
    accounts = [Account(f"a{n}") for n in range(3)]
    for hour in (0, 1):
        for account in accounts:
            account.start(hour * HOUR, facts(), device_id=account.account_id)
    for account in accounts:
        shared.take(account.links)
    assert shared.confidence("a0", SHARED) == 0.4
    numbers = shared.findings["a0", SHARED].numbers
    assert numbers["network"] == "198.51.1.0/24"
    assert KEY not in numbers.values()


def test_the_second_session_must_lie_within_the_week_too() -> None:
    shared = crowd(2)
    shared.take([link("ip", KEY, "a2", 6 * DAY, earlier=T0 - DAY)])
    assert shared.confidence("a2", SHARED) == 0.4
    shared = crowd(2)
    shared.take([link("ip", KEY, "a2", 6 * DAY + 6 * HOUR, earlier=T0 - DAY)])
    assert shared.confidence("a2", SHARED) == 0
    account = Account()
    for at in (0, HOUR, 3 * DAY):
        account.start(at, facts())
    assert [sent.data["earlier"] for sent in account.sent("ip")] == [T0, T0 + HOUR]
