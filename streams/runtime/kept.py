"""What a broker no longer has: records deleted before they were read, and topics made anew under an old name.

aiokafka goes to the oldest record there is when the one it asks for is gone, and says nothing. Retention that overtakes a worker is
the one way in which something gets lost here without anybody's fault in the code, so it must be seen: counted, logged, called out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from faust.types import TP

MARKERS = 16
"""Offsets between two records that a transaction's markers may take; only a wider gap is worth a question."""


class Kept(NamedTuple):
    """What a broker has of a partition: the oldest offset, and the one that the next record will get."""

    first: int
    end: int


class RecreatedError(Exception):
    """The group has committed more of a topic than there is: it was deleted and made anew, or cut off.

    Our states contain positions of the old topic, so records of the new one would be taken for repetitions.
    """

    def __init__(self, found: Iterable[str]) -> None:
        super().__init__(
            f"{'; '.join(found)}: made anew or cut off. States contain the old positions and would skip the new records;"
            " expected the topic as it was, or a new PERSONAWATCH_APP_ID, which begins without states"
        )


def missed(wanted: int, kept: Kept) -> int:
    """Records from `wanted` on that are gone."""
    return max(0, kept.first - wanted)


def recreated(committed: Mapping[TP, int], kept: Mapping[TP, Kept]) -> RecreatedError | None:
    """The refusal to read on, when a topic ends before what the group has committed."""
    found = [
        f"{tp.topic}/{tp.partition} ends at {kept[tp].end} and the group has committed {offset}"
        for tp, offset in sorted(committed.items())
        if offset > kept[tp].end
    ]
    return RecreatedError(found) if found else None
