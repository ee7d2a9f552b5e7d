"""RFC 8805 geofeeds: `prefix,country,region,city,postal`; Apple's relay egress list is one (catalogue §7 #11, #13).

With kinds relay and geo the same lines say that it is a relay and where its user is.
"""

from __future__ import annotations

from collections.abc import Iterator

from enrichers.feeds.rows import WRONG_FIELDS, fields
from enrichers.feeds.source import Source
from enrichers.feeds.statement import Notes, Statement
from enrichers.prefixes import parse_prefix
from enrichers.shapes.geo import NOWHERE, Place
from enrichers.shapes.values import country_code, text

LONGEST = 4096
MOST_FIELDS = 5


def load(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read line by line. Any field but the first may be empty or missing; the last mostly is."""
    for number, line in source.lines(notes, LONGEST):
        if line.startswith("#"):
            continue
        row = fields(line)
        if not 1 <= len(row) <= MOST_FIELDS:
            notes.reject(number, WRONG_FIELDS)
            continue
        prefix = parse_prefix(row[0])
        if isinstance(prefix, str):
            notes.reject(number, prefix)
        else:
            yield Statement(number, prefix, place=_place(row))


def _place(row: list[str]) -> Place:
    """Without a country there is no place: RFC 8805 lets a publisher say that it is not known."""
    country = country_code(row[1]) if len(row) > 1 else None
    if country is None:
        return NOWHERE
    region, city = (text(row[at]) if len(row) > at else None for at in (2, 3))
    return Place(country, region, city)
