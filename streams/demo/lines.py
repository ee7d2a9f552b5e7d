"""The view's texts, for a terminal and for a log alike: no colours, no cursor, 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from streams.cli.card import subject
from streams.cli.text import safe
from streams.demo.model import Model
from streams.demo.outcome import Row
from streams.detection.alert import Alert


def status(model: Model) -> str:
    """One line: how far, how fast, how much waits."""
    done = f"{model.sent:,} of {model.total:,} events" if model.total else "no events yet"
    return (
        f"[{model.now - model.began:3.0f} s] {model.phase}: {done}, {model.per_second:,.0f}/s, "
        f"event time {event_day(model)}, lag {model.lag:,}; {cases(model)}"
    )


def stage_rows(model: Model) -> list[tuple[str, str, str, str, str]]:
    """Stage, read, a second, written, lag."""
    return [
        (stage.name, f"{stage.read:,}", f"{stage.per_second:,.0f}", f"{stage.written:,}", f"{stage.lag:,}")
        for stage in model.stages.values()
    ]


def cases(model: Model) -> str:
    """Cases by the highest tier that they had."""
    return "cases so far: " + ", ".join(f"{count} {tier}" for tier, count in model.counted().items())


def watched(alert: Alert) -> str:
    """One line for what is only watched: no case, nobody is notified."""
    strongest = f": {alert.evidence[0].title.lower()}" if alert.evidence else ""
    return f"watchlist: {subject(alert)}, {alert.score:.0f} of 100{strongest}"


def event_day(model: Model) -> str:
    """The event time that has been reached."""
    return f"{datetime.fromtimestamp(model.event_time_ms / 1000, UTC):%Y-%m-%d}" if model.event_time_ms else "-"


def result_rows(rows: Sequence[Row]) -> list[tuple[str, str, str, str, str]]:
    """Scenario, what it is, expected now, got, verdict."""
    return [
        (row.id, f"{row.title} ({row.kind})", _expected(row), row.got, "ok" if row.matches else "NOT AS EXPECTED")
        for row in rows
    ]


def result_table(rows: Sequence[Row]) -> list[str]:
    """The final table as plain columns."""
    cells = [("", "scenario", "expected", "got", ""), *result_rows(rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, [*widths, 0], strict=True)).rstrip() for row in cells
    ]


def closing(rows: Sequence[Row], bystanders: Mapping[str, int], accounts: int) -> list[str]:
    """What the table says in words."""
    good = sum(row.matches for row in rows)
    lines = [f"{good} of {len(rows)} scenarios came out as expected."]
    if partial := [row.id for row in rows if row.in_full != row.expected]:
        lines.append(f"{', '.join(partial)}: the tier in brackets needs indicators that are still planned.")
    found = ", ".join(f"{count} {tier}" for tier, count in sorted(bystanders.items()))
    lines.append(f"Of {accounts:,} ordinary people in the background: {found or 'none was pointed at'}.")
    return [safe(line) for line in lines]


def _expected(row: Row) -> str:
    return row.expected if row.in_full == row.expected else f"{row.expected} ({row.in_full})"
