"""The worker's stages over recorded records, a fixed number at a time as a poll would give them, and what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from schemas.dead_letter import decode_dead_letter
from schemas.topics import ALERTS, DEAD_LETTERS, ENRICHED_EVENTS, SAFETY_NOTICES, WATCHLIST
from streams.detection.alert import Alert
from streams.detection.stage import Output, PlainRecord
from streams.replay.configuration import Configuration
from streams.replay.lines import REPLAY, Recorded
from streams.replay.selection import Selection
from streams.replay.states import PARTITIONS, each_state
from streams.runtime.local import LocalRuntime

BATCH = 256
"""Records decoded together; ten times as many are no faster. It cannot be seen in what comes out."""
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
    """One configuration's run over a stream. Nothing in it depends on clocks, hashes, or where files end."""

    def __init__(
        self,
        configuration: Configuration,
        selection: Selection | None = None,
        on_revision: Callable[[bytes], object] | None = None,
        batch: int = BATCH,
        seen: set[bytes] | None = None,
    ) -> None:
        """`on_revision` is given the JSON of each revision of an alert or watch entry as it is published.

        `batch` 1 is for who watches: what follows from a record comes out before the next one is taken.
        `seen` is given the accounts of the events that reach detection.
        """
        self._selection = selection or Selection()
        stages = configuration.stages(self._selection, seen)
        self._runtime = LocalRuntime(stages, PARTITIONS, keep=_KEPT, on_output=self._published)
        self._seen = seen
        self._on_revision = on_revision
        self._batch = batch
        self._waiting: list[Recorded] = []
        self._newest: dict[bytes, bytes] = {}
        self._enriched = 0
        self._left_out = 0
        self._revisions = 0
        self._notices = 0
        self._refused: dict[str, Refused] = {}
        self.records = 0

    def take(self, recorded: Recorded) -> None:
        """Replay one record; what follows from it comes with the end of its batch, or as soon as somebody asks."""
        self.records += 1
        self._waiting.append(recorded)
        if len(self._waiting) >= self._batch:
            self.finish()

    def finish(self) -> None:
        """Handle what waits for its batch to be full."""
        if not self._waiting:
            return
        runtime, waiting = self._runtime, self._waiting
        self._waiting = []
        for topic, together in groupby(waiting, key=itemgetter(0)):
            records = [record for _, record in together]
            if topic == ENRICHED_EVENTS.name:
                self._send(records)
            else:
                runtime.feed(topic, records)

    def newest(self) -> list[bytes]:
        """What compaction would leave of alerts and watch entries: the newest revision of each as JSON, by alert id."""
        self.finish()
        return [self._newest[key] for key in sorted(self._newest)]

    def alerts(self) -> list[Alert]:
        """The same, decoded."""
        return [_alert(value) for value in self.newest()]

    def states(self, stage: str) -> Iterator[tuple[bytes, Any]]:
        """Every state of a stage with its key."""
        self.finish()
        return each_state(self._runtime, stage)

    @property
    def revisions(self) -> int:
        """Revisions of alerts and watch entries."""
        self.finish()
        return self._revisions

    @property
    def notices(self) -> int:
        """Safety notices."""
        self.finish()
        return self._notices

    @property
    def refused(self) -> dict[str, Refused]:
        """Records that were refused, by reason."""
        self.finish()
        return self._refused

    @property
    def events(self) -> int:
        """Events that reached detection."""
        self.finish()
        left_out = self._runtime.counts.get(("left_out", "selection"), 0)
        return self._runtime.counts.get(("events", "enriched"), 0) - left_out + self._enriched

    def counts(self, metric: str) -> Counter[str]:
        """The worker's metric of that name, by its label."""
        self.finish()
        return Counter({label: times for (name, label), times in self._runtime.counts.items() if name == metric})

    @property
    def besides(self) -> dict[str, int]:
        """What is no fault, and good to know: repeated and unknown events are not counted, late ones only where they still can be."""
        found = {
            "repeated": self.counts("duplicates").total(),
            "late": self.counts("late_events").total(),
            "without value": self.counts("tombstones").total(),
            **dict(sorted(self.counts("dropped").items())),
        }
        return {name: times for name, times in found.items() if times}

    @property
    def left_out(self) -> int:
        """Events that were not selected."""
        self.finish()
        return self._left_out + self._runtime.counts.get(("left_out", "selection"), 0)

    def _send(self, records: list[PlainRecord]) -> None:
        for record in records:
            if self._selection.takes(record.key, record.value):
                self._enriched += 1
                if self._seen is not None and record.key:
                    self._seen.add(record.key)
                self._runtime.play(ENRICHED_EVENTS.name, record)
            else:
                self._left_out += 1

    def _published(self, output: Output) -> None:
        """Take note in the order of publishing: a case that rises leaves the watch list for the alerts, and its newest word counts."""
        if output.topic in PUBLISHED:
            self._revisions += 1
            self._newest[output.key] = output.value
            if self._on_revision is not None:
                self._on_revision(output.value)
        elif output.topic == DEAD_LETTERS.name:
            self._bury(output.value)
        else:
            self._notices += 1

    def _bury(self, value: bytes) -> None:
        letter = decode_dead_letter(value)
        known = self._refused.get(letter.reason)
        if known is not None:
            self._refused[letter.reason] = known._replace(times=known.times + 1)
            return
        at = (
            f"record {letter.offset + 1}"
            if letter.topic == REPLAY
            else f"{letter.topic}/{letter.partition}/{letter.offset}"
        )
        self._refused[letter.reason] = Refused(1, at, letter.detail)


def nothing_in(run: Replayer) -> str:
    """Why a run says nothing about anybody: there was no event, or none that was selected; empty when there was one."""
    if run.events:
        return ""
    return f"none of {run.left_out:,} events was selected" if run.left_out else "no event was read"


def standing(alerts: list[Alert]) -> list[Alert]:
    """Those that are neither retracted nor decided."""
    return [alert for alert in alerts if alert.status not in OVER]
