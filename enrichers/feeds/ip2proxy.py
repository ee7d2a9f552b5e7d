"""IP2Proxy's CSV, PX2 to PX12, IPv4 and IPv6 editions (catalogue §7 #9).

Addresses are whole numbers, of 128 bits in the IPv6 edition, where IPv4 appears mapped. `-` means empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from enrichers.feeds.rows import WRONG_FIELDS, fields
from enrichers.feeds.source import Source
from enrichers.feeds.statement import Notes, Statement, name_of
from enrichers.prefixes import of_range, unmapped_range
from enrichers.shapes.geo import Place
from enrichers.shapes.values import country_code, text

LONGEST = 16_384
TYPES = {
    "VPN": "vpn",
    "TOR": "tor",
    "DCH": "hosting",
    "PUB": "public_proxy",
    "WEB": "public_proxy",
    "RES": "residential_proxy",
    "CPN": "relay",
    "EPN": "corporate",
}
SAYS_NOTHING = frozenset({"-", "", "SES"})
"""No proxy, or a search engine's robot."""
MOST_DIGITS = 39
LARGEST = (1 << 128) - 1
LAST_SEEN, PROVIDER = 12, 14
"""Columns that only larger editions have."""


def load(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read row by row. `last_seen` counts days back from the day of the file."""
    for number, line in source.lines(notes, LONGEST):
        row = fields(line)
        if len(row) < 5:
            notes.reject(number, WRONG_FIELDS)
        elif row[2] in SAYS_NOTHING:
            continue
        elif row[2] not in TYPES:
            notes.reject(number, "unknown-type")
        elif (found := _range(row[0], row[1])) is None:
            notes.reject(number, "not-a-range")
        else:
            operator = name_of(row[PROVIDER]) if len(row) > PROVIDER else None
            region, city = (text(row[5]), text(row[6])) if len(row) > 6 else (None, None)
            whole = Statement(
                number,
                kinds=(TYPES[row[2]], "geo"),
                operator=operator,
                last_seen=_day(source, row),
                place=Place(country_code(row[3]), region, city),
            )
            for prefix in of_range(*found):
                yield whole._replace(prefix=prefix)


def _range(first: str, last: str) -> tuple[int, int] | None:
    for number in (first, last):
        if not (number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS):
            return None
    start, end = int(first), int(last)
    return unmapped_range(start, end) if start <= end <= LARGEST else None


def _day(source: Source, row: list[str]) -> str:
    days = row[LAST_SEEN] if len(row) > LAST_SEEN else ""
    if not (days.isascii() and days.isdigit() and len(days) <= 4):
        return ""
    return (source.dated - timedelta(days=int(days))).isoformat()
