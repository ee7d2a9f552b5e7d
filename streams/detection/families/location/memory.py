"""What the location family remembers of an account: half-days by place and clock, last sightings, impossible pairs."""

from __future__ import annotations

import msgspec

from streams.detection.messages import Evidence, Ref
from streams.detection.windows import Presence


class Sitting(msgspec.Struct, array_like=True, gc=False):
    """Half-days (UTC, 12 h) in which a session began in one country, on one sort of network, under one device clock.

    A union of half-days: reconnects, duplicates and log-in plus session start count once, and order does not matter.
    60 of them are 30 days: beyond the 21-day window a margin is left, so that newer events push nothing out unjudged.
    """

    country: str
    access: bool
    """A network that people live on: neither anonymized nor a relay, satellite or company gateway."""
    offset: int | None
    """Device clock, minutes east of UTC; None when unknown or not telling (UTC)."""
    seen: Presence


class Sighting(msgspec.Struct, array_like=True, gc=False):
    """First and last session begun at one place within a quarter of an hour. Small integers keep it under 30 bytes."""

    first: int
    """Seconds since the epoch."""
    last: int
    latitude: int
    """Hundredths of a degree, about a kilometre."""
    longitude: int
    radius: int
    """Accuracy radius, km."""
    kind: int
    asn: int
    """Of a company's gateway; 0 of any other network, which is not asked."""
    country: str
    """Of a gateway or exit, a territory as its state; of an access network when the person says to live there, and else empty."""
    network: int = 0
    """CRC-32 of the /24 or /48; 0 when unknown."""
    ref: Ref | None = None
    """The newest event there; only on an account that has had an impossible pair."""


class LocationMemory(msgspec.Struct, array_like=True, gc=False):
    """About 80 bytes for an account at one place."""

    sittings: list[Sitting] = []
    """Cap 16; where exits rotate, places that people live on stay."""
    trail: list[Sighting] = []
    """In event-time order: what lateness can still reach, and the last one before it."""
    pairs: list[tuple[int, int, bool, int]] = []
    """Impossible pairs that lateness cannot reach: earlier s, later s, both on access networks, km (cap 16)."""
    refs: dict[str, list[Ref]] = {}
    """By indicator, a few events behind what `daily` may find; empty for an account without mismatch."""
    zone_days: list[int] = []
    """UTC days with the sanctioned zone (at most two; only while that indicator is on)."""
    territory_days: list[int] = []
    odd_days: Presence | None = None
    """UTC days whose hours did not fit the stated zone when they closed; from the first one on, events are kept behind `hours`."""
    before: list[Evidence] | None = None
    """While pairs have fired that a late event can still take apart: the evidence from before them, empty when there was none."""
