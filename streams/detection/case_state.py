"""All that is remembered in the cases stage: one node an account, one record a case, under keys `a:` and `c:`."""

from __future__ import annotations

import msgspec

from streams.detection.entity_state import keep_ms
from streams.detection.messages import Assessment, Ref, TablesUsed, TableVersion
from streams.detection.states import PartitionStates

NEIGHBOURS = 256
"""Edges kept of an account. A thing ties its accounts to the earliest one, and above 50 accounts it is a hub and ties nobody: room for
five things of a farm as large."""
DECIDED = 8
"""Decisions remembered of an account: more than a person makes on one account in years."""


class Edge(msgspec.Struct, array_like=True):
    """One strong edge to one neighbour over one thing."""

    neighbour: str
    edge_type: str
    entity: str
    ts: int
    ref: Ref | None = None
    """The newest event that showed this account there."""
    first: int = 0
    """When it began to hold; 0 where that was not noted."""

    @property
    def began(self) -> int:
        """When it began to hold."""
        return self.first or self.ts

    def holds(self, now: int) -> bool:
        """Whether the edge has not expired at `now` (ms)."""
        return now - self.ts <= keep_ms(self.edge_type)


class Node(msgspec.Struct, array_like=True, tag=1):
    """One account as the cases stage sees it."""

    account: str
    assessment: Assessment | None = None
    edges: list[Edge] = []
    case_id: str = ""
    """The active case that the account belongs to, or the last one."""
    episodes: int = 0
    """Cases that began at this account."""
    decided: list[str] = []
    """The last cases with this account that people decided, whichever case it belongs to now."""


class Case(msgspec.Struct, array_like=True, tag=2):
    """One episode. `watch` cases are not sent to analysts until they become an alert."""

    case_id: str
    opened: int
    anchor: str
    """The account with the most evidence when it began. When a component falls apart, the case stays with that one, or follows the
    evidence when nothing is left of it there."""
    revision: int = 0
    status: str = "watch"
    """watch | open | updated | resolved | retracted."""
    tier: str = "none"
    members: list[str] = []
    roots: list[str] = []
    """Roots that an analyst was notified of."""
    notified: str = "none"
    """Highest tier that an analyst was notified of."""
    alerted: bool = False
    digest: list[str] = []
    """What the newest revision said: tier, a hash of what else makes a revision, areas."""
    disposition: str = ""
    expires: int = 0
    joined_to: str = ""
    """The older case that this one became part of."""
    first: int = 0
    """Time of the earliest evidence that any revision showed."""
    shown: int = 0
    """Time of the newest evidence that the newest revision showed."""
    decided: int = 0
    """When people decided, ms."""

    @property
    def closed(self) -> bool:
        """Whether the episode is over."""
        return self.status in ("resolved", "retracted")


class Position(msgspec.Struct, array_like=True, tag=3):
    """How far the stage has read its one partition.

    A record changes several states here, so the position is a state of its own; the
    states of one flush go to the changelog in one atomic batch.
    """

    offset: int = -1


class Snapshots(msgspec.Struct, array_like=True, tag=4):
    """Snapshot id → its tables, in the order in which they came into use (cap 200: years of weekly tables)."""

    known: dict[str, tuple[TableVersion, ...]] = {}

    def note(self, told: TablesUsed) -> bool:
        """Whether this was not known yet."""
        if self.known.get(told.snapshot) == told.tables:
            return False
        self.known[told.snapshot] = told.tables
        if len(self.known) > SNAPSHOTS_KEPT:
            del self.known[next(iter(self.known))]
        return True


CaseRecord = Node | Case | Position | Snapshots
States = PartitionStates[CaseRecord]
POSITION = b"position"
SNAPSHOTS = b"snapshots"
SNAPSHOTS_KEPT = 200


def node_key(account: str) -> bytes:
    """State key of an account's node."""
    return b"a:" + account.encode()


def case_key(case_id: str) -> bytes:
    """State key of a case."""
    return b"c:" + case_id.encode()


def node_of(states: States, account: str) -> Node:
    """The node of an account, a new one where there is none."""
    node = states.get(node_key(account))
    if isinstance(node, Node):
        return node
    fresh = Node(account)
    states.put(node_key(account), fresh)
    return fresh


def case_of(states: States, case_id: str) -> Case | None:
    """The case of that name, if there is one."""
    case = states.get(case_key(case_id)) if case_id else None
    return case if isinstance(case, Case) else None


def joined_into(case: Case, states: States) -> str:
    """Identity of the case that a retracted one has become part of, also by way of others; its own where of none."""
    while case.status == "retracted" and (older := case_of(states, case.joined_to)) is not None:
        case = older
    return case.case_id


def snapshots_of(states: States) -> Snapshots:
    """All snapshots that were told."""
    held = states.get(SNAPSHOTS)
    return held if isinstance(held, Snapshots) else Snapshots()
