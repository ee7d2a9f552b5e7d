"""Lines of a benchmark report. Pure: values in, text out."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class Line(NamedTuple):
    """One measured value. `ratio` is against the baseline of the same run; `goal` says in words what was aimed at."""

    part: str
    what: str
    value: float
    unit: str
    ratio: str = ""
    goal: str = ""


def machine() -> str:
    """What this was measured on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _cpuinfo() if line.startswith("model name")),
        platform.processor() or "unknown processor",
    )
    return (
        f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.release()}"
    )


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text("utf-8").splitlines() if path.exists() else []


def render(lines: Iterable[Line]) -> str:
    """The table, one line a value."""
    rows = [("part", "what", "value", "unit", "ratio", "goal")]
    rows += [(line.part, line.what, _number(line.value), line.unit, line.ratio, line.goal) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 100 else f"{value:.2f}"
