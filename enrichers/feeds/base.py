"""Who has and where is an address, as text: IPtoASN, DB-IP Lite, the registries' delegated files (catalogue §7 #15)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from enrichers.feeds.rows import WRONG_FIELDS, fields
from enrichers.feeds.source import Source
from enrichers.feeds.statement import Notes, Statement, name_of
from enrichers.prefixes import NOT_A_PREFIX, Prefix, is_v4, of_range, parse_prefix, parse_range
from enrichers.shapes.asn import MAX_ASN, Owner
from enrichers.shapes.geo import Place
from enrichers.shapes.values import country_code, number, text

LONGEST = 16_384
_COUNTRY, _ASN, _CITY = 3, 4, 8
"""Columns of DB-IP's three Lite files."""


def load_iptoasn(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read TSV `range_start range_end AS country name`. AS 0 is not routed; the country is the network's, no place."""
    for line, row_text in source.lines(notes, LONGEST):
        row = row_text.split("\t")
        if len(row) < 3:
            notes.reject(line, WRONG_FIELDS)
        elif row[2] != "0":
            owner = _owner(row[2], row[4] if len(row) > 4 else None)
            yield from _ranged(
                line, row, None if owner is None else Statement(line, kinds=("asn",), owner=owner), notes
            )


def load_dbip(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read Lite CSV: country, ASN or city, told apart by their columns. ZZ is nobody's."""
    for line, row_text in source.lines(notes, LONGEST):
        row = fields(row_text)
        whole: Statement | None
        if len(row) == _ASN:
            owner = _owner(row[2], row[3])
            whole = None if owner is None else Statement(line, kinds=("asn",), owner=owner)
        elif len(row) in {_COUNTRY, _CITY}:
            place = _place(row)
            if place.country is None:
                continue
            whole = Statement(line, kinds=("geo",), place=place)
        else:
            notes.reject(line, WRONG_FIELDS)
            continue
        yield from _ranged(line, row, whole, notes)


def load_delegated(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read `registry|cc|type|start|value|date|status|…`: the country of registration, for those who want it as geo.

    `value` counts addresses in IPv4 and bits in IPv6. Header, summary, AS numbers and what is not given out say nothing.
    """
    for line, row_text in source.lines(notes, LONGEST):
        row = row_text.split("|")
        if row_text.startswith("#") or row[-1] == "summary":
            continue
        if row[0].replace(".", "").isdigit():
            notes.tell("registry", row[1] if len(row) > 1 else None)
            for day in (
                *row[2:3],
                *row[5:6],
            ):  # serial number, which is a day at some registries, and last day of the data
                notes.date_is(_compact_day(day))
        elif len(row) < 7 or row[2] not in {"ipv4", "ipv6", "asn"}:
            notes.reject(line, WRONG_FIELDS)
        elif row[2] != "asn" and row[6] in {"allocated", "assigned"}:
            found = _delegation(row[2], row[3], row[4])
            if isinstance(found, str):
                notes.reject(line, found)
                continue
            place = Place(country=country_code(row[1]))
            for prefix in found:
                yield Statement(line, prefix, ("geo",), place=place)


def _ranged(line: int, row: list[str], whole: Statement | None, notes: Notes) -> Iterator[Statement]:
    """A statement about each prefix of the range in the first two columns."""
    if whole is None:
        notes.reject(line, "no-as-number")
        return
    found = parse_range(row[0], row[1])
    if isinstance(found, str):
        notes.reject(line, found)
        return
    for prefix in of_range(*found):
        yield whole._replace(prefix=prefix)


def _owner(asn: str, organisation: str | None) -> Owner | None:
    digits = asn.upper().removeprefix("AS")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10) or not 0 < int(digits) <= MAX_ASN:
        return None
    return Owner(int(digits), name_of(organisation))


def _place(row: list[str]) -> Place:
    if len(row) == _COUNTRY:
        return Place(country=country_code(row[2]))
    latitude, longitude = number(row[6], -90, 90), number(row[7], -180, 180)
    if latitude is None or longitude is None:
        latitude = longitude = None
    return Place(country_code(row[3]), text(row[4]), text(row[5]), latitude, longitude)


def _delegation(family: str, start: str, value: str) -> list[Prefix] | str:
    if not (value.isascii() and value.isdigit() and len(value) <= 10):
        return NOT_A_PREFIX
    if family == "ipv6":
        prefix = parse_prefix(f"{start}/{value}")
        return prefix if isinstance(prefix, str) else [prefix]
    first = parse_prefix(start)
    if isinstance(first, str):
        return first
    if not is_v4(first) or int(value) < 1 or first[0] + int(value) > 1 << 32:
        return NOT_A_PREFIX
    return list(of_range(first[0], first[0] + int(value) - 1))


def _compact_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 8 else None
    except ValueError:
        return None
