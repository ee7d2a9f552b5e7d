"""The class of a user agent, `family/os/device`: coarse on purpose, it compares sessions and identifies nobody.

First match wins in every table, so what imitates something stands before it: every browser says Mozilla, most say
Safari, Edge and Opera say Chrome, Android says Linux.
"""

from __future__ import annotations

import functools
import re

OTHER = "other/other/other"
LONGEST = 512
"""Characters looked at: real agents have 80 to 250, and the rest cannot change the class."""

_FAMILIES = (
    ("headless", ("headlesschrome", "phantomjs", "puppeteer", "playwright")),
    ("bot", ("bot/", "bot;", "spider", "crawler", "slurp", "+http")),
    (
        "script",
        ("curl/", "wget/", "python", "go-http-client", "okhttp", "axios", "node-fetch", "java/", "postman", "libwww"),
    ),
    ("edge", ("edg/", "edga/", "edgios/", "edge/")),
    ("opera", ("opr/", "opera", "opt/")),
    ("samsung", ("samsungbrowser",)),
    ("yandex", ("yabrowser",)),
    ("electron", ("electron/",)),
    ("firefox", ("firefox/", "fxios/")),
    ("chrome", ("chrome/", "crios/", "chromium/")),
    ("ie", ("msie ", "trident/")),
    ("safari", ("safari/", "applewebkit/")),
)
_SYSTEMS = (
    ("windows-server", ("windows server", "windows nt 5.2")),
    ("windows", ("windows",)),
    ("ios", ("iphone", "ipad", "ipod")),
    ("android", ("android",)),
    ("chromeos", ("cros ",)),
    ("macos", ("macintosh", "mac os x", "darwin")),
    ("linux", ("linux", "x11;", "ubuntu")),
)
_DESKTOPS = frozenset({"windows", "macos", "linux", "chromeos"})
_TABLET = re.compile(r"ipad|tablet|\bsm-[tx]\d")


def _first(table: tuple[tuple[str, tuple[str, ...]], ...], text: str) -> str:
    return next((name for name, marks in table if any(mark in text for mark in marks)), "other")


def agent_class(user_agent: str) -> str:
    """Classify, e.g. `chrome/windows/desktop`, `safari/ios/mobile`; `other/other/other` when nothing is known.

    `windows-server` is a server with a desktop: a rented machine. Browsers on newer ones say plain Windows, so its
    absence means nothing.
    """
    return _class_of(user_agent[:LONGEST])


@functools.lru_cache(maxsize=4096)
def _class_of(start: str) -> str:
    text = start.lower()
    family = _first(_FAMILIES, text)
    system = _first(_SYSTEMS, text)
    return f"{family}/{system}/{_device(family, system, text)}"


def _device(family: str, system: str, text: str) -> str:
    if family in {"bot", "script"}:
        return family
    if system == "windows-server":
        return "server"
    if system in {"ios", "android"}:
        # an Android tablet is one that does not say "mobile"
        tablet = _TABLET.search(text) or (system == "android" and "mobile" not in text)
        return "tablet" if tablet else "mobile"
    return "desktop" if system in _DESKTOPS else "other"
