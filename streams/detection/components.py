"""Connected components over strong edges that still hold. Read afresh when something changes: edges expire, and a component is small."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from streams.detection.case_state import NEIGHBOURS, Edge, Node

LARGEST = 200
"""A component beyond this is cut: it is a hub that was not recognised, not two hundred personas (catalogue §5.16)."""


def tie(node: Node, edge: Edge) -> None:
    """Note an edge; a repeated one only becomes newer. The stalest gives way above the cap."""
    kept = [known for known in node.edges if (known.neighbour, known.entity) != (edge.neighbour, edge.entity)]
    older = [
        known
        for known in node.edges
        if (known.neighbour, known.entity) == (edge.neighbour, edge.entity) and known.ts > edge.ts
    ]
    node.edges = sorted([*kept, *(older or [edge])], key=lambda known: (-known.ts, known.neighbour, known.entity))[
        :NEIGHBOURS
    ]


def around(account: str, now: int, node_of: Callable[[str], Node]) -> tuple[list[Node], int]:
    """Nodes of the component of `account`, by account id, and how many neighbours were cut off by the size limit."""
    found = {account: node_of(account)}
    waiting = [account]
    cut: set[str] = set()
    while waiting:
        for edge in found[waiting.pop(0)].edges:
            if edge.neighbour in found or not edge.holds(now):
                continue
            if len(found) >= LARGEST:
                cut.add(edge.neighbour)
                continue
            found[edge.neighbour] = node_of(edge.neighbour)
            waiting.append(edge.neighbour)
    return [found[name] for name in sorted(found)], len(cut)


def edges_of(nodes: list[Node], now: int) -> list[tuple[str, str, str]]:
    """Distinct (edge type, a, b) with a < b that hold at `now` within the component."""
    inside = {node.account for node in nodes}
    return sorted(
        {
            (edge.edge_type, min(node.account, edge.neighbour), max(node.account, edge.neighbour))
            for node in nodes
            for edge in node.edges
            if edge.holds(now) and edge.neighbour in inside
        }
    )


def case_id(anchor: str, episode: int) -> str:
    """Identity of one episode: the same on every run, and telling nothing about the account."""
    return "case-" + hashlib.blake2s(f"{anchor}\n{episode}".encode(), digest_size=8).hexdigest()
