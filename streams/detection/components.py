"""Connected components over strong edges that still hold. Read afresh when something changes: edges expire, and a component is small."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Container, Mapping, Sequence
from functools import cache
from heapq import heappop, heappush
from itertools import islice
from typing import NamedTuple

import msgspec

from streams.detection.case_state import NEIGHBOURS, Edge, Node

LARGEST = 200
"""A component beyond this is split: there is a hub in it that was not recognised, not two hundred personas (catalogue §5.16)."""
COMPARED = 32
"""Things of an account, the newest first, by which it is told whether two people share more than one."""
Tie = tuple[str, str, str, str]
"""Edge type, shared thing, account, account; the accounts in order."""
NodeOf = Callable[[str], Node]


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
    """Shared things over which nobody is tied here: with them there would be too many accounts."""
    hidden: int = 0
    """How many accounts that leaves out, of those that are on these things."""


class _Thing(NamedTuple):
    """One shared thing with the accounts that are tied over it. The smaller, the less it looks like a hub."""

    rank: tuple[int, int]
    """Accounts that share nothing else with another one of it (as of a public terminal, an omnibus wallet), and all accounts."""
    entity: str
    accounts: list[str]


def around(account: str, now: int, node_of: NodeOf) -> Component:
    """The component of `account`. One above `LARGEST` is split at its hubs, in the same parts whichever account asks."""
    found = _reached(account, now, node_of)
    return Component(_in_order(found)) if len(found) <= LARGEST else _split(account, now, node_of)


def as_of_newest(account: str, ts: int, node_of: NodeOf) -> tuple[Component, int]:
    """The component of `account` at the newest event time that is known of it, no less than `ts`, and that time.

    An account that was silent is told of old times, too; some of the ties may have expired since.
    """
    component = around(account, ts, node_of)
    now = newest_of(component.nodes, ts)
    return (around(account, now, node_of) if now > ts else component), now


def newest_of(nodes: Sequence[Node], ts: int) -> int:
    """The newest event time that is known of any of them, and no less than `ts`."""
    told = [node.assessment.newest for node in nodes if node.assessment]
    tied = [node.edges[0].ts for node in nodes if node.edges]  # the newest first
    return max([ts, *told, *tied])


def _split(account: str, now: int, node_of: NodeOf) -> Component:
    """As many accounts around `account` as are tied without hubs, `LARGEST` at most.

    Things tie their accounts in the order of how little they look like a hub, for as long as not too many are tied; those that are alike
    together, so that no name decides. So all accounts of a part get the same part, however large the component is: nothing is looked at
    but what lies next to it.
    """
    found = {account: node_of(account)}
    ties = cache(lambda name: _ties(node_of(name), now))  # an account is on several things, and has many edges
    things: dict[tuple[str, str], _Thing] = {}
    waiting: list[_Thing] = []
    fresh, level, size = [account], (0, 0), 1
    while len(found) <= LARGEST:
        for name in fresh:
            for entity in ties(name):
                if (name, entity) not in things:
                    thing = _thing(name, entity, ties)
                    things.update(((other, entity), thing) for other in thing.accounts)
                    heappush(waiting, thing)
        least = heappop(waiting)
        if least.rank > level:
            level, size = least.rank, len(found)
        fresh = [name for name in least.accounts if name not in found]
        found.update((name, node_of(name)) for name in fresh)
    part = dict(islice(found.items(), size))
    hubs = [thing for name in part for entity in ties(name) if (thing := things[name, entity]).rank >= level]
    hidden = {name for thing in hubs for name in thing.accounts} - part.keys()
    return Component(_in_order(part), frozenset(thing.entity for thing in hubs), len(hidden))


def _thing(account: str, entity: str, ties: Callable[[str], Mapping[str, list[str]]]) -> _Thing:
    names = {account: None}
    waiting = deque(names)
    while waiting and len(names) <= LARGEST:
        fresh = [name for name in ties(waiting.popleft()).get(entity, ()) if name not in names]
        names.update(dict.fromkeys(fresh))
        waiting += fresh
    held = [list(islice(ties(name), COMPARED)) for name in names]
    common = Counter(other for its in held for other in its if other != entity)
    strangers = sum(all(common[other] < 2 for other in its) for its in held)
    return _Thing((strangers, len(names)), entity, sorted(names))


def _ties(node: Node, now: int) -> dict[str, list[str]]:
    """Thing → accounts to which this one is tied over it; the newest first."""
    ties: dict[str, list[str]] = {}
    for edge in node.edges:
        if edge.holds(now):
            ties.setdefault(edge.entity, []).append(edge.neighbour)
    return ties


def _reached(account: str, now: int, node_of: NodeOf) -> dict[str, Node]:
    """The accounts that are tied to `account`; no more than it takes to tell that they are too many."""
    found = {account: node_of(account)}
    waiting = deque(found)
    while waiting:
        for edge in found[waiting.popleft()].edges:
            if edge.neighbour in found or not edge.holds(now):
                continue
            found[edge.neighbour] = node_of(edge.neighbour)
            waiting.append(edge.neighbour)
            if len(found) > LARGEST:
                return found
    return found


def _in_order(found: Mapping[str, Node]) -> list[Node]:
    return [found[name] for name in sorted(found)]


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


def last_case(node: Node) -> str:
    """Identity of the last case that began at an account."""
    return case_id(node.account, node.episodes - 1)
