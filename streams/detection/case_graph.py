"""The graph of the cases stage: a node an account, and strong edges, which both of their ends always know."""

from __future__ import annotations

from streams.detection import components
from streams.detection.case_state import CaseRecord, Edge, Node, node_key
from streams.detection.messages import EdgeRemoved, StrongEdge
from streams.detection.states import PartitionStates

States = PartitionStates[CaseRecord]


def node_of(states: States, account: str) -> Node:
    """The node of an account, a new one where there is none."""
    node = states.get(node_key(account))
    if isinstance(node, Node):
        return node
    fresh = Node(account)
    states.put(node_key(account), fresh)
    return fresh


def tie(told: StrongEdge, states: States) -> int:
    """Note an edge at both of its ends; how many others had to give way.

    What gives way at one end goes at the other too, or whom one reaches in a component would depend on where one begins.
    """
    evicted = 0
    for one, other, ref in ((told.a, told.b, told.ref_a), (told.b, told.a, told.ref_b)):
        node = node_of(states, one)
        for gone in components.tie(node, Edge(other, told.edge_type, told.entity, told.ts, ref)):
            evicted += 1
            end = node_of(states, gone.neighbour)
            end.edges = [edge for edge in end.edges if (edge.neighbour, edge.entity) != (one, gone.entity)]
            states.put(node_key(gone.neighbour), end)
        states.put(node_key(one), node)
    return evicted


def untie(removed: EdgeRemoved, states: States) -> None:
    """Take back the edges over a thing, but for the pairs that are kept."""
    kept = set(removed.kept)
    for account in removed.accounts:
        node = node_of(states, account)
        node.edges = [
            edge
            for edge in node.edges
            if edge.entity != removed.entity or (min(account, edge.neighbour), max(account, edge.neighbour)) in kept
        ]
        states.put(node_key(account), node)
