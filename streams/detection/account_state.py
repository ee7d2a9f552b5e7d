"""All that is remembered of one account: position in the input, profile, one small memory a family, what fired.

A memory is created when its family first needs it; together they stay under 1 KB for an ordinary account.
"""

from __future__ import annotations

import msgspec

from streams.detection.contracts import ClientLately
from streams.detection.families.identity.memory import IdentityMemory
from streams.detection.families.location.memory import LocationMemory
from streams.detection.families.network.memory import NetworkMemory
from streams.detection.families.payments.memory import PaymentsMemory
from streams.detection.families.session.memory import SessionMemory
from streams.detection.messages import Evidence, Mitigation
from streams.detection.trips import TravelLately


class Commitments(msgspec.Struct, array_like=True):
    """What `Profile.client_zones` and `Profile.travel` follow from."""

    contracts: dict[str, list[int]] = {}
    """Current client → CRC-32 of the contracts with them that run (cap 8 of a client); not here: one whose id was not told."""
    clients: dict[str, ClientLately] = {}
    """Client → which contracts began and ended lately, and what held before (cap 32 events in all)."""
    travel: dict[str, TravelLately] = {}
    """Country → which trips were declared lately, and what was before (cap 64 declarations in all)."""


HALVES = "agency-registered:", "agency-confirmed:"
"""How the marks of the halves of MIT-AGENCY begin."""


class Profile(msgspec.Struct, array_like=True):
    """What the person stated or proved about the account. Countries are only ever compared with each other (REQ-F02)."""

    created: int | None = None
    account_type: str = ""
    claimed_country: str = ""
    claimed_tz: str = ""
    id_country: str = ""
    payout_countries: list[str] = []
    travel: dict[str, list[int | None]] = {}
    """Declared country → from, until, from, until, … in ms, None = open (cap 64 trips). A country that was stated before the present one
    is among them, at the moment at which it was replaced."""
    identity: str = ""
    address: str = ""
    agency: str = ""
    agency_verified: bool = False
    """Registration matched and membership confirmed by both sides (MIT-AGENCY)."""
    related: list[str] = []
    """Accounts, `employer:…` and the two `HALVES` of an agency (cap 16), see `relations`."""
    affiliations: list[str] = []
    """`kind:prefix` as declared, and `|day` for its last day when that is known, e.g. `coworking:192.0.2.0/24` (cap 8)."""
    kyc_approved: int | None = None
    live_proof: int | None = None
    """Last live or chip proof that it is the same person (MIT-LIVE)."""
    client_zones: dict[str, int | None] = {}
    """Client id → last known offset of the client's zone in minutes, None when unknown; in the order last heard of, until the
    last contract of theirs ends (cap 16)."""
    clients: int = 0
    """Distinct clients without a declared relation (MIT-TENURE)."""
    disputes: int = 0
    status: str = ""
    strangers: list[int] = []
    """CRC-32 of those clients (cap 32), so that none counts twice."""
    stated: dict[str, int] = {}
    """What was stated lately → event time (ms), so that of two statements the newer one counts, whichever arrived first."""
    commitments: Commitments | None = None
    """Of who has contracts or travels; an ordinary account pays a byte for it."""

    def relations(self) -> tuple[str, ...]:
        """Accounts and employers declared. Half of an agency is no relation: anybody may name one, and a whole one is told as such."""
        return tuple([related for related in self.related if not related.startswith(HALVES)])


class AccountState(msgspec.Struct, array_like=True):
    """State of one account. Mutable; `profile` and memories belong to it alone."""

    sources: dict[str, int] = {}
    """Highest position included per source partition: `topic/partition` → offset · 16384 + ordinal."""
    finding_offset: int = -1
    recent: bytes = b""
    """CRC-32 of the last 12 event ids, four bytes each: a producer's duplicate is a no-op. One object instead of thirteen: what costs
    time here is fetching scattered memory."""
    watermark: int = 0
    """Newest event time, ms."""
    day: int = 0
    """Last closed day (UTC day number) for which the weighing indicators ran."""
    active_hour: int = 0
    """Last hour noted in `active_hours`, hours since the epoch."""
    active_hours: dict[int, int] = {}
    """UTC day → 24-bit mask of hours with activity; 35 days."""
    profile: Profile = msgspec.field(default_factory=Profile)
    network: NetworkMemory | None = None
    location: LocationMemory | None = None
    session: SessionMemory | None = None
    payments: PaymentsMemory | None = None
    identity: IdentityMemory | None = None
    links: dict[str, int] = {}
    """`kind:key` → event time of the last link sent (cap 48)."""
    fired: dict[str, Evidence] = {}
    """By indicator, or `indicator|entity` for findings (cap 80 in all)."""
    mitigations: dict[str, Mitigation] = {}
    sent: list[float | int | str] = []
    """Digest of the last assessment sent; empty when none was."""
    late: int = 0
    tables: str = ""
