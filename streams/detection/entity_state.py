"""All that is remembered of one thing that accounts can share, and the desk at which families judge it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from streams.detection.catalogue.model import Catalogue
from streams.detection.family import REFS
from streams.detection.messages import EdgeRemoved, Finding, Link, Numbers, Ref, StrongEdge, Who
from streams.detection.windows import DAY

MEMBERS = 64
"""Accounts kept per thing. Above `HUB` it is a hub and says nothing about anyone, so more need not be kept."""
HUB = 50
KEEP_DAYS = {"ip": 30, "subnet": 30, "exit": 30, "pair": 30, "device": 90, "payout": 365}
"""How long an account stays on a thing after it was last seen there, and is tied over it (catalogue §4.2: edges by type)."""
DEFAULT_KEEP_DAYS = 90
LASTING = frozenset({"device", "payout"})
"""Kinds of things whose word about an account holds for as long as the account is there. Elsewhere it is of a moment and only fades."""
EXIT = "exit"
POPULAR = "popular"
"""Key in an exit's memory: so many accounts were seen there that it says nothing about any, for good. It is its counter then."""
POPULAR_DAYS = 365
"""How long that is remembered after the last account: by then an address may have another owner."""
VISIT = "visit"
"""Key in a link's data: true where a thing is only told that somebody passed, who is no member for that. To an exit, a member like
any other, it is the device and the hour that are to be told."""
RESEND = 7 * DAY
"""A finding is repeated at the latest after this long, so that evidence does not decay while it still holds."""
MITIGATOR = "MIT-"
"""How the name of what mitigates begins, and no indicator's."""
MITIGATES = 30 * DAY
"""How long a mitigating fact outlives its last finding: four times `RESEND`, so that a week without a link does not end it."""


class Member(msgspec.Struct, array_like=True, gc=False):
    """One account on a shared thing. `data` is what its newest link carried."""

    first: int
    last: int
    who: Who
    refs: list[Ref]
    data: Numbers = {}
    sent: dict[str, list[float]] = {}
    """Indicator → [confidence, event time] of the last finding sent."""


class EntityState(msgspec.Struct, array_like=True, gc=False):
    """State of one shared thing."""

    kind: str
    key: str
    offset: int = -1
    """Highest link offset included."""
    watermark: int = 0
    members: dict[str, Member] = {}
    evicted: int = 0
    """Accounts seen here that are no longer kept: those that made room and, of an exit, all that left."""
    hub: bool = False
    edged: dict[str, int] = {}
    """`a|b` → event time of the last strong edge sent: when both were last there."""
    memory: dict[str, Any] = {}
    """What a family counts beside the members (device-hours, exits of a pair …): small and bounded by the family."""

    @property
    def name(self) -> str:
        """`kind:key`."""
        return f"{self.kind}:{self.key}"


def pair_of(a: str, b: str) -> str:
    """Name two accounts, in either order, so that both can be told from it whatever characters their ids have."""
    a, b = sorted((a, b))
    return f"{len(a)}:{a}{b}"


def ends_of(pair: str) -> tuple[str, str]:
    """Give the accounts of a `pair_of`, in order."""
    length, _, both = pair.partition(":")
    return both[: int(length)], both[int(length) :]


def strangers(one: Who, other: Who, a: str, b: str) -> bool:
    """Whether two accounts have no declared or verified relation.

    None means: no common verified agency, no declaration of each other or of
    one employer, not the same verified identity.
    """
    if one.agency and one.agency == other.agency:
        return False
    if a in other.related or b in one.related:
        return False
    return not (set(one.related) & set(other.related))


def keep_ms(kind: str) -> int:
    """How long an account stays on a thing of this kind after it was last seen there, in ms."""
    return KEEP_DAYS.get(kind, DEFAULT_KEEP_DAYS) * DAY


def silent(entity: EntityState) -> bool:
    """Whether there is one account, and nothing was ever said of it: the usual thing, with nothing to judge or take back."""
    members = entity.members
    return len(members) == 1 and not entity.edged and not any(member.sent for member in members.values())


def over(entity: EntityState, now: int) -> bool:
    """Whether nobody was seen there for as long as accounts stay on such a thing, and nothing that was said of one still stands.

    Edges need not be asked for: they end when the accounts have been away for that long. What was told an account does not, and only
    this thing can take it back; a mitigating fact has lapsed by then.
    """
    quiet = now - entity.watermark
    if quiet <= keep_ms(entity.kind):
        return False
    if POPULAR in entity.memory:
        return quiet > POPULAR_DAYS * DAY
    said = (word for member in entity.members.values() for word in member.sent.items())
    return not any(confidence > 0 and not name.startswith(MITIGATOR) for name, (confidence, _) in said)


class EntityDesk:
    """What families may do at a shared thing: find, take back, tie with a strong edge, link to another thing."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.findings: list[Finding] = []
        self.edges: list[StrongEdge | EdgeRemoved] = []
        self.links: list[Link] = []

    def threshold(self, indicator: str, name: str) -> float:
        """One number of the catalogue."""
        return self.catalogue.indicators[indicator].thresholds[name]

    def find(
        self, entity: EntityState, account: str, indicator: str, confidence: float, numbers: Numbers, refs: list[Ref]
    ) -> None:
        """Tell `account` what this thing says about it; nothing is sent unless it changed or the last time is long ago."""
        if not self.catalogue.indicators[indicator].enabled:
            return
        member = entity.members[account]
        sent = member.sent.get(indicator)
        confidence = round(confidence, 4)
        if confidence <= 0 and (sent is None or sent[0] <= 0):
            return
        if sent is not None and sent[0] == confidence and entity.watermark - sent[1] < RESEND:
            return
        member.sent[indicator] = [confidence, entity.watermark]
        self.findings.append(
            Finding(
                account,
                indicator,
                entity.name,
                confidence,
                entity.watermark,
                member.first,
                len(entity.members),
                numbers,
                sorted({*refs})[-REFS:],
            )
        )

    def leave(self, entity: EntityState, account: str) -> None:
        """Take back all that this thing told `account` and that still stands: it will be forgotten here."""
        for name, (confidence, _) in entity.members[account].sent.items():
            if confidence > 0 and name in self.catalogue.indicators:  # a mitigating fact lapses by itself
                self.find(entity, account, name, 0.0, {}, [])

    def suppressed(self, entity: EntityState, link: Link, indicator: str, reason: str) -> None:
        """Hear that `indicator` says less of this thing, or nothing, for `reason`. Only an explanation wants to know."""

    def mitigate(self, entity: EntityState, account: str, mitigator: str, reason: str, *also: str) -> None:
        """Tell `account` of a mitigating fact that this thing established, about itself and the things in `also`."""
        member = entity.members[account]
        sent = member.sent.get(mitigator)
        if sent is not None and entity.watermark - sent[1] < RESEND:
            return
        member.sent[mitigator] = [1.0, entity.watermark]
        numbers: Numbers = {"reason": reason, "also": also} if also else {"reason": reason}
        self.findings.append(
            Finding(account, "", entity.name, 0.0, entity.watermark, member.first, 0, numbers, [], mitigator)
        )

    def edge(self, entity: EntityState, a: str, b: str) -> None:
        """Tie two accounts with a strong edge of the thing's kind, as of when both were last there; renewed weekly at most."""
        a, b = sorted((a, b))
        name = pair_of(a, b)
        one, other = entity.members[a], entity.members[b]
        both = min(one.last, other.last)
        sent = entity.edged.get(name)
        if sent is not None and both - sent < RESEND:
            return
        entity.edged[name] = both
        edge = StrongEdge(entity.kind, entity.name, a, b, both, one.refs[-1], other.refs[-1], entity.watermark)
        self.edges.append(edge)

    def untie(self, entity: EntityState, keeping: Collection[str] = ()) -> None:
        """Take edges back: all of a hub's or a declared thing's, or all but those of the pairs that go on (`pair_of`)."""
        gone = entity.edged.keys() - set(keeping)
        if not gone:
            return
        entity.edged = {pair: both for pair, both in entity.edged.items() if pair not in gone}
        accounts = sorted({name for pair in gone for name in ends_of(pair)})
        kept = [ends_of(pair) for pair in sorted(entity.edged)]
        self.edges.append(EdgeRemoved(entity.name, accounts, entity.watermark, kept))
