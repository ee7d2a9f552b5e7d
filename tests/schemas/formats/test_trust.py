"""The client's address behind proxies: counted or named, and never simply the first of a list."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.decoder import Decoded
from schemas.formats.trust import MAX_CHAIN, Trust, read_prefixes
from tests.schemas.formats.producers import own_map, read

FORGED, CLIENT, INNER, OUTER = "198.51.100.66", "203.0.113.24", "10.0.0.7", "10.0.0.8"
CHAIN = f"{FORGED}, {CLIENT}, {INNER}, {OUTER}"
OURS = read_prefixes(["10.0.0.0/8", "2001:db8:ffff::/48"])


def ip_of(source: str, trust: Trust | None = None, **record: Any) -> str | None:
    outcome = read(own_map(f"ip = {source}", trust=trust), **record)
    assert isinstance(outcome, Decoded), outcome
    return outcome.event.ip


@pytest.mark.parametrize(
    ("trust", "expected"),
    [
        (Trust(), OUTER),
        (Trust(3), CLIENT),
        (Trust(2), INNER),
        (Trust(1, OURS), CLIENT),
        (Trust(2, OURS), CLIENT),
        (Trust(4, OURS), FORGED),
        (Trust(5), None),
        (Trust(9), None),
    ],
)
def test_a_chain_is_read_from_its_end(trust: Trust, expected: str | None) -> None:
    for value in (CHAIN, CHAIN.split(", ")):
        assert ip_of('"xff"', trust, xff=value) == expected


def test_a_list_field_without_settings_gives_its_last_element() -> None:
    assert ip_of('"chain[*].ip"', chain=[{"ip": FORGED}, {"x": 1}, {"ip": CLIENT}]) == CLIENT


def test_an_element_without_address_keeps_its_place_in_the_chain() -> None:
    """Left out, it would move the count by one, on to what the client claims."""
    chain = [{"ip": FORGED}, {"ip": CLIENT}, {"seen": True}]
    assert ip_of('"chain[*].ip"', Trust(2), chain=chain) == CLIENT
    assert ip_of('"chain[*].ip"', Trust(1, OURS), chain=chain) is None


def test_a_map_may_say_what_the_deployment_does_not() -> None:
    assert ip_of('{ path = "xff", trusted_hops = 3 }', xff=CHAIN) == CLIENT
    assert ip_of('{ path = "xff", trusted = ["10.0.0.0/8"] }', xff=CHAIN) == CLIENT


def test_too_short_a_chain_names_nobody() -> None:
    """A request that came around the outer proxy: what it claims was seen by nobody of ours."""
    assert ip_of('{ path = "xff", chain = true }', Trust(2), xff=FORGED) is None
    assert ip_of('"ip"', Trust(2), ip=CLIENT) == CLIENT


def test_our_own_proxy_is_not_a_client() -> None:
    assert ip_of('"ip"', Trust(1, OURS), ip=INNER) is None
    assert ip_of('"ip"', Trust(1, OURS), ip="2001:db8:ffff::9") is None
    assert ip_of('["xff", "ip"]', Trust(1, OURS), xff=f"{INNER}, {OUTER}", ip=CLIENT) == CLIENT


def test_a_forwarded_header_and_ports_are_understood() -> None:
    header = f'for={FORGED}, for="{CLIENT}:4711";proto=https, For={INNER}'
    assert ip_of('"forwarded"', Trust(1, OURS), forwarded=header) == f"{CLIENT}:4711"
    assert ip_of('"xff"', Trust(1, OURS), xff=f"{CLIENT}, {INNER}:443") == CLIENT


@pytest.mark.parametrize("value", [[], [7, CLIENT, None], ["", ""], [[CLIENT]], ","])
def test_chains_without_an_address_at_their_end_name_nobody(value: Any) -> None:
    assert ip_of('{ path = "xff", chain = true }', xff=value) in (None, "")


@given(st.lists(st.text(max_size=20), max_size=2 * MAX_CHAIN), st.integers(1, 40))
def test_what_a_client_puts_in_front_changes_nothing(forged: list[str], hops: int) -> None:
    seen = [CLIENT, *[OUTER] * (hops - 1)]
    expected = CLIENT if hops <= MAX_CHAIN else None
    assert Trust(hops).client([*forged, *seen]) == expected
    assert Trust(1, OURS).client([*forged, CLIENT, INNER, OUTER]) == CLIENT
