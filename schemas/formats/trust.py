"""The client's address behind proxies: which element of a chain may be believed (RFC 7239, section 7.4).

Every proxy appends the address that it saw; all before that is what the client claims, and anyone can claim anything. So a chain is
read from its end: our own proxies are passed over, and the next element is the client. It is never simply the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import msgspec

from schemas.addresses import parse_address

MAX_CHAIN = 32
"""Elements that are looked at, from the end. No honest path is longer; a forged one may be."""
Prefix = IPv4Network | IPv6Network


class Trust(msgspec.Struct, frozen=True):
    """Which proxies are ours. `hops` counts them when their addresses change, `prefixes` names them when they do not."""

    hops: int = 1
    """The client is the element that the outermost of so many proxies appended: with 1 the last, with 2 the last but one."""
    prefixes: tuple[Prefix, ...] = ()
    """Elements in these networks are our own and passed over."""

    def client(self, chain: Sequence[Any]) -> str | None:
        """The client's address, unjudged; None when the chain is shorter than our own proxies make it."""
        reach = chain[-MAX_CHAIN:]
        for element in reversed(reach[: max(0, len(reach) - self.hops + 1)]):
            if type(element) is not str:
                return None
            text = _of_forwarded(element.strip())
            if not (self.prefixes and self.is_ours(text)):
                return text or None
        return None

    def is_ours(self, text: str) -> bool:
        """Whether the text is the address of one of our proxies."""
        ip = parse_address(text).ip
        if ip is None:
            return False
        address: IPv4Address | IPv6Address = ip_address(ip)
        return any(address in prefix for prefix in self.prefixes if prefix.version == address.version)

    def single(self, text: str) -> str | None:
        """An address that came alone: None when it is our proxy's, for then it says nothing about the client."""
        return None if self.prefixes and self.is_ours(text) else text


def _of_forwarded(text: str) -> str:
    """Take the address out of an element of a `Forwarded` header, `for="[2001:db8::1]:4711";proto=https`."""
    if "=" not in text:
        return text
    for pair in text.split(";"):
        name, _, value = pair.partition("=")
        if name.strip().lower() == "for":
            return value.strip().strip('"')
    return text


def read_prefixes(texts: Sequence[str]) -> tuple[Prefix, ...]:
    """Read networks such as 10.0.0.0/8. Raises ValueError with the text that is none."""
    found = []
    for text in texts:
        try:
            found.append(ip_network(text.strip()))
        except ValueError as error:
            raise ValueError(f"{text.strip()!r} is no network: {error}; expected such as 10.0.0.0/8") from error
    return tuple(found)
