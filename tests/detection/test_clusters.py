"""The cluster as evidence: of which ties, how old, whose, and what a verified agency explains."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest

from streams.detection.case_state import Edge, Node
from streams.detection.clusters import cluster_of
from streams.detection.components import around, edges_of, tie
from streams.detection.messages import Assessment, Mitigation, StrongEdge
from streams.detection.scoring import Weighed
from streams.detection.verdict import judge
from streams.detection.windows import DAY
from tests.detection.test_cases import CATALOGUE, T0, Desk, assessed, evidence

AGENCY = Mitigation("MIT-AGENCY", T0, "a registered agency, confirmed by both sides")


class Graph:
    """Nodes by name, tied by hand."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}

    def node(self, name: str) -> Node:
        return self.nodes.setdefault(name, Node(name))

    def star(self, kind: str, thing: str, *accounts: str, day: float = 0.0) -> Graph:
        for other in accounts[1:]:
            for one, two in ((accounts[0], other), (other, accounts[0])):
                tie(self.node(one), Edge(two, kind, f"{kind}:{thing}", T0 + int(day * DAY)))
        return self

    def agency(self, name: str, *accounts: str, fact: Mitigation = AGENCY) -> Graph:
        for account in accounts:
            self.node(account).assessment = Assessment(account, T0, [], [fact], agency=name)
        return self

    def cluster(self, day: float = 0.0) -> tuple[Weighed, list[str]] | None:
        now = T0 + int(day * DAY)
        return cluster_of(CATALOGUE, around(min(self.nodes), now, self.node), now)


def strength(found: tuple[Weighed, list[str]] | None) -> float:
    return found[0].confidence if found else 0.0


def square() -> Graph:
    return Graph().star("device", "d", *"abcd").star("payout", "p", *"abcd")


def test_a_cluster_is_as_old_as_its_newest_edge_and_fades() -> None:
    found = square().star("payout", "p", *"abcd", day=30).cluster(day=80)
    assert found is not None
    weighed, accounts = found
    assert accounts == list("abcd")
    assert (weighed.evidence.first, weighed.evidence.last) == (T0, T0 + 30 * DAY)
    assert weighed.confidence == pytest.approx(2 ** (-50 / 120))
    assert strength(square().cluster(day=60)) == pytest.approx(2 ** (-60 / 120))


def test_an_edge_that_is_renewed_keeps_when_it_began_and_one_that_expired_begins_anew() -> None:
    for days, began in (((0, 80), 0), ((80, 0), 0), ((0, 91), 91)):
        node = Node("a")
        for day in days:
            tie(node, Edge("b", "device", "device:d", T0 + day * DAY))
        (edge,) = node.edges
        assert (edge.ts, edge.began) == (T0 + max(days) * DAY, T0 + began * DAY)


def test_an_edge_of_an_older_state_begins_when_it_was_last_seen() -> None:
    old = msgspec.msgpack.encode(["b", "device", "device:d", T0, None])
    assert msgspec.msgpack.decode(old, type=Edge).began == T0


def test_two_things_of_one_kind_are_two_ties() -> None:
    graph = Graph().star("device", "one", "a", "b").star("device", "two", "a", "b")
    assert [tied[1] for tied in edges_of(list(graph.nodes.values()), T0)] == ["device:one", "device:two"]


def test_ties_within_one_verified_agency_explain_themselves() -> None:
    found = square().agency("one", *"abcd").cluster()
    assert found is not None
    assert (found[0].confidence, found[0].mitigated_by) == (0.0, ("MIT-AGENCY",))


def test_a_fact_of_one_member_or_of_two_agencies_excuses_nobody_else() -> None:
    assert strength(square().agency("one", "a").cluster()) == 1.0
    assert strength(square().agency("one", "a", "b").agency("two", "c", "d").cluster()) == 1.0
    ended = msgspec.structs.replace(AGENCY, until=T0 - 1)
    assert strength(square().agency("one", *"abcd", fact=ended).cluster()) == 1.0
    other = msgspec.structs.replace(AGENCY, mitigator="MIT-TENURE")
    assert strength(square().agency("one", *"abcd", fact=other).cluster()) == 1.0
    assert strength(square().agency("", *"abcd").cluster()) == 1.0


def test_an_agency_neither_hides_nor_dilutes_strangers_around_it() -> None:
    team = "efghijkl"
    graph = square().star("device", "office", *team).star("payout", "till", *team).agency("one", *team)
    found = graph.star("payout", "joint", "d", "e").cluster()
    assert strength(found) == 1.0
    assert found is not None
    assert found[1] == list("abcde")


def test_what_is_said_of_a_part_is_of_its_own_ties() -> None:
    graph = square().star("device", "office", *"xyz", day=30).star("payout", "till", *"xyz", day=30)
    found = graph.agency("one", *"xyz").star("contact", "c", "d", "x").cluster(day=30)
    assert found is not None
    assert found[1] == list("abcdx")
    assert (found[0].evidence.last, found[0].evidence.count) == (T0, 7)


def test_of_two_parts_the_one_that_weighs_more_is_told() -> None:
    """The larger one is older."""
    graph = Graph().star("device", "d", *"efghi").star("payout", "p", *"efghi")
    graph.star("device", "n", *"abcd", day=60).star("payout", "n", *"abcd", day=60)
    graph.star("device", "team", "x", "y").agency("one", "x", "y").star("device", "q", "x", "a").star(
        "device", "r", "y", "e"
    )
    found = graph.cluster(day=60)
    assert found is not None
    assert found[1] == list("abcdx")


def test_the_score_of_an_agency_counts_no_cluster() -> None:
    graph = square()
    counted = judge(CATALOGUE, around("a", T0, graph.node), T0).score
    assert judge(CATALOGUE, around("a", T0, graph.agency("one", *"abcd").node), T0).score.total == 0.0
    assert counted.total > 50


def test_a_chain_over_many_devices_is_no_alert() -> None:
    """Sixteen accounts, fifteen devices of two people each and one joint payout instrument: ordinary life."""
    names = "abcdefghijklmnop"
    desk = Desk()
    desk.tell(
        *(StrongEdge("device", f"device:{a}", a, b, T0) for a, b in pairwise(names)),
        StrongEdge("payout", "payout:joint", "a", "b", T0),
    )
    told = assessed("p", evidence("payout_name_mismatch", 0.7), evidence("shared_device_multi_account", 0.5))
    assert desk.tell(told) == []
