"""Replaced addresses lie in nobody's space and keep who shares a network with whom, at every length that a prefix can have."""

from __future__ import annotations

import ipaddress
from ipaddress import IPv6Address, IPv6Network

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from enrichers.registry import load_registry
from schemas.addresses import parse_address
from streams.capture.addresses import Addresses
from streams.capture.pseudonyms import Pseudonyms
from tests.capture.streams import KEY, OTHER_KEY

NOBODYS = IPv6Network("3800::/6")
MANY = settings(max_examples=200)


def public(text: str) -> bool:
    return parse_address(text).kind == "public"


v4 = st.ip_addresses(v=4).map(str).filter(public)
v6 = st.ip_addresses(v=6, network="2000::/3").map(str).filter(public)


def near(text: str, bits: int, change: int) -> str:
    """An address that differs from `text` in its last `bits` bits at most."""
    address = ipaddress.ip_address(text)
    return str(type(address)(int(address) ^ (change & ((1 << bits) - 1))))


def made(key: bytes = KEY) -> Addresses:
    return Addresses(Pseudonyms(key))


@given(v4 | v6)
@MANY
def test_a_public_address_becomes_a_public_one_of_nobody(text: str) -> None:
    found = made().address(text)
    assert found is not None
    assert IPv6Address(found) in NOBODYS
    assert parse_address(found).kind == "public"
    assert found == made().address(text) != made(OTHER_KEY).address(text)
    assert load_registry().match(IPv6Address(found).packed, None) is None


@given(v4 | v6, st.integers(0, 127), st.integers(0, 2**128 - 1))
@MANY
def test_what_is_shared_stays_shared_and_what_is_not_does_not(text: str, bits: int, change: int) -> None:
    other = near(text, min(bits, 31 if "." in text else 124), change)
    assume(public(other))
    addresses = made()
    one, two = parse_address(addresses.address(text)), parse_address(addresses.address(other))
    before, after = parse_address(text), parse_address(other)
    assert (one.ip == two.ip) == (before.ip == after.ip)
    assert (one.network == two.network) == (before.network == after.network)
    assert (one.shared_key == two.shared_key) == (before.shared_key == after.shared_key)
    assert addresses.network(before.network or "") == one.network
    assert addresses.shared_key(before.shared_key or "") == one.shared_key


@given(v4, st.integers(0, 32), st.integers(0, 2**32 - 1), st.integers(0, 32))
@MANY
def test_an_ipv4_prefix_covers_what_it_covered(text: str, length: int, change: int, bits: int) -> None:
    assert_covers(text, length, near(text, bits, change))


@given(v6, st.integers(32, 64) | st.sampled_from([0, 3, 128]), st.integers(0, 2**128 - 1), st.integers(0, 124))
@MANY
def test_an_ipv6_prefix_from_32_to_64_covers_what_it_covered(text: str, length: int, change: int, bits: int) -> None:
    assert_covers(text, length, near(text, bits, change))


def assert_covers(text: str, length: int, other: str) -> None:
    assume(public(other))
    addresses = made()
    prefix = addresses.prefix(f"{text}/{length}")
    assert prefix is not None
    assert ipaddress.ip_address(addresses.address(text) or "") in ipaddress.ip_network(prefix)
    covered = ipaddress.ip_address(other) in ipaddress.ip_network(f"{text}/{length}", strict=False)
    assert (ipaddress.ip_address(addresses.address(other) or "") in ipaddress.ip_network(prefix)) == covered
    assert not addresses.inexact


def test_prefixes_that_cannot_be_kept_are_counted() -> None:
    addresses = made()
    assert addresses.prefix("2001:db8::/29") is None
    wider = addresses.prefix("2001:db8::/96")
    assert wider is not None
    assert wider.endswith("/64")
    assert addresses.inexact == 2


def test_private_addresses_stay_private_and_no_address_is_none() -> None:
    addresses = made()
    for text in ("10.1.2.3", "192.168.0.1", "::1", "fe80::1", "100.64.0.9"):
        found = addresses.address(text)
        assert parse_address(found).kind == "private"
        assert found != text
    assert [addresses.address(text) for text in ("unknown", "host.example", "8.8.8")] == [None] * 3
    assert [addresses.prefix(text) for text in ("office", "1.2.3.4/40")] == [None] * 2
    assert addresses.seen == {"private": 5}


def test_blocks_that_would_meet_are_kept_apart() -> None:
    """24 bits for a /32: among five thousand of them, two in a run would meet by chance."""
    addresses = made()
    found = {
        addresses.address(f"2{number >> 16:03x}:{number & 0xFFFF:x}::1") for number in range(0x40000, 0x40000 + 9000)
    }
    assert len({parse_address(text).network for text in found}) == 9000
