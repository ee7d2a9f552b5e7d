"""Records of any source → enriched events: what is raw is decoded and looked up as a worker would, what is enriched is taken as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from enrichers.enriched import EnrichedRecord
from schemas.topics import DEAD_LETTERS, ENRICHED_EVENTS
from streams.detection.states import PartitionStates, StateCodec
from streams.replay.configuration import Configuration
from streams.replay.lines import Recorded
from streams.replay.selection import Selection

_decode: Final = msgspec.json.Decoder(EnrichedRecord).decode


class Intake:
    """Takes records one by one. `left_out` counts what the capture does not have, by reason."""

    def __init__(self, configuration: Configuration, selection: Selection) -> None:
        self.left_out: Counter[str] = Counter()
        self._stage = configuration.stages(selection)[0]
        self._selection = selection
        self._states: PartitionStates[Any] = PartitionStates(StateCodec(Any))

    def events(self, recorded: Recorded) -> Iterator[EnrichedRecord]:
        """The enriched events of one record, in their order. What cannot be read is counted: its bytes may hold anything."""
        topic, record = recorded
        if topic == ENRICHED_EVENTS.name:
            if self._selection.takes(record.key, record.value):
                yield from self._read(record.value)
            else:
                self.left_out["not selected"] += 1
            return
        result = self._stage.process(topic, (record,), self._states)
        self.left_out["not selected"] += result.counts.get(("left_out", "selection"), 0)
        for (metric, label), times in result.counts.items():
            if metric in ("dropped", "tombstones"):
                self.left_out[label if metric == "dropped" else "without value"] += times
        for output in result.outputs:
            if output.topic == ENRICHED_EVENTS.name:
                yield from self._read(output.value)
            elif output.topic == DEAD_LETTERS.name:
                self.left_out["refused"] += 1

    def _read(self, value: bytes | None) -> Iterator[EnrichedRecord]:
        if value is None:
            self.left_out["without value"] += 1
            return
        try:
            yield _decode(value)
        except msgspec.DecodeError:
            self.left_out["refused"] += 1
