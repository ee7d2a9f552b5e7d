"""One run over a stream: what came in, what of it is in the capture, and between which times it lies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from streams.capture.intake import Intake
from streams.capture.redaction import Redactor
from streams.replay.lines import Recorded

_encode: Final = msgspec.json.Encoder().encode


class Capturing:
    """Records in, redacted lines out, with the counts that the report needs."""

    def __init__(self, intake: Intake, redactor: Redactor) -> None:
        self.intake = intake
        self.redactor = redactor
        self.records = 0
        self.events = 0
        self.accounts: set[str] = set()
        self.snapshots: set[str] = set()
        """Ids of the table snapshots that the facts came from, where they tell."""
        self.first: int | None = None
        """Event time in ms of the oldest event; None without any."""
        self.last: int | None = None

    def lines(self, recorded: Recorded) -> Iterator[bytes]:
        """The JSON of one record's events. An event whose facts are unreadable is left out and counted, as any other is."""
        self.records += 1
        for record in self.intake.events(recorded):
            try:
                made = self.redactor.record(record)
            except msgspec.DecodeError:
                self.intake.left_out["refused"] += 1
                continue
            self.events += 1
            self.accounts.add(made.event.account_id)
            if found := _tables(bytes(record.facts)):
                self.snapshots.add(found)
            self.first = record.ts if self.first is None else min(self.first, record.ts)
            self.last = record.ts if self.last is None else max(self.last, record.ts)
            yield _encode(made)


class _Tables(msgspec.Struct):
    tables: str = ""


_decode_tables: Final = msgspec.json.Decoder(_Tables).decode


def _tables(facts: bytes) -> str:
    return _decode_tables(facts).tables
