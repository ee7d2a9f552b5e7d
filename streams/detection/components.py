"""Connected components over strong edges that still hold. Read afresh when something changes: edges expire, and a component is small."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import msgspec

from streams.detection.case_state import NEIGHBOURS, Edge, Node

LARGEST = 200
"""A component beyond this is cut: it is a hub that was not recognised, not two hundred personas (catalogue §5.16)."""
Tie = tuple[str, str, str, str]
"""Edge type, shared thing, account, account; the accounts in order."""


def tie(node: Node, edge: Edge) -> None:
    """Note an edge; a repeated one only becomes newer, and keeps when it began. The stalest gives way above the cap."""
    kept: list[Edge] = []
    same = [edge]
    for known in node.edges:
        (same if (known.neighbour, known.entity) == (edge.neighbour, edge.entity) else kept).append(known)
    newest = max(same, key=lambda known: known.ts)
    began = min(known.began for known in same if known.holds(newest.ts))
    kept.append(msgspec.structs.replace(newest, first=began))
    node.edges = sorted(kept, key=lambda known: (-known.ts, known.neighbour, known.entity))[:NEIGHBOURS]


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


def beyond(nodes: Sequence[Node], now: int) -> int:
    """How many accounts are tied to `nodes` and are not among them."""
    inside = {node.account for node in nodes}
    return len({edge.neighbour for node in nodes for edge in node.edges if edge.holds(now)} - inside)


def edges_of(nodes: Sequence[Node], now: int) -> dict[Tie, list[Edge]]:
    """Every tie that holds at `now` within the component, in order, with the edges (one from either end) that tell of it."""
    inside = {node.account for node in nodes}
    found: dict[Tie, list[Edge]] = {}
    for node in nodes:
        for edge in node.edges:
            if edge.holds(now) and edge.neighbour in inside:
                ends = min(node.account, edge.neighbour), max(node.account, edge.neighbour)
                found.setdefault((edge.edge_type, edge.entity, *ends), []).append(edge)
    return dict(sorted(found.items()))


def case_id(anchor: str, episode: int) -> str:
    """Identity of one episode: the same on every run, and telling nothing about the account."""
    return "case-" + hashlib.blake2s(f"{anchor}\n{episode}".encode(), digest_size=8).hexdigest()
