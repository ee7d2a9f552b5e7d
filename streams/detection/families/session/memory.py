"""What the session family remembers of one account: devices, open sessions, presence without a break, a hand-over."""

from __future__ import annotations

import msgspec

from streams.detection.messages import Ref
from streams.detection.windows import Presence


class Device(msgspec.Struct, array_like=True, gc=False):
    """One device of the account, by the CRC-32 of its id (0 = events without one)."""

    key: int
    first: int
    """Seconds since the epoch."""
    last: int
    halves: Presence
    """Half-days (12 h) with activity."""
    places: list[tuple[str, int, int]] = []
    """Country, ASN and sort of network; one operator has several. Cap 4, the last one seen is last."""
    agent: int = 0
    """CRC-32 of the agent class."""
    odd: Presence | None = None
    """Half-days with a session whose fingerprint contradicts itself."""
    day: int = 0
    slots: int = 0
    """Half-hours with activity in `day` (48 bits)."""
    before: int = 0
    """The same for the day before."""
    arcs_day: int = 0
    """Day of the last arc."""
    arcs: bytes = b""
    """Start and length (half-hours) of each day's activity, two bytes a day, oldest first; 0, 0 = none. Cap 21 days."""
    kyc: bool = False
    """An identity was verified or its document uploaded from here."""
    bits: int | None = None
    """Lowest entropy heard of the device id; None = a first-party id."""
    phone: bool = False
    """A phone or a tablet, by its first agent."""
    stayed: int = 0
    """Last day with a session too long for a public computer."""


class Open(msgspec.Struct, array_like=True, gc=False):
    """One session at one place, heard of within the last hour or so."""

    key: int
    device: int
    start: int
    """Seconds since the epoch."""
    end: int
    inputs: Presence | None = None
    """Five-minute slots with input."""
    latitude: int | None = None
    """Hundredths of a degree."""
    longitude: int = 0
    country: str = ""
    kind: int = 0
    phone: bool = False
    ref: Ref | None = None
    """The newest event; only on an account in which two distant sessions have overlapped before."""
    radius: int = 0
    """Largest accuracy radius of its addresses, km; 0 = not known."""


class SessionMemory(msgspec.Struct, array_like=True, gc=False):
    """Under 350 bytes for a laptop and a phone used every day."""

    devices: list[Device] = []
    """Cap 8, least recently used goes first."""
    open: list[Open] = []
    """Cap 8."""
    runs: list[list[int]] = []
    """Presence without a gap of 15 min, as [start, end] in seconds; only what can still grow."""
    hours: Presence | None = None
    """Hours with input."""
    marathons: Presence | None = None
    """Half-days in which a day of uninterrupted activity was complete."""
    overlaps: Presence | None = None
    """Half-days in which two distant sessions began to overlap."""
    anchor: int = 0
    """Seconds: identity verified, or end of a long silence; 0 = none."""
    changes: dict[str, int] = {}
    """Contact, security or payout data → time (s) of the first change after the anchor; with `+` of the newest, if it is another."""
    refs: dict[str, list[Ref]] = {}
    """By indicator, a few events behind what `daily` may find; for shifts by `indicator|device`."""
    rota: bool = False
    """Two different devices share enough days to look for shifts: from then on events of both are kept."""
    silent: int = 0
    """Days of the silence that ended at the anchor; 0: there the identity was verified."""
    later: list[tuple[int, int]] = []
    """Anchors that came while another is watched, with their silence (cap 4)."""
    handed: int = 0
    """The anchor behind which a hand-over was found; 0 = no such finding stands."""
