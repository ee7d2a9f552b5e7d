"""Addresses → addresses that nobody has, with the networks kept: what was one /24 (/48) is one network, what was two stays two.

All lie in 3800::/6, IPv6 space that IANA has given to nobody and that `schemas.addresses` takes for public, so accounts still link.
A public IPv4 address inside it would be a stranger's. Bits are flipped by the bits before them, so that every IPv4 prefix still
covers what it covered (the construction of Xu, Fan, Ammar, Moon, "Prefix-Preserving IP Address Anonymization", 2002):

    IPv4  3804 | 24 bits: network | 8 zero bits | 8 bits: host | 8 zero bits | ::1     /n → /(16+n), from /24 on /(24+n)
    IPv6  3a | 24 bits: one number per /32 | 16 bits: /48 | 16 bits: /64 | 64 bits: host

Private addresses become others in fd00::/8, which link as little.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from ipaddress import IPv4Network, IPv6Network

from schemas.addresses import Address, parse_address
from streams.capture.pseudonyms import Pseudonyms

IPV4_TAG, IPV6_TAG = 0x3804, 0x3A
_ALL_IPV6 = IPv6Network("2000::/3")
_HALF = 1 << 16


class Addresses:
    """All replacements of addresses under one key. `seen` counts the distinct ones, by `public` and `private`."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self.seen: Counter[str] = Counter()
        self.inexact = 0
        """Declared prefixes that do not cover exactly what they covered: IPv6 shorter than /32, or between /64 and /128."""
        self._digest = pseudonyms.digest
        self._known: dict[str, str | None] = {}
        self._bits_of: dict[tuple[bytes, int, int, int], int] = {}
        self._blocks: dict[int, int] = {}
        self._taken: set[int] = set()

    def address(self, text: str) -> str | None:
        """Another address of the same network; None for a text that is none."""
        if text not in self._known:
            found = parse_address(text)
            if found.ip is not None:
                self.seen[found.kind] += 1
            self._known[text] = self._replaced(found)
        return self._known[text]

    def network(self, text: str) -> str | None:
        """The /48 that stands for an IPv4 /24 or an IPv6 /48; None for any other text."""
        return self._of_base(text).network

    def shared_key(self, text: str) -> str | None:
        """What accounts share: the /64 that stands for an IPv4 address or for an IPv6 /64; None for any other text."""
        return self._of_base(text).shared_key

    def prefix(self, text: str) -> str | None:
        """A prefix that covers the replacements of what `text` covers; None for a text that is none, or that cannot."""
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            return None
        if isinstance(network, IPv4Network):
            return self._prefix_4(network)
        return self._prefix_6(network)

    def _of_base(self, text: str) -> Address:
        return parse_address(self._replaced(parse_address(text.partition("/")[0])))

    def _replaced(self, found: Address) -> str | None:
        if found.ip is None:
            return None
        if found.kind == "private":
            host = int.from_bytes(self._digest(b"private", found.ip.encode())[:15], "big")
            return str(ipaddress.IPv6Address(0xFD << 120 | host))
        number = int(ipaddress.ip_address(found.ip))
        return str(ipaddress.IPv6Address(self._host_6(number) if ":" in found.ip else self._head_4(number, 32) | 1))

    def _head_4(self, number: int, keep: int) -> int:
        """The 128 bits for the first `keep` bits of an IPv4 address, zeros behind them."""
        network, host = number >> 8, number & 0xFF
        head = self._flipped(b"v4", 0, network, 24, min(keep, 24))
        tail = self._flipped(b"v4 host", network, host, 8, max(keep - 24, 0))
        return IPV4_TAG << 112 | head << 88 | tail << 72

    def _prefix_4(self, network: IPv4Network) -> str:
        length = network.prefixlen
        head = self._head_4(int(network.network_address), length)
        return str(IPv6Network((head, 16 + length if length < 24 else 24 + length)))

    def _prefix_6(self, network: IPv6Network) -> str | None:
        length = network.prefixlen
        number = int(network.network_address)
        if length == 128:
            return f"{ipaddress.IPv6Address(self._host_6(number))}/128"
        if 32 <= length <= 64:
            return str(IPv6Network((self._head_6(number, length), length)))
        if network.supernet_of(_ALL_IPV6):
            return str(IPv6Network((IPV6_TAG << 120, 8)))
        self.inexact += 1
        return str(IPv6Network((self._head_6(number, 64), 64))) if length > 64 else None

    def _host_6(self, number: int) -> int:
        host = int.from_bytes(self._digest(b"v6 host", number.to_bytes(16, "big"))[:8], "big")
        return self._head_6(number, 64) | host

    def _head_6(self, number: int, keep: int) -> int:
        block, site, subnet = number >> 96, number >> 80 & 0xFFFF, number >> 64 & 0xFFFF
        head = IPV6_TAG << 120 | self._block(block) << 96
        head |= self._flipped(b"v6 site", block, site, 16, min(max(keep - 32, 0), 16)) << 80
        return head | self._flipped(b"v6 subnet", block * _HALF + site, subnet, 16, max(keep - 48, 0)) << 64

    def _block(self, block: int) -> int:
        """A 24-bit number for a /32, each its own: where two would meet, the later one takes the next free digest."""
        if block not in self._blocks:
            attempt = 0
            while (number := self._block_digest(block, attempt)) in self._taken:
                attempt += 1
            self._taken.add(number)
            self._blocks[block] = number
        return self._blocks[block]

    def _block_digest(self, block: int, attempt: int) -> int:
        return int.from_bytes(self._digest(b"v6 block", block.to_bytes(4, "big"), bytes([attempt]))[:3], "big")

    def _flipped(self, name: bytes, above: int, value: int, width: int, keep: int) -> int:
        """The first `keep` bits of a `width`-bit value, each flipped or not by all bits before it."""
        slot = (name, above, value, keep)
        found = self._bits_of.get(slot)
        if found is None:
            found = 0
            for at in range(keep):
                before = (value >> (width - at)).to_bytes(4, "big")
                flip = self._digest(name, above.to_bytes(8, "big"), bytes([at]), before)[0] & 1
                found = found << 1 | (value >> (width - 1 - at) & 1 ^ flip)
            found = self._bits_of[slot] = found << (width - keep)
        return found
