"""Connected components over strong edges that still hold. Read afresh when something changes: edges expire, and a component is small."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

import msgspec

from streams.detection.case_state import NEIGHBOURS, Edge, Node

LARGEST = 200
"""A component beyond this is split: there is a hub in it that was not recognised, not two hundred personas (catalogue §5.16)."""
EXPLORED = 5 * LARGEST
"""Accounts looked at to find the hubs: what is larger would hold up the one partition of cases."""
COMPARED = 32
"""Things of an account, the newest first, by which it is told whether two people share more than one: pairs of them are counted."""
Tie = tuple[str, str, str, str]
"""Edge type, shared thing, account, account; the accounts in order."""


def tie(node: Node, edge: Edge) -> list[Edge]:
    """Note an edge; a repeated one only becomes newer, and keeps when it began. Gives the stalest ones, for which there is no room."""
    kept: list[Edge] = []
    same = [edge]
    for known in node.edges:
        (same if (known.neighbour, known.entity) == (edge.neighbour, edge.entity) else kept).append(known)
    newest = max(same, key=lambda known: known.ts)
    began = min(known.began for known in same if known.holds(newest.ts))
    kept.append(msgspec.structs.replace(newest, first=began))
    kept.sort(key=lambda known: (-known.ts, known.neighbour, known.entity))
    node.edges = kept[:NEIGHBOURS]
    return kept[NEIGHBOURS:]


class Component(NamedTuple):
    """Accounts that strong edges tie together, by account id."""

    nodes: list[Node]
    hubs: frozenset[str] = frozenset()
    """Shared things over which nobody is tied here: without leaving them out there would be too many accounts."""
    hidden: int = 0
    """How many accounts that leaves out, of those that were looked at."""


def around(account: str, now: int, node_of: Callable[[str], Node]) -> Component:
    """The component of `account`. One above `LARGEST` is split at its hubs, in the same parts whichever account asks.

    Of one that is also too large to be looked at whole, an account is alone where hubs nearby do not explain the size.
    """
    found = _reached(account, now, node_of, frozenset(), EXPLORED)
    if len(found) <= LARGEST:
        return Component(_in_order(found))
    hubs = hubs_around(account, found, now)
    part = _reached(account, now, node_of, hubs, LARGEST + 1)
    if len(part) > LARGEST:
        part = {account: part[account]}
    return Component(_in_order(part), hubs, len(found) - len(part))


def hubs_around(account: str, found: Mapping[str, Node], now: int) -> frozenset[str]:
    """The things to leave out of `found` so that the part with `account` has `LARGEST` accounts at most, as few as that takes.

    Those go first that tie the most accounts with nothing else in common: a public terminal, an omnibus wallet. Things that are alike
    in this go together, so that no name decides.
    """
    ranks = _ranked(found.values(), now)

    def small(left_out: int) -> bool:
        hubs = frozenset[str]().union(*ranks[:left_out])
        return len(_reached(account, now, found.get, hubs, LARGEST + 1)) <= LARGEST

    needed = bisect_left(range(len(ranks)), True, key=small)
    return frozenset[str]().union(*ranks[:needed])


def _ranked(nodes: Iterable[Node], now: int) -> list[set[str]]:
    """Every shared thing, in groups: first those with the most accounts that share nothing else with another of its accounts."""
    accounts = Counter[str]()
    common = Counter[tuple[str, str]]()
    things = [list(dict.fromkeys(edge.entity for edge in node.edges if edge.holds(now))) for node in nodes]
    for held in things:
        accounts.update(held)
        common.update(permutations(held[:COMPARED], 2))
    strangers = Counter(
        thing for held in things for thing in held if all(common[thing, other] < 2 for other in held[:COMPARED])
    )
    ranks: dict[tuple[int, int], set[str]] = {}
    for thing, number in accounts.items():
        ranks.setdefault((strangers[thing], number), set()).add(thing)
    return [ranks[rank] for rank in sorted(ranks, reverse=True)]


def _reached(
    account: str, now: int, node_of: Callable[[str], Node | None], without: frozenset[str], most: int
) -> dict[str, Node]:
    """The first `most` accounts that are reached from `account`, nearest first, over all things but `without`."""
    own = node_of(account)
    found = {} if own is None else {account: own}
    waiting = deque(found)
    while waiting:
        for edge in found[waiting.popleft()].edges:
            if edge.neighbour in found or edge.entity in without or not edge.holds(now):
                continue
            if len(found) >= most:
                return found
            node = node_of(edge.neighbour)
            if node is not None:
                found[edge.neighbour] = node
                waiting.append(edge.neighbour)
    return found


def _in_order(found: Mapping[str, Node]) -> list[Node]:
    return [found[name] for name in sorted(found)]


def newest(nodes: Iterable[Node], ts: int) -> int:
    """The newest event time that is known of any of them, and no less than `ts`."""
    told = [node.assessment.newest for node in nodes if node.assessment]
    tied = [edge.ts for node in nodes for edge in node.edges[:1]]  # the newest first
    return max([ts, *told, *tied])


def edges_of(nodes: Sequence[Node], now: int, hubs: Container[str] = ()) -> dict[Tie, list[Edge]]:
    """Every tie that holds at `now` within the component, in order, with the edges (one from either end) that tell of it."""
    inside = {node.account for node in nodes}
    found: dict[Tie, list[Edge]] = {}
    for node in nodes:
        for edge in node.edges:
            if edge.holds(now) and edge.neighbour in inside and edge.entity not in hubs:
                ends = min(node.account, edge.neighbour), max(node.account, edge.neighbour)
                found.setdefault((edge.edge_type, edge.entity, *ends), []).append(edge)
    return dict(sorted(found.items()))


def case_id(anchor: str, episode: int) -> str:
    """Identity of one episode: the same on every run, and telling nothing about the account."""
    return "case-" + hashlib.blake2s(f"{anchor}\n{episode}".encode(), digest_size=8).hexdigest()
