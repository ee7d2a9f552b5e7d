from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network, summarize_address_range

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers import prefixes
from enrichers.prefixes import (
    is_global,
    is_too_wide,
    of_network,
    of_range,
    parse_prefix,
    parse_range,
    text_of,
    unmapped_range,
)
from schemas.addresses import parse_address

V4 = st.integers(0, 2**32 - 1)
V6 = st.integers(2**32, 2**128 - 1).filter(lambda n: n >> 32 != 0xFFFF)


def network(version: int, number: int, length: int) -> IPv4Network | IPv6Network:
    bits = 32 if version == 4 else 128
    first = number >> (bits - length) << (bits - length)
    return IPv4Network((first, length)) if version == 4 else IPv6Network((first, length))


NETWORKS = st.one_of(
    st.builds(network, st.just(4), V4, st.integers(0, 32)), st.builds(network, st.just(6), V6, st.integers(33, 128))
)


@given(NETWORKS)
def test_text_and_network_agree_with_the_standard_library(given: IPv4Network | IPv6Network) -> None:
    if given.version == 6 and int(given.network_address) < 1 << 32:
        return
    assert parse_prefix(str(given)) == of_network(given)
    assert ip_network(text_of(of_network(given))) == given


@given(st.text(max_size=60))
def test_any_text_is_a_prefix_or_a_reason(text: str) -> None:
    found = parse_prefix(text)
    assert isinstance(found, tuple) or found in {prefixes.NOT_A_PREFIX, prefixes.HOST_BITS}


@pytest.mark.parametrize(
    "text",
    ["192.0.2.1/33", "192.0.2.1/128", "2001:db8::1/129", "192.0.2.1/", "192.0.2.1/-1", "192.0.2.1/032x", "::ffff:192.0.2.1/129"],
)  # fmt: skip
def test_a_length_that_an_address_cannot_have_is_no_prefix(text: str) -> None:
    assert parse_prefix(text) == prefixes.NOT_A_PREFIX


@given(V4, V4)
def test_ranges_are_cut_as_by_the_standard_library(one: int, other: int) -> None:
    first, last = sorted((one, other))
    expected = summarize_address_range(ip_address(first), ip_address(last))
    assert list(of_range(first, last)) == [of_network(prefix) for prefix in expected]


@given(V6, V6)
def test_ipv6_ranges_too(one: int, other: int) -> None:
    first, last = sorted((one, other))
    expected = summarize_address_range(ip_address(first), ip_address(last))
    assert list(of_range(first, last)) == [of_network(prefix) for prefix in expected]


@given(st.one_of(V4, V6))
def test_one_opinion_of_what_is_public(number: int) -> None:
    assert is_global((number, 128)) is (parse_address(text_of((number, 128)).partition("/")[0]).kind == "public")


@pytest.mark.parametrize("block", prefixes._BLOCKS)
def test_edges_of_special_blocks(block: str) -> None:
    prefix = parse_prefix(block)
    assert isinstance(prefix, tuple)
    for number in (prefix[0] - 1, prefix[0], prefixes.last_of(prefix), prefixes.last_of(prefix) + 1):
        if 0 <= number < 1 << 128:
            address = text_of((number, 128)).partition("/")[0]
            assert is_global((number, 128)) is (parse_address(address).kind == "public"), address


@pytest.mark.parametrize(
    ("text", "public", "wide"),
    [
        ("8.0.0.0/8", True, False),
        ("8.0.0.0/7", True, True),
        ("172.0.0.0/8", False, False),
        ("0.0.0.0/0", False, True),
        ("2400::/16", True, False),
        ("2400::/12", True, True),
        ("2000::/3", False, True),
        ("2001:db8::/32", True, False),
        ("::/0", False, True),
        ("192.0.2.0/24", True, False),
    ],
)
def test_width_and_publicity(text: str, public: bool, wide: bool) -> None:
    prefix = parse_prefix(text)
    assert isinstance(prefix, tuple)
    assert (is_global(prefix), is_too_wide(prefix)) == (public, wide)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("a", "b"),
        ("192.0.2.1", "192.0.2.0"),
        ("192.0.2.1", "2001:db8::"),
        ("192.0.2.0/24", "192.0.2.9"),
        ("192.0.2.0", "192.0.3.0/24"),
        ("2001:db8::", "192.0.2.1"),
    ],
)
def test_what_is_no_range(first: str, last: str) -> None:
    assert isinstance(parse_range(first, last), str)


def test_a_range_may_be_one_address_and_mapped_only_as_a_whole() -> None:
    assert parse_range("192.0.2.1", "192.0.2.1") == (0xC000_0201, 0xC000_0201)
    first, last = 0xFFFF_C000_0200, 0xFFFF_C000_02FF
    assert unmapped_range(first, last) == (0xC000_0200, 0xC000_02FF)
    assert unmapped_range(first, 0x1_0000_C000_02FF) == (first, 0x1_0000_C000_02FF)
