"""The view without a terminal: lines that stay readable in a log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from streams.cli.card import card
from streams.demo import lines
from streams.demo.model import Model
from streams.demo.outcome import Row
from streams.detection.alert import Alert

STATUS_EVERY_S = 5.0


class PlainView:
    """Prints what happens, and a status line every few seconds."""

    def __init__(self) -> None:
        self._told = float("-inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to put back."""

    def note(self, text: str) -> None:
        """Say one thing."""
        print(text, flush=True)

    def card(self, alert: Alert) -> None:
        """Print an alert."""
        print("\n".join(["", *card(alert), ""]), flush=True)

    def show(self, model: Model) -> None:
        """Print the status, when the last one is some time ago."""
        if model.now - self._told >= STATUS_EVERY_S:
            self._told = model.now
            print(lines.status(model), flush=True)

    def result(self, model: Model, rows: Sequence[Row], bystanders: Mapping[str, int], accounts: int) -> None:
        """Print the counts of the stages and the final table."""
        print()
        for name, read, _, written, lag in lines.stage_rows(model):
            print(f"{name:<9}read {read:>9}   wrote {written:>9}   lag {lag}")
        print("\n".join(["", *lines.result_table(rows), "", *lines.closing(rows, bystanders, accounts)]), flush=True)
