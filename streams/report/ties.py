"""What accounts of a case share: the strong edges as the cases stage counts them, and the things that evidence names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from streams.detection.case_state import Node
from streams.detection.components import around, newest_of
from streams.detection.timestamps import rfc3339
from streams.report.model import Tie
from streams.report.shown import shortened


def ties(nodes: Mapping[str, Node], accounts: Sequence[str]) -> tuple[Tie, ...]:
    """The shared things of these accounts, those that tie most of them first.

    Edges that have expired tie nobody, nor do those over a hub at which too large a group was split.
    """
    place = {account: number for number, account in enumerate(accounts)}
    members = [nodes[account] for account in accounts if account in nodes]
    now = newest_of(members, 0)
    hubs = _hubs(nodes, accounts, now)
    who: dict[str, set[int]] = {}
    last: dict[str, int] = {}
    strong: dict[str, str] = {}
    for node in members:
        for edge in node.edges:
            if edge.neighbour in place and edge.holds(now) and edge.entity not in hubs:
                strong[edge.entity] = edge.edge_type
                who.setdefault(edge.entity, set()).update((place[node.account], place[edge.neighbour]))
                last[edge.entity] = max(last.get(edge.entity, 0), edge.ts)
        for item in node.assessment.evidence if node.assessment else ():
            if item.entity:
                who.setdefault(item.entity, set()).add(place[node.account])
                last[item.entity] = max(last.get(item.entity, 0), item.last)
    return tuple(_tie(entity, strong.get(entity), who[entity], last[entity]) for entity in _ordered(who))


def _hubs(nodes: Mapping[str, Node], accounts: Sequence[str], now: int) -> set[str]:
    """Things over which these accounts are not tied. They may be in several parts: of a case that is over, some have parted since."""
    found = set[str]()
    parted = dict.fromkeys(accounts)
    while parted:
        part = around(next(iter(parted)), now, lambda name: nodes.get(name) or Node(name))
        found |= part.hubs
        for node in part.nodes:
            parted.pop(node.account, None)
    return found


def _ordered(who: Mapping[str, set[int]]) -> Iterable[str]:
    return sorted(who, key=lambda entity: (-len(who[entity]), sorted(who[entity]), entity))


def _tie(entity: str, edge_type: str | None, accounts: set[int], last: int) -> Tie:
    kind, _, name = entity.partition(":")
    return Tie(
        edge_type or kind, shortened(name or entity), tuple(sorted(accounts)), rfc3339(last), edge_type is not None
    )
