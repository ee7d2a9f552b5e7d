"""The graph of the cases stage: a node an account, and strong edges, which both of their ends always know."""

from __future__ import annotations

from collections.abc import Iterable

from streams.detection import components
from streams.detection.case_state import Edge, States, node_key, node_of
from streams.detection.messages import EdgeRemoved, StrongEdge


def tie(told: StrongEdge, states: States) -> int:
    """Note an edge at both of its ends; how many others had to give way."""
    evicted = 0
    for one, other, ref in ((told.a, told.b, told.ref_a), (told.b, told.a, told.ref_b)):
        node = node_of(states, one)
        gone = components.tie(node, Edge(other, told.edge_type, told.entity, told.ts, ref))
        states.put(node_key(one), node)
        _drop_other_ends(one, gone, states)
        evicted += len(gone)
    return evicted


def untie(removed: EdgeRemoved, states: States) -> list[str]:
    """Take back the edges over a thing, but for the pairs that are kept; gives the accounts at either end."""
    kept, ends = set(removed.kept), set(removed.accounts)
    for account in removed.accounts:
        node = node_of(states, account)
        gone = [
            edge
            for edge in node.edges
            if edge.entity == removed.entity
            and (min(account, edge.neighbour), max(account, edge.neighbour)) not in kept
        ]
        node.edges = [edge for edge in node.edges if edge not in gone]
        states.put(node_key(account), node)
        _drop_other_ends(account, gone, states)
        ends.update(edge.neighbour for edge in gone)
    return sorted(ends)


def _drop_other_ends(account: str, gone: Iterable[Edge], states: States) -> None:
    """Let the neighbours forget edges, too: or whom one reaches in a component would depend on where one begins."""
    for edge in gone:
        node = node_of(states, edge.neighbour)
        node.edges = [other for other in node.edges if (other.neighbour, other.entity) != (account, edge.entity)]
        states.put(node_key(edge.neighbour), node)
