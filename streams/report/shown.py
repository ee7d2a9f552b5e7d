"""Raw events as they may be shown: no full network address, no mail address, no long text, nothing that steers a screen."""

from __future__ import annotations

import ipaddress
import re
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from typing import Any

import msgspec

from schemas.diagnosis import READ_FAULTS
from streams.cli.text import safe
from streams.detection.wording.addresses import addresses

LONGEST_TEXT = 160
"""Identifiers and hashes are shorter; what is longer is somebody's prose, which is read where access to it is logged."""
MOST_CHARACTERS = 8 * 1024
_MAIL = re.compile(r"[^\s@\"'<>,;:]{1,64}@(?=[^\s@\"'<>,;:]{1,253}\.)")


def shown(value: bytes, event_id: str) -> tuple[str, bool, bool]:
    """Text of a record, whether it is JSON, and whether it was cut. Of an array only the event of that id, where it has one."""
    try:
        content = msgspec.json.decode(value)
        if isinstance(content, list):
            content = next(
                (one for one in content if isinstance(one, dict) and one.get("event_id") == event_id), content
            )
        text = msgspec.json.encode(_walk(content)).decode()
    except READ_FAULTS:
        start = value[:MOST_CHARACTERS].decode("utf-8", "replace")
        return shortened(start), False, len(value) > MOST_CHARACTERS
    if len(text) > MOST_CHARACTERS:
        return text[:MOST_CHARACTERS], False, True
    return text, True, False


def shortened(text: str) -> str:
    """The text with every address as its /24 or /48, and mail addresses without the name."""
    pieces, end = [], 0
    for found in addresses(text):
        pieces += [text[end : found.start], _network(found.address)]
        end = found.end
    return safe(_MAIL.sub("…@", "".join([*pieces, text[end:]])))


def _network(found: IPv4Interface | IPv6Interface) -> str:
    host: IPv4Address | IPv6Address = found.ip
    bits = found.network.prefixlen
    if isinstance(host, IPv6Address) and host.ipv4_mapped is not None:
        host, bits = host.ipv4_mapped, max(0, bits - 96)
    bits = min(bits, 24 if host.version == 4 else 48)
    return str(ipaddress.ip_network((host, bits), strict=False))


def _walk(value: Any) -> Any:
    if isinstance(value, str):
        return f"[a text of {len(value):,} characters]" if len(value) > LONGEST_TEXT else shortened(value)
    if isinstance(value, dict):
        return {shortened(str(key)[:LONGEST_TEXT]): _walk(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_walk(inner) for inner in value]
    return value
