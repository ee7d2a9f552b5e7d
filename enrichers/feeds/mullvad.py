"""Mullvad's relays: the flat array of its web site and the nested document of its app (catalogue §7 #12).

The addresses are those that clients connect to; the exit is mostly the same host or in the same /24.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from enrichers.feeds.rows import NO_ADDRESS, NOT_AN_OBJECT, members
from enrichers.feeds.source import Source
from enrichers.feeds.statement import ListError, Notes, Statement
from enrichers.prefixes import parse_prefix
from enrichers.shapes.geo import Place
from enrichers.shapes.values import country_code, text

OPERATOR = "MULLVAD"


def load(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read both shapes. A relay that says it is not active is left out: its address may be somebody else's by now."""
    document = source.document()
    if isinstance(document, dict) and isinstance(document.get("countries"), list):
        relays = list(_nested(document["countries"]))
    elif isinstance(document, list):
        relays = [(relay, _flat_place(relay)) for relay in document]
    else:
        raise ListError("format", "neither a list of relays nor `countries`", "Mullvad's relays, web or app")
    for number, (relay, place) in enumerate(relays, 1):
        if not isinstance(relay, dict):
            notes.reject(number, NOT_AN_OBJECT)
            continue
        if relay.get("active") is False:
            continue
        addresses = [relay[key] for key in ("ipv4_addr_in", "ipv6_addr_in") if isinstance(relay.get(key), str)]
        if not addresses:
            notes.reject(number, NO_ADDRESS)
        for address in addresses:
            prefix = parse_prefix(address)
            if isinstance(prefix, str):
                notes.reject(number, prefix)
            else:
                yield Statement(number, prefix, operator=OPERATOR, place=place)


def _flat_place(relay: object) -> Place:
    if not isinstance(relay, dict):
        return Place()
    return Place(country_code(relay.get("country_code")), city=text(relay.get("city_name")))


def _nested(countries: list[Any]) -> Iterator[tuple[object, Place]]:
    for country in countries:
        if not isinstance(country, dict):
            continue
        for city in members(country.get("cities")):
            if isinstance(city, dict):
                place = Place(country_code(country.get("code")), city=text(city.get("name")))
                yield from ((relay, place) for relay in members(city.get("relays")))
