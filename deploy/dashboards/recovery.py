"""The dashboard about states: recovery after a restart, rebalances, how much is held, flushes, memory."""

from __future__ import annotations

from deploy.dashboards.layout import Page, Row
from deploy.dashboards.panels import RED, STAGE, Column, Query, graph, less_is_better, listing, number
from deploy.dashboards.queries import RATE, SCOPE, gauge, growth, quantile, rate, series, share, until_none

REMAINING = gauge("sum", "recovery_remaining")
WORKER = "{{instance}}"


def process(name: str) -> str:
    """One of the process's own metrics, which have no prefix of ours."""
    return f"process_{name}{{{SCOPE}}}"


RESTARTS = Row(
    "Recovery: is everybody back?",
    "Recovery that does not shrink: the broker, or a worker that restarts again and again (short uptime). Rebalances without a deployment: "
    "workers that do not answer in time; look at memory and processor below. Partitions of one worker only: is its neighbour ready?",
    ("Recovery takes long", "Rebalances"),
    (
        number(
            "Changelog left",
            "Changelog records still to be read, over all workers, before everybody is at work.",
            "short",
            REMAINING,
            steps=less_is_better(1, 10_000_000),
            decimals=0,
        ),
        number(
            "Time to recovered",
            "How long until then if it goes on as now. 0 when nothing is left, N/A while it does not shrink.",
            "s",
            until_none(REMAINING),
        ),
        number(
            "Rebalances, 1 h",
            "Times that partitions were taken away for a new distribution. A rolling update makes some for each worker.",
            "short",
            growth("rebalances", "1h"),
            steps=less_is_better(4, 20),
            decimals=0,
        ),
        number(
            "Shortest uptime",
            "Time since the youngest worker started.",
            "s",
            f"min(time() - {process('start_time_seconds')})",
        ),
        number(
            "Restarts, 1 h",
            "How often a worker of the same name has started anew within an hour.",
            "short",
            f"sum(changes({process('start_time_seconds')}[1h]))",
            steps=less_is_better(1, 3),
        ),
        number(
            "Partitions assigned",
            "Partitions of inputs that the group has given to the workers, altogether.",
            "short",
            gauge("sum", "assigned_partitions"),
        ),
        graph(
            "Changelog left over time",
            "Changelog records still to be read. It falls as fast as Kafka gives.",
            "short",
            Query(gauge("sum", "recovery_remaining", by="instance"), WORKER),
            width=8,
        ),
        graph(
            "Partitions by worker",
            "Partitions of inputs that each worker has. Steps are rebalances.",
            "short",
            Query(gauge("sum", "assigned_partitions", by="instance"), WORKER),
            stacked=True,
            width=8,
        ),
        listing(
            "What runs",
            "Version, catalogue and Python of every worker. Two versions at once: an update is under way, or stuck.",
            Column("workers", f"count by (version, catalogue, python) ({series('build_info')})", "short"),
            by="version",
            width=8,
            room=100,
        ),
    ),
)

STATES = Row(
    "States: how much is remembered?",
    "States grow with accounts and are pruned by event time, so growth without end means ids that are no accounts. "
    "Many evictions of `entity_member`: something is shared by very many, such as a proxy's address.",
    ("States grow", "Addresses of a proxy"),
    (
        graph(
            "States", "States held, by stage.", "short", Query(gauge("sum", "state_keys", by="stage"), STAGE), width=6
        ),
        graph(
            "Size of states",
            "Keys and values of the states held, encoded. Decoded ones take more; see memory.",
            "bytes",
            Query(gauge("sum", "state_bytes", by="stage"), STAGE),
            width=6,
        ),
        graph(
            "Decoded states, share of the most",
            "States held decoded, as a share of what makes a worker give them back.",
            "percentunit",
            Query(share(gauge("max", "hot_states", by="stage"), gauge("max", "hot_states_cap", by="stage")), STAGE),
            width=6,
        ),
        graph(
            "Forgotten for want of room",
            "Things forgotten a second because there were too many: decoded states (they are decoded again), accounts on a shared thing.",
            "ops",
            Query(rate("evictions", by="kind"), "{{kind}}"),
            width=6,
        ),
    ),
)

FLUSHES = Row(
    "Changelog: how fast is it written?",
    "Slow flushes delay every acknowledgement: look at the broker first, then at the size of states. Many states in a flush is good: it is "
    "one write for many events.",
    ("Flush slow",),
    (
        graph(
            "Time of a flush, 99 %",
            "Until changed states are in the changelog; 99 % of flushes are faster.",
            "s",
            Query(quantile(0.99, "flush_seconds", "stage"), STAGE),
            line=(3, RED),
            width=8,
        ),
        graph(
            "States written",
            "Changed states a second that are written to the changelog.",
            "ops",
            Query(rate("flushed_states", by="stage"), STAGE),
            width=8,
        ),
        graph(
            "States in a flush",
            "Mean number of changed states that one flush writes.",
            "short",
            Query(
                share(rate("flushed_states", by="stage"), rate("flush_seconds", by="stage", part="count")),
                STAGE,
            ),
            width=8,
        ),
    ),
)

MEMORY = Row(
    "Process: does it fit?",
    "Memory near the limit: the platform ends the worker, and recovery starts anew. Lower `PERSONAWATCH_HOT_STATES`, raise the limit, or "
    "add a worker so that each holds fewer partitions.",
    ("Memory near the limit",),
    (
        graph(
            "Memory",
            "Memory of each worker that is in use.",
            "bytes",
            Query(gauge("max", "memory_bytes", by="instance"), WORKER),
            width=6,
        ),
        graph(
            "Memory, share of the limit",
            "Memory in use as a share of that at which the platform ends the worker. N/A where there is no limit.",
            "percentunit",
            Query(
                share(gauge("max", "memory_bytes", by="instance"), gauge("max", "memory_limit_bytes", by="instance")),
                WORKER,
            ),
            line=(0.9, RED),
            most=1,
            width=6,
        ),
        graph(
            "Processor",
            "Processor cores that each worker uses. Python's own code runs on one.",
            "short",
            Query(f"max by (instance) (rate({process('cpu_seconds_total')}[{RATE}]))", WORKER),
            width=6,
        ),
        graph(
            "Open files, share of the limit",
            "Open files and connections as a share of the most that the process may have.",
            "percentunit",
            Query(f"max by (instance) ({process('open_fds')} / {process('max_fds')})", WORKER),
            width=6,
        ),
    ),
)

PAGE = Page(
    "recovery",
    "State & recovery",
    "Recovery after restarts, rebalances, states, flushes and memory. For SREs.",
    "6h",
    (RESTARTS, STATES, FLUSHES, MEMORY),
)
