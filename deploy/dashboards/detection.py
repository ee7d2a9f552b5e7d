"""The dashboard about what is detected: alerts and indicators against their last seven days, silent indicators, precision."""

from __future__ import annotations

from deploy.dashboards.layout import Page, Row
from deploy.dashboards.panels import BLUE, ORANGE, Column, Query, graph, less_is_better, listing, more_is_better, number
from deploy.dashboards.queries import counted, daily_mean, growth, most, share, usual

WEEK = "7d"
DECIDED = "28d"
RIGHT = 'outcome=~"confirmed_pattern|identity_misuse_confirmed|victim"'
JUDGED = 'outcome=~"confirmed_pattern|identity_misuse_confirmed|victim|cleared"'
"""`insufficient` says that nobody could tell, so it counts neither way. A victim's identity was misused: the alert was right."""

SEEN = 'tier=~"watch|review|priority"'
NOTIFIED = 'tier=~"review|priority"'
UNUSUAL = ((None, BLUE), (2.0, ORANGE))
FIRED_TODAY = growth("indicator_firings", "24h", by="indicator")
FIRED_A_DAY = daily_mean("indicator_firings", by="indicator")
TOLD = growth("indicator_notifications", "24h", by="indicator")
FIRST_WEEK = "N/A in a deployment's first week, which has nothing to compare with."
SILENT = f"({growth('indicator_firings', WEEK, by='indicator')} > 0) unless ({FIRED_TODAY} > 0)"
SHADOW_FIRED = growth("shadow_indicator_firings", "24h", by="indicator")
DIFFERENCE = f"round({SHADOW_FIRED} - {FIRED_TODAY}) != 0"
"""In whole firings: what `increase` extrapolates at the ends of its range differs a little between two series."""
SHADOW_ALERTS = growth("shadow_alerts", "1h", SEEN, by="tier")
OPENED = 'status="open"'
NEVER = usual(f"{growth('indicator_firings', WEEK, by='indicator')} == 0")


def told(tier: str) -> str:
    """Notifications of a tier by indicator, for those with any."""
    of_tier = growth("indicator_notifications", "24h", f'tier="{tier}"', by="indicator")
    return f"{of_tier} and {TOLD} > 0"


ALERTS = Row(
    "Alerts: how much work is there for analysts?",
    "A jump against the week: see below which indicator jumped. One: its input or its table changed, or a real cluster. All: look at "
    "*Data quality & enrichment*. A fall to nothing with events coming in is as bad as a flood.",
    ("Alerts jump", "Alerts stop"),
    (
        number(
            "Notifications, 24 h",
            "Alert revisions that call for an analyst's attention. A new revision that tells nothing new does not.",
            "short",
            growth("notifications", "24h"),
            decimals=0,
        ),
        number(
            "Of tier priority, 24 h",
            "Notifications of the highest tier.",
            "short",
            growth("notifications", "24h", 'tier="priority"'),
            decimals=0,
        ),
        number(
            "Against the week",
            f"Notifications of the last 24 hours, as a multiple of a day's mean in the last seven days. {FIRST_WEEK}",
            "x",
            share(growth("notifications", "24h"), daily_mean("notifications")),
            steps=((None, ORANGE), (0.5, BLUE), (2, ORANGE)),
            decimals=2,
        ),
        number(
            "Opened, 24 h",
            "New cases of tier review or priority.",
            "short",
            growth("alerts", "24h", 'status="open"'),
            decimals=0,
        ),
        number(
            "Retracted, 24 h",
            "Cases whose evidence has gone, so that nothing is left to look at.",
            "short",
            growth("alerts", "24h", 'status="retracted"'),
            decimals=0,
        ),
        number(
            "Decided, 24 h",
            "Decisions of people that reached their case.",
            "short",
            growth("dispositions", "24h", 'outcome!="unknown_case"'),
            decimals=0,
        ),
        graph(
            "Notifications an hour, against the week",
            f"Notifications within an hour by tier; dashed: an hour's mean in the last seven days. {FIRST_WEEK}",
            "short",
            Query(growth("notifications", "1h", NOTIFIED, by="tier"), "{{tier}}"),
            Query(f"{daily_mean('notifications', NOTIFIED, by='tier')} / 24", "{{tier}}, mean of 7 days"),
            dashed="/mean of/",
        ),
        graph(
            "Revisions by status",
            "Alert revisions within an hour, watch list included, by what they say.",
            "short",
            Query(growth("alerts", "1h", by="status"), "{{status}}"),
            stacked=True,
            width=6,
        ),
        graph(
            "Revisions by tier",
            "Alert revisions within an hour, watch list included, by tier.",
            "short",
            Query(growth("alerts", "1h", by="tier"), "{{tier}}"),
            stacked=True,
            width=6,
        ),
    ),
)

INDICATORS = Row(
    "Indicators: what fires more or less than usual?",
    "Read the indicator's page with `personawatch catalogue NAME`: what it needs and what fools it. Silent: its kind of event "
    "no longer arrives, its table is missing (*Data quality & enrichment*), or nothing of the kind happens: `personawatch replay` tells.",
    ("Indicator silent", "Alerts jump"),
    (
        listing(
            "Alerts by indicator and tier",
            "Notifications of the last 24 hours that an indicator contributed to. Several contribute to one, so columns do not add up.",
            Column("priority", told("priority"), "short"),
            Column("review", told("review"), "short"),
            Column("all", f"{TOLD} > 0", "short"),
            by="indicator",
        ),
        listing(
            "Firings against the week",
            "Firings of each indicator in the last 24 hours, a day's mean in the last seven days, and the one divided by the other. "
            f"Mean and ratio: {FIRST_WEEK}",
            Column("24 h", f"{FIRED_TODAY} > 0", "short"),
            Column("mean day", f"{FIRED_A_DAY} > 0", "short", decimals=1),
            Column("ratio", f"{FIRED_TODAY} / ({FIRED_A_DAY} > 0)", "x", UNUSUAL, 1),
            by="indicator",
        ),
        graph(
            "Firings by indicator",
            "Firings a second of the ten indicators that fired most within what is shown.",
            "eps",
            Query(most(10, "indicator_firings", "indicator"), "{{indicator}}"),
            width=16,
            aside=True,
        ),
        number(
            "Indicators that fired, 24 h",
            "How many of the indicators fired at least once.",
            "short",
            f"count({FIRED_TODAY} > 0)",
            width=4,
            height=8,
        ),
        number(
            "Silent for a day, count",
            "How many indicators fired in the last seven days and not in the last 24 hours.",
            "short",
            counted(f"count({SILENT})"),
            steps=less_is_better(3, 6),
            width=4,
            height=8,
        ),
        listing(
            "Silent for a day",
            "Indicators that fired in the last seven days and not in the last 24 hours, with their firings in seven days.",
            Column("7 days", SILENT, "short"),
            by="indicator",
        ),
        listing(
            "Silent for a week",
            f"Indicators that can fire and have not in seven days. Some are rare by nature. {FIRST_WEEK}",
            Column("7 days", NEVER, "short"),
            by="indicator",
        ),
    ),
)

PRECISION = Row(
    "Precision: how often are we right?",
    "Precision counts only what people decided, so few decisions say little: look at their number first. An indicator with many cleared "
    "cases: read their reasons, then change its threshold or weight and replay before it goes live.",
    ("Precision falls",),
    (
        number(
            "Precision, 28 days",
            "Of the cases that people decided, the share where the alert was right; `insufficient` counts neither way. N/A without any.",
            "percentunit",
            share(growth("dispositions", DECIDED, RIGHT), growth("dispositions", DECIDED, JUDGED)),
            steps=more_is_better(0.5, 0.8),
            decimals=0,
            height=8,
        ),
        number(
            "Decided, 28 days",
            "Decisions about cases that people could tell. Below thirty, precision is a guess.",
            "short",
            growth("dispositions", DECIDED, JUDGED),
            decimals=0,
            height=8,
        ),
        graph(
            "Decisions",
            "Decisions within a day, by outcome. `unknown_case`: a decision whose case we do not know.",
            "short",
            Query(growth("dispositions", "24h", by="outcome"), "{{outcome}}"),
            stacked=True,
            width=8,
        ),
        listing(
            "Precision by indicator",
            "Decisions of 28 days about cases to which an indicator contributed, and the share of them where the alert was right.",
            Column("decided", f"{growth('indicator_dispositions', DECIDED, JUDGED, by='indicator')} > 0", "short"),
            Column(
                "precision",
                share(
                    growth("indicator_dispositions", DECIDED, RIGHT, by="indicator"),
                    growth("indicator_dispositions", DECIDED, JUDGED, by="indicator"),
                ),
                "percentunit",
                more_is_better(0.5, 0.8),
            ),
            by="indicator",
            lowest=True,
            width=8,
        ),
    ),
)

SHADOW = Row(
    "Shadow differences: what would another configuration do?",
    "Without a shadow worker (`personawatch worker --shadow`) everything here says N/A; its job bears the name of the deployment with "
    "`-shadow` behind it. One that has just begun reads a month up within "
    "hours, so compare from the second day on. Read what differs with `personawatch alerts --prefix shadow-`; a replay with `--shadow` "
    "names every alert that differs. Nobody acts on a shadow's alerts.",
    ("Alerts jump", "Precision falls"),
    (
        number(
            "Opened by the shadow, 24 h",
            "New cases of tier review or priority that the shadow would have opened.",
            "short",
            growth("shadow_alerts", "24h", OPENED),
            decimals=0,
            height=8,
        ),
        number(
            "Shadow minus live, 24 h",
            "How many more new cases of tier review or priority the shadow would have opened; below zero: fewer.",
            "short",
            f"{growth('shadow_alerts', '24h', OPENED)} - {growth('alerts', '24h', OPENED)}",
            decimals=0,
            height=8,
        ),
        graph(
            "Revisions by tier, live beside shadow",
            "Alert revisions within an hour, watch list included: drawn through what is live, dashed what the shadow wrote.",
            "short",
            Query(f"{growth('alerts', '1h', SEEN, by='tier')} and {SHADOW_ALERTS}", "{{tier}}, live"),
            Query(SHADOW_ALERTS, "{{tier}}, shadow"),
            dashed="/shadow$/",
            width=16,
        ),
        listing(
            "Firings, shadow minus live",
            "Firings in the last 24 hours of each indicator that fires more or less in the shadow: live, in the shadow, and how many more "
            "the shadow has. N/A: no shadow, or no difference.",
            Column("live", f"{FIRED_TODAY} and {DIFFERENCE}", "short"),
            Column("shadow", f"{SHADOW_FIRED} and {DIFFERENCE}", "short"),
            Column("difference", DIFFERENCE, "short"),
            by="indicator",
            width=24,
        ),
    ),
)

PAGE = Page(
    "detection",
    "Detection",
    "What is detected, against the last seven days, and how often it was right. For analysts and engineers of rules.",
    "7d",
    (ALERTS, INDICATORS, PRECISION, SHADOW),
)
