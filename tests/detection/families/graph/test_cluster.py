from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streams.detection.families.graph import FAMILY, cluster_confidence
from tests.detection.families.payments.driver import CATALOGUE

THRESHOLDS = CATALOGUE.indicators["strong_edge_cluster"].thresholds
Edge = tuple[str, str, str, str]


def star(kind: str, *accounts: str) -> list[Edge]:
    return [(kind, f"{kind}:{accounts[0]}", accounts[0], other) for other in accounts[1:]]


def judged(accounts: str, edges: list[Edge]) -> float:
    return cluster_confidence(list(accounts), edges, THRESHOLDS)[0]


def test_four_accounts_and_two_kinds_fire() -> None:
    confidence, numbers = cluster_confidence("abcd", star("device", *"abcd") + star("payout", *"ab"), THRESHOLDS)
    assert confidence == 1.0
    assert numbers == {
        "accounts": 4,
        "edge_types": 2,
        "kinds": "device, payout",
        "density": 1.0,
        "types_per_account": 1.5,
    }


def test_three_accounts_or_one_kind_are_silent() -> None:
    assert judged("abc", star("device", *"abc") + star("payout", *"abc")) == 0.0
    assert judged("abcdef", star("device", *"abcdef")) == 0.0
    assert judged("", []) == 0.0
    assert judged("abcd", []) == 0.0


def test_a_loose_chain_is_silent() -> None:
    names = "abcdefghij"
    kinds = ("device", "payout")
    chain = [(kinds[place % 2], f"{place}", a, b) for place, (a, b) in enumerate(pairwise(names))]
    confidence, numbers = cluster_confidence(names, chain, THRESHOLDS)
    assert numbers["density"] < 0.4
    assert numbers["types_per_account"] < 2
    assert confidence == 0.0


def test_a_chain_over_many_things_of_one_kind_is_silent() -> None:
    """Fifteen devices of two people each and one joint payout instrument: 15 of 120 possible ties."""
    names = "abcdefghijklmnop"
    chain = [("device", f"device:{a}", a, b) for a, b in pairwise(names)]
    confidence, numbers = cluster_confidence(names, [*chain, *star("payout", "a", "b")], THRESHOLDS)
    assert confidence == 0.0
    assert numbers["density"] == round(15 / 120, 2)
    assert numbers["types_per_account"] == round(18 / 16, 2)


def test_one_thing_of_all_is_as_dense_as_can_be() -> None:
    names = "abcdefghijklmnop"
    confidence, numbers = cluster_confidence(names, [*star("device", *names), *star("payout", "a", "b")], THRESHOLDS)
    assert (confidence, numbers["density"]) == (1.0, 1.0)


def test_two_things_of_one_kind_are_one_kind_of_an_account() -> None:
    two = [("device", thing, "a", other) for thing in ("device:1", "device:2") for other in "bcd"]
    assert cluster_confidence("abcd", two, THRESHOLDS)[1]["types_per_account"] == 1.0


def test_many_kinds_per_account_fire_even_when_sparse() -> None:
    names = "abcdefghij"
    chain = [(f"{kind}{place}", "x", a, b) for kind in "de" for place, (a, b) in enumerate(pairwise(names))]
    assert judged(names, chain) == 1.0


def test_a_component_with_an_unrecognised_hub_is_silent() -> None:
    names = [f"a{number}" for number in range(201)]
    edges = star("device", *names) + star("payout", *names)
    assert cluster_confidence(names, edges, THRESHOLDS)[0] == 0.0
    assert cluster_confidence(names[:200], edges, THRESHOLDS)[0] == 1.0


def test_edges_that_leave_the_component_do_not_count() -> None:
    assert judged("abcd", star("device", *"abcd") + star("payout", *"ax")) == 0.0


@given(
    st.permutations(star("device", *"abcde") + star("payout", *"cdf") + [("exit", "exit:x", "f", "a")]),
    st.permutations("abcdef"),
)
def test_order_and_direction_do_not_matter(edges: list[Edge], accounts: list[str]) -> None:
    turned = [(kind, thing, b, a) for kind, thing, a, b in edges]
    expected = cluster_confidence("abcdef", sorted(edges), THRESHOLDS)
    assert cluster_confidence(accounts, edges + turned, THRESHOLDS) == expected


def test_the_family_has_no_observers() -> None:
    assert FAMILY.indicators == ("strong_edge_cluster",)
    assert not FAMILY.observe
