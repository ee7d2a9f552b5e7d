"""What a broker no longer has: records deleted before they were read, and topics that end before what was read of them.

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


class CutOffError(Exception):
    """The group has committed more of a topic than there is: the topic was cut off, or comes from an older copy.

    Our states contain positions beyond its end, so its next records would be taken for repetitions. A topic that is deleted and made anew
    is not found this way, since the broker deletes what was committed along with it: there, the repetitions are what is seen.
    """

    def __init__(self, found: Iterable[str]) -> None:
        super().__init__(
            f"{'; '.join(found)}: cut off, or an older copy. States contain the old positions and would skip the next records;"
            " expected the topic as it was, or a new PERSONAWATCH_APP_ID, which begins without states"
        )


def missed(wanted: int, kept: Kept) -> int:
    """Records from `wanted` on that are gone."""
    return max(0, kept.first - wanted)


def cut_off(committed: Mapping[TP, int], kept: Mapping[TP, Kept]) -> CutOffError | None:
    """The refusal to read on, when a topic ends before what the group has committed."""
    found = [
        f"{tp.topic}/{tp.partition} ends at {kept[tp].end} and the group has committed {offset}"
        for tp, offset in sorted(committed.items())
        if offset > kept[tp].end
    ]
    return CutOffError(found) if found else None
