"""Invented devices: what a log-in or a session start tells about one."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

_GECKO = "Gecko/20100101 Firefox"
_APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"

AGENTS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "windows": (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/{{}}.0.0.0 Safari/537.36",
        ("ANGLE (Intel, Intel(R) Iris(R) Xe Graphics)", "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060)"),
        ("1920x1080", "2560x1440", "1536x864"),
    ),
    "macos": (
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Chrome/{{}}.0.0.0 Safari/537.36",
        ("ANGLE (Apple, Apple M2)", "ANGLE (Apple, Apple M3 Pro)"),
        ("1512x982", "1728x1117", "1440x900"),
    ),
    "linux": (
        f"Mozilla/5.0 (X11; Linux x86_64; rv:{{}}.0) {_GECKO}/{{}}.0",
        ("Mesa Intel(R) UHD Graphics 620", "AMD Radeon Graphics (renoir)"),
        ("1920x1080", "1920x1200"),
    ),
    "safari": (
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_APPLE} Version/{{}}.0 Safari/605.1.15",
        ("Apple GPU",),
        ("1512x982", "1728x1117"),
    ),
    "iphone": (
        f"Mozilla/5.0 (iPhone; CPU iPhone OS {{0}}_0 like Mac OS X) {_APPLE} Version/{{0}}.0 Mobile/15E148 Safari",
        ("Apple GPU",),
        ("390x844", "393x852"),
    ),
    "android": (
        f"Mozilla/5.0 (Linux; Android 14; K) {_WEBKIT} Chrome/{{}}.0.0.0 Mobile Safari/537.36",
        ("Adreno (TM) 730", "Mali-G78"),
        ("412x915", "360x800"),
    ),
    "server": (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; Server) {_WEBKIT} Chrome/{{}}.0.0.0 Safari/537.36",
        ("ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)",),
        ("1280x1024",),
    ),
}
"""Kind → user-agent pattern, GPU renderers, screens. `server` is a rented Windows server seen by remote desktop."""

_VERSIONS = {"safari": (17, 18), "iphone": (17, 18), "linux": tuple(range(138, 145))}
_BUILDS = tuple(range(138, 146))
"""Several browser builds at once, as among people: a shared build must stay a coincidence."""


class Device(NamedTuple):
    """One device; immutable, used by one or several accounts."""

    id: str
    user_agent: str
    gpu: str
    screen: str
    entropy: float
    """Bits of the device id; a phone of a popular model identifies less than a laptop."""

    def client(self) -> dict[str, Any]:
        """Fields of a session start."""
        return {
            "user_agent": self.user_agent,
            "gpu_renderer": self.gpu,
            "screen": self.screen,
            "device_entropy_bits": self.entropy,
        }


def make_device(device_id: str, kind: str, rng: random.Random) -> Device:
    """Make a device of a kind of `AGENTS`; build, renderer and screen come from `rng`."""
    agent, gpus, screens = AGENTS[kind]
    build = rng.choice(_VERSIONS.get(kind, _BUILDS))
    entropy = round(rng.uniform(24, 30) if kind not in ("iphone", "android") else rng.uniform(21, 25), 1)
    return Device(device_id, agent.format(build, build), rng.choice(gpus), rng.choice(screens), entropy)
