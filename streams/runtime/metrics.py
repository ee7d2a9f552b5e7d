"""Every metric of a worker, declared once: name, kind, unit, meaning, labels and the values that these may take.

`deploy/METRICS.md` is written from this page; rules and dashboards are tested against it. Gauges of partitions and shared states are told
by each worker for what it is assigned: queries take the `max` by topic and partition, and so survive a moment with two owners.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from streams.runtime import metric_labels as by
from streams.runtime.metric_labels import STAGES, Label
from streams.runtime.series import OTHER, PREFIX, Series

__all__ = ["BY_NAME", "METRICS", "OTHER", "PREFIX", "PROCESS", "STAGES", "Kind", "Metric", "Metrics"]

Kind = Literal["counter", "gauge", "histogram"]
Unit = Literal["", "records", "events", "seconds", "bytes", "states", "offset", "partitions", "times"]

# Batches range from one idle record to a full poll; each step about three times the one before.
BATCH_BUCKETS = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
FLUSH_BUCKETS = (0.005, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
# From the flush interval to a day. 10 s is the limit of the freshness objective, so it has to be one of them.
AGE_BUCKETS = (0.1, 0.3, 1, 3, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400)


class Metric(NamedTuple):
    """One metric; its name in Prometheus has `personawatch_` before it and, for a counter, `_total` behind it."""

    name: str
    kind: Kind
    unit: Unit
    about: str
    by: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()
    shadow: bool = False
    """Told by shadow workers only: without one it is absent, so that nobody takes "no shadow" for "no alerts"."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the labels."""
        return tuple(label.name for label in self.by)

    @property
    def exposed(self) -> str:
        """The name in Prometheus; a histogram has `_bucket`, `_sum` and `_count` behind it."""
        return f"{PREFIX}{self.name}{'_total' if self.kind == 'counter' else ''}"

    @property
    def most_series(self) -> int:
        """How many time series one worker can make of it, whatever comes in."""
        count = len(self.buckets) + 3 if self.kind == "histogram" else 1
        for label in self.by:
            count *= len(label.values()) + label.up_to + 1
        return count


METRICS = (
    # How fast and how far.
    Metric("records", "counter", "records", "records that a stage has read", (by.STAGE,)),
    Metric("outputs", "counter", "records", "records that a stage has written", (by.STAGE,)),
    Metric("busy_seconds", "counter", "seconds", "time spent inside a stage's own code", (by.STAGE,)),
    Metric("batch_records", "histogram", "records", "records handled in one step", (by.STAGE,), BATCH_BUCKETS),
    Metric(
        "latency_seconds",
        "histogram",
        "seconds",
        "from a record's time in Kafka until all that follows from it is written and acknowledged; counted by records,"
        " each with the age of the oldest of its batch",
        (by.STAGE,),
        AGE_BUCKETS,
    ),
    Metric(
        "event_time_lag_seconds",
        "histogram",
        "seconds",
        "from an event's own time until a stage handles it; counted by records: half of a batch with the age of its newest event, half with"
        " that of its oldest. Includes what the producer took",
        (by.STAGE,),
        AGE_BUCKETS,
    ),
    Metric(
        "end_to_end_seconds",
        "histogram",
        "seconds",
        "from event time to alert: until a revision is in Kafka, counted from the time of the event that caused it; where that one came"
        " late, from the newest of its account or shared thing",
        (),
        AGE_BUCKETS,
    ),
    Metric(
        "consumer_lag",
        "gauge",
        "records",
        "records in Kafka that a stage has not yet handled; absent from a rebalance until its partitions are read again",
        (by.STAGE,),
    ),
    Metric("partition_lag", "gauge", "records", "the same for one partition of an input", (by.TOPIC, by.PARTITION)),
    Metric("committed_offset", "gauge", "offset", "up to where the group has committed", (by.TOPIC, by.PARTITION)),
    Metric(
        "partition_stuck_seconds",
        "gauge",
        "seconds",
        "for how long records of a partition have waited and none was finished; 0 while it moves, has nothing to do,"
        " or waits by intent for older records of another input",
        (by.TOPIC, by.PARTITION),
    ),
    # Group, broker, process.
    Metric("ready", "gauge", "", "1 when the worker is at work, else 0"),
    Metric("broker_reachable", "gauge", "", "1 when the broker answers, else 0"),
    Metric(
        "assigned_partitions", "gauge", "partitions", "partitions of inputs that the group has given to this worker"
    ),
    Metric("recovery_remaining", "gauge", "records", "changelog records still to be read before work starts"),
    Metric("rebalances", "counter", "times", "times that partitions were taken away for a new distribution"),
    Metric("memory_bytes", "gauge", "bytes", "memory of this process that is in use (resident)"),
    Metric("memory_limit_bytes", "gauge", "bytes", "memory at which the platform ends this process"),
    Metric("build_info", "gauge", "", "always 1; what runs here", (by.VERSION, by.CATALOGUE, by.PYTHON)),
    # States.
    Metric("state_keys", "gauge", "states", "states held", (by.STAGE,)),
    Metric(
        "state_bytes",
        "gauge",
        "bytes",
        "keys and values of the states held, encoded; one partition is measured each second, a very large one more seldom",
        (by.STAGE,),
    ),
    Metric("hot_states", "gauge", "states", "states that are also held decoded", (by.STAGE,)),
    Metric(
        "hot_states_cap", "gauge", "states", "about how many are held decoded before they are given back", (by.STAGE,)
    ),
    Metric(
        "evictions",
        "counter",
        "times",
        "things forgotten because there were too many: states held decoded (their bytes stay), accounts of a shared thing, what an account"
        " remembers (`account_…`; its networks with places, operators, exits, clocks), what ties an account to others (`case_edge`), the"
        " oldest of its decided cases (`case_decision`). `state`: whole states because they are over",
        (by.EVICTED,),
    ),
    Metric(
        "flush_seconds",
        "histogram",
        "seconds",
        "time of a flush: until the changed states are in the changelog",
        (by.STAGE,),
        FLUSH_BUCKETS,
    ),
    Metric("flushed_states", "counter", "states", "changed states written to the changelog", (by.STAGE,)),
    # What came in.
    Metric("events", "counter", "events", "events by what became of them", (by.EVENT_OUTCOME,)),
    Metric("dropped", "counter", "events", "events left out on purpose, by reason", (by.DROPPED_REASON,)),
    Metric(
        "dead_letters",
        "counter",
        "events",
        "records and events that could not be used, by reason; `future_dated` are those from the future",
        (by.BURIED_REASON,),
    ),
    Metric(
        "too_large", "counter", "records", "records not written because the broker would refuse their size", (by.TOPIC,)
    ),
    Metric(
        "lost_records",
        "counter",
        "records",
        "records that the broker deleted (retention) before they were read",
        (by.TOPIC,),
    ),
    Metric("late_events", "counter", "events", "events older than the lateness allowed", (by.STAGE,)),
    Metric("duplicates", "counter", "events", "events seen before", (by.STAGE,)),
    Metric("tombstones", "counter", "records", "records without a value", (by.STAGE,)),
    Metric(
        "sampled_addresses",
        "counter",
        "times",
        "samples of events' addresses, by what they are: much `not_public` or `repeated` means a proxy's instead of the client's",
        (by.ADDRESS_KIND,),
    ),
    Metric(
        "not_public_addresses",
        "counter",
        "times",
        "addresses of events by which nothing is looked up or linked: `private`, or `none`, which are host names and texts",
        (by.NOT_PUBLIC,),
    ),
    # Tables.
    Metric(
        "lookups",
        "counter",
        "times",
        "look-ups in a table, by role and outcome; cached answers are none. `missing`: there is no such table",
        (by.ROLE, by.ANSWER),
    ),
    Metric("table_age_seconds", "gauge", "seconds", "time since the provider built a table in use", (by.TABLE,)),
    Metric("table_loads", "counter", "times", "replaced table files, by what became of them", (by.TABLE, by.LOADED)),
    Metric(
        "tables_refused",
        "gauge",
        "",
        "1 while what lies in a table's place is refused and an older one in use; absent otherwise",
        (by.TABLE,),
    ),
    # What came out.
    Metric("indicator_firings", "counter", "times", "times an indicator fired", (by.INDICATOR,)),
    Metric("alerts", "counter", "times", "alert revisions written, watch list included", (by.TIER, by.STATUS)),
    Metric("notifications", "counter", "times", "alert revisions that call for an analyst's attention", (by.TIER,)),
    Metric(
        "indicator_notifications",
        "counter",
        "times",
        "alert revisions that call for an analyst's attention and to which an indicator contributed",
        (by.INDICATOR, by.TIER),
    ),
    Metric("dispositions", "counter", "times", "decisions of people about cases", (by.DECISION_OR_UNKNOWN,)),
    Metric(
        "indicator_dispositions",
        "counter",
        "times",
        "decisions of people about cases to which an indicator contributed",
        (by.INDICATOR, by.DECISION),
    ),
    Metric(
        "shadow_alerts",
        "counter",
        "times",
        "alert revisions that a shadow wrote for comparison, watch list included; absent in live workers",
        (by.TIER, by.STATUS),
        shadow=True,
    ),
    Metric(
        "shadow_indicator_firings",
        "counter",
        "times",
        "times an indicator fired in a shadow; absent in live workers",
        (by.INDICATOR,),
        shadow=True,
    ),
    Metric(
        "undeclared",
        "counter",
        "times",
        "counted under a name that is not on this page: a fault",
        (by.UNDECLARED_NAME,),
    ),
)
BY_NAME = {metric.name: metric for metric in METRICS}

PROCESS = ("process_cpu_seconds_total", "process_open_fds", "process_start_time_seconds", "process_max_fds")
"""What the Prometheus client adds about the process and we use or show; memory is ours, since it needs the limit beside it."""


class Metrics(Series):
    """The metrics of one worker, on a registry of its own (two workers in one process do not meet)."""

    def __init__(self, catalogue: str = "") -> None:
        """`catalogue`: version of the one in use, when that is not the built-in one."""
        super().__init__(METRICS)
        self.catalogue = catalogue or by.catalogue_version()

    def start_shadow(self) -> None:
        """Tell from now on what only a shadow worker tells."""
        for metric in METRICS:
            if metric.shadow:
                self.declare(metric.name, *(label.values() for label in metric.by))
