from __future__ import annotations

from typing import Any
from zlib import crc32

import pytest
from msgspec.structs import replace

from streams.detection.families.network import builds
from streams.detection.families.network.builds import build_of
from streams.detection.families.network.rhythm import alike, week_of
from streams.detection.messages import Who
from tests.detection.families.network.kit import DAY, HOUR, MINUTE, T0, Account, Shared, facts, link, vpn

SUBNET = "shared_subnet_single_use_devices"
WEEK = bytes(24) + b"\x04" * 60 + bytes(84)
SETUP: dict[str, Any] = {"agent": "chrome/windows/desktop", "tz": "Asia/X", "week": WEEK}
OTHER = bytes(100) + b"\x04" * 60 + bytes(8)


def team(count: int, change: dict[int, dict[str, Any]] | None = None, **more: Any) -> Shared:
    shared = Shared()
    for n in range(count):
        data: dict[str, Any] = {"devices": [n], **SETUP, **more}
        data |= (change or {}).get(n, {})
        shared.take([link("subnet", "198.51.1.0/24", f"a{n}", n * HOUR, data.pop("who", None), **data)])
    return shared


def found(shared: Shared, account: str = "a0") -> bool:
    return shared.confidence(account, SUBNET) == 1.0


def test_four_alike_accounts_with_a_device_each() -> None:
    assert found(team(4))
    assert not found(team(3))


def test_a_device_on_two_accounts_or_two_devices_of_one_is_another_pattern() -> None:
    assert not found(team(4, {3: {"devices": [0]}}))
    assert not found(team(4, {3: {"devices": [3, 4]}}))


def test_own_hours_or_own_hardware_are_ordinary_neighbours() -> None:
    assert not found(team(4, {2: {"week": OTHER}, 3: {"week": OTHER}}))
    assert not found(team(4, {0: {"agent": "safari/macos/desktop"}, 1: {"tz": "Europe/Y"}}))
    assert found(team(5, {0: {"agent": "safari/macos/desktop"}, 1: {"tz": "Europe/Y"}}))
    assert not found(team(4, agent=""))
    assert not found(team(4, tz=""))
    assert not found(team(4, week=bytes(24) + b"\x04" * 4 + b"\x03" + bytes(139)))
    assert found(team(4, week=bytes(24) + b"\x04" * 5 + bytes(139)))


def test_another_browser_version_is_another_setup() -> None:
    assert found(team(4, build="chrome/141"))
    assert not found(team(4, {n: {"build": f"chrome/{138 + n}"} for n in range(4)}))
    assert found(team(5, {n: {"build": "chrome/141" if n < 3 else "chrome/142"} for n in range(5)}))
    account = Account()
    account.start(0, facts(), device_id="d", user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko Firefox/144.0")
    assert account.sent("subnet")[0].data["build"] == "firefox/144"


@pytest.mark.parametrize(
    ("agent", "build"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36 Edg/140.0.1", "edg/140"),
        ("Mozilla/5.0 (Linux; Android 14) Version/4.0 Chrome/139.0 Mobile Safari/537.36", "chrome/139"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/18.2 Safari/605.1.15", "version/18"),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_the_build_of_an_agent(agent: str, build: str) -> None:
    assert build_of(agent) == build


def test_the_build_of_a_long_agent_keeps_no_long_text() -> None:
    """Agents that differ only behind what is looked at are one to the cache."""
    before = builds.read.cache_info().currsize
    assert {build_of(f"Firefox/144.0 {'x' * 512} {number}") for number in range(100)} == {"firefox/144"}
    assert builds.read.cache_info().currsize <= before + 1


def test_a_replaced_device_counts_for_as_long_as_the_window() -> None:
    for weeks, expected in ((4, False), (5, True)):
        shared = team(4, {n: {"build": f"chrome/{n}"} for n in range(4)})
        for week in range(1, weeks + 1):
            shared.take(
                link("subnet", "198.51.1.0/24", f"a{n}", 7 * week * DAY + n * HOUR, devices=[n + 10], **SETUP)
                for n in range(4)
            )
        assert found(shared) is expected, weeks


def test_a_device_of_long_ago_is_forgotten_also_while_its_account_is_quiet() -> None:
    for day, expected in ((29, False), (31, True)):
        shared = Shared()
        for at, device in ((0, 9), (10 * DAY, 0)):
            shared.take([link("subnet", "198.51.1.0/24", "a0", at, devices=[device], **SETUP)])
        for n in range(1, 4):
            shared.take([link("subnet", "198.51.1.0/24", f"a{n}", day * DAY + n, devices=[n], **SETUP)])
        assert found(shared) is expected


def test_a_second_device_in_use_is_told_again_each_week_and_a_replaced_one_never() -> None:
    account = Account()
    for day in range(22):
        account.start(day * DAY, facts(), device_id="old" if day < 3 else "new")
        account.start(day * DAY + HOUR, facts(), device_id="other")
    told = [(sent.ts // DAY, sent.data["devices"]) for sent in account.sent("subnet")]
    first = told[0][0]
    old, other, new = (crc32(name) for name in (b"old", b"other", b"new"))
    assert {device for day, devices in told if day - first >= 10 for device in devices} == {other, new}
    for day in (10, 17):
        assert any(other in devices for at, devices in told if day <= at - first < day + 7)
    assert old in told[0][1]


def test_agencies_common_employers_and_declared_offices_are_silent() -> None:
    assert not found(team(6, who=Who(agency="g")))
    assert not found(team(6, who=Who(related=("employer:e",))))
    assert not found(team(6, {5: {"declared": "office"}}))


def test_a_network_of_more_accounts_than_a_hub_says_nothing_of_anybody() -> None:
    passers_by = {n: {"week": bytes(168)} for n in range(4, 51)}
    assert found(team(50, passers_by))
    assert not found(team(51, passers_by))


def test_a_late_declaration_takes_the_finding_back() -> None:
    shared = team(4)
    shared.take([link("subnet", "198.51.1.0/24", "a3", DAY, devices=[3], declared="office", week=WEEK)])
    assert not found(shared)


def test_a_late_relation_takes_the_finding_back() -> None:
    shared = team(4)
    again = {"devices": [3], **SETUP}
    shared.take([link("subnet", "198.51.1.0/24", "a3", DAY, Who(related=("a0",)), **again)])
    assert not found(shared)


def test_links_are_daily_or_with_a_new_device() -> None:
    account = Account()
    for hour in range(23):
        account.start(hour * HOUR, facts(), device_id="d1" if hour < 20 else "d2")
    assert len(account.sent("subnet")) == 2
    assert len(account.sent("subnet")[-1].data["devices"]) == 2


def test_a_clock_is_its_zone_or_else_its_offset() -> None:
    account = Account()
    clocks: list[dict[str, Any]] = [{"tz": "Asia/X", "tz_offset_min": 60}, {"tz_offset_min": 0}, {}]
    for n, clock in enumerate(clocks):
        account.start(n * DAY, facts(), **clock)
    assert [sent.data["tz"] for sent in account.sent("subnet")] == ["Asia/X", "0", ""]


def test_the_first_four_devices_of_a_week_are_enough() -> None:
    account = Account()
    for n in range(10):
        account.start(n * 10 * MINUTE, facts(), device_id=f"d{n}")
    assert [len(sent.data["devices"]) for sent in account.sent("subnet")] == [1, 2, 3, 4]


def test_a_second_device_that_begins_within_the_same_minutes_is_told_of() -> None:
    account = Account()
    account.start(0, facts(), device_id="laptop")
    account.start(MINUTE, facts(), device_id="phone")
    assert account.sent("subnet")[-1].data["devices"] == [crc32(b"laptop"), crc32(b"phone")]


def test_links_are_daily_while_what_they_carry_changes_and_weekly_then() -> None:
    account = Account()
    for day in range(20):
        account.state.active_hours[day] = 0b111 << 9
        account.start(day * DAY, facts(), device_id="d1")
    days = [sent.ts // DAY - account.sent("subnet")[0].ts // DAY for sent in account.sent("subnet")]
    assert days == [0, 1, 2, 3, 4, 5, 6, 13]
    account.start(20 * DAY, facts(), device_id="d1", tz="Asia/X")
    assert len(account.sent("subnet")) == 9


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("related", ["b"]),
        ("identity", "i"),
        ("agency_verified", True),
        ("agency", "g"),
        ("affiliations", ["coworking:198.51.1.0/24"]),
    ],
)
def test_a_declaration_is_told_of_the_next_day(name: str, value: object) -> None:
    """What was said of a team must not stand for a week after it declared itself."""
    account = Account()
    profile = account.state.profile
    profile.agency, profile.agency_verified = ("", True) if name == "agency" else ("g", False)
    for day in range(4):
        account.start(day * DAY, facts(), device_id="d")
        if day == 1:
            setattr(profile, name, value)
    assert [(sent.ts - T0) // DAY for sent in account.sent("subnet")] == [0, 2]


def test_half_of_an_agency_is_nothing_to_tell_of() -> None:
    account = Account()
    for day in range(4):
        account.start(day * DAY, facts(), device_id="d")
        account.state.profile.related = ["agency-registered:g"]
    assert [(sent.ts - T0) // DAY for sent in account.sent("subnet")] == [0]


def test_vpn_exits_are_grouped_by_operator_and_city() -> None:
    account = Account()
    account.start(0, vpn(1))
    account.start(HOUR, vpn(2, operator=None))
    account.start(2 * HOUR, facts(3, operator="Example Fibre"))
    assert [sent.key for sent in account.sent("subnet")] == ["astrill+PT", "198.51.2.0/24", "198.51.3.0/24"]


def test_cities_of_one_name_are_two_places() -> None:
    account = Account()
    for hour, country in enumerate(("US", "CR")):
        account.start(hour * HOUR, replace(vpn(hour, country), city="San José"))
    assert [sent.key for sent in account.sent("subnet")] == ["astrill+San José, US", "astrill+San José, CR"]


def test_accounts_behind_one_operators_exits_are_not_told_to_be_on_one_network() -> None:
    shared = Shared()
    for n in range(4):
        account = Account(f"a{n}")
        account.state.active_hours = {T0 // DAY - day: 0xFF << 9 for day in range(1, 6)}
        where = replace(vpn(n), city="Lisbon", agent="chrome/windows/desktop")
        account.start(n * HOUR, where, device_id=f"d{n}", tz="Asia/X")
        shared.take(account.sent("subnet"))
    assert shared.findings["a0", SUBNET].numbers["network"] == "astrill (exits in Lisbon, PT)"
    assert team(4).findings["a0", SUBNET].numbers["network"] == "198.51.1.0/24"


def test_the_weeks_profile_and_its_likeness() -> None:
    week = week_of({20_000: 0b101, 20_007: 0b001})
    assert (len(week), week[20_000 % 7 * 24], sum(week)) == (168, 2, 3)
    assert alike([WEEK, WEEK, WEEK]) == pytest.approx(1.0)
    assert alike([WEEK, OTHER]) < 0
    assert alike([WEEK, bytes(168)]) == 0
    assert alike([WEEK]) == 0
