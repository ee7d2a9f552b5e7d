"""Whose network an address is in: MaxMind ASN, ISP and Enterprise records, ip-location-db's, IPinfo's `"AS123"`."""

from __future__ import annotations

from typing import NamedTuple

from enrichers.shapes.values import Record, inner, text

MAX_ASN = 0xFFFF_FFFF

_KEYS = ("autonomous_system_number", "autonomous_system_organization", "isp", "organization")


class Owner(NamedTuple):
    """What an ASN record says."""

    asn: int | None = None
    organisation: str | None = None


NOBODY = Owner()


def recognises(record: Record) -> bool:
    """Whether the record names an autonomous system or an operator."""
    return (
        any(key in record for key in _KEYS) or "asn" in record or any(key in inner(record, "traits") for key in _KEYS)
    )


def read(record: Record) -> Owner:
    """Read the number and the name of whoever announces the address."""
    if "asn" in record:
        return Owner(_number(record["asn"]), text(record.get("as_name")) or text(record.get("name")))
    source = record if any(key in record for key in _KEYS) else inner(record, "traits")
    names = (source.get("autonomous_system_organization"), source.get("isp"), source.get("organization"))
    return Owner(_number(source.get("autonomous_system_number")), next(filter(None, map(text, names)), None))


def _number(value: object) -> int | None:
    """123, "123" and "AS123" are the same network; 0 is reserved and means unknown."""
    if isinstance(value, str):
        digits = value.upper().removeprefix("AS")
        value = int(digits) if digits.isascii() and digits.isdigit() else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ASN else None
