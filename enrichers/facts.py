"""What look-ups know about one event: the `Facts` of design §6, immutable, JSON in the enriched event.

Unknown is a fact of its own: a field that is None was not known, never "clean", and an indicator never fires on it.
"""

from __future__ import annotations

import msgspec

ANONYMIZERS = frozenset({"tor", "vpn", "public_proxy", "hosting"})
"""Classes that count as an anonymizer at an identity moment (catalogue §5.1); relays never do."""


class ListEntry(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """Which list gave a network class: source name, date of the list (ISO, or empty), confidence 0 to 1."""

    network_class: str
    source: str
    dated: str = ""
    confidence: float = 1.0


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """Facts of one address (and one user agent). Shared between events of the same address: never mutated."""

    ip: str | None = None
    """Normalised text of a public address, else None."""
    address_kind: str = "none"
    """`public`, `private` (RFC 1918, CGNAT, loopback, reserved …: never links, travels or counts) or `none`."""
    network: str | None = None
    """The /24 or /48 in which networks are counted and shown, e.g. `203.0.113.0/24`."""
    shared_key: str | None = None
    """What accounts can share: the IPv4 address, or the IPv6 /64."""
    country: str | None = None
    """Of the first geo source that knows the address."""
    other_countries: tuple[str, ...] = ()
    """What further geo sources say instead, sorted. The radius then covers their positions too."""
    country_confidence: float = 1.0
    """Share of the geo sources with a country that agree on this one."""
    region: str | None = None
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    radius_km: float | None = None
    geo_tz: str | None = None
    geo_prefix: str | None = None
    asn: int | None = None
    organisation: str | None = None
    classes: tuple[str, ...] = ()
    """Sorted: relay, tor, residential_proxy, vpn, public_proxy, hosting, corporate, mobile, cgnat, satellite, office ….
    Already by precedence: relay and corporate have removed vpn and hosting, tunnels have removed cgnat."""
    operator: str | None = None
    lists: tuple[ListEntry, ...] = ()
    registry: str | None = None
    """`NET-1`, `NET-2` … when the address lies in a reviewed range that may be scored."""
    registry_confidence: float = 0.0
    agent: str | None = None
    """User-agent class `family/os/device`, e.g. `chrome/windows/desktop`; None when absent."""
    tables: str = ""
    """Id of the table snapshot that answered."""

    @property
    def agreed_country(self) -> str | None:
        """The country when no source disputes it. Detection uses this one: what is disputed is unknown, and fires nothing."""
        return None if self.other_countries else self.country
