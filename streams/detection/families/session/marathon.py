"""`marathon_session`: a day and more of uninterrupted presence with input around the clock (catalogue §5.3)."""

from __future__ import annotations

from streams.detection.families.session.memory import SessionMemory
from streams.detection.family import Desk, Moment
from streams.detection.windows import SESSION_LATENESS, Presence

ID = "marathon_session"
GAP = 900
"""Seconds: shorter gaps do not break presence."""
_SETTLED = GAP + SESSION_LATENESS // 1000
"""A run that ended longer ago cannot grow: a late event may bridge one gap."""
_DAY = 86400
HALF = 12
"""Hours in a half-day, the unit in which completed days are remembered."""


def note(memory: SessionMemory, moment: Moment, desk: Desk, ts: int, active: bool) -> None:
    """Extend presence to `ts` seconds, mark the hour of an input, and judge when a full day may be complete."""
    runs = memory.runs
    run = runs[-1] if runs else None
    if run is not None and run[0] <= ts < run[1] + GAP:
        news = ts > run[1] and run[1] - run[0] < _DAY
        if ts > run[1]:
            run[1] = ts
    else:
        run = _merge(memory, ts)
        news = True
    if active:
        hour = ts // 3600
        hours = memory.hours
        if hours is None:
            memory.hours = Presence(hour)
            news = True
        elif hours.newest != hour:
            hours.mark(hour)
            news = True
    if news and run[1] - run[0] >= _DAY:
        _judge(memory, moment, desk, run)


def _merge(memory: SessionMemory, ts: int) -> list[int]:
    """Add `ts` to the runs and join those that lie less than a gap apart; the run that holds it."""
    if not memory.runs or ts >= memory.runs[-1][1] + GAP:  # in order of time: a new run, behind the others
        run = [ts, ts]
        memory.runs = [*[held for held in memory.runs if held[1] >= ts - _SETTLED], run]
        return run
    merged: list[list[int]] = []
    for start, end in sorted([*memory.runs, [ts, ts]]):
        if merged and start - merged[-1][1] < GAP:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    newest = merged[-1][1]
    memory.runs = [run for run in merged if run[1] >= newest - _SETTLED]
    return next(run for run in merged if run[0] <= ts <= run[1])


def _judge(memory: SessionMemory, moment: Moment, desk: Desk, run: list[int]) -> None:
    """Fire when 24 clock hours of the run had input in enough of them, more so when it is not the first time."""
    if memory.hours is None:
        return
    last = run[1] // 3600
    span = int(desk.threshold(ID, "presence_hours"))
    earliest = max(run[0] // 3600 + span - 1, last - int(desk.threshold(ID, "window_hours")))
    needed = desk.threshold(ID, "active_hours_min")
    news = 0
    for hour in range(earliest, last + 1):
        if memory.hours.count(hour - span + 1, hour) >= needed and _complete(memory, hour // HALF):
            news = hour
    if not news or memory.marathons is None:
        return
    times = _times(memory.marathons, desk)
    numbers = {
        "hours": (run[1] - run[0]) // 3600,
        "active_hours": memory.hours.count(news - span + 1, news),
        "times": times,
    }
    confidence = 1.0 if times > 1 else desk.threshold(ID, "confidence_first")
    desk.fire(moment.account, ID, confidence, moment.ts, numbers, moment.ref)


def _times(held: Presence, desk: Desk) -> int:
    """Give how often a full day was complete, more than the window apart, in the weeks that a repetition may take."""
    first = held.newest - int(desk.threshold(ID, "repeat_days")) * 24 // HALF + 1
    count, last = 0, 0
    for half in held.buckets():
        if half >= first and (not count or (half - last) * HALF > desk.threshold(ID, "window_hours")):
            count, last = count + 1, half
    return count


def _complete(memory: SessionMemory, half: int) -> bool:
    """Remember the half-day in which a full day was complete; whether that is news."""
    held = memory.marathons
    if held is None:
        memory.marathons = Presence(half)
        return True
    if held.count(half, half):
        return False
    held.mark(half)
    return True
