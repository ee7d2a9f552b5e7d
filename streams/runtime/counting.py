"""What a stage's batches add to the metrics: once when they are handled, once when all that follows from them is in Kafka."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from streams.detection.stage import Result, SourceRecord
from streams.runtime.metrics import Metrics


class Handled(NamedTuple):
    """A handled batch, as far as its end is told in metrics."""

    records: int
    oldest_ms: int
    """Time in Kafka of its first record: the one that has waited longest, as a rule."""
    revisions_ms: Sequence[int]
    """Revisions of alerts that it caused, each as the event time of its cause."""


def handled(metrics: Metrics, stage: str, records: Sequence[SourceRecord], result: Result, seconds: float) -> Handled:
    """Count a batch that a stage has handled within `seconds`."""
    count, now = len(records), time.time()
    metrics.add("busy_seconds", seconds, stage)
    metrics.add("records", count, stage)
    metrics.add("outputs", len(result.outputs), stage)
    metrics.observe("batch_records", count, stage)
    if result.event_ms:
        # A batch can hold hours, and neither of its ends speaks for all of it.
        older = count // 2
        metrics.observe("event_time_lag_seconds", _age(now, result.event_ms), stage, times=count - older)
        metrics.observe("event_time_lag_seconds", _age(now, result.oldest_ms), stage, times=older)
    metrics.count(result.counts)
    return Handled(count, records[0].timestamp, result.revisions_ms)


def finished(metrics: Metrics, stage: str, batches: Iterable[Handled]) -> None:
    """Count batches whose outputs and states are in Kafka."""
    now = time.time()
    for batch in batches:
        metrics.observe("latency_seconds", _age(now, batch.oldest_ms), stage, times=batch.records)
        for cause in batch.revisions_ms:
            metrics.observe("end_to_end_seconds", _age(now, cause))


def _age(now: float, ms: int) -> float:
    return max(0.0, now - ms / 1000)
