"""Earlier devices that stay in use or return: there was no hand-over, or it is taken back."""

from __future__ import annotations

import pytest

from schemas.events import LoginSucceeded
from tests.detection.families.session.handover import ID, VPS, carry_on, taken, verified
from tests.detection.families.session.kit import DAY, HOUR, beats, facts


def test_the_old_device_takes_the_finding_back() -> None:
    account = taken(verified())
    carry_on(account, 3, 9)
    assert account.confidence(ID) == 0.6
    account.work(10 * DAY, 10 * DAY + HOUR, "d1")
    assert account.confidence(ID) == 0.0
    assert set(carry_on(account, 10, 25).values()) == {0.0}


@pytest.mark.parametrize("laid_aside", ["d0", "d1"])
def test_one_of_two_earlier_devices_in_use_is_enough(laid_aside: str) -> None:
    account = verified()
    account.act(DAY - HOUR, LoginSucceeded, "d0")
    taken(account)
    for day in range(3, 20):
        account.work(day * DAY + 7 * HOUR, day * DAY + 8 * HOUR, "d0" if laid_aside == "d1" else "d1")
        assert carry_on(account, day, day)[day] == 0.0


@pytest.mark.parametrize("back", [20, 30, 60])
def test_the_old_device_takes_it_back_however_late(back: int) -> None:
    account = taken(verified())
    carry_on(account, 3, back - 1)
    assert account.confidence(ID) == 1.0
    account.work(back * DAY, back * DAY + HOUR, "d1")
    assert account.confidence(ID) == 0.0
    assert set(carry_on(account, back, back + 20).values()) == {0.0}


def test_the_old_device_takes_it_back_after_a_silence_of_all_devices() -> None:
    account = taken(verified())
    carry_on(account, 3, 18)
    assert account.confidence(ID) == 1.0
    account.close(55)
    account.work(56 * DAY, 56 * DAY + HOUR, "d1")
    assert account.confidence(ID) == 0.0


def test_the_old_device_is_remembered_while_the_finding_stands() -> None:
    account = taken(verified())
    carry_on(account, 3, 30)
    for number in range(12):
        account.work((31 + number) * DAY, (31 + number) * DAY + HOUR, f"n{number}", VPS)
        account.close(31 + number)
    account.work(50 * DAY, 50 * DAY + HOUR, "d1")
    assert account.confidence(ID) == 0.0


@pytest.mark.parametrize(("hours", "expected"), [(-2, 1.0), (20, 1.0), (30, 0.0)])
def test_earlier_devices_may_be_used_for_a_day_beside_the_new_one(hours: int, expected: float) -> None:
    account = taken(verified())
    moved = 2 * DAY + 21 * HOUR
    account.act(moved + hours * HOUR, LoginSucceeded, "d1")
    assert carry_on(account, 5, 20)[20] == expected


def test_the_days_are_counted_from_the_last_use_of_an_earlier_device() -> None:
    account = taken(verified())
    account.act(3 * DAY + 17 * HOUR, LoginSucceeded, "d1")
    found = carry_on(account, 5, 17)
    assert [found[day] for day in (5, 6, 16, 17)] == [0.0, 0.6, 0.6, 1.0]


def test_the_old_device_takes_it_back_though_a_new_one_begins_every_day() -> None:
    account = taken(verified())
    for day in range(3, 12):
        carry_on(account, day, day, f"n{day}")
    assert account.confidence(ID) == 0.6
    account.act(11 * DAY + 20 * HOUR, LoginSucceeded, "d1")
    assert account.confidence(ID) == 0.0


def test_events_that_name_no_device_take_nothing_back() -> None:
    """Nobody knows whose they are; or the finding would go and come back every day."""
    account = verified()
    for seen in beats(None, "s", 11 * HOUR, 11 * HOUR, facts()):
        account.see(seen)
    taken(account)
    carry_on(account, 3, 5)
    for day in range(6, 18):
        for seen in beats(None, f"s{day}", day * DAY + 7 * HOUR, day * DAY + 7 * HOUR, VPS):
            account.see(seen)
        assert account.confidence(ID) == (1.0 if day > 16 else 0.6)
        carry_on(account, day, day)


def test_nor_do_they_make_the_old_device_forgotten() -> None:
    account = verified()
    account.act(DAY - HOUR, LoginSucceeded, "d0")
    for seen in beats(None, "s", 11 * HOUR, 11 * HOUR, facts()):
        account.see(seen)
    taken(account)
    carry_on(account, 3, 30)
    for number in range(12):
        day = 31 + number
        for seen in beats(None, f"s{day}", day * DAY, day * DAY, VPS):
            account.see(seen)
        carry_on(account, day, day, f"n{number}")
    assert account.confidence(ID) == 1.0
    account.work(50 * DAY, 50 * DAY + HOUR, "d1")
    assert account.confidence(ID) == 0.0
