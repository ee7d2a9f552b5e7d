"""`antidetect_fingerprint`: what a browser says of itself contradicts what it shows, in most sessions (catalogue §5.3).

Judged are contradictions only, never how rare a fingerprint is: privacy browsers make fingerprints alike, not impossible.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from streams.detection.families.session.memory import SessionMemory
from streams.detection.family import Desk
from streams.detection.windows import DAY

if TYPE_CHECKING:
    from streams.detection.account_state import AccountState  # it imports this package's memory

ID = "antidetect_fingerprint"

_ALIKE = {
    "windows": "windows",
    "windows-server": "windows",
    "macos": "apple",
    "mac": "apple",
    "mac os x": "apple",
    "ios": "apple",
    "ipados": "apple",
    "android": "android",
    "linux": "linux",
    "chromeos": "linux",
    "chrome os": "linux",
    "chromium os": "linux",
}
"""Give the systems that cannot be told apart by fonts, GPU or hints are one: iPads say macOS, Chrome OS says Linux."""

_CHROMIUM = frozenset({"chrome", "edge", "opera", "samsung", "yandex"})
_WITHOUT_HINTS = frozenset({"firefox", "safari", "ie"})
_PRIVACY_ZONES = frozenset({"UTC", "Etc/UTC", "GMT", "Atlantic/Reykjavik"})
_PRIVACY_BRANDS = ("brave", "tor browser", "duckduckgo")
_LARGEST_HANDHELD = 1700
"""Shorter side in pixels: tablets end below 1,640, desktop monitors of that height do not fit in a hand."""
_SMALLEST_DESKTOP = 900
"""Longer side: netbooks begin at 1,024, phones in CSS pixels end below it."""

_LONGEST = 512
"""Characters looked at of each text, as for the class of an agent."""

Shown = tuple[str | None, ...]
"""Hint platform, hint brands, fonts' system, GPU renderer, TLS fingerprint, screen."""


def private(agent: str, brands: str | None, tz: str | None, classes: tuple[str, ...]) -> bool:
    """Tell whether a privacy browser made the fingerprint: Tor Browser, Brave, Firefox with resistFingerprinting."""
    if "tor" in classes or (brands is not None and any(brand in brands.lower() for brand in _PRIVACY_BRANDS)):
        return True
    return agent.startswith("firefox/") and tz in _PRIVACY_ZONES


def contradictions(agent: str, shown: Shown) -> int:
    """Count independent things contradict the user agent: client hints, fonts, GPU, TLS fingerprint, screen."""
    return count(agent, tuple([text and text[:_LONGEST] for text in shown]))


@lru_cache(4096)  # of what is looked at, or a client that shows long texts would fill the memory
def count(agent: str, shown: Shown) -> int:
    """Count the contradictions of texts that are short enough to be kept."""
    family, system, form = [*agent.split("/"), "other", "other"][:3]
    said = _ALIKE.get(system)
    if said is None:
        return 0
    platform, brands, fonts, gpu, ja4, screen = shown
    return (
        _hints_contradict(family, said, platform, brands)
        + _systems_differ(said, _ALIKE.get((fonts or "").lower()))
        + _systems_differ(said, _system_of_gpu((gpu or "").lower()))
        + _systems_differ(said, _system_of_ja4((ja4 or "").lower()))
        + _screen_contradicts(form, screen)
    )


def _systems_differ(said: str, shown: str | None) -> bool:
    """Tell whether two systems are shown; a phone that asks for the desktop site says it runs Linux, and Android does."""
    return shown is not None and shown != said and (said, shown) != ("linux", "android")


def _hints_contradict(family: str, said: str, platform: str | None, brands: str | None) -> bool:
    """Platform and brands come from one source, so that they count once."""
    if _systems_differ(said, _ALIKE.get((platform or "").strip('" ').lower())):
        return True
    if not brands:
        return False
    chromium = "chrom" in brands.lower()
    return (family in _CHROMIUM and not chromium) or (family in _WITHOUT_HINTS and chromium)


def _system_of_gpu(gpu: str) -> str | None:
    """Give the system that the graphics interface implies; software renderers and vendor names alone imply none."""
    if "direct3d" in gpu or "d3d1" in gpu or "d3d9" in gpu:
        return "windows"
    if "apple" in gpu or "metal" in gpu:
        return "apple"
    if "mesa" in gpu or "llvmpipe" in gpu:
        return "linux"
    return "android" if "mali-" in gpu or "adreno (tm)" in gpu else None


def _system_of_ja4(ja4: str) -> str | None:
    """Give the system named by a prefix (`windows:t13d…`), which some vendors put before the fingerprint; a bare one names none."""
    head, colon, _ = ja4.partition(":")
    return _ALIKE.get(head) if colon else None


def _screen_contradicts(form: str, screen: str | None) -> bool:
    width, _, height = (screen or "").partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        return False
    sides = sorted((int(width[:6]), int(height[:6])))
    if form in {"mobile", "tablet"}:
        return sides[0] > _LARGEST_HANDHELD
    return form == "desktop" and 0 < sides[1] < _SMALLEST_DESKTOP


def judge(account: AccountState, memory: SessionMemory, day: int, desk: Desk) -> None:
    """Fire when at least half of the device half-days of two weeks had a session that contradicts itself."""
    if all(held.odd is None for held in memory.devices):
        return
    days = int(desk.threshold(ID, "window_days"))
    last = 2 * day + 1
    first = last - 2 * days + 1
    total = sum(held.halves.count(first, last) for held in memory.devices)
    odd = sum(held.odd.count(first, last) for held in memory.devices if held.odd is not None)
    if odd < desk.threshold(ID, "sessions_min") or odd < desk.threshold(ID, "share_min") * total:
        return
    numbers = {"odd": odd, "sessions": total, "percent": round(100 * odd / total), "days": days}
    desk.fire(account, ID, 1.0, (day + 1) * DAY - 1, numbers, *memory.refs.get(ID, ()))
