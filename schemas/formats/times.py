"""Event times as other producers write them: numbers in a unit, texts without a zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal
from zoneinfo import ZoneInfo

from schemas.reasons import RejectReason

Unit = Literal["s", "ms", "us", "ns", "auto"]
"""Of numbers. `auto` tells them apart by size, which is sound from 1973 to the year 5138."""

_EARLIEST_AUTO = 1e8
"""Seconds, in March 1973. Below are 0 for "not known", days such as 20260302, and clocks that began when a machine did."""
_LARGEST_SHOWN = 1e300
"""JSON has whole numbers that no float can hold, and only floats can be shown shortly."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_IN_MICROSECONDS: dict[str, tuple[int, int]] = {"s": (1_000_000, 1), "ms": (1_000, 1), "us": (1, 1), "ns": (1, 1_000)}
_ZONED = re.compile(r"[0-9](?:[Zz]|[+-][0-9]{2}:?[0-9]{2})\Z")
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})")
_DIGITS = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,9})?")
_WITHOUT_ZONE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?")
"""A time and nothing more: a day alone is no moment, and an offset in another spelling must not be lost."""
_LONGEST_DAY = len("2026-03-02")


class UnfitError(Exception):
    """A value that cannot become its field; caught where the event is put together."""

    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(detail)
        self.fault = reason, detail


ReadTime = Callable[[Any], "str | datetime"]


def time_reader(unit: Unit | None, zone: str) -> ReadTime:
    """Give the function that turns a value into RFC 3339 text or a moment. Raises ValueError for a zone that is none.

    A text that says no zone gets `zone`; where a clock is set back, its first pass counts. With an empty one it stays as it is,
    and the event's own reader refuses it by name.
    """
    in_zone = _in_zone(zone) if zone else None

    def read(value: Any) -> str | datetime:
        if type(value) is str:
            if _ZONED.search(value):
                return value
            if unit and _DIGITS.fullmatch(value):
                return moment_of(float(value) if "." in value else int(value), unit)
            text = value.strip()
            if text.endswith((" UTC", " GMT")):
                return text[:-4] + "Z"
            return in_zone(text) if in_zone else value
        if type(value) is not int and type(value) is not float:
            raise UnfitError(RejectReason.WRONG_TYPE, f"occurred_at: found {type(value).__name__}; expected a time")
        if unit is None:
            raise UnfitError(RejectReason.WRONG_TYPE, "occurred_at: found a number, and the map gives no `unit` for it")
        return moment_of(value, unit)

    return read


def moment_of(number: float, unit: Unit) -> datetime:
    """A number as a moment in UTC, rounded down to microseconds. Raises `UnfitError` outside of the years 1 to 9999."""
    size = abs(number)
    if unit == "auto":
        if size < _EARLIEST_AUTO:
            raise UnfitError(RejectReason.IMPOSSIBLE_DATE, f"occurred_at: found {number:.10g}, too small for any unit")
        unit = "s" if size < 1e11 else "ms" if size < 1e14 else "us" if size < 1e17 else "ns"
    times, by = _IN_MICROSECONDS[unit]
    try:
        return _EPOCH + timedelta(microseconds=int(number * times) // by)
    except (OverflowError, ValueError) as error:
        shown = f"{min(size, _LARGEST_SHOWN):.3g}"
        raise UnfitError(RejectReason.IMPOSSIBLE_DATE, f"occurred_at: found {shown} {unit} from 1970") from error


def _in_zone(zone: str) -> Callable[[str], str]:
    if zone in ("UTC", "Z", "Etc/UTC"):
        return _followed_by("Z")
    if offset := _OFFSET.fullmatch(zone):
        timezone(timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"])))  # an offset that exists
        return _followed_by(zone)
    try:
        place = ZoneInfo(zone)
    except (OSError, ValueError) as error:  # ZoneInfoNotFoundError is a KeyError, below
        raise ValueError(f"{zone!r} is no time zone; expected UTC, +02:00 or Europe/Berlin") from error
    except KeyError:
        raise ValueError(f"{zone!r} is no time zone; expected UTC, +02:00 or Europe/Berlin") from None

    def read(text: str) -> str:
        """A time in any spelling of ISO 8601, also `2026-03-02 09:14:07,250`, as logs in a local time have it."""
        try:
            moment = datetime.fromisoformat(text)
            return text if moment.tzinfo or len(text) <= _LONGEST_DAY else moment.replace(tzinfo=place).isoformat()
        except (ValueError, OverflowError):
            return text

    return read


def _followed_by(offset: str) -> Callable[[str], str]:
    return lambda text: text + offset if _WITHOUT_ZONE.fullmatch(text) else text
