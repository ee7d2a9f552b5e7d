"""Declared workplaces, as an account keeps them: `kind:prefix`, and `|day` (days since the epoch) when the last day is known."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from streams.detection.days import closes
from streams.detection.windows import DAY

WORKPLACES = frozenset({"coworking", "office", "university", "employer"})
"""Kinds of affiliation that explain a shared address for everybody on it."""
WIDEST = {4: 16, 6: 32}
"""Prefix lengths by IP version. No workplace is wider; half the internet, declared as one, would explain everybody's addresses."""


def place(kind: str, prefix: str, until: int | None) -> str:
    """Write down a place whose last declared day is that of `until` (ms)."""
    return f"{kind}:{prefix}" if until is None else f"{kind}:{prefix}|{until // DAY}"


def is_place(prefix: str) -> bool:
    """Whether the prefix is a network and no wider than a workplace may be."""
    return _network(prefix) is not None


def covering(places: Iterable[str], address: str | None, ts: int) -> str:
    """Give the kind of the workplace that covers the address at `ts` (ms), or empty."""
    for held in places:
        kind, _, rest = held.partition(":")
        prefix, _, until = rest.partition("|")
        over = bool(until) and ts >= closes((int(until) + 1) * DAY)
        if kind in WORKPLACES and address and not over and _inside(address, prefix):
            return kind
    return ""


def _inside(address: str, prefix: str) -> bool:
    network = _network(prefix)
    try:
        return network is not None and ipaddress.ip_address(address) in network
    except ValueError:
        return False


def _network(prefix: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        network = ipaddress.ip_network(prefix, strict=False)
    except ValueError:
        return None
    return network if network.prefixlen >= WIDEST[network.version] else None
