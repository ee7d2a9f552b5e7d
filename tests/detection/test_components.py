"""Which accounts are judged together, above all where too many are tied to each other."""

from __future__ import annotations

from itertools import pairwise

from streams.detection import case_graph
from streams.detection.case_state import NEIGHBOURS, Node, node_of
from streams.detection.clusters import cluster_of
from streams.detection.components import LARGEST, around
from streams.detection.messages import EdgeRemoved, StrongEdge
from tests.detection.test_cases import CATALOGUE, REVIEW, T0, Desk, assessed, evidence
from tests.detection.test_clusters import Graph, strength

FARM = [f"farm{number:02}" for number in range(40)]


def crowd(name: str, size: int) -> list[str]:
    return [f"{name}{number:04}" for number in range(size)]


def with_wallets(farm: list[str] = FARM, wallets: int = 8, people: int = 48) -> Graph:
    """A farm of one device and one payout account, and a chain of wallets of so many people each, to which one of the farm belongs."""
    graph = Graph().star("device", "farm", *farm).star("payout", "farm", *farm)
    for number in range(wallets):
        graph.star(
            "payout", f"wallet{number}", *crowd(f"w{number}-", people), farm[0] if not number else f"w{number - 1}-0001"
        )
    return graph


def parts(graph: Graph) -> set[frozenset[str]]:
    """The components of every ninth account, each once."""
    asked = sorted(graph.nodes)[::9]
    return {frozenset(node.account for node in around(account, T0, graph.node).nodes) for account in asked}


def test_a_component_as_large_as_the_limit_is_whole() -> None:
    names = crowd("a", LARGEST)
    graph = Graph()
    for one, other in pairwise(names):
        graph.star("device", f"{one}", one, other)
    component = around(names[7], T0, graph.node)
    assert ([node.account for node in component.nodes], component.hubs, component.hidden) == (names, frozenset(), 0)


def test_a_farm_is_found_among_people_whom_only_a_wallet_ties_to_it() -> None:
    graph = with_wallets()
    component = around(FARM[-1], T0, graph.node)
    assert [node.account for node in component.nodes] == FARM
    assert (set(component.hubs), component.hidden) == ({"payout:wallet0"}, 48)
    found = cluster_of(CATALOGUE, component, T0)
    assert found is not None
    assert found.accounts == FARM
    assert found.weighed.evidence.numbers["edge_types"] == 2


def test_what_ties_strangers_goes_before_what_is_larger() -> None:
    component = around(FARM[-1], T0, with_wallets(people=30).node)
    assert [node.account for node in component.nodes] == FARM


def test_a_component_is_split_in_the_same_parts_whichever_account_asks() -> None:
    found = parts(with_wallets(wallets=5))
    assert frozenset(FARM) in found
    assert sum(map(len, found)) == len(frozenset().union(*found)), "two parts overlap"


def test_no_more_is_left_out_than_is_needed() -> None:
    """The larger hub goes, and what is left is small enough with the smaller one."""
    graph = Graph().star("payout", "small", *crowd("b", 20), "a0000")
    for number in range(5):
        people = crowd(f"c{number}-", 45)
        graph.star("payout", f"large{number}", *people, "a0000" if not number else f"c{number - 1}-0001")
    component = around("a0000", T0, graph.node)
    assert [node.account for node in component.nodes] == ["a0000", *crowd("b", 20)]
    assert "payout:small" not in component.hubs


def test_a_tie_over_a_hub_is_not_counted_within_a_part_either() -> None:
    """Four who share a device and, with forty others each, a wallet: one kind of tie is left."""
    four = FARM[:4]
    graph = Graph().star("device", "four", *four).star("payout", "wallet0", *four, *crowd("w0-", 45))
    assert strength(graph.cluster()) == 1.0
    for number in range(1, 5):
        graph.star("payout", f"wallet{number}", *four, *crowd(f"w{number}-", 45))
    component = around(four[0], T0, graph.node)
    assert [node.account for node in component.nodes] == four
    assert cluster_of(CATALOGUE, component, T0) is None


def test_a_chain_of_strangers_without_a_hub_ties_nobody() -> None:
    graph = Graph()
    for one, other in pairwise(crowd("a", LARGEST + 50)):
        graph.star("device", one, one, other)
    assert all(len(part) == 1 for part in parts(graph))


def test_the_parts_are_the_same_however_much_lies_around_one_of_the_accounts() -> None:
    """A chain of 150; small wallets at its beginning, and one large one behind which there are 1,500 more people."""
    chain, graph = crowd("c", 150), Graph()
    for one, other in pairwise(chain):
        graph.star("device", one, one, other).star("payout", one, one, other)
    for number in range(4):
        graph.star("payout", f"small{number}", chain[number], *crowd(f"s{number}-", 30))
    graph.star("payout", "large", chain[0], *crowd("large", 48))
    for number in range(30):
        graph.star("payout", f"large{number}", f"large{number:04}", *crowd(f"l{number}-", 48))
    for account in chain[0], chain[-1]:
        component = around(account, T0, graph.node)
        assert ([node.account for node in component.nodes], component.hidden) == (chain, 4 * 30 + 48)


def test_of_a_large_component_only_what_is_near_is_looked_at() -> None:
    graph, names, asked = Graph(), crowd("a", 20 * LARGEST), set[str]()

    def looked_at(name: str) -> Node:
        asked.add(name)
        return graph.node(name)

    for one, other in pairwise(names):
        graph.star("device", one, one, other)
    component = around(names[0], T0, looked_at)
    assert ([node.account for node in component.nodes], component.hidden) == (names[:1], 1)
    assert len(asked) == LARGEST + 1


def test_a_case_of_a_group_that_grew_too_large_goes_on_without_the_strangers() -> None:
    desk = Desk()
    desk.tell(*(StrongEdge(kind, f"{kind}:f", "f0", f"f{n}", T0) for kind in ("device", "payout") for n in range(1, 5)))
    opened = desk.tell(assessed("f0", *REVIEW))
    assert [len(alert.subject.account_ids) for alert in opened] == [5]
    for number in range(5):
        people = [f"w{number}-{person:02}" for person in range(48)]
        first = "f1" if not number else f"w{number - 1}-01"
        for name in people:
            case_graph.tie(StrongEdge("payout", f"payout:w{number}", first, name, T0 + 1), desk.states)
    last = desk.tell(assessed("f0", *REVIEW, evidence("operator_shift_pattern"), day=1))[-1]
    assert last.alert_id == opened[0].alert_id
    assert last.subject.account_ids == ("f0", "f1", "f2", "f3", "f4")
    assert last.data_quality[-1].startswith("48 more linked accounts are left out")


def test_edges_for_which_there_is_no_room_go_at_both_ends() -> None:
    """Or whom one reaches would depend on where one begins."""
    desk = Desk()
    for number in range(NEIGHBOURS // 49 + 2):
        names = [f"n{number}-{person:02}" for person in range(49)]
        for name in names:
            case_graph.tie(StrongEdge("device", f"device:{number}", "hub", name, T0 + number), desk.states)
    desk.tell(StrongEdge("device", "device:last", "hub", "last", T0 + 100))
    assert desk.counts["evictions", "case_edge"] == 1
    nodes = {state.account: state for _, state in desk.states.items() if isinstance(state, Node)}
    assert len(nodes["hub"].edges) == NEIGHBOURS
    for node in nodes.values():
        for edge in node.edges:
            assert (node.account, edge.entity) in {
                (back.neighbour, back.entity) for back in nodes[edge.neighbour].edges
            }
    assert sum(len(node.edges) for node in nodes.values()) == 2 * NEIGHBOURS


def chained(name: str, wallets: int) -> list[StrongEdge]:
    """Wallets of 49 people, of whom one knows the next wallet."""
    edges = []
    for number in range(wallets):
        first = f"{name}{number - 1}-01" if number else f"{name}0-00"
        people = (f"{name}{number}-{person:02}" for person in range(not number, 49))
        edges += [StrongEdge("payout", f"payout:{name}{number}", first, other, T0) for other in people]
    return edges


def test_both_ends_of_an_edge_that_makes_a_group_too_large_are_judged_anew() -> None:
    desk = Desk()
    for edge in (*chained("a", 2), *chained("b", 3)):
        case_graph.tie(edge, desk.states)
    opened = desk.tell(assessed("b0-00", *REVIEW))
    assert [len(alert.subject.account_ids) for alert in opened] == [3 * 49]
    told = desk.tell(StrongEdge("payout", "payout:a0", "a0-00", "b0-00", T0 + 1))
    assert [alert.subject.account_ids for alert in told] == [tuple(f"b0-{number:02}" for number in range(49))]
    assert told[0].alert_id == opened[0].alert_id


def test_an_edge_that_is_taken_back_goes_at_both_ends_whichever_is_named() -> None:
    desk = Desk()
    desk.tell(*(StrongEdge("device", f"device:{thing}", "a", "b", T0) for thing in "xy"))
    assert case_graph.untie(EdgeRemoved("device:x", ["b"], T0), desk.states) == ["a", "b"]
    assert [[edge.entity for edge in node_of(desk.states, name).edges] for name in "ab"] == [["device:y"]] * 2
