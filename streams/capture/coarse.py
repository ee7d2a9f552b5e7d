"""Texts of a device reduced to what indicators read of them: the answer is the same, the fingerprint is gone.

What is read stands in `families/session/fingerprints.py` and in `sessions.py` and `builds.py` of `families/network`; tests compare
their answers for original and reduced texts.
"""

from __future__ import annotations

from collections.abc import Mapping

from streams.detection.families.network.builds import build_of

SERVERS = ("windows server", "winserver")
"""Words of an agent that mark a rented machine."""
RENDERERS = (
    "direct3d", "d3d1", "d3d9", "apple", "metal", "mesa", "llvmpipe", "mali-", "adreno (tm)",
    "swiftshader", "basic render", "remote display",
)  # fmt: skip
"""Graphics interfaces that name a system, and renderers of machines without a screen."""
BRANDS = ("chrom", "brave", "tor browser", "duckduckgo")
SYSTEMS = frozenset(
    {
        "windows", "windows-server", "macos", "mac", "mac os x", "ios", "ipados", "android", "linux", "chromeos",
        "chrome os", "chromium os",
    }
)  # fmt: skip
OTHER = "other"
_DIGITS = 6
"""Of a screen's side so many digits are read."""


def agent(text: str) -> str | None:
    """The words of a user agent that mark a server, and the browser's major version; its class is a fact and stays."""
    return " ".join(filter(None, (_found(text, SERVERS), build_of(text)))) or None


def renderer(text: str) -> str:
    """The words of a GPU renderer that name a system or a machine without a screen, or `other`."""
    return _found(text, RENDERERS) or OTHER


def system(text: str) -> str:
    """The system that a font set implies, or `other`."""
    return text.lower() if text.lower() in SYSTEMS else OTHER


def tls_system(text: str) -> str:
    """The system before a TLS fingerprint with its colon (`windows:`), or nothing."""
    head, colon, _ = text.lower().partition(":")
    return f"{head}:" if colon and head in SYSTEMS else ""


def hints(headers: Mapping[str, str]) -> dict[str, str]:
    """Platform and brands of client hints, as far as they are read; other headers are left out."""
    found = {}
    platform = headers.get("sec-ch-ua-platform", "").strip('" ').lower()
    if platform in SYSTEMS:
        found["sec-ch-ua-platform"] = platform
    brands = headers.get("sec-ch-ua")
    if brands:
        found["sec-ch-ua"] = _found(brands, BRANDS) or OTHER
    return found


def screen(text: str) -> str | None:
    """Width and height, or nothing for a text that is not both."""
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        return None
    return f"{int(width[:_DIGITS])}x{int(height[:_DIGITS])}"


def _found(text: str, marks: tuple[str, ...]) -> str:
    low = text.lower()
    return " ".join(mark for mark in marks if mark in low)
