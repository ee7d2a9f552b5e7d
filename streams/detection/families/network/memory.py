"""What the network family remembers of an account: cells in which it was seen and closed-day tallies, all bounded.

Addresses are never kept: a network, an operator or a checksum is enough to count.
"""

from __future__ import annotations

import msgspec

from streams.detection.messages import Ref
from streams.detection.windows import Presence

QUARTERS, SESSIONS, MOBILE, RELAY, NAMED, HOSTED, CORPORATE, MIXED, REMOTE = range(9)
"""Columns of a day's tally, commonest first: rows end at the last column that is not zero, which halves them."""


class Seen(msgspec.Struct, array_like=True, gc=False):
    """One network, or one operator whose networks count as one."""

    at: Presence
    """5-minute buckets: five hours, far beyond the 60-minute window and its lateness."""
    asn: int = 0
    """0 = unknown; an unknown one never adds to a count."""
    operator: str = ""
    """The VPN operator; empty for any other network."""
    devices: list[int] = []
    """CRC-32 of the devices seen here, the first four since the last weekly `subnet` link."""
    told: int = 0
    """CRC-32 of what the newest `subnet` link carried and may change."""


class Place(msgspec.Struct, array_like=True, gc=False):
    """One country, as reached through one VPN operator or through none."""

    hours: Presence
    days: Presence


class Exit(msgspec.Struct, array_like=True, gc=False):
    """One residential-proxy exit."""

    days: Presence
    country: str = ""


class NetworkMemory(msgspec.Struct, array_like=True, gc=False):
    """Networks, places and shares of one account."""

    networks: dict[str, Seen] = {}
    """Network (/24, /48, or collapsed operator) → when it began sessions (cap 24)."""
    places: dict[str, Place] = {}
    """`country` or `country|operator` → when (cap 24)."""
    days: dict[int, list[int]] = {}
    """UTC day → tally by column; 15 days."""
    heard: Presence | None = None
    """Quarters of an hour with any session event."""
    hosted: Presence | None = None
    """Those on hosting space that no VPN list claims."""
    mixed: Presence | None = None
    """Those with session events on hosting space and elsewhere; None for nearly everybody."""
    moments: dict[str, int] = {}
    """Kind of identity moment → earliest event time through an anonymizer."""
    proxies: dict[int, Exit] = {}
    """CRC-32 of a residential-proxy exit → when (cap 16)."""
    linked: dict[str, Presence] = {}
    """Registry entry other than NET-1 → UTC days."""
    operators: dict[str, list[int]] = {}
    """VPN operator → first and last UTC day of unbroken use (cap 4)."""
    clocks: dict[int, int] = {}
    """Device offset in minutes → last UTC day (cap 4)."""
    lists: dict[str, list[str]] = {}
    """Network class → date and source of the newest list that gave it."""
    refs: dict[str, list[Ref]] = {}
    """By indicator, events on that operator, on hosting space or of identity moments; empty for everybody else."""
