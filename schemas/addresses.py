"""IP addresses from strangers: which text is one, whether to look it up, what two accounts would have to share.

Strict on purpose: readers elsewhere take "134744072" and "0x8.8.8.8" for an address, and a header's host name or a
zone id must never become a link between people.
"""

from __future__ import annotations

from ipaddress import IPv4Network
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Literal

import msgspec

Kind = Literal["public", "private", "none"]
"""`public`: worth looking up and linking. `private`: an address, but of no one network. `none`: not an address."""


class Address(msgspec.Struct, frozen=True, gc=False):
    """What a text is as an address. All but `kind` is None unless public, except `ip` of a private one."""

    kind: Kind
    ip: str | None = None
    """Canonical text, IPv4 unmapped from IPv6."""
    network: str | None = None
    """IPv4 /24 or IPv6 /48: the unit in which networks are counted."""
    shared_key: str | None = None
    """IPv4 address or IPv6 /64: the unit in which accounts per address are counted."""


NONE = Address("none")

NOT_PUBLIC_4 = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
)  # fmt: skip
"""Special-purpose blocks (RFC 6890). Not those for documentation: nobody routes them, and tests and the demo live in them."""
_SIX_TO_FOUR = b"\x20\x02"
_MAPPED = bytes(10) + b"\xff\xff"
LONGEST_TEXT = 64
"""A full IPv6 in brackets with a port has 47 characters."""

Networks = dict[int, list[tuple[int, int]]]


def _by_first_byte(texts: tuple[str, ...]) -> Networks:
    """Mask and network of each range under every first byte that it touches: most addresses touch none."""
    table: Networks = {}
    for network in map(IPv4Network, texts):
        for first in range(network.network_address.packed[0], network.broadcast_address.packed[0] + 1):
            table.setdefault(first, []).append((int(network.netmask), int(network.network_address)))
    return table


_MASKS = _by_first_byte(NOT_PUBLIC_4)


def parse_address(text: str | None) -> Address:
    """Judge a text, with or without brackets and port. Never raises.

    6to4 and Teredo are private: the address says which relay was used, not who.
    """
    if not text or len(text) > LONGEST_TEXT:
        return NONE
    if ":" not in text:
        return _parse_4(text)
    host = _without_port(text)
    if ":" not in host:
        return _parse_4(host)
    return _parse_6(host)


def _without_port(text: str) -> str:
    """Take brackets and a port off; text that has them wrongly comes back as something that is no address."""
    if text.startswith("["):
        host, closed, port = text[1:].partition("]")
        if not closed or (port and not _is_port(port[1:])) or (port and port[0] != ":") or ":" not in host:
            return ""
        return host
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host if _is_port(port) else ""
    return text


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and int(text) < 65536


def _parse_4(text: str) -> Address:
    try:
        packed = inet_pton(AF_INET, text)
    except (OSError, ValueError):
        return NONE
    return _judge_4(text, packed)


def _judge_4(ip: str, packed: bytes) -> Address:
    """Judge an address by its bytes; `ip` is its text, of which inet_pton takes one spelling only."""
    if _is_special_4(packed):
        return Address("private", ip)
    return Address("public", ip, ip[: ip.rindex(".")] + ".0/24", ip)


def _is_special_4(packed: bytes) -> bool:
    masks = _MASKS.get(packed[0])
    if masks is None:
        return False
    number = int.from_bytes(packed)
    return any(number & mask == network for mask, network in masks)


def _parse_6(text: str) -> Address:
    try:
        packed = inet_pton(AF_INET6, text)
    except (OSError, ValueError):
        return NONE
    if packed.startswith(_MAPPED):
        return _judge_4(inet_ntop(AF_INET, packed[12:]), packed[12:])
    ip = inet_ntop(AF_INET6, packed)
    if not 0x20 <= packed[0] <= 0x3F or packed.startswith(_SIX_TO_FOUR) or _is_special_6(packed):
        return Address("private", ip)
    network = inet_ntop(AF_INET6, packed[:6] + bytes(10))
    subnet = inet_ntop(AF_INET6, packed[:8] + bytes(8))
    return Address("public", ip, network + "/48", subnet + "/64")


def _is_special_6(packed: bytes) -> bool:
    """Tell whether it lies in 2001::/23 (IETF protocols, Teredo) or 3fff::/20."""
    if packed.startswith(b"\x20\x01"):
        return packed[2] < 2
    return packed.startswith(b"\x3f\xff") and packed[2] < 0x10
