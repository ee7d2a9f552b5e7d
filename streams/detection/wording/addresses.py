"""Network addresses in a text, however they stand there: behind a word and a colon, before a colon or a port, with an odd `/443`."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Interface, IPv6Interface
from typing import NamedTuple

_V4 = r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\d)"
_LIKELY = re.compile(rf"(?:[0-9A-Fa-f]{{0,4}}:[0-9A-Fa-f:]{{0,40}}:[0-9A-Fa-f:.]{{0,20}}|{_V4})(?:/\d{{1,3}})?")
"""Longer than any address, and no longer: whoever sends a text of colons must not keep its reader waiting."""
_BEGINS = re.compile(r"(?<!\w)(?:::|[0-9A-Fa-f])|(?<=:)[0-9A-Fa-f]")
"""Where an IPv6 address may begin: no end of a word, as in `std::vector`, and yet behind one and a colon, as in `ip:2001:db8::5`."""
_PRINT = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}:){8,63}[0-9A-Fa-f]{2}(?!:?[0-9A-Fa-f:])")
"""A key's or certificate's fingerprint, MD5 to SHA-512: its last eight bytes would be an IPv6 address."""
_IPV4 = re.compile(rf"{_V4}(?:/\d{{1,3}})?")


class Found(NamedTuple):
    """An address and where it stands; with its prefix, where the text gives one that there is."""

    start: int
    end: int
    address: IPv4Interface | IPv6Interface


def addresses(text: str) -> Iterator[Found]:
    """Every address, from left to right. What only looks like one, a time of day or a version number, is none."""
    text = _PRINT.sub(lambda hit: "-" * len(hit[0]), text)
    for hit in _LIKELY.finditer(text):
        yield from _within(text, *hit.span())


def _within(text: str, start: int, end: int) -> Iterator[Found]:
    """The longest address of a stretch, from the left; where that is no IPv6 address, every IPv4 address in it."""
    whole = not text[end : end + 1].isalpha() or any(sign.isdigit() for sign in text[start:end])  # `Face::Finder`
    for begin in _BEGINS.finditer(text, start, end) if whole else ():
        if (found := _longest(text, begin.start(), end)) is not None:
            yield found
            return
    for inner in _IPV4.finditer(text, start, end):
        if (found := _longest(text, *inner.span())) is not None:
            yield found


def _longest(text: str, start: int, end: int) -> Found | None:
    for part in _endings(text[start:end]):
        try:
            return Found(start, start + len(part), ipaddress.ip_interface(part))
        except ValueError:
            continue
    return None


def _endings(token: str) -> Iterable[str]:
    """The token, then without the full stop or colon after it, then without what follows a slash: a port is no prefix."""
    if ":::" in token:
        return ()
    bare = token.rstrip(".")
    return dict.fromkeys((token, bare, bare.rstrip(":"), token.partition("/")[0]))
