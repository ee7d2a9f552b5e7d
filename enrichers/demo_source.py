"""The invented networks of the demo, read from the reviewed file `data/demo_networks.toml`."""

from __future__ import annotations

import functools
from importlib import resources

import msgspec


class City(msgspec.Struct, frozen=True, array_like=True):
    """Where a network is shown to be."""

    name: str
    region: str
    latitude: float
    longitude: float
    time_zone: str


class Country(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A country's hex digit in every address, its letter in the catalogue's scenarios, its two cities."""

    slot: int
    letter: str
    cities: tuple[City, City]


class Operator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One invented operator, present in every country."""

    kind: str
    block: int
    organisation: str = ""
    asn: int = 0
    radius_km: int = 0
    classes: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Classes that a second, less careful list claims."""
    operator: str | None = None
    partner: int = 0
    inside: str = ""
    """Kind of the operator whose network this one's exits are in; position and AS number are the host's."""
    first_network: int = 0
    dated: str | None = None
    """Day of the list instead of the source's; empty for a list that states none."""


class Ipv4(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One documentation /24 given to an operator of a kind in a country."""

    prefix: str
    kind: str
    country: str


class Dprk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """NET-1 as registered."""

    prefix: str
    country: str
    asn: int
    organisation: str
    city: City
    radius_km: int


class DemoSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of the file."""

    dated: str
    source: str
    countries: dict[str, Country]
    operators: tuple[Operator, ...]
    ipv4: tuple[Ipv4, ...]
    dprk: Dprk


@functools.cache
def demo_source() -> DemoSource:
    """Read the file, once."""
    text = resources.files("enrichers").joinpath("data/demo_networks.toml").read_bytes()
    return msgspec.toml.decode(text, type=DemoSource)
