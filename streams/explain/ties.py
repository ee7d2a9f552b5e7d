"""What an account's tier would be, had it not shared a thing: without the strong ties over it and the evidence from it."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from streams.cli.text import safe
from streams.detection.scoring import Score
from streams.explain.explanation import Change
from streams.explain.judgement import NOTHING, Judgement, change

NAMED = 3
"""Accounts named beside a thing; an id of the thing itself is never shown, it may be an address."""
THINGS = 32
"""Things tried, those of the account first; each one takes a verdict on all accounts tied together."""
_KINDS = {"ip": "address", "subnet": "network", "pair": "set of exits", "payout": "payout instrument"}


def of_ties(judgement: Judgement) -> Iterator[Change]:
    """Each shared thing gone by itself, and all of them when there are several.

    First as if this account alone had kept away from it, whatever it ties among the others; then as if it tied nobody, where that
    gives another tier again or the thing is not this account's at all.
    """
    own = {item.entity for item in judgement.own.evidence if item.entity}
    tied: dict[str, set[str]] = {entity: set() for entity in own}
    for node in judgement.component.nodes:
        for edge in node.edges:
            if edge.holds(judgement.verdict.now) and edge.entity not in judgement.component.hubs:
                tied.setdefault(edge.entity, set()).update((node.account, edge.neighbour))
    own |= {entity for entity, accounts in tied.items() if judgement.account in accounts}
    for entity in sorted(tied, key=lambda name: (name not in own, name))[:THINGS]:
        kind = entity.partition(":")[0]
        what, thing, alone = f"{kind}:{crc32(entity.encode()):08x}", _KINDS.get(kind, kind), ""
        if entity in own and (away := _kept_away(judgement, entity, tied[entity])) is not None:
            others = _named(tied[entity] - {judgement.account})
            yield change("tie_gone", what, away, f"Without the {thing} shared with {others}")
            alone = away.tier
        reached = judgement.apart(NOTHING, frozenset({entity})).score
        if tied[entity] and reached.tier != alone:
            text = f"Had the shared {thing} tied none of {_named(tied[entity])}"
            yield change("tie_gone", f"{what}:all", reached, text)
    if len(tied) > 1:
        reached = judgement.apart(frozenset(own)).score
        yield change("tie_gone", "all", reached, "Had it shared nothing with any account")


def _kept_away(judgement: Judgement, entity: str, accounts: set[str]) -> Score | None:
    """What comes out had this account not had the thing; what only one other has is shared by nobody then.

    What others say from it can be less without this account, one fewer say. None when that may decide the tier.
    """
    it = frozenset({entity})
    ended = it if len(accounts) == 2 else NOTHING
    most, least = judgement.apart(it, ended).score, judgement.apart(it, ended, it).score
    return most if most.tier == least.tier else None


def _named(others: set[str]) -> str:
    names = sorted(map(safe, others))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}" if names else "others"
