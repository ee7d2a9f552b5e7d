"""The dashboard an SRE opens first: is it working, is it fresh, is it keeping up, where does the time go."""

from __future__ import annotations

from deploy.dashboards import objective
from deploy.dashboards.layout import Page, Row
from deploy.dashboards.panels import GREEN, RED, STAGE, Query, graph, less_is_better, must_be, number
from deploy.dashboards.queries import (
    PARTITION,
    RATE,
    SCOPE,
    counted,
    gauge,
    growth,
    over,
    partitions,
    quantile,
    rate,
    series,
    until_none,
    worst_partitions,
)

WAITING = partitions("partition_lag")
LAG = over("sum", WAITING, "topic")
MOVED = over("max", f"rate({series('committed_offset')}[{RATE}])", PARTITION)
ONE_PARTITION = "{{topic}} {{partition}}"
INPUT = "{{topic}}"

HEALTH = Row(
    "Health: is it working?",
    "Not ready: ask the worker itself, `/ready` names the reason. Broker unreachable: nothing else on this page matters until it answers. "
    "Stuck partitions: see *Lag* below for which ones.",
    ("Worker not ready", "Partition stuck"),
    (
        number(
            "Workers at work",
            "Workers that answer `/ready` with yes.",
            "short",
            gauge("sum", "ready"),
            steps=must_be(1),
        ),
        number(
            "Workers not at work",
            "Workers that are scraped and not ready: starting, recovering, without partitions, without a broker, or stopping.",
            "short",
            f"count({series('ready')}) - {gauge('sum', 'ready')}",
            steps=less_is_better(1, 2),
        ),
        number(
            "Broker",
            "Whether every worker reaches the broker, by a small question every two seconds.",
            "short",
            gauge("min", "broker_reachable"),
            steps=must_be(1),
            words={"0": ("unreachable", RED), "1": ("reachable", GREEN)},
        ),
        number(
            "Stuck partitions",
            "Partitions whose records have waited for over a minute while none was finished.",
            "short",
            f"sum({partitions('partition_stuck_seconds')} > bool 60)",
            steps=less_is_better(1, 1),
        ),
        number(
            "Records waiting",
            "Records in Kafka that nobody has handled yet, over all inputs of all stages.",
            "short",
            over("sum", WAITING),
            decimals=0,
        ),
        number(
            "Faults in our own counting",
            "Counts under names that `streams/runtime/metrics.py` does not declare, within an hour. Anything but zero is a fault of ours.",
            "short",
            counted(growth("undeclared", "1h")),
            steps=less_is_better(1, 1),
            decimals=0,
        ),
    ),
)

FRESHNESS = Row(
    "Freshness: is what we say still new?",
    "A burn of 14.4 for an hour uses two per cent of the month's budget: act now. Find the stage whose latency rose, then its lag and its "
    "share of time below. Event time late and latency not: the producers are late, not we.",
    ("Freshness objective burns",),
    (
        *objective.panels(),
        graph(
            "Latency by stage, 99 %",
            "From a record's time in Kafka until all that follows from it is written and acknowledged; 99 % of records are faster.",
            "s",
            Query(quantile(0.99, "latency_seconds", "stage"), STAGE),
            line=(objective.LIMIT_S, RED),
            width=8,
        ),
        graph(
            "Event time behind, 95 %",
            "From an event's own time until a stage handles it, what the producer took included; 95 % of records are nearer.",
            "s",
            Query(quantile(0.95, "event_time_lag_seconds", "stage"), STAGE),
            width=8,
        ),
        graph(
            "Event to alert",
            "From the own time of the event that caused a revision of an alert until the revision is in Kafka.",
            "s",
            Query(quantile(0.5, "end_to_end_seconds"), "half of revisions"),
            Query(quantile(0.95, "end_to_end_seconds"), "95 % of revisions"),
            width=8,
        ),
    ),
)

LAGGING = Row(
    "Lag: is it keeping up?",
    "One input lags: see the share of time of the stage that reads it. One partition lags: one key or one worker, see which. Lag in every "
    "input and no throughput: the broker. A time to drain that is missing means that the lag does not shrink: add a worker.",
    ("Consumer lag grows", "Partition stuck"),
    (
        graph(
            "Lag by input", "Records of a topic in Kafka that are not yet handled.", "short", Query(LAG, INPUT), width=8
        ),
        graph(
            "Time to drain",
            "Until the lag is gone if it shrinks on as now; 0 while at most a hundred records wait, no line while it does not shrink.",
            "s",
            Query(until_none(LAG, few=100), INPUT),
            width=8,
        ),
        graph(
            "Committed records",
            "How fast the group's committed offsets move, by input. Flat under load: nothing is acknowledged.",
            "recps",
            Query(over("sum", MOVED, "topic"), INPUT),
            width=8,
        ),
        graph(
            "Partitions that lag most",
            "Records waiting in the ten partitions that had most at a time within what is shown.",
            "short",
            Query(worst_partitions(10, "partition_lag"), ONE_PARTITION),
            aside=True,
        ),
        graph(
            "Partitions that do not move",
            "For how long records of a partition have waited and none was finished, in the ten that waited longest. 0: it moves or has "
            "nothing to do.",
            "s",
            Query(worst_partitions(10, "partition_stuck_seconds"), ONE_PARTITION),
            line=(60, RED),
            aside=True,
        ),
    ),
)

THROUGHPUT = Row(
    "Throughput: where does the time go?",
    "A worker near 100 % is the limit: add one, up to as many as there are partitions. Few records in a step and a lag: the broker or the "
    "network is slow. Cases has one partition and cannot be spread: if it is the busy one, look for a flood of alerts on *Detection*.",
    ("Consumer lag grows", "Scale out"),
    (
        graph(
            "Records read",
            "Records a second that each stage reads.",
            "recps",
            Query(rate("records", by="stage"), STAGE),
        ),
        graph(
            "Records written",
            "Records a second that each stage writes.",
            "recps",
            Query(rate("outputs", by="stage"), STAGE),
        ),
        graph(
            "Share of time by stage",
            "Time inside each stage's own code, as a share of the time of all workers. Together at most 100 %.",
            "percentunit",
            Query(f"{rate('busy_seconds', by='stage')} / scalar(count({series('ready')}))", STAGE),
            stacked=True,
            most=1,
            width=6,
        ),
        graph(
            "Busiest worker",
            "Share of time inside stages' code, and of one processor core, of the worker with most.",
            "percentunit",
            Query(f"max({rate('busy_seconds', by='instance')})", "stages' code"),
            Query(f"max(rate(process_cpu_seconds_total{{{SCOPE}}}[{RATE}]))", "processor"),
            line=(0.9, RED),
            width=6,
        ),
        graph(
            "Records in one step",
            "Records that half of the steps exceed. Near 1 while idle; under load the poll's limit is the most.",
            "short",
            Query(quantile(0.5, "batch_records", "stage"), STAGE),
            width=6,
        ),
        graph(
            "Events enriched",
            "Events a second that become enriched events: what the producers send, after dead letters and what is left out on purpose.",
            "eps",
            Query(rate("events", by="outcome"), "{{outcome}}"),
            width=6,
        ),
    ),
)

PAGE = Page(
    "pipeline",
    "Pipeline",
    "Is it working, is it fresh, is it keeping up, where does the time go. For SREs.",
    "6h",
    (HEALTH, FRESHNESS, LAGGING, THROUGHPUT),
)
