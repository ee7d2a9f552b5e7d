"""Text for people at 80 columns: wrapped, indented, and free of anything that could steer a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from datetime import datetime

WIDTH = 80


def wrapped(text: str, *, indent: str = "", first: str | None = None, width: int = WIDTH) -> list[str]:
    """Wrap one paragraph; `first` begins its first line, `indent` the others."""
    lead = indent if first is None else first
    return textwrap.wrap(safe(text), width, initial_indent=lead, subsequent_indent=indent, break_on_hyphens=False) or [
        lead.rstrip()
    ]


def bullets(texts: Iterable[str], *, indent: str = "", width: int = WIDTH) -> list[str]:
    """Wrap one paragraph a text, each with a dash."""
    return [line for text in texts for line in wrapped(text, indent=indent + "  ", first=indent + "- ", width=width)]


def safe(text: str) -> str:
    """Replace control characters: ids and names in an alert come from outside, and a terminal obeys them."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def minute(rfc3339: str) -> str:
    """Shorten a time to its UTC minute, without a `T`."""
    try:
        return f"{datetime.fromisoformat(rfc3339):%Y-%m-%d %H:%M}"
    except ValueError:
        return safe(rfc3339)
