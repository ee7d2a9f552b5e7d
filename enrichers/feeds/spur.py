"""Spur's feeds: NDJSON, mostly gzip, an object an address (catalogue §7 #8). Every field is optional."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from enrichers.feeds.rows import NO_ADDRESS, members, objects, texts
from enrichers.feeds.source import Source
from enrichers.feeds.statement import Notes, Statement, name_of
from enrichers.prefixes import Prefix, parse_prefix
from enrichers.shapes.asn import MAX_ASN, Owner
from enrichers.shapes.geo import Place
from enrichers.shapes.networks import INFRASTRUCTURE, TUNNELS
from enrichers.shapes.values import country_code, inner, text


def load(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read object by object: tunnels with their operators, residential proxies, infrastructure, place and network."""
    for number, entry in objects(source, notes):
        address = entry.get("ip") or entry.get("network")
        if not isinstance(address, str):
            notes.reject(number, NO_ADDRESS)
            continue
        prefix = parse_prefix(address)
        if isinstance(prefix, str):
            notes.reject(number, prefix)
        else:
            yield from _statements(number, prefix, entry)


def _statements(number: int, prefix: Prefix, entry: dict[str, Any]) -> Iterator[Statement]:
    for tunnel in members(entry.get("tunnels")):
        if isinstance(tunnel, dict) and (kind := TUNNELS.get(str(tunnel.get("type")))):
            yield Statement(number, prefix, (kind,), name_of(tunnel.get("operator")))
    proxies = texts(inner(entry, "client").get("proxies"))
    for proxy in proxies:
        yield Statement(number, prefix, ("residential_proxy",), name_of(proxy))
    infrastructure = INFRASTRUCTURE.get(str(entry.get("infrastructure")))
    if infrastructure:
        yield Statement(number, prefix, (infrastructure,))
    location, network = inner(entry, "location"), inner(entry, "as")
    country = country_code(location.get("country"))
    if country:
        place = Place(country, text(location.get("state")), text(location.get("city")))
        yield Statement(number, prefix, ("geo",), place=place)
    asn = network.get("number")
    if isinstance(asn, int) and 0 < asn <= MAX_ASN:
        yield Statement(number, prefix, ("asn",), owner=Owner(asn, name_of(network.get("organization"))))
