"""When a whole list is refused. A wrong list is worse than an old one: the tables of the last build stay in use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from enrichers.building.faults import Fault
from enrichers.building.feeds_file import Feed
from enrichers.building.reading import Reading, read_feed
from enrichers.feeds.source import Told, looks_like
from enrichers.feeds.statement import ListError
from enrichers.prefixes import text_of

MOST_BAD = 0.01
"""Share of unusable lines: a few typing errors are normal, more is another format or a damaged file."""
LEAST, MOST = 0.5, 2.0
"""Entries against the last build. Lists move by a few per cent; halves and doubles are failed or foreign files."""
CLOCKS_DIFFER_DAYS = 1
"""A list may be dated tomorrow: its publisher's day may have begun."""

_EXPECTED = {"width": "/8 or longer for IPv4, /16 or longer for IPv6", "global": "public prefixes only"}


def read_and_judge(
    feed: Feed, path: Path, today: date, before: int | None, told: Told = lambda _: None
) -> Reading | list[Fault]:
    """Read one list; faults when it may not be used. `before` is its number of used lines in the last build."""
    try:
        foreign = looks_like(path)
        if foreign:
            return [Fault(str(path), f"{feed.name}: content", foreign, f"a list of format {feed.format}")]
        reading = read_feed(feed, path, told)
    except OSError as error:
        return [Fault(str(path), f"{feed.name}: readable", error.strerror or str(error), "a file that can be read")]
    except ListError as error:
        return [Fault(str(path), f"{feed.name}: {error.check}", error.found, error.expected)]
    faults = [Fault(str(path), f"{feed.name}: {check}", *words) for check, *words in _faults(reading, today, before)]
    return faults or reading


def _faults(reading: Reading, today: date, before: int | None) -> Iterator[tuple[str, str, str]]:
    """(check, found, expected): the cause first, and nothing that only follows from it."""
    feed, notes = reading.feed, reading.notes
    for check, (line, prefix, such) in reading.refusing.items():
        yield check, f"{text_of(prefix)} in line {line} ({such:,} such)", _EXPECTED[check]
    rejected = notes.reasons.total()
    lines = reading.lines + rejected
    if not reading.refusing:
        if rejected > MOST_BAD * lines:
            reasons = ", ".join(f"{reason} {count:,}" for reason, count in notes.reasons.most_common(3))
            first = ", ".join(str(reject.line) for reject in notes.rejects[:3])
            yield "lines", f"{rejected:,} of {lines:,} unusable ({reasons}; first in line {first})", "1 % at most"
        elif not reading.kinds:
            yield "empty", "nothing of kind " + " or ".join(feed.kinds), "at least one usable line"
        elif before and not LEAST * before <= reading.used_lines <= MOST * before:
            found = f"{reading.used_lines:,} lines where the last build used {before:,}"
            yield "size", found, f"half to double of it; if it is right, accept {feed.name}"
    age = (today - reading.dated).days
    who = {"list": "by its own word", "file": "by the file's last change"}.get(reading.dated_by, "by feeds.toml")
    if age > feed.max_age_days:
        yield "age", f"{age} days (of {reading.dated} {who})", f"{feed.max_age_days:g} days at most"
    elif age < -CLOCKS_DIFFER_DAYS:
        yield "age", f"a date in the future ({reading.dated} {who})", f"{today} or earlier"
