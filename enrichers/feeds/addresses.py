"""Plain lists, an address or prefix a line: the Tor bulk exit list, X4BNet, FireHOL's ipsets (catalogue §7 #1, #4, #5).

Comments begin with # or ;. A header in comments (`Maintainer : Example`) goes into the notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from enrichers.feeds.source import Source
from enrichers.feeds.statement import ListError, Notes, Statement
from enrichers.prefixes import parse_prefix

LONGEST = 4096
_COMMENT = re.compile(r"[#;]")
_AGGREGATE = re.compile(r"firehol_level[2-9]")


def load(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read a plain list."""
    for number, line in source.lines(notes, LONGEST):
        text, *comment = _COMMENT.split(line, maxsplit=1)
        if text := text.strip():
            prefix = parse_prefix(text)
            if isinstance(prefix, str):
                notes.reject(number, prefix)
            else:
                yield Statement(number, prefix)
        elif comment:
            _header(comment[0].strip(), notes)


def _header(comment: str, notes: Notes) -> None:
    name, colon, value = (part.strip() for part in comment.partition(":"))
    if not colon:
        if name and "name" not in notes.metadata:
            notes.tell("name", name)
            if _AGGREGATE.match(name):
                raise ListError("set", name, "a single set: levels from 2 on hold bogons and whole networks")
        return
    notes.tell(name, value)
    if name == "This File Date":
        notes.date_is(_unix_date(value))


def _unix_date(text: str) -> date | None:
    """Read what `date -u` writes: Tue Nov 24 00:00:00 UTC 2026."""
    try:
        return datetime.strptime(text, "%a %b %d %H:%M:%S UTC %Y").date()  # noqa: DTZ007 - the zone is in the text
    except ValueError:
        return None
