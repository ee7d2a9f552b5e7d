"""What a snapshot id stands for, told to the cases stage so that every alert can name its tables.

Events carry the id only: the versions would be a third of each. They are told with the first event that a partition gets from a
snapshot, ahead of it, and again every few thousand offsets, in case that one was lost with a partition that moved. Telling twice
changes nothing.
"""

from __future__ import annotations

import msgspec

from enrichers.snapshot import Snapshot
from schemas.topics import ASSESSMENTS
from streams.detection.messages import TablesUsed, TableVersion
from streams.detection.stage import Output, SourceRecord

EVERY = 10_000
"""Offsets of a partition between two tellings."""
KEY = b"tables"

_encode = msgspec.msgpack.Encoder().encode


class Announcer:
    """Knows what it has told. It forgets with the process, and then tells anew."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, int], tuple[str, int]] = {}
        self._snapshot: Snapshot | None = None
        self._id = ""

    def tell(self, snapshot: Snapshot, record: SourceRecord) -> Output | None:
        """Give what is to be sent after a batch that ended with `record`, mostly nothing."""
        if snapshot is not self._snapshot:
            self._snapshot, self._id = snapshot, snapshot.id
        place, now = (record.topic, record.partition), (self._id, record.offset // EVERY)
        if self._told.get(place) == now:
            return None
        self._told[place] = now
        tables = tuple(msgspec.convert(version, TableVersion) for version in snapshot.versions())
        return Output(ASSESSMENTS.name, KEY, _encode(TablesUsed(self._id, tables)))
