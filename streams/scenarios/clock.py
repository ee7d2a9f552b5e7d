"""Scenario time: day numbers and clock readings to event time, for any start and any zone."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH_DAY = date(1970, 1, 1).toordinal()


class Calendar:
    """Day 0 is the first UTC day that begins at or after `start`; local times are read on that day's calendar date.

    So "09:00 in Lisbon on day 3" is what a clock in Lisbon shows on the date of day 3, daylight saving included.
    A start in the middle of a day moves the story to the next midnight and leaves everybody's working hours alone.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("start needs its offset from UTC, for example datetime(2026, 3, 2, tzinfo=UTC)")
        self.start = int(start.timestamp() * 1000)
        self.first = -(-self.start // DAY)
        """UTC day number (days since 1970) of day 0."""

    def midnight(self, day: float) -> int:
        """Event time, ms, at which a UTC day of the story begins; fractions of a day are allowed."""
        return self.first * DAY + round(day * DAY)

    def at(self, day: int, clock: str, zone: str = "UTC") -> int:
        """Event time, ms, of a clock reading `HH:MM` or `HH:MM:SS`, in a zone, on a day's date."""
        hour, minute, *rest = (int(part) for part in clock.split(":"))
        seconds = hour * 3600 + minute * 60 + (rest[0] if rest else 0)
        local = (self.first + day) * DAY + seconds * 1000
        return local - offset_minutes(zone, self.first + day) * MINUTE

    def weekday(self, day: int) -> int:
        """Monday = 0 … Sunday = 6."""
        return (self.first + day + 3) % 7

    def date(self, day: int) -> str:
        """Give the date of a day, ISO."""
        return iso_day(self.first + day)


@functools.lru_cache(maxsize=4096)
def offset_minutes(zone: str, day_number: int) -> int:
    """Give a zone's offset at noon of a UTC day, minutes east of UTC.

    Noon, because clocks change at night: the one night a year in which a reading is an hour off changes no story.
    """
    noon = datetime(1970, 1, 1, 12, tzinfo=UTC) + timedelta(days=day_number)
    shift = noon.astimezone(ZoneInfo(zone)).utcoffset()
    assert shift is not None
    return int(shift.total_seconds()) // 60


@functools.lru_cache(maxsize=4096)
def iso_day(day_number: int) -> str:
    """Give the date of a UTC day number."""
    return date.fromordinal(EPOCH_DAY + day_number).isoformat()


def iso(ts: int) -> str:
    """Write event time in RFC 3339: UTC, milliseconds."""
    day, rest = divmod(ts, DAY)
    seconds, milli = divmod(rest, 1000)
    return f"{iso_day(day)}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{milli:03d}Z"
