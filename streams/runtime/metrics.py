"""Every metric of a worker, declared once: name, kind, meaning, label and the values the label may take.

Stages count by `(metric, label)` without knowing this page; a label that is neither declared nor within its limit becomes `other`, so
that no input can create time series without end.
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
    """One metric. Label values beyond `values` are taken as they come, but never more than `up_to`: code and catalogue name them."""

    name: str
    kind: Kind
    about: str
    labels: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    up_to: int = 0


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
    Metric("events", "counter", "events by what became of them", ("outcome",), ("enriched",)),
    Metric("dropped", "counter", "events left out on purpose, by reason", ("reason",), up_to=30),
    Metric("dead_letters", "counter", "records that could not be used, by reason", ("reason",), up_to=30),
    Metric("late_events", "counter", "events older than the lateness allowed", ("stage",), STAGES),
    Metric(
        "sampled_addresses",
        "counter",
        "samples of events' addresses, by what they are: much `not_public` or `repeated` means a proxy's instead of the client's",
        ("kind",),
        ("public", "not_public", "repeated"),
    ),
    Metric("duplicates", "counter", "events seen before", ("stage",), STAGES),
    Metric("tombstones", "counter", "records without a value", ("stage",), STAGES),
    Metric(
        "lookups",
        "counter",
        "look-ups in a table, by role and outcome; cached answers are none",
        ("outcome",),
        up_to=30,
    ),
    Metric("table_age_seconds", "gauge", "time since the provider built a table in use", ("table",), up_to=20),
    Metric("table_loads", "counter", "replaced table files, by table and what became of them", ("outcome",), up_to=40),
    Metric(
        "tables_refused",
        "gauge",
        "1 while what lies in a table's place is refused and an older one in use",
        ("table",),
        up_to=20,
    ),
    Metric("indicator_firings", "counter", "times an indicator fired", ("indicator",), up_to=300),
    Metric("alerts", "counter", "alert revisions written, by tier and status", ("tier_status",), up_to=40),
    Metric("dispositions", "counter", "answers of analysts, by outcome", ("outcome",), up_to=30),
    Metric("undeclared", "counter", "counted by a stage under a name that is not on this page", ("name",), up_to=20),
)
BY_NAME = {metric.name: metric for metric in METRICS}


class Metrics:
    """The metrics of one worker, on a registry of its own (two workers in one process do not meet)."""

    def __init__(self, labels: Mapping[str, Iterable[str]] | None = None) -> None:
        self.registry = CollectorRegistry()
        self._allowed: dict[str, set[str]] = {}
        self._room = {metric.name: metric.up_to for metric in METRICS}
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        for metric in METRICS:
            self._allowed[metric.name] = set(metric.values)
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
        """Allow more label values of a metric: stages of a test, reasons to show before they happen."""
        if name not in BY_NAME:
            raise ValueError(f"no metric is called {name!r}; known: {', '.join(sorted(BY_NAME))}")
        self._allowed[name].update(values)

    def count(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Add what a stage counted. A name that nobody declared is visible as such and stops nothing."""
        for (name, label), number in counts.items():
            if name in self._counters:
                self.add(name, number, label)
            else:
                self.add("undeclared", number, name)

    def add(self, name: str, number: float, label: str = "") -> None:
        """Increase a counter."""
        counter = self._counters[name]
        (counter.labels(self._label(name, label)) if BY_NAME[name].labels else counter).inc(number)

    def set(self, name: str, value: float, label: str = "") -> None:
        """Set a gauge."""
        gauge = self._gauges[name]
        (gauge.labels(self._label(name, label)) if BY_NAME[name].labels else gauge).set(value)

    def forget(self, name: str) -> None:
        """Drop every series of a gauge: what it told of may be gone."""
        self._gauges[name].clear()

    def observe(self, name: str, value: float, label: str = "") -> None:
        """Put a value into a histogram."""
        self._histograms[name].labels(self._label(name, label)).observe(value)

    def _label(self, name: str, label: str) -> str:
        allowed = self._allowed[name]
        if label in allowed:
            return label
        if self._room[name] <= 0:
            return OTHER
        self._room[name] -= 1
        allowed.add(label)
        return label
