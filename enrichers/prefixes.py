"""Prefixes as two numbers: quick to read, sort and merge, and laid out as in an mmdb.

A prefix is its first address in the 128-bit space and its number of leading bits; IPv4 lies at ::/96, so that
192.0.2.0/24 is (0xC0000200, 120). What is not a prefix is answered by a named reason, never by an exception.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from itertools import pairwise
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

from schemas.addresses import NOT_PUBLIC_4, parse_address

Prefix = tuple[int, int]

NOT_A_PREFIX = "not-a-prefix"
HOST_BITS = "host-bits"
"""Bits are set beyond the length: either the address or the length is wrong, and nobody can tell which."""

V4_DEPTH = 96
SHORTEST_4 = 8
SHORTEST_6 = 16
"""Wider than any one operator's allocation: a list that has such a prefix has a damaged line or a joke in it."""

_MAPPED = 0xFFFF << 32
_V4_SIZE = 1 << 32
_ALL = (1 << 128) - 1


def parse_prefix(text: str) -> Prefix | str:
    """Read an address or prefix, strictly; a text in return is the reason why it is none. IPv4 is unmapped from IPv6."""
    address, slash, bits = text.partition("/")
    try:
        packed = inet_pton(AF_INET6 if ":" in address else AF_INET, address)
    except (OSError, ValueError):
        return NOT_A_PREFIX
    depth = V4_DEPTH if len(packed) == 4 else 0
    length = 128
    if slash:
        if not (bits.isascii() and bits.isdigit() and len(bits) <= 3) or int(bits) > 128 - depth:
            return NOT_A_PREFIX
        length = int(bits) + depth
    first = int.from_bytes(packed)
    if first & (_ALL >> length):
        return HOST_BITS
    return unmapped(first, length) if depth == 0 else (first, length)


def unmapped(first: int, length: int) -> Prefix:
    """Move ::ffff:0:0/96 to where IPv4 lies; all else stays."""
    return (first & 0xFFFF_FFFF, length) if length >= V4_DEPTH and first >> 32 == 0xFFFF else (first, length)


def unmapped_range(first: int, last: int) -> tuple[int, int]:
    """Move a range of mapped addresses to where IPv4 lies, as some tables count all addresses in 128 bits."""
    if first >> 32 == last >> 32 == 0xFFFF:
        return first & 0xFFFF_FFFF, last & 0xFFFF_FFFF
    return first, last


def parse_range(first: str, last: str) -> tuple[int, int] | str:
    """Read two addresses of one family; a text in return is the reason why they are no range."""
    start, end = parse_prefix(first), parse_prefix(last)
    if isinstance(start, str) or isinstance(end, str) or start[1] != 128 or end[1] != 128:
        return NOT_A_PREFIX
    if (":" in first) is not (":" in last) or start[0] > end[0]:
        return "not-a-range"
    return start[0], end[0]


def of_range(first: int, last: int) -> Iterator[Prefix]:
    """Cut a range into the fewest prefixes: 254 at most."""
    while first <= last:
        size = min(first & -first or _ALL + 1, 1 << ((last - first + 1).bit_length() - 1))
        yield first, 129 - size.bit_length()
        first += size


def of_network(network: IPv4Network | IPv6Network) -> Prefix:
    """Take a network of the standard library."""
    depth = V4_DEPTH if network.version == 4 else 0
    return int(network.network_address), network.prefixlen + depth


def is_v4(prefix: Prefix) -> bool:
    """Whether it is IPv4: nothing else that is global lies in ::/96."""
    return prefix[1] >= V4_DEPTH and prefix[0] < _V4_SIZE


def last_of(prefix: Prefix) -> int:
    """Number of the last address."""
    return prefix[0] | (_ALL >> prefix[1])


def text_of(prefix: Prefix) -> str:
    """Write it as people do."""
    first, length = prefix
    if is_v4(prefix):
        return f"{inet_ntop(AF_INET, first.to_bytes(4))}/{length - V4_DEPTH}"
    return f"{inet_ntop(AF_INET6, first.to_bytes(16))}/{length}"


def is_too_wide(prefix: Prefix) -> bool:
    """Whether it is shorter than /8 (IPv4) or /16 (IPv6)."""
    return prefix[1] < (V4_DEPTH + SHORTEST_4 if is_v4(prefix) else SHORTEST_6)


def is_global(prefix: Prefix) -> bool:
    """Whether all of it may be somebody's public address: `parse_address` says public of every address in it."""
    last = last_of(prefix)
    at = bisect_right(_STARTS, last)
    return at == 0 or _ENDS[at - 1] < prefix[0]


def _not_global() -> list[tuple[int, int]]:
    """First and last number of everything that `parse_address` calls private, in order and without overlaps.

    Found by asking it at the edges of the special-purpose registries' blocks (RFC 6890), so that there is one opinion
    of what is public. Documentation ranges are, as everywhere in the product.
    """
    edges = {0, _V4_SIZE, 1 << 125, 2 << 125, _ALL + 1}
    for text in _BLOCKS:
        block = parse_prefix(text)
        assert not isinstance(block, str), text
        edges |= {block[0], last_of(block) + 1}
    found: list[tuple[int, int]] = []
    ordered = sorted(edges)
    for first, after in pairwise(ordered):
        if parse_address(text_of((first, 128)).partition("/")[0]).kind == "public":
            continue
        if found and found[-1][1] + 1 == first:
            found[-1] = (found[-1][0], after - 1)
        else:
            found.append((first, after - 1))
    return found


_BLOCKS = (*NOT_PUBLIC_4, "2001::/23", "2002::/16", "3fff::/20")
_NOT_GLOBAL = _not_global()
_STARTS = [first for first, _ in _NOT_GLOBAL]
_ENDS = [last for _, last in _NOT_GLOBAL]
