"""The worker's stages over recorded records, one record and all that follows from it at a time, and what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from schemas.dead_letter import decode_dead_letter
from schemas.topics import ALERTS, DEAD_LETTERS, ENRICHED_EVENTS, SAFETY_NOTICES, WATCHLIST
from streams.detection.alert import Alert
from streams.replay.configuration import Configuration
from streams.replay.lines import REPLAY, Recorded
from streams.replay.selection import Selection
from streams.runtime.local import LocalRuntime

OVER = ("retracted", "resolved")
PUBLISHED = (ALERTS.name, WATCHLIST.name)
_KEPT = (*PUBLISHED, SAFETY_NOTICES.name, DEAD_LETTERS.name)
_alert = msgspec.json.Decoder(Alert).decode


class Refused(NamedTuple):
    """The first record that was refused for a reason, and how many were."""

    times: int
    where: str
    detail: str


class Replayer:
    """One configuration's run over a stream. Nothing in it depends on clocks, hashes, or where files and batches end."""

    def __init__(
        self,
        configuration: Configuration,
        selection: Selection | None = None,
        on_revision: Callable[[bytes], object] | None = None,
    ) -> None:
        """`on_revision` is given the JSON of each revision of an alert or watch entry as it is published."""
        self._selection = selection or Selection()
        self._runtime = LocalRuntime(configuration.stages(self._selection), keep=_KEPT)
        self._on_revision = on_revision
        self._newest: dict[bytes, bytes] = {}
        self._enriched = 0
        self._left_out = 0
        self.records = 0
        self.revisions = 0
        self.notices = 0
        self.refused: dict[str, Refused] = {}

    def take(self, recorded: Recorded) -> None:
        """Replay one record."""
        topic, record = recorded
        runtime = self._runtime
        self.records += 1
        if topic == ENRICHED_EVENTS.name:
            if not self._selection.takes(record.key, record.value):
                self._left_out += 1
                return
            self._enriched += 1
            runtime.send(topic, record.key or b"", record.value or b"", record.timestamp)
        else:
            runtime.feed(topic, (record,))
        if runtime.outputs:
            self._collect()

    def newest(self) -> list[bytes]:
        """What compaction would leave of alerts and watch entries: the newest revision of each as JSON, by alert id."""
        return [self._newest[key] for key in sorted(self._newest)]

    def alerts(self) -> list[Alert]:
        """The same, decoded."""
        return [_alert(value) for value in self.newest()]

    @property
    def events(self) -> int:
        """Events that reached detection."""
        left_out = self._runtime.counts.get(("left_out", "selection"), 0)
        return self._runtime.counts.get(("events", "enriched"), 0) - left_out + self._enriched

    def counts(self, metric: str) -> Counter[str]:
        """The worker's metric of that name, by its label."""
        return Counter({label: times for (name, label), times in self._runtime.counts.items() if name == metric})

    @property
    def left_out(self) -> int:
        """Events that were not selected."""
        return self._left_out + self._runtime.counts.get(("left_out", "selection"), 0)

    def _collect(self) -> None:
        outputs = self._runtime.outputs
        for topic in PUBLISHED:
            for output in outputs.get(topic, ()):
                self.revisions += 1
                self._newest[output.key] = output.value
                if self._on_revision is not None:
                    self._on_revision(output.value)
        self.notices += len(outputs.get(SAFETY_NOTICES.name, ()))
        for output in outputs.get(DEAD_LETTERS.name, ()):
            self._bury(output.value)
        outputs.clear()

    def _bury(self, value: bytes) -> None:
        letter = decode_dead_letter(value)
        known = self.refused.get(letter.reason)
        if known is not None:
            self.refused[letter.reason] = known._replace(times=known.times + 1)
            return
        at = (
            f"record {letter.offset + 1}"
            if letter.topic == REPLAY
            else f"{letter.topic}/{letter.partition}/{letter.offset}"
        )
        self.refused[letter.reason] = Refused(1, at, letter.detail)


def standing(alerts: list[Alert]) -> list[Alert]:
    """Those that are neither retracted nor decided."""
    return [alert for alert in alerts if alert.status not in OVER]
