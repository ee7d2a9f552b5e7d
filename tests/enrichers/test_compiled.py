from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import maxminddb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrichers.compiled import Claim, Row, merge, write_networks, write_tree
from enrichers.prefixes import Prefix, last_of, text_of

CLASSES = ("relay", "corporate", "vpn", "hosting", "tor", "residential_proxy")


def prefix(base: int, length: int, number: int) -> Prefix:
    size = 128 - length
    return (base | (number % (1 << 16) << 108 if base else number << 8) % (1 << 128)) >> size << size, length


PREFIXES = st.one_of(
    st.builds(prefix, st.just(0x2001_0DB8 << 96), st.integers(20, 40), st.integers(0, 2**16)),
    st.builds(prefix, st.just(0), st.integers(104, 128), st.integers(0, 2**24 - 1)),
)
CLAIMS = st.builds(
    Claim,
    st.sampled_from(CLASSES),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["", "2026-11-24"]),
    st.sampled_from([0.5, 1.0]),
    st.sampled_from([None, "X"]),
)
PAIRS = st.lists(st.tuples(PREFIXES, CLAIMS), min_size=1, max_size=25)


def expected_classes(pairs: list[tuple[Prefix, Claim]], number: int) -> set[str]:
    """The rule in its simplest form: all claims whose prefix holds the address, then the precedence."""
    found = {claim.network_class for at, claim in pairs if at[0] <= number <= last_of(at)}
    return found - {"vpn", "hosting"} if found & {"relay", "corporate"} else found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(PAIRS)
def test_every_address_answers_by_all_prefixes_that_hold_it(tmp_path: Path, pairs: list[tuple[Prefix, Claim]]) -> None:
    merged = merge(pairs)
    write_tree(merged.records, tmp_path / "t.mmdb", "test", 1_790_000_000, "test")
    edges = {edge for at, _ in pairs for edge in (at[0] - 1, at[0], last_of(at), last_of(at) + 1) if edge >= 0}
    with maxminddb.open_database(tmp_path / "t.mmdb") as reader:
        for number in edges:
            record: Any = reader.get(text_of((number, 128)).partition("/")[0])
            classes = set(record["classes"]) if record else set()
            assert classes == expected_classes(pairs, number)
            assert {entry[0] for entry in record["lists"]} == classes if record else True


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_the_claims_does_not_matter(pairs: list[tuple[Prefix, Claim]], chance: Any) -> None:
    other = list(pairs)
    chance.shuffle(other)
    assert merge(pairs) == merge(other)


def test_neighbours_are_joined_also_across_levels(tmp_path: Path) -> None:
    rows = [Row(f"192.0.2.{n}", "vpn", "a") for n in range(256)] + [Row("192.0.2.0/26", "vpn", "a")]
    write_networks(rows, tmp_path / "t.mmdb", 1_790_000_000, "test")
    with maxminddb.open_database(tmp_path / "t.mmdb") as reader:
        assert [str(network) for network, _ in reader] == ["192.0.2.0/24"]


def test_no_rows_are_an_empty_table(tmp_path: Path) -> None:
    assert write_networks([], tmp_path / "t.mmdb", 1_790_000_000, "test") == 0
    with maxminddb.open_database(tmp_path / "t.mmdb") as reader:
        assert list(reader) == []


def test_a_list_that_says_a_class_twice_is_one_entry() -> None:
    at: Prefix = (0xC000_0200, 120)
    claims = [Claim("tor", "a", "2026-11-20", 0.5), Claim("tor", "a", "2026-11-24", 0.4), Claim("tor", "b")]
    record = merge([(at, claim) for claim in claims]).records[0][1]
    assert record["lists"] == [["tor", "a", "2026-11-24", 0.5], ["tor", "b", "", 1.0]]


@pytest.mark.parametrize("narrow_dated", ["2026-11-20", "2026-11-24"])
def test_what_a_list_says_of_a_narrower_prefix_counts_there(narrow_dated: str) -> None:
    wide, narrow = (0xC000_0200, 120), (0xC000_0200, 124)
    claims = [
        (wide, Claim("vpn", "a", "2026-11-22", 0.5, "WIDE")),
        (wide, Claim("tor", "a", "2026-11-22", 0.5)),
        (narrow, Claim("vpn", "a", narrow_dated, 0.4, "NARROW")),
    ]
    record = merge(claims).records[1][1]
    assert record["lists"] == [["vpn", "a", narrow_dated, 0.4], ["tor", "a", "2026-11-22", 0.5]]
    assert record["operator"] == "NARROW"


def test_an_operator_is_that_of_the_narrowest_claim_that_names_one_unless_a_relay_outranks_it() -> None:
    wide, narrow = (0xC000_0200, 120), (0xC000_0200, 124)

    def operators(outer: Claim, inner: Claim) -> list[str | None]:
        return [record.get("operator") for _, record in merge([(wide, outer), (narrow, inner)]).records]

    vpn, relay = Claim("vpn", "v", operator="ASTRILL"), Claim("relay", "r", operator="GATE")
    assert operators(vpn, Claim("tor", "t")) == ["ASTRILL", "ASTRILL"]
    assert operators(vpn, Claim("relay", "r")) == ["ASTRILL", None], "the name of what is cancelled is not the relay's"
    assert operators(relay, Claim("corporate", "c")) == ["GATE", "GATE"]
    assert operators(relay, vpn) == ["GATE", "GATE"]


def test_very_many_claims_about_one_prefix_are_not_copied_for_each_of_them() -> None:
    at: Prefix = (0xC000_0200, 120)
    pairs = [(at, Claim("vpn", f"s{number % 3}", "", 1.0, f"operator {number}")) for number in range(1_500)]
    tracemalloc.start()
    try:
        (merged,) = merge(pairs).records
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    assert merged == merge(reversed(pairs)).records[0]
    assert merged[1]["lists"] == [["vpn", f"s{number}", "", 1.0] for number in range(3)]


def test_outranked_claims_are_counted_by_source() -> None:
    wide, narrow = (0xC000_0200, 120), (0xC000_0200, 124)
    merged = merge([(wide, Claim("relay", "r")), (narrow, Claim("vpn", "v")), (narrow, Claim("tor", "t"))])
    assert merged.outranked == {"v": 1}
    assert merged.records[1][1]["classes"] == ["relay", "tor"]


@pytest.mark.parametrize("last", [(0xC000_02FF, 128), (0xC000_02FE, 127)])
def test_the_last_addresses_of_a_prefix_are_covered_by_it_too(last: Prefix) -> None:
    """A relay's last address, on a VPN list, is a relay: what comes after it is not."""
    after = (0xC000_0300, 128)
    pairs = [((0xC000_0200, 120), Claim("relay", "r")), *((at, Claim("vpn", "v")) for at in (last, after))]
    assert [record["classes"] for _, record in merge(pairs).records] == [["relay"], ["relay"], ["vpn"]]


def test_a_row_without_a_prefix_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'192\.0\.2\.1/24': host-bits"):
        write_networks([Row("192.0.2.1/24", "vpn", "a")], tmp_path / "t.mmdb", 0, "test")
