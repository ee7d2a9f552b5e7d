"""The view on a terminal: cards scroll by and stay, under them a panel that is always current."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from streams.cli.card import heading, sections
from streams.cli.text import minute, safe
from streams.demo import lines
from streams.demo.model import Model
from streams.demo.outcome import Row
from streams.detection.alert import Alert

COLOURS = {"priority": "red", "review": "yellow", "watch": "cyan", "none": "green"}
WIDEST = 100
"""Longer lines are harder to read, however wide the terminal is."""
FRAME = 4
"""Border and padding of a panel."""


class TerminalView:
    """Draws with rich. Ids and texts from outside are never read as markup."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(markup=False, highlight=False)
        self._width = min(self._console.width, WIDEST)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def note(self, text: str) -> None:
        """Say one thing, above the panel."""
        self._console.print(Text(safe(text), style="dim"))

    def card(self, alert: Alert) -> None:
        """Print an alert, above the panel."""
        self._console.print(card_panel(alert, self._width))

    def show(self, model: Model) -> None:
        """Redraw the panel."""
        self._live.update(status_panel(model, self._width), refresh=True)

    def result(self, model: Model, rows: Sequence[Row], bystanders: Mapping[str, int], accounts: int) -> None:
        """Leave the last counts and the final table on the screen."""
        self._live.stop()
        self._console.print(status_panel(model, self._width))
        self._console.print(result_table(rows, self._width))
        self._console.print("\n".join(lines.closing(rows, bystanders, accounts)))


def card_panel(alert: Alert, width: int) -> Panel:
    """An alert in a frame of its tier's colour."""
    colour = COLOURS[alert.tier]
    text = Text()
    for part in sections(alert, width - FRAME):
        if text:
            text.append("\n")
        text.append(safe(part.heading), style=f"bold {colour}" if part.heading == alert.title else "bold")
        text.append("".join(f"\n{line}" for line in part.lines))
    seen = f"{safe(alert.alert_id)}, evidence {minute(alert.first_evidence)} to {minute(alert.last_evidence)} UTC"
    return Panel(
        text,
        title=Text(heading(alert), style=f"bold {colour}"),
        title_align="left",
        subtitle=Text(seen, style="dim"),
        subtitle_align="right",
        border_style=colour,
        width=width,
    )


def status_panel(model: Model, width: int) -> Panel:
    """Progress, stages, cases."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for name, justify in (
        ("stage", "left"),
        ("read", "right"),
        ("a second", "right"),
        ("wrote", "right"),
        ("lag", "right"),
    ):
        table.add_column(name, justify=justify, header_style="dim", min_width=9)  # type: ignore[arg-type]
    for row in lines.stage_rows(model):
        table.add_row(*row)
    bar = progress(model.sent, model.total, width - FRAME)
    sent = Text(f"{model.sent:,} of {model.total:,} events sent, event time {lines.event_day(model)}")
    said = [Text(lines.cases(model))]
    if model.dead_letters:
        said.append(Text(f"{model.dead_letters:,} dead letters", style="red"))
    return Panel(
        Group(sent, bar, table, *said),
        title=Text(
            f"Persona Watch demo: {model.phase}, {model.now - model.began:.0f} s, {model.per_second:,.0f} events/s"
        ),
        title_align="left",
        border_style="blue",
        width=width,
    )


def progress(done: int, total: int, width: int) -> Text:
    """A bar of one line."""
    filled = width * done // total if total else 0
    return Text.assemble(("━" * filled, "blue"), ("─" * (width - filled), "dim"))


def result_table(rows: Sequence[Row], width: int) -> Table:
    """Scenario → expected → got."""
    table = Table(width=width, title="What should come out, and what did", title_justify="left", title_style="bold")
    for name in ("", "scenario", "expected", "got", ""):
        table.add_column(name, overflow="fold")
    for row, cells in zip(rows, lines.result_rows(rows), strict=True):
        *texts, got, verdict = cells
        styled = (Text(got, style=COLOURS[row.got]), Text(verdict, style="green" if row.matches else "bold red"))
        table.add_row(*texts, *styled)
    return table
