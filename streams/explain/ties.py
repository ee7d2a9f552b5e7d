"""What an account's tier would be, had it not shared a thing: without the strong ties over it and the evidence from it."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from streams.cli.text import safe
from streams.explain.explanation import Change
from streams.explain.judgement import Judgement, change

NAMED = 3
"""Accounts named beside a thing; an id of the thing itself is never shown, it may be an address."""
THINGS = 32
"""Things tried, those of the account first; each one takes a verdict on all accounts tied together."""
_KINDS = {"ip": "address", "subnet": "network", "pair": "set of exits", "payout": "payout instrument"}


def of_ties(judgement: Judgement) -> Iterator[Change]:
    """Each shared thing gone by itself, and all of them when there are several."""
    tied: dict[str, set[str]] = {item.entity: set() for item in judgement.own.evidence if item.entity}
    for node in judgement.nodes:
        for edge in node.edges:
            if edge.holds(judgement.verdict.now):
                tied.setdefault(edge.entity, set()).update((node.account, edge.neighbour))
    for entity in sorted(tied, key=lambda name: (bool(tied[name]) and judgement.account not in tied[name], name))[
        :THINGS
    ]:
        kind = entity.partition(":")[0]
        reached = judgement.apart(frozenset({entity}))
        text = f"Without the {_KINDS.get(kind, kind)} shared with {_named(tied[entity] - {judgement.account})}"
        yield change("tie_gone", f"{kind}:{crc32(entity.encode()):08x}", reached.score, text)
    if len(tied) > 1:
        reached = judgement.apart(frozenset(tied))
        yield change("tie_gone", "all", reached.score, "Had it shared nothing with any account")


def _named(others: set[str]) -> str:
    names = sorted(map(safe, others))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}" if names else "others"
