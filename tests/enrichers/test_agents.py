from __future__ import annotations

import pytest

from enrichers import agents
from enrichers.agents import LONGEST, OTHER, agent_class

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/130.0.0.0 Safari/537.36",
            "chrome/windows/desktop",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/130.0 Safari/537.36 Edg/130.0",
            "edge/windows/desktop",
        ),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/130.0 Safari/537.36 OPR/115.0", "opera/linux/desktop"),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "firefox/linux/desktop"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1 (KHTML, like Gecko) Version/17 Safari/605",
            "safari/macos/desktop",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 Version/17 Mobile/15E Safari/604",
            "safari/ios/mobile",
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605 CriOS/130 Mobile Safari/604",
            "chrome/ios/tablet",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {WEBKIT} Chrome/130.0 Mobile Safari/537.36",
            "chrome/android/mobile",
        ),
        (f"Mozilla/5.0 (Linux; Android 14; SM-X710) {WEBKIT} Chrome/130.0 Safari/537.36", "chrome/android/tablet"),
        (
            f"Mozilla/5.0 (Linux; Android 13; SM-S911B) {WEBKIT} SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36",
            "samsung/android/mobile",
        ),
        (f"Mozilla/5.0 (X11; CrOS x86_64 15917) {WEBKIT} Chrome/130.0 Safari/537.36", "chrome/chromeos/desktop"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/130.0 Safari/537.36", "headless/linux/desktop"),
        (f"Mozilla/5.0 (Windows Server 2019) {WEBKIT} Chrome/130.0 Safari/537.36", "chrome/windows-server/server"),
        ("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.2)", "ie/windows-server/server"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot/other/bot"),
        ("python-requests/2.32.3", "script/other/script"),
        ("okhttp/4.12.0", "script/other/script"),
        ("", OTHER),
        ("☃" * 10_000, OTHER),
        ("\udc80", OTHER),
    ],
)
def test_classes(user_agent: str, expected: str) -> None:
    assert agent_class(user_agent) == expected


def test_of_long_agents_only_what_is_looked_at_is_kept() -> None:
    """A cache of whole texts would hold 64 KB for each."""
    start = "x" * LONGEST
    agent_class(start + "one")
    before = agents._class_of.cache_info().currsize
    agent_class(start + "other")
    assert agents._class_of.cache_info().currsize == before
