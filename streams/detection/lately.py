"""What was told lately, and what held before it: whichever of two statements arrived first, they are taken by event time.

A statement is remembered until no event within its lateness can precede it. What holds now is what held before, and then one statement
after the other; so a result depends neither on the order of arrival nor on what has been forgotten since.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar


class Lately(Protocol):
    """Statements about one thing, oldest first; each begins with its event time (ms)."""

    told: list[Any]

    def fold(self) -> None:
        """Make the oldest statement part of what held before."""


L = TypeVar("L", bound=Lately)


def fold_before(lately: Mapping[str, L], ts: int) -> dict[str, L]:
    """Fold what was told before `ts`; gives what something is left of."""
    for one in lately.values():
        while one.told and one.told[0][0] < ts:
            one.fold()
    return {name: one for name, one in lately.items() if one.told}


def fold_oldest(lately: dict[str, L], most: int) -> int:
    """Keep at most `most` statements: the oldest are folded, and what is older still counts as newer than they; how many."""
    gone = 0
    while sum(len(one.told) for one in lately.values()) > most:
        name = min(lately, key=lambda known: (lately[known].told[0][0], known))
        lately[name].fold()
        if not lately[name].told:
            del lately[name]
        gone += 1
    return gone
