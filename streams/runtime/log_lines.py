"""Every line that a worker logs, declared once: text, level, the metric that tells the same as a number, and what it means.

A line is a change of state; nothing is logged for a record or a batch. `deploy/LOGS.md` is this table, and a test holds both against the
calls in the code. `logs` adds the metric to each line, so that who reads one knows where to look for how long and how much.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Level = Literal["info", "warning", "error", "exception"]


class Line(NamedTuple):
    """One kind of log line. `exception` is an error with a traceback."""

    text: str
    level: Level
    metric: str
    """Logical name, as in `metrics.METRICS`."""
    about: str
    """What has happened and, unless the worker sees to it, what to do."""


LINES = (
    # Start and stop.
    Line("starting", "info", "build_info", "The process answers on its port; now broker, topics and group."),
    Line(
        "runs with a fairness sign-off",
        "warning",
        "build_info",
        "Indicators that need one are on by `PERSONAWATCH_SIGNED_OFF` (REQ-F04); who signed is for your records.",
    ),
    Line(
        "waiting for the broker",
        "warning",
        "broker_reachable",
        "No broker lets us in yet: asked every second for a minute, told again only when the reason changes.",
    ),
    Line(
        "topics created", "info", "ready", "Topics were missing and `PERSONAWATCH_CREATE_TOPICS` allows to make them."
    ),
    Line(
        "cannot start",
        "error",
        "ready",
        "One line a fault, each with what was found and expected; exit code 78. A restart does not help, other settings do.",
    ),
    Line("ready", "info", "ready", "Assigned, recovered, at work."),
    Line(
        "not ready",
        "info",
        "ready",
        "With the reason: starting, unassigned, recovering (and how many records remain), broker unreachable.",
    ),
    Line(
        "worker stops: it cannot go on",
        "error",
        "ready",
        "With the reason; exit code 70. Nothing unfinished is acknowledged, so a restart goes on without loss.",
    ),
    Line(
        "worker cannot go on",
        "exception",
        "ready",
        "A fault that nobody expected, with its traceback; the stop follows. Worth a report.",
    ),
    Line("stopped", "info", "ready", "Whether all was flushed and the group left, and the seconds that took."),
    Line(
        "left early; what is unfinished is read again at the next start",
        "warning",
        "ready",
        "Flushing or leaving took longer than the stop allows. Nothing is lost; the broker may be slow.",
    ),
    Line(
        "left early after an error",
        "warning",
        "ready",
        "Flushing or leaving failed at the stop; likewise nothing is lost.",
    ),
    # Group.
    Line(
        "partitions assigned", "info", "assigned_partitions", "What the group has given us, by topic; recovery follows."
    ),
    Line(
        "partitions revoked",
        "info",
        "rebalances",
        "A new distribution begins; what was started is flushed and committed.",
    ),
    Line(
        "partitions revoked before all was flushed",
        "warning",
        "rebalances",
        "The flush at a handover took too long or failed. Whoever has the partitions next reads the rest again.",
    ),
    Line(
        "could not go to the committed offsets, trying again",
        "warning",
        "ready",
        "Kafka did not say where to go on, or the group moved on while it was asked. Not ready until it does; nothing is read meanwhile.",
    ),
    Line("went to the committed offsets", "info", "ready", "The end of that."),
    Line(
        "commit refused: the group has moved on",
        "warning",
        "committed_offset",
        "A rebalance came first. What was not committed is read again, and recognised.",
    ),
    Line(
        "commit failed, it will be tried again",
        "warning",
        "committed_offset",
        "The first of a row of failures; the offsets stay due.",
    ),
    Line("commits succeed again", "info", "committed_offset", "The end of that row."),
    # Broker and outputs.
    Line("broker does not answer", "error", "broker_reachable", "Not ready until it does; nothing is lost meanwhile."),
    Line("broker answers again", "info", "broker_reachable", "The end of that."),
    Line(
        "output not delivered, trying again",
        "warning",
        "partition_stuck_seconds",
        "The first failure for a topic. Its partition waits; after `PERSONAWATCH_DELIVERY_TIMEOUT_S` the worker stops.",
    ),
    Line("outputs are delivered again", "info", "partition_stuck_seconds", "The end of that, for a topic."),
    Line(
        "partitions of a topic not known, asking again",
        "warning",
        "partition_stuck_seconds",
        "The first output for a topic found the broker away, or no such topic; likewise limited.",
    ),
    Line(
        "records were deleted before they were read",
        "error",
        "lost_records",
        "Retention overtook the worker: so many records of the partition are gone for good. See the runbook, *Records lost*.",
    ),
    Line(
        "could not ask what the broker still has",
        "warning",
        "lost_records",
        "Offsets were left out, and whether by deletion is not known: the count may be too small.",
    ),
    Line(
        "record too large for the broker",
        "error",
        "too_large",
        "The first one for a topic; each goes to the dead letters with its cause. See `PERSONAWATCH_MAX_RECORD_BYTES`.",
    ),
    # Tables.
    Line(
        "tables swapped",
        "info",
        "table_loads",
        "New table files are in use: which, the old and the new snapshot, the seconds.",
    ),
    Line("tables looked at as asked: nothing new", "info", "table_loads", "The answer to SIGHUP or SIGUSR2."),
    Line(
        "table refused, the last good one stays in use",
        "error",
        "tables_refused",
        "What lies in a table's place is not usable, and why. Replace the file; SIGUSR2 accepts an older or poorer one.",
    ),
    Line(
        "tables could not be looked at; those in use stay",
        "exception",
        "tables_refused",
        "The files or their folder could not be read, with the traceback; the next look tries again.",
    ),
)
BY_TEXT = {line.text: line for line in LINES}
