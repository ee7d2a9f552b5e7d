"""The ranges of the `iporigin` package (providers' published address ranges) compiled into our networks table.

The file: magic, version, build time, three counts; labels `provider TAB kind`; IPv4 then IPv6 ranges, each first
address, last address, label number. Numbers are little-endian, IPv6 addresses in network order; no range overlaps.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from enrichers.compiled import Claim, write_claims
from enrichers.prefixes import Prefix, of_range

MAGIC = b"IPORIGIN"
VERSION = 1

_HEADER = struct.Struct("<8sHQHII")
_V4 = struct.Struct("<IIH")
_V6 = struct.Struct("<16s16sH")

CLASSES = {"hosting": "hosting", "vpn": "vpn", "tor": "tor"}
"""A CDN or a crawler is none of these: a consumer relay (WARP) leaves from CDN space and must not look rented."""
RELAYS = frozenset({"Apple Private Relay"})
"""The package files it under VPN."""
WITHOUT_LICENCE = frozenset({"BuyVM", "Cogent", "Contabo", "GTHost", "GleSYS", "Melbicom", "Scalaxy", "Vercel"})
"""Its NOTICE names a list without a licence, used by somebody's verbal permission, as the source of these: left out."""
OPERATORS = {"Mullvad": "MULLVAD", "ProtonVPN": "PROTON_VPN", "Apple Private Relay": "APPLE_PRIVATE_RELAY"}


def write_ranges(content: bytes, path: Path) -> int:
    """Compile and write; answer the number of prefixes. ValueError says what is wrong with the content."""
    try:
        built = _built_at(content)
        claims = list(_claims(content, datetime.fromtimestamp(built, UTC).date().isoformat()))
    except (struct.error, IndexError, UnicodeDecodeError, OverflowError, OSError) as error:
        raise ValueError(f"the ranges are damaged: {error}") from error
    if not claims:
        raise ValueError("no ranges of hosting, VPN, Tor or relay in it")
    return write_claims(claims, path, built, "Published ranges of providers, compiled from iporigin")


def _built_at(content: bytes) -> int:
    magic, version, built, *_ = _HEADER.unpack_from(content)
    if magic != MAGIC or version != VERSION:
        raise ValueError(f"begins with {magic!r} version {version}; expected {MAGIC!r} version {VERSION}")
    return int(built)


def _claims(content: bytes, dated: str) -> Iterator[tuple[Prefix, Claim]]:
    """One claim a prefix, of the labels that mean something to us."""
    _, _, _, label_count, v4_count, v6_count = _HEADER.unpack_from(content)
    labels, position = _labels(content, label_count)
    v6_position = position + v4_count * _V4.size
    v4 = list(_V4.iter_unpack(content[position:v6_position]))
    packed = _V6.iter_unpack(content[v6_position : v6_position + v6_count * _V6.size])
    v6 = [(int.from_bytes(first), int.from_bytes(last), number) for first, last, number in packed]
    if len(v4) != v4_count or len(v6) != v6_count:
        raise ValueError(f"{len(v4)} IPv4 and {len(v6)} IPv6 ranges, the header says {v4_count} and {v6_count}")
    for first, last, number in (*v4, *v6):
        network_class, operator = labels[number]
        if first > last:
            raise ValueError(f"a range of {labels[number]} ends before it begins")
        if network_class:
            claim = Claim(network_class, "iporigin", dated, 1.0, operator)
            for prefix in of_range(first, last):
                yield prefix, claim


def _labels(content: bytes, count: int) -> tuple[list[tuple[str | None, str | None]], int]:
    """(class, operator) of every label, and where the ranges begin."""
    labels: list[tuple[str | None, str | None]] = []
    position = _HEADER.size
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, position)
        provider, _, kind = content[position + 2 : position + 2 + length].decode().partition("\t")
        position += 2 + length
        usable = None if provider in WITHOUT_LICENCE else CLASSES.get(kind)
        labels.append(("relay" if provider in RELAYS else usable, OPERATORS.get(provider)))
    return labels, position
