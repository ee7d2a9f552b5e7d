"""The dashboard about what comes in and what the tables know of it: dead letters, late and repeated events, look-ups, age of tables."""

from __future__ import annotations

from deploy.dashboards.layout import Page, Row
from deploy.dashboards.panels import GREEN, RED, Query, Steps, graph, less_is_better, number
from deploy.dashboards.queries import counted, gauge, growth, rate, share

READ = growth("records", "1h", 'stage="enrich"')
BURIED = growth("dead_letters", "1h")
ANSWERED = 'outcome=~"hit|miss|error|missing"'

FAILED = 'outcome=~"error|missing"'
NOT_OF_A_CLIENT = 'kind!="public"'

LISTS = 'table=~"networks.*"'
OTHERS = 'table!~"networks.*"'
OLD_LIST_DAYS, OLD_DAYS = 14, 60
"""From when on the alert `PersonaWatchTableOld` is raised."""


def too_old(days: float) -> Steps:
    """Red when the alert is due, orange when three quarters of that time are over: then a download has been left out."""
    return less_is_better(0.75 * days * 86_400, days * 86_400)


REFUSED_INPUT = Row(
    "Dead letters: what could not be used?",
    "List them with `personawatch dead-letters list`: each names its reason, its record and its place. One reason and one producer: tell "
    "the producer. `unreadable_internal_record` and `output_too_large` are ours, not the producer's.",
    ("Dead letters",),
    (
        number(
            "Dead letters, 1 h",
            "Records and events that could not be used, within an hour. None is lost: they lie in the dead-letters topic.",
            "short",
            BURIED,
            steps=less_is_better(1, 1000),
            decimals=0,
            width=5,
        ),
        number(
            "Share of records, 1 h",
            "Dead letters for each record read, within an hour. The worker stops by itself at a share of half (a setting).",
            "percentunit",
            share(BURIED, READ),
            steps=less_is_better(0.001, 0.05),
            width=5,
        ),
        number(
            "Left out on purpose, 1 h",
            "Events of types that we do not use, and records that name nobody of ours.",
            "short",
            growth("dropped", "1h"),
            decimals=0,
            width=5,
        ),
        number(
            "Lost to retention, 1 h",
            "Records that the broker deleted before they were read: gone for good. Anything but zero is an incident.",
            "short",
            growth("lost_records", "1h"),
            steps=((None, GREEN), (1, RED)),
            decimals=0,
            width=5,
        ),
        number(
            "Too large to write, 1 h",
            "Records of ours that the broker would refuse for their size; their essence is in the dead letters.",
            "short",
            growth("too_large", "1h"),
            steps=less_is_better(1, 10),
            decimals=0,
            width=4,
        ),
        graph(
            "Dead letters by reason",
            "Dead letters a second: all, and each reason that occurs. The reasons are those of `schemas/reasons.py`.",
            "eps",
            Query(rate("dead_letters"), "all"),
            Query(f"{rate('dead_letters', by='reason')} > 0", "{{reason}}"),
        ),
        graph(
            "Left out by reason",
            "Events a second that are left out on purpose.",
            "eps",
            Query(rate("dropped", by="reason"), "{{reason}}"),
            width=6,
        ),
        graph(
            "Too large by topic",
            "Records a second that were too large to be written.",
            "recps",
            Query(rate("too_large"), "all"),
            Query(f"{rate('too_large', by='topic')} > 0", "{{topic}}"),
            width=6,
        ),
    ),
)

ORDER = Row(
    "Order: what comes late, twice or empty?",
    "Late events still count where their window is open, but what they would have changed earlier is not told again. Many from one "
    "producer: its clock or its queue. Many duplicates: its retries, or somebody replays. From the future: a clock that is wrong.",
    ("Late events", "Dead letters"),
    (
        graph(
            "Late events, share",
            "Events older than the lateness allowed, for each record that the stage reads.",
            "percentunit",
            Query(share(rate("late_events", by="stage"), rate("records", by="stage")), "{{stage}}"),
            width=8,
        ),
        graph(
            "Duplicates",
            "Events a second that had been seen before; they change nothing. Some are normal after a restart or a rebalance.",
            "eps",
            Query(rate("duplicates", by="stage"), "{{stage}}"),
            width=8,
        ),
        graph(
            "From the future, and empty",
            "Events dated more than an hour after their own record, and records without a value.",
            "eps",
            Query(rate("dead_letters", 'reason="future_dated"'), "from the future"),
            Query(rate("tombstones"), "empty"),
            width=8,
        ),
    ),
)

LOOKUPS = Row(
    "Look-ups: what do the tables know?",
    "Misses rise after a table was replaced: look at its coverage with `personawatch tables show`. Errors: the file is damaged. `missing`: "
    "no such table is set up. Many addresses that are not public or repeat: a proxy's address reaches us instead of the client's; set "
    "`PERSONAWATCH_TRUSTED_HOPS`.",
    ("Look-ups miss", "Addresses of a proxy"),
    (
        graph(
            "Misses, share",
            "Look-ups without an entry: for networks the normal answer, since most addresses are on no list. Cached answers do not count.",
            "percentunit",
            Query(
                share(rate("lookups", 'outcome="miss"', by="role"), rate("lookups", ANSWERED, by="role")), "{{role}}"
            ),
            most=1,
            width=8,
        ),
        graph(
            "Look-ups that failed",
            "Look-ups a second without an answer: a damaged entry, or no such table. Unknown then, never clean.",
            "ops",
            Query(rate("lookups", FAILED), "all"),
            Query(f"{rate('lookups', FAILED, by='role, outcome')} > 0", "{{role}} {{outcome}}"),
            width=8,
        ),
        graph(
            "Addresses that say nothing",
            "Share of sampled events whose address is not public, or the same for very many accounts.",
            "percentunit",
            Query(
                f"{rate('sampled_addresses', NOT_OF_A_CLIENT, by='kind')} / on () group_left () ({rate('sampled_addresses')} > 0)",
                "{{kind}}",
            ),
            most=1,
            width=8,
        ),
    ),
)

TABLES = Row(
    "Tables: how old, and are new ones taken?",
    "Refused: the log names file and reason; the last good table stays in use. Old: the download that replaces it has stopped. After "
    "mending, SIGHUP loads at once.",
    ("Table refused", "Table old"),
    (
        number(
            "Oldest list of networks",
            f"Time since the provider built the oldest list of proxies and hosters in use. Red after {OLD_LIST_DAYS} days, as the alert.",
            "s",
            gauge("max", "table_age_seconds", LISTS),
            steps=too_old(OLD_LIST_DAYS),
            width=4,
            height=8,
        ),
        number(
            "Oldest other table",
            f"Time since the provider built the oldest table of places or owners in use. Red after {OLD_DAYS} days, as the alert.",
            "s",
            gauge("max", "table_age_seconds", OTHERS),
            steps=too_old(OLD_DAYS),
            width=4,
            height=8,
        ),
        number(
            "Refused now",
            "Tables whose newest file is refused while an older one is in use.",
            "short",
            counted(f"sum({gauge('max', 'tables_refused', by='table')})"),
            steps=((None, GREEN), (1, RED)),
            width=4,
            height=8,
        ),
        graph(
            "Age by table",
            "Time since the provider built each table; the oldest over all workers. A step down is a new table.",
            "s",
            Query(gauge("max", "table_age_seconds", by="table"), "{{table}}"),
            width=6,
        ),
        graph(
            "Reloads",
            "New files of tables within 15 minutes: taken into use, or refused.",
            "short",
            Query(growth("table_loads", "15m", by="outcome"), "{{outcome}}"),
            width=6,
        ),
    ),
)

PAGE = Page(
    "quality",
    "Data quality & enrichment",
    "What comes in and cannot be used, comes late or twice, and what the tables know of it. For SREs and producers of events.",
    "24h",
    (REFUSED_INPUT, ORDER, LOOKUPS, TABLES),
)
