"""Places that carry more devices within an hour than a household has, from events to findings."""

from __future__ import annotations

import random

import pytest

from tests.detection.families.network.kit import DAY, HOUR, MINUTE, T0, Account, Shared, facts, link

SHARED = "shared_ip_multi_account"
KEY = "198.51.1.7"


def come(shared: Shared, account: Account, at: int, *, named: bool = True) -> None:
    """One session of an account on its own device, heard of by all things before the next one."""
    hours, hour = account.state.active_hours, (T0 + at) // HOUR
    hours[hour // 24] = hours.get(hour // 24, 0) | 1 << hour % 24
    account.start(at, facts(), device_id=f"of {account.account_id}" if named else None)
    shared.take(account.links)
    account.links = []


def office(people: int, days: int, *, named: bool = True) -> tuple[Shared, set[str]]:
    """Everybody comes between 6 and 13 o'clock and starts a session at least once an hour, for seven hours."""
    rng, shared = random.Random(1), Shared()
    accounts = [Account(f"w{n:02}") for n in range(people)]
    usual = [rng.uniform(7, 12) for _ in accounts]
    visits = []
    for day in range(days):
        for account, hour in zip(accounts, usual, strict=True):
            first = at = hour + rng.uniform(-1, 1)
            while at < first + 7:
                visits.append((int((24 * day + at) * HOUR), account.account_id))
                at += rng.uniform(0.6, 0.95)
    of = {account.account_id: account for account in accounts}
    for at, name in sorted(visits):
        come(shared, of[name], at, named=named)
    return shared, {name for name in of if shared.confidence(name, SHARED) > 0}


@pytest.mark.parametrize("people", [20, 30, 48])
def test_an_office_is_known_on_its_second_day(people: int) -> None:  # B01, auto-detected
    shared, flagged = office(people, 2)
    assert not flagged
    assert len([name for name, mitigator in shared.mitigated if mitigator == "MIT-OFFICE"]) == people


def test_nor_does_it_take_a_platform_that_names_devices() -> None:
    shared, flagged = office(20, 2, named=False)
    assert not flagged
    assert len([name for name, mitigator in shared.mitigated if mitigator == "MIT-OFFICE"]) == 20


def test_visitors_on_unnamed_devices_make_a_cafe_too() -> None:
    shared, regulars = Shared(), [Account(f"r{n}") for n in range(3)]
    for n in range(17):
        come(shared, Account(f"v{n}"), 10 * HOUR + n * MINUTE, named=False)
    for hour in range(2):
        for account in regulars:
            come(shared, account, (10 + hour) * HOUR + 45 * MINUTE)
    assert {shared.confidence(account.account_id, SHARED) for account in regulars} == {0}


def test_fifteen_people_are_no_crowd() -> None:
    shared, flagged = office(15, 3)
    assert len(flagged) == 15
    assert not shared.mitigated


def test_visitors_who_never_come_back_make_a_cafe() -> None:
    shared, regulars = Shared(), [Account(f"r{n}") for n in range(3)]
    for day in range(2):
        opens = day * DAY + 10 * HOUR
        for n in range(40):
            come(shared, Account(f"v{day}-{n}"), opens + n * MINUTE)
        for hour in range(2):
            for n, account in enumerate(regulars):
                come(shared, account, opens + hour * HOUR + (45 + n) * MINUTE)
    assert {shared.confidence(account.account_id, SHARED) for account in regulars} == {0}
    assert {name for name, _ in shared.mitigated} <= {account.account_id for account in regulars}


def test_a_visitor_is_no_account_that_uses_the_address() -> None:
    shared = Shared()
    for n in range(6):
        come(shared, Account(f"v{n}"), n * HOUR)
    assert shared.taken["ip"] == 4
    assert not shared.findings


def test_visitors_are_added_to_the_regulars_who_tell_of_that_hour_the_next_morning() -> None:
    shared, regulars = Shared(), [Account(f"r{n}") for n in range(9)]
    for at in (8 * HOUR, 9 * HOUR, DAY + 8 * HOUR, DAY + 10 * HOUR):
        for account in regulars:
            come(shared, account, at)
    for n in range(8):
        come(shared, Account(f"v{n}"), DAY + 10 * HOUR + n * MINUTE)
    assert shared.confidence("r0", SHARED) == 1.0
    come(shared, Account("first"), 2 * DAY + 7 * HOUR)
    for account in regulars:
        come(shared, account, 2 * DAY + 8 * HOUR)
    assert {shared.confidence(account.account_id, SHARED) for account in regulars} == {0}


def residents(count: int) -> tuple[Shared, list[Account]]:
    """People who share a line: two sessions each on the first day, and one on the next."""
    shared, accounts = Shared(), [Account(f"r{n}") for n in range(count)]
    for at in (0, HOUR, DAY):
        for account in accounts:
            come(shared, account, at)
    return shared, accounts


def test_a_resident_who_comes_back_takes_nothing_back() -> None:
    shared, accounts = residents(3)
    before = shared.entities[f"ip:{KEY}".encode()].members["r1"].data
    come(shared, accounts[1], 12 * DAY)
    assert accounts[1].state.links[f"exit:{KEY}"] == T0 + 12 * DAY
    assert {shared.confidence(account.account_id, SHARED) for account in accounts} == {0.4}
    assert shared.entities[f"ip:{KEY}".encode()].members["r1"].data == before


def test_a_declaration_is_heard_when_all_are_back() -> None:
    shared, accounts = residents(3)
    accounts[1].state.profile.related = ["r0"]
    come(shared, accounts[1], 12 * DAY)
    come(shared, accounts[1], 12 * DAY + HOUR)
    assert {shared.confidence(account.account_id, SHARED) for account in accounts} == {0}


@pytest.mark.parametrize("gap", [30 * MINUTE, 12 * HOUR])
def test_visitors_take_neither_the_word_nor_the_places_of_residents(gap: int) -> None:
    """Only so many devices within an hour make a place everybody's, however many people ever came once."""
    shared, accounts = residents(6)
    for n in range(70):
        come(shared, Account(f"v{n}"), 2 * DAY + n * gap)
    place = shared.entities[f"ip:{KEY}".encode()]
    assert place.members.keys() == {account.account_id for account in accounts}
    assert "crowd" not in place.memory
    assert {shared.confidence(account.account_id, SHARED) for account in accounts} == {1.0}


def test_a_visitor_is_no_event_behind_what_is_said_of_residents() -> None:
    """The fourth went quiet, and a visitor is the first to come after that."""
    shared, accounts = residents(4)
    for day in range(2, 8):
        for account in accounts[:3]:
            come(shared, account, day * DAY)
    visitor = Account("v")
    come(shared, visitor, 8 * DAY + 2 * HOUR)
    (visit,) = shared.entities[f"exit:{KEY}".encode()].members["v"].refs
    assert not [found for found in shared.findings.values() if visit in found.refs]


def test_what_is_kept_of_visitors_is_a_crowd_an_hour_for_two_days() -> None:
    shared = Shared()
    for n in range(40):
        shared.take([link("ip", KEY, f"v{n}", n, device=n + 1, hour=T0 // HOUR, visit=True)])
    shared.take([link("ip", KEY, "late", HOUR, device=99, hour=T0 // HOUR - 30, visit=True)])
    place = shared.entities[f"ip:{KEY}".encode()]
    assert place.memory["crowd"] == T0 // HOUR
    assert {hour: len(devices) for hour, devices in place.memory["visits"].items()} == {T0 // HOUR: 16}
    shared.take([link("ip", KEY, "v", 2 * DAY, device=1, hour=T0 // HOUR + 48, visit=True)])
    assert shared.entities[f"ip:{KEY}".encode()].memory["visits"] == {T0 // HOUR + 48: [1]}


def test_nobody_tells_of_a_line_with_two_accounts() -> None:
    shared, pair = Shared(), [Account("a"), Account("b")]
    for hour in range(8):
        for account in pair:
            come(shared, account, hour * HOUR)
    assert shared.taken["ip"] == 2


def test_sixteen_people_of_a_day_who_are_fifteen_in_any_hour_are_no_crowd() -> None:
    shared = Shared()
    for n in range(16):
        shared.take([link("ip", KEY, f"a{n:02}", n, device=n + 1, hour=T0 // HOUR + n // 15)])
    shared.take([link("ip", KEY, "a00", DAY, device=1, stay=[T0 // DAY, 0b11])])  # of both hours
    assert shared.confidence("a00", SHARED) == 1.0


def test_a_crowd_of_the_morning_is_told_of_when_all_are_back_on_the_same_day() -> None:
    shared, accounts = Shared(), [Account(f"w{n:02}") for n in range(16)]
    for n, account in enumerate(accounts):
        come(shared, account, 8 * HOUR + n * MINUTE)
    for n, account in enumerate(accounts):
        come(shared, account, 9 * HOUR + n * 50 * MINUTE)
    assert {shared.confidence(account.account_id, SHARED) for account in accounts} == {0}


def test_one_device_of_many_visitors_is_one_and_leaves_room_for_others() -> None:
    shared = Shared()
    for n in range(40):
        shared.take([link("ip", KEY, f"v{n}", n, device=max(1, n - 23), hour=T0 // HOUR, visit=True)])
        assert ("crowd" in shared.entities[f"ip:{KEY}".encode()].memory) is (n == 39)


@pytest.mark.parametrize("visit", [False, True])
def test_a_device_counts_in_the_hours_of_all_who_use_it(visit: bool) -> None:
    """Two people share one; the sixteenth was there in the hours of both."""
    shared, day = Shared(), T0 // DAY
    for n in range(15):
        shared.take([link("ip", KEY, f"a{n:02}", DAY + n, device=n + 1, stay=[day, 1 << 10])])
    also = {"hour": 24 * day + 9, "visit": True} if visit else {"stay": [day, 1 << 9]}
    shared.take([link("ip", KEY, "b", DAY + HOUR, device=1, **also)])
    assert shared.confidence("a00", SHARED) == 1.0
    shared.take([link("ip", KEY, "z", DAY + HOUR + 1, device=16, stay=[day, 0b11 << 9])])
    assert shared.confidence("a00", SHARED) == 0


def test_people_who_come_one_after_another_are_no_crowd() -> None:
    shared = Shared()
    for n in range(20):
        stay = [T0 // DAY, 1 << n]
        shared.take([link("ip", KEY, f"a{n}", DAY + n, device=n + 1, hour=T0 // HOUR + 24 + n % 2, stay=stay)])
    assert shared.confidence("a0", SHARED) == 1.0


def test_what_a_link_tells_of_the_day_before() -> None:
    account = Account()
    day = T0 // DAY
    account.state.active_hours[day] = 0b111 << 6
    account.start(7 * HOUR, facts())
    account.start(8 * HOUR, facts())
    account.start(DAY, facts())
    first, second = account.sent("ip")
    assert first.data["stay"] == [day, 0b110 << 6]
    assert second.data["stay"] == [day, 0b100 << 6]


def test_a_week_away_makes_a_visitor_again_and_a_weekly_exit_link_does_not() -> None:
    account = Account()
    for day in (0, 1, 2, 8, 9):
        account.start(day * DAY, facts(), device_id="d")
    assert [bool(sent.data.get("visit")) for sent in account.sent("exit")] == [True, False]
    assert [(sent.ts - T0) // DAY for sent in account.sent("ip")] == [1, 2, 8, 9]
    account.start(20 * DAY, facts(), device_id="d")
    assert account.sent("exit")[-1].data["visit"]
    assert len(account.sent("ip")) == 4
