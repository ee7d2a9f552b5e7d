"""A part of a stream: some accounts, or some time, by the events themselves, since one record can hold the events of many."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from schemas.topics import ENRICHED_EVENTS
from streams.cli.outcome import BadInputError
from streams.detection.stage import Result, SourceRecord, Stage
from streams.detection.states import PartitionStates


class _Time(msgspec.Struct):
    ts: int


_time = msgspec.json.Decoder(_Time).decode


class Selection(NamedTuple):
    """Which enriched events are replayed: of these accounts (none named: of all), from `start` (ms) until before `end`."""

    accounts: frozenset[bytes] = frozenset()
    start: int | None = None
    end: int | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return not self.accounts and self.start is None and self.end is None

    def takes(self, key: bytes | None, value: bytes | None) -> bool:
        """Whether an enriched event is in. What cannot be read is: that it cannot be read has to come out."""
        if self.accounts and key not in self.accounts:
            return False
        if self.start is None and self.end is None:
            return True
        try:
            ts = _time(value or b"").ts
        except msgspec.DecodeError:
            return True
        return (self.start is None or ts >= self.start) and (self.end is None or ts < self.end)


def selection_of(accounts: Iterable[str], start: datetime | None, end: datetime | None) -> Selection:
    """The selection that a person describes. Raises BadInputError when no time is in it."""
    if start is not None and end is not None and start >= end:
        raise BadInputError(f"--start {start.isoformat()} is not before --end {end.isoformat()}; nothing lies between")
    return Selection(
        frozenset(name.encode() for name in accounts),
        None if start is None else round(start.timestamp() * 1000),
        None if end is None else round(end.timestamp() * 1000),
    )


class SelectingStage:
    """The enrich stage, without the events that are not selected."""

    def __init__(self, stage: Stage, selection: Selection, seen: set[bytes] | None = None) -> None:
        """`seen` is given the accounts of those that are."""
        self.name, self.inputs = stage.name, stage.inputs
        self.stateful, self.state_type = stage.stateful, stage.state_type
        self._stage = stage
        self._takes = selection.takes
        self._seen = seen

    def process(self, input_name: str, records: Iterable[SourceRecord], states: PartitionStates[Any]) -> Result:
        """Enrich, then select."""
        result = self._stage.process(input_name, records, states)
        outputs = result.outputs
        wanted = [
            output
            for output in outputs
            if output.topic != ENRICHED_EVENTS.name or self._takes(output.key, output.value)
        ]
        if left_out := len(outputs) - len(wanted):
            result.counts["left_out", "selection"] = left_out
        if self._seen is not None:
            self._seen.update(output.key for output in wanted if output.topic == ENRICHED_EVENTS.name)
        return result._replace(outputs=wanted)
