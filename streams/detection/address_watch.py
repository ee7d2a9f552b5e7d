"""Notices inputs whose addresses are not the clients': a proxy's or a load balancer's, in every event.

Facts, links and every indicator of the network would then be about the platform itself. It is a matter of operation, so it is counted,
from samples, and never part of an output.
"""

from __future__ import annotations

from collections import deque

from schemas.addresses import parse_address

SAMPLES = 100
"""Samples that are compared. Where one address of real clients fills half of them, the input has hardly any clients."""
ENOUGH = 20


class AddressWatch:
    """Judges sampled addresses. Remembers some, for its count only."""

    def __init__(self) -> None:
        self._recent: deque[str] = deque(maxlen=SAMPLES)

    def kind(self, ip: str | None) -> str:
        """`public`; `not_public`, also of what is no address; `repeated`, more than half of the samples; empty without `ip`."""
        if ip is None:
            return ""
        address = parse_address(ip)
        if address.shared_key is None:
            return "not_public"
        recent = self._recent
        recent.append(address.shared_key)
        return "repeated" if len(recent) >= ENOUGH and 2 * recent.count(address.shared_key) > len(recent) else "public"
