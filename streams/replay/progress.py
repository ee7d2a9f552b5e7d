"""A bar on a terminal: how far, how fast, how long still. Silent anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
LOOK_EVERY = 256
"""Records between two looks at the clock."""
DRAW_S = 0.1


def with_progress(
    records: Iterable[T], done: Callable[[], int], total: int | None, look_every: int = LOOK_EVERY
) -> Iterator[T]:
    """Pass records on, with a bar on standard error if that is a terminal. A paced stream is looked at with each record."""
    if not sys.stderr.isatty():
        yield from records
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[records]:,} records, {task.fields[rate]:,.0f}/s"),
        TimeElapsedColumn() if total is None else TimeRemainingColumn(),
    )
    began, drawn = time.monotonic(), 0.0
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True) as bar:
        task = bar.add_task("", total=total, records=0, rate=0.0)
        for number, record in enumerate(records, 1):
            yield record
            if number % look_every == 0 and (now := time.monotonic()) - drawn > DRAW_S:
                drawn = now
                bar.update(task, completed=done(), records=number, rate=number / (now - began), refresh=True)
