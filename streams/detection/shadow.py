"""A shadow: the stages of another configuration beside the live ones, on the same enriched events, under names of their own.

A shadow stage is a live stage whose topics, name and counts are renamed, and nothing else: it judges exactly as it would if it were
live. It shares no topic but `enriched-events`, which it only reads, and no state, so it cannot change what the live stages say. What a
live pipeline would do about people it does not do: safety notices are not sent, and nothing is counted as a notification or decision.

Which tables a snapshot id stands for is told to the live cases stage alone. An alert of a shadow names the snapshot, as a replay of
enriched events does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from schemas.topics import SAFETY_NOTICES, SHADOWS
from streams.detection.stage import Forgets, Result, SourceRecord, Stage
from streams.detection.states import PartitionStates

PREFIX: Final = "shadow-"

RENAMED_COUNTS: Final = {"alerts": "shadow_alerts", "indicator_firings": "shadow_indicator_firings"}
"""What is compared with the live pipeline's own."""
LEFT_OUT_COUNTS: Final = frozenset(
    {"notifications", "indicator_notifications", "dispositions", "indicator_dispositions"}
)
"""What is about people: a shadow calls for nobody, and a decision about a live alert is counted where the alert came from."""


class Shadow:
    """A stage of the worker under other names. The wrapped stage belongs to the shadow from then on."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._own = {renamed(name): name for name in stage.inputs}
        self.name = stage.name = PREFIX + stage.name  # the stage's own, too: it stands in its dead letters and counts
        self.inputs: tuple[str, ...] = tuple(self._own)
        self.stateful = stage.stateful
        self.state_type: Any = stage.state_type
        if isinstance(stage, Forgets):
            self.over = stage.over

    def process(self, input_name: str, records: Iterable[SourceRecord], states: PartitionStates[Any]) -> Result:
        """What the stage makes of the records, renamed."""
        result = self._stage.process(self._own[input_name], records, states)
        outputs = [
            output._replace(topic=renamed(output.topic))
            for output in result.outputs
            if output.topic != SAFETY_NOTICES.name
        ]
        # It reads up a month first, so its revisions would say nothing about how soon an alert comes.
        return result._replace(outputs=outputs, counts=_counts(result.counts), revisions_ms=())


def shadowed(stages: Sequence[Stage]) -> list[Stage]:
    """Shadows of accounts, entities and cases. Enriching is left to the live pipeline."""
    return [Shadow(stage) for stage in stages if stage.stateful]


def renamed(topic: str) -> str:
    """The logical topic that a shadow has in the place of a live one."""
    own = SHADOWS.get(topic)
    return topic if own is None else own.name


def _counts(counts: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {
        (RENAMED_COUNTS.get(metric, metric), label): number
        for (metric, label), number in counts.items()
        if metric not in LEFT_OUT_COUNTS
    }
