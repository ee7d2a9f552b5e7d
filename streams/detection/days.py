"""Calendar days as people declare them. In which zone is not known: a day holds from when it begins anywhere until it is over everywhere.

A bound of a declared time is in ms. One at midnight UTC is a day's; any other is a moment's, and means itself.
"""

from __future__ import annotations

from datetime import UTC, datetime

from streams.detection.windows import DAY, HOUR

AHEAD = 14 * HOUR
"""The first clocks on Earth are so far ahead of UTC (UTC+14): whoever leaves there in the morning leaves the day before."""
BEHIND = 12 * HOUR
"""And the last ones so far behind (UTC-12)."""


def day_ms(day: str | None) -> int | None:
    """Midnight UTC of a calendar day in ms; None when there is none or it is no date."""
    try:
        return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000) if day else None
    except ValueError:
        return None


def opens(bound: int) -> int:
    """When what was declared from `bound` on may have begun."""
    return bound if bound % DAY else bound - AHEAD


def closes(bound: int) -> int:
    """When what was declared until `bound` is certainly over."""
    return bound if bound % DAY else bound + BEHIND
