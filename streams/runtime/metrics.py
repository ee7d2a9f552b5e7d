"""Every metric of a worker, declared once: name, kind, meaning, label and the values the label may take.

Stages count by `(metric, label)` without knowing this page; a label that is not declared becomes `other`, so that no input can
create time series without end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

Kind = Literal["counter", "gauge", "histogram"]

STAGES = ("enrich", "accounts", "entities", "cases")
OTHER = "other"

# Batches range from one idle record to a full poll; each step about three times the one before.
BATCH_BUCKETS = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
FLUSH_BUCKETS = (0.005, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)


class Metric(NamedTuple):
    """One metric. `values` empty with a label means: declared at start (`Metrics.declare`)."""

    name: str
    kind: Kind
    about: str
    labels: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


METRICS = (
    Metric("records", "counter", "records that a stage has read", ("stage",), STAGES),
    Metric("outputs", "counter", "records that a stage has written", ("stage",), STAGES),
    Metric("busy_seconds", "counter", "time spent inside a stage's own code", ("stage",), STAGES),
    Metric("batch_records", "histogram", "records handled in one step", ("stage",), STAGES, BATCH_BUCKETS),
    Metric("flush_seconds", "histogram", "time of a flush: outputs and changelog", ("stage",), STAGES, FLUSH_BUCKETS),
    Metric("flushed_states", "counter", "changed states written to the changelog", ("stage",), STAGES),
    Metric("state_keys", "gauge", "states held in memory", ("stage",), STAGES),
    Metric("consumer_lag", "gauge", "records in Kafka that a stage has not yet handled", ("stage",), STAGES),
    Metric("event_time_lag_seconds", "gauge", "age of the newest record a stage has handled", ("stage",), STAGES),
    Metric("recovery_remaining", "gauge", "changelog records still to be read before work starts"),
    Metric("rebalances", "counter", "times that partitions were taken away for a new distribution"),
    Metric("too_large", "counter", "records not written because the broker would refuse their size", ("topic",)),
    Metric("ready", "gauge", "1 when the worker is at work, else 0"),
    Metric("events", "counter", "events understood, by type", ("type",)),
    Metric("dropped", "counter", "events left out on purpose, by reason", ("reason",)),
    Metric("dead_letters", "counter", "records that could not be used, by reason", ("reason",)),
    Metric("late", "counter", "events later than the lateness allowed, by what was done", ("reason",)),
    Metric("future", "counter", "events dated after their own arrival"),
    Metric("duplicates", "counter", "events seen before", ("reason",)),
    Metric("tombstones", "counter", "records without a value"),
    Metric("lookups", "counter", "look-ups in a table, by outcome", ("outcome",)),
    Metric("evicted", "counter", "entries pushed out of a full window, by window", ("window",)),
    Metric("firings", "counter", "times an indicator fired", ("indicator",)),
    Metric("alerts", "counter", "alert revisions written, by tier", ("tier",)),
)
BY_NAME = {metric.name: metric for metric in METRICS}


class Metrics:
    """The metrics of one worker, on a registry of its own (two workers in one process do not meet)."""

    def __init__(self, labels: Mapping[str, Iterable[str]] | None = None) -> None:
        self.registry = CollectorRegistry()
        self._allowed: dict[str, frozenset[str]] = {}
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        for metric in METRICS:
            self._allowed[metric.name] = frozenset(metric.values)
            name = f"personawatch_{metric.name}"
            if metric.kind == "counter":
                self._counters[metric.name] = Counter(name, metric.about, metric.labels, registry=self.registry)
            elif metric.kind == "gauge":
                self._gauges[metric.name] = Gauge(name, metric.about, metric.labels, registry=self.registry)
            else:
                self._histograms[metric.name] = Histogram(
                    name, metric.about, metric.labels, buckets=metric.buckets, registry=self.registry
                )
        for metric_name, values in (labels or {}).items():
            self.declare(metric_name, values)

    def declare(self, name: str, values: Iterable[str]) -> None:
        """Allow more label values of a metric: event types, indicator ids, reasons, stages of a test."""
        if name not in BY_NAME:
            raise ValueError(f"no metric is called {name!r}; known: {', '.join(sorted(BY_NAME))}")
        self._allowed[name] |= frozenset(values)

    def count(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Add what a stage counted. A metric that is not declared is a fault of the code, not of the data."""
        for (name, label), number in counts.items():
            self.add(name, number, label)

    def add(self, name: str, number: float, label: str = "") -> None:
        """Increase a counter."""
        counter = self._counters[name]
        (counter.labels(self._label(name, label)) if BY_NAME[name].labels else counter).inc(number)

    def set(self, name: str, value: float, label: str = "") -> None:
        """Set a gauge."""
        gauge = self._gauges[name]
        (gauge.labels(self._label(name, label)) if BY_NAME[name].labels else gauge).set(value)

    def observe(self, name: str, value: float, label: str = "") -> None:
        """Put a value into a histogram."""
        self._histograms[name].labels(self._label(name, label)).observe(value)

    def _label(self, name: str, label: str) -> str:
        return label if label in self._allowed[name] else OTHER
