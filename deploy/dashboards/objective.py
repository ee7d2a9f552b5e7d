"""The freshness objective on a dashboard: how much of it is kept, how fast its budget is burnt."""

from __future__ import annotations

from deploy.dashboards.panels import RED, Panel, Query, graph, more_is_better, number
from deploy.dashboards.queries import growth

LIMIT_S = 10
GOAL = 0.99
PERIOD = "28d"
WINDOWS = ("5m", "1h", "6h", "3d")
"""The pairs of the usual multi-window alerts: the short one ends an alert soon, the long one keeps a blip from raising it."""


def kept(window: str) -> str:
    """The share of records that were done within the limit."""
    fresh = growth("latency_seconds", window, f'le="{float(LIMIT_S)}"', part="bucket")
    return f"{fresh} / ({growth('latency_seconds', window, part='count')} > 0)"


def burn(window: str) -> str:
    """How many times faster than allowed the budget is used: 1 uses it up exactly at the end of the period."""
    return f"(1 - {kept(window)}) / {1 - GOAL:.4g}"


def panels() -> tuple[Panel, ...]:
    """The objective's row of panels."""
    promise = f"{GOAL:.0%} of records are done within {LIMIT_S} s of their time in Kafka, over {PERIOD}."
    return (
        number(
            "Objective kept",
            f"{promise} The share that was.",
            "percentunit",
            kept(PERIOD),
            steps=more_is_better(GOAL, GOAL + (1 - GOAL) / 2),
            decimals=2,
            height=8,
        ),
        number(
            "Budget left",
            f"{promise} How much of the {1 - GOAL:.0%} that may be late is not used yet; below 0 the objective is missed.",
            "percentunit",
            f"1 - {burn(PERIOD)}",
            steps=more_is_better(0, 0.25),
            decimals=0,
            height=8,
        ),
        graph(
            "Budget burn",
            f"{promise} 1 uses the budget up exactly at the end of the period; 14.4 for an hour and 6 for six hours call somebody.",
            "short",
            *(Query(burn(window), f"over {window}") for window in WINDOWS),
            line=(14.4, RED),
            width=16,
        ),
    )
