"""Sections on standard output: headings in bold on a terminal, plain text everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

from streams.cli.text import wrapped


class Section(NamedTuple):
    """One part of a page."""

    heading: str
    lines: list[str]


def plain(sections: Sequence[Section]) -> list[str]:
    """The sections as lines, an empty one between two."""
    lines: list[str] = []
    for part in sections:
        lines += [*([""] if lines else []), *wrapped(part.heading), *part.lines]
    return lines


def show(sections: Sequence[Section]) -> None:
    """Print them."""
    if not sys.stdout.isatty():
        print("\n".join(plain(sections)))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for place, part in enumerate(sections):
        console.print(Text("\n" * (place > 0) + "\n".join(wrapped(part.heading)), style="bold"))
        if part.lines:
            console.print(Text("\n".join(part.lines)))
