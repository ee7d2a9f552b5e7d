"""Which text is an address, and whose."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.addresses import NONE, Address, parse_address

PUBLIC = [
    ("8.8.8.8", "8.8.8.8", "8.8.8.0/24", "8.8.8.8"),
    ("1.2.3.4:5678", "1.2.3.4", "1.2.3.0/24", "1.2.3.4"),
    ("203.0.113.7", "203.0.113.7", "203.0.113.0/24", "203.0.113.7"),
    ("192.0.2.1", "192.0.2.1", "192.0.2.0/24", "192.0.2.1"),
    ("198.51.100.1", "198.51.100.1", "198.51.100.0/24", "198.51.100.1"),
    ("175.45.176.1", "175.45.176.1", "175.45.176.0/24", "175.45.176.1"),
    ("::ffff:8.8.8.8", "8.8.8.8", "8.8.8.0/24", "8.8.8.8"),
    ("[::FFFF:0808:0808]:443", "8.8.8.8", "8.8.8.0/24", "8.8.8.8"),
    ("[2001:db8::1]:443", "2001:db8::1", "2001:db8::/48", "2001:db8::/64"),
    ("[2001:db8::1]", "2001:db8::1", "2001:db8::/48", "2001:db8::/64"),
    ("2001:0DB8:0001:0002:0003::9", "2001:db8:1:2:3::9", "2001:db8:1::/48", "2001:db8:1:2::/64"),
    ("1.2.3.4:65535", "1.2.3.4", "1.2.3.0/24", "1.2.3.4"),
    ("2001:200::1", "2001:200::1", "2001:200::/48", "2001:200::/64"),
    ("3fff:1000::1", "3fff:1000::1", "3fff:1000::/48", "3fff:1000::/64"),
    ("2a00:1450:4001:81b::200e", "2a00:1450:4001:81b::200e", "2a00:1450:4001::/48", "2a00:1450:4001:81b::/64"),
]


@pytest.mark.parametrize(("text", "ip", "network", "shared_key"), PUBLIC)
def test_public(text: str, ip: str, network: str, shared_key: str) -> None:
    assert parse_address(text) == Address("public", ip, network, shared_key)


# fmt: off
PRIVATE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.168.1.1", "192.0.0.8", "192.88.99.1", "198.18.0.1", "198.19.255.255", "224.0.0.1",
    "239.1.2.3", "240.0.0.1", "255.255.255.255", "::ffff:10.0.0.1", "::", "::1", "fe80::1", "fc00::1", "fd12::1",
    "ff02::1", "64:ff9b::808:808", "100::1", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1",
    "2001:1ff::1", "3fff::1", "3fff:fff::1", "1fff::1", "4000::1", "::8.8.8.8", "10.0.0.1:80", "[::1]:80",
]
NO_ADDRESS = [
    None, "", " ", "unknown", "localhost", "host.example", "host.example:80", "134744072", "0x8.8.8.8", "0x08080808",
    "08.8.8.8", "8.8.8.010", "8.8.8", "8.8.8.8.8", "256.1.1.1", "8.8.8.8 ", " 8.8.8.8", "8.8.8.8\n", "8.8.8.8\x00",
    "8.8.8.8/32", "8.8.8.8:", "8.8.8.8:x", "8.8.8.8:99999", "8.8.8.8:65536", "8.8.8.8:-1", "8.8.8.8,1.1.1.1", "\u0668.8.8.8",
    "8.8.8.8:\u0668", "fe80::1%eth0", "2001:db8::1%0", "[2001:db8::1", "2001:db8::1]", "[2001:db8::1]443",
    "[2001:db8::1]:", "[8.8.8.8]", "[]", "[", ":", "::1::", "2001:db8:::1", "12345::", "2001:db8::1/64", "a" * 10_000,
    "\ud800", "1.2.3.4:5:6",
]
# fmt: on


@pytest.mark.parametrize("text", PRIVATE)
def test_private_is_never_looked_up_or_linked(text: str) -> None:
    address = parse_address(text)
    assert (address.kind, address.network, address.shared_key) == ("private", None, None)
    assert address.ip is not None


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_everything_else_is_none(text: str | None) -> None:
    assert parse_address(text) == NONE


DOCUMENTATION = [ipaddress.IPv4Network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]


@given(st.text(max_size=50))
@settings(max_examples=300)
def test_any_text(text: str) -> None:
    assert parse_address(text).kind in {"public", "private", "none"}


@given(st.ip_addresses(v=4))
@settings(max_examples=300)
def test_what_the_standard_library_calls_global_v4(ip: ipaddress.IPv4Address) -> None:
    found = parse_address(str(ip))
    if found.kind == "public":
        assert not ip.is_private or any(ip in network for network in DOCUMENTATION)
        assert not ip.is_multicast
        assert ip in ipaddress.ip_network(str(found.network))
    else:
        assert (
            not ip.is_global
            or ip.is_multicast
            or ip in ipaddress.ip_network("192.0.0.0/24")
            or str(ip)[:9] == "192.88.99"
        )


@given(st.integers(0, 2**128 - 1).map(ipaddress.IPv6Address))
@settings(max_examples=300)
def test_any_v6_is_in_its_own_networks(ip: ipaddress.IPv6Address) -> None:
    found = parse_address(ip.exploded)
    assert found.kind != "none"
    if found.kind == "public" and ip.ipv4_mapped is None:
        assert ip in ipaddress.ip_network(str(found.network))
        assert ip in ipaddress.ip_network(str(found.shared_key))
        assert found == parse_address(f"[{ip.compressed}]:1")
