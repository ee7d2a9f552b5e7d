"""Devices that take shifts, and contradicting fingerprints."""

from __future__ import annotations

import random
from typing import Any

import pytest

from enrichers.facts import Facts
from schemas.events import SessionStart
from streams.detection.families.session import fingerprints, shifts
from tests.detection.families.session.kit import DAY, DESKTOP, HOUR, MINUTE, PHONE, Account, facts, sitting

SHIFTS = "operator_shift_pattern"
ODD = "antidetect_fingerprint"


def rota(
    second: Facts,
    *,
    first: Facts | None = None,
    jitter: int = 20,
    days: int = 21,
    rest: tuple[int, ...] = (),
    pause: range = range(0),
    begin: int = 17,
    length: int = 10,
) -> Account:
    """`d1` from 05:00 to 16:00, `d2` from `begin` on, each day but the rest days and a pause."""
    rng = random.Random(5)
    account = Account()
    for day in range(days):
        late = day * DAY + begin * HOUR + rng.randint(-jitter, jitter) * MINUTE
        seen = sitting(day * DAY + 5 * HOUR, day * DAY + 16 * HOUR, "d1", first or facts())
        seen += sitting(late, late + length * HOUR, "d2", second)
        if day % 7 not in rest and day not in pause:
            for one in sorted(seen, key=lambda held: held.at):
                account.see(one)
        account.close(day)
    return account


def test_a_rota_over_midnight() -> None:
    account = rota(facts("athens"))
    evidence = account.fired(SHIFTS)
    assert evidence is not None
    assert evidence.confidence == 1.0
    assert evidence.numbers["profiles"] == 2
    assert evidence.numbers["jitter_minutes"] < 60
    assert {ref.event_id[-2:] for ref in evidence.refs} == {"d1", "d2"}
    assert all(ref.ts <= evidence.last for ref in evidence.refs)
    assert rota(facts()).state.session.refs == {}  # type: ignore[union-attr]


def test_another_make_is_enough() -> None:
    assert rota(facts(agent="firefox/linux/desktop")).confidence(SHIFTS) == 1.0


def test_a_desktop_and_a_phone_in_one_country_are_one_person() -> None:
    assert rota(facts(agent=PHONE)).confidence(SHIFTS) == 0.0
    assert rota(facts("porto", agent=PHONE)).confidence(SHIFTS) == 0.0
    assert rota(facts("porto", "mobile", agent="safari/ios/tablet")).confidence(SHIFTS) == 0.0
    assert rota(facts("athens", agent=PHONE)).confidence(SHIFTS) == 1.0
    assert rota(Facts(agent=PHONE)).confidence(SHIFTS) == 0.0, "nobody knows where it was"
    assert rota(facts(agent=PHONE), first=Facts(agent=DESKTOP)).confidence(SHIFTS) == 0.0


def test_a_rota_that_began_lately_is_not_said_to_last_the_whole_window() -> None:
    evidence = rota(facts("athens"), days=14).fired(SHIFTS)
    assert evidence is not None
    assert evidence.numbers["turns"] == 14
    assert evidence.numbers["days"] == 21


def test_devices_of_one_make_in_one_place_are_silent() -> None:
    assert rota(facts()).confidence(SHIFTS) == 0.0
    assert rota(facts("lisbon", "mobile")).confidence(SHIFTS) == 0.0, "another sort of network, the same operator"


def test_a_working_week_is_silent_and_six_days_are_not() -> None:
    assert rota(facts("athens"), rest=(2, 3)).confidence(SHIFTS) == 0.0
    assert rota(facts("athens"), rest=(3,), days=22).confidence(SHIFTS) == 1.0


def test_unsteady_hours_are_silent() -> None:
    assert rota(facts("athens"), jitter=180, begin=20, length=2).confidence(SHIFTS) == 0.0


def test_hours_that_overlap_are_silent() -> None:
    assert rota(facts("athens"), begin=12, length=5).confidence(SHIFTS) == 0.0


def test_two_weeks_are_not_enough() -> None:
    assert rota(facts("athens"), days=12).confidence(SHIFTS) == 0.0
    assert rota(facts("athens"), days=30, pause=range(9, 18)).confidence(SHIFTS) == 0.0


@pytest.mark.parametrize(
    ("mask", "expected"),
    [(0, (0, 0)), (1, (0, 1)), (0b110, (1, 2)), (1 << 47 | 1, (47, 2)), ((1 << 48) - 1, (0, 48)), (1 << 34, (34, 1))],
)
def test_the_arc_of_a_day(mask: int, expected: tuple[int, int]) -> None:
    assert shifts.arc(mask) == expected


WINDOWS_IN_DISGUISE = {
    "client_hints": {"sec-ch-ua-platform": '"Windows"', "sec-ch-ua": '"Chromium";v="130"'},
    "fonts_os": "windows",
    "gpu_renderer": "ANGLE (NVIDIA GeForce RTX 3060 Direct3D11)",
    "screen": "1920x1080",
}
MAC = "chrome/macos/desktop"


def browsed(agent: str, odd_days: int, days: int = 10, *classes: str, **fields: Any) -> Account:
    account = Account()
    for day in range(days):
        shown = {**WINDOWS_IN_DISGUISE, **fields} if day < odd_days else {}
        account.act(day * DAY, SessionStart, "d1", facts("lisbon", *classes, agent=agent), **shown)
        account.close(day)
    return account


@pytest.mark.parametrize(("odd", "expected"), [(10, 1.0), (2, 0.0)])
def test_three_contradictions_in_half_of_the_sessions(odd: int, expected: float) -> None:
    account = browsed(MAC, odd)
    assert account.confidence(ODD) == expected
    if expected:
        assert account.fired(ODD).refs  # type: ignore[union-attr]


@pytest.mark.parametrize(("odd", "expected"), [(4, 0.0), (5, 1.0)])
def test_the_share_is_judged_over_the_window(odd: int, expected: float) -> None:
    account = Account()
    for day in range(10):
        shown: dict[str, Any] = WINDOWS_IN_DISGUISE if day % 2 and day < 2 * odd else {}
        account.act(day * DAY, SessionStart, "d1", facts(agent=MAC), **shown)
    account.close(9)
    evidence = account.fired(ODD)
    assert (evidence.confidence if evidence else 0.0) == expected
    if evidence:
        assert evidence.numbers == {"odd": 5, "sessions": 10, "percent": 50, "days": 14}


def test_what_contradicted_itself_more_than_two_weeks_ago_is_silent() -> None:
    account = Account()
    for day in (*range(10), *range(16, 26)):
        shown: dict[str, Any] = WINDOWS_IN_DISGUISE if day < 10 else {}
        account.act(day * DAY, SessionStart, "d1", facts(agent=MAC), **shown)
    account.close(25)
    assert account.confidence(ODD) == 0.0


def test_what_agrees_is_silent() -> None:
    assert browsed(DESKTOP, 10).confidence(ODD) == 0.0


@pytest.mark.parametrize(
    ("agent", "fields", "classes"),
    [
        (MAC, {"client_hints": {"sec-ch-ua": '"Brave";v="130"', "sec-ch-ua-platform": '"Windows"'}}, ()),
        ("firefox/macos/desktop", {"tz": "UTC"}, ()),
        ("firefox/macos/desktop", {"tz": "Atlantic/Reykjavik"}, ()),
        (MAC, {}, ("tor",)),
    ],
)
def test_privacy_browsers_are_left_out(agent: str, fields: dict[str, Any], classes: tuple[str, ...]) -> None:
    assert browsed(agent, 10, 10, *classes, **fields).confidence(ODD) == 0.0


@pytest.mark.parametrize(("agent", "tz"), [("firefox/macos/desktop", "Europe/Lisbon"), (MAC, "UTC")])
def test_a_privacy_browser_is_one_by_name_and_zone(agent: str, tz: str) -> None:
    assert browsed(agent, 10, tz=tz).confidence(ODD) == 1.0


@pytest.mark.parametrize(("classes", "expected"), [((), 1.0), (("corporate",), 0.0)])
def test_tls_inspection_of_a_company_does_not_count(classes: tuple[str, ...], expected: float) -> None:
    fields = {"client_hints": None, "ja4": "windows:t13d1516h2_8daaf6152771_e5627efa2ab1"}
    assert browsed(MAC, 10, 10, *classes, **fields).confidence(ODD) == expected


def test_a_phone_that_asks_for_the_desktop_site_is_silent() -> None:
    shown: dict[str, Any] = {
        "client_hints": {"sec-ch-ua-platform": '"Linux"'},
        "fonts_os": "android",
        "gpu_renderer": "ANGLE (Qualcomm, Adreno (TM) 640, OpenGL ES 3.2)",
        "screen": "360x800",
    }
    assert browsed("chrome/linux/desktop", 10, **shown).confidence(ODD) == 0.0


@pytest.mark.parametrize(
    ("agent", "shown", "expected"),
    [
        ("chrome/macos/desktop", ('"Windows"', None, None, None, None, None), 1),
        ("firefox/linux/desktop", (None, '"Chromium"', None, None, None, None), 1),
        ("chrome/windows/desktop", ('"Windows"', '"Foo"', None, None, None, None), 1),
        ("chrome/windows/desktop", (None, None, None, "Mali-G78", None, None), 1),
        ("other/windows/desktop", (None, '"Foo"', None, None, None, None), 0),
        ("safari/macos/desktop", (None, None, "ios", "Apple GPU", None, "1024x1366"), 0),
        ("chrome/chromeos/desktop", ('"Chrome OS"', '"Chromium"', "linux", "Mesa Intel", None, None), 0),
        ("chrome/linux/desktop", ('"Linux"', '"Chromium"', "android", "Adreno (TM) 640", None, "360x800"), 1),
        ("chrome/android/mobile", (None, None, "linux", "Mesa llvmpipe", None, "393x851"), 2),
        ("chrome/android/mobile", (None, None, "windows", "Direct3D11", "windows:t13d", "2560x2000"), 4),
        ("chrome/windows/desktop", (None, None, None, "SwiftShader", "t13d1516h2", "390x844"), 1),
        ("script/other/other", ('"Windows"', None, "macos", "Apple M1", None, None), 0),
        ("chrome", (None, None, None, None, None, "axb"), 0),
    ],
)
def test_contradictions_are_counted_by_source(agent: str, shown: fingerprints.Shown, expected: int) -> None:
    assert fingerprints.contradictions(agent, shown) == expected
