"""When the background's people may begin a session: the clock that says whom to look at in which minute.

Accounts that are `CLASSES` numbers apart are a class: they live in one place and like the same hours. A class is looked at once for
each session that a day can have; what its members then do lies within the following hour. So what is held of the future does not
grow with days, and hardly with accounts.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterable, Iterator

from streams.scenarios.clock import DAY, HOUR, MINUTE, offset_minutes
from streams.scenarios.population import Population

CLASSES = 32_768
"""A multiple of two for each place and of `SECTION`. Above so many accounts the clock's memory does not grow any more."""
AGENCY_CLASSES = 1024
APART = 5.5
"""Hours between two sessions of a day: the longest one, and what a session may begin later than its visit."""
SLOWEST, FASTEST = 0.3, 1.7
AHEAD = 60
"""Minutes after a visit within which a session begins."""


Visit = tuple[int, int, int]
"""A local date (days since 1970), which session of it (from 0), a class; `CLASSES` + a class of agencies."""


class Rhythm:
    """Visits of a population by minute of event time; `plan` each date before its earliest minute."""

    def __init__(self, people: Population, seed: int, turns: int) -> None:
        self._people = people
        self._turns = turns
        self._rng = random.Random(f"rhythm:{seed}")  # noqa: S311 -- reproducible by intention, protects nothing
        self._groups = [*range(min(people.count, CLASSES))]
        self._groups += range(CLASSES, CLASSES + min(people.agencies.sections, AGENCY_CLASSES))
        self._visits: dict[int, array[int]] = {}
        classes = range(min(people.count, CLASSES))
        habits, paces = random.Random(f"habits:{seed}"), random.Random(f"paces:{seed}")  # noqa: S311
        self._habits = array("d", (_habit(habits) for _ in classes))
        self._paces = array("d", (paces.uniform(SLOWEST, FASTEST) for _ in classes))

    def plan(self, day: int) -> None:
        """Put the visits of everybody's local date `day` (days since 1970) into their minutes."""
        gauss, visits = self._rng.gauss, self._visits
        for group in self._groups:
            zone, habit = self._of(group)
            hour = max(0.0, habit + gauss(0, 1.1))
            midnight = day * DAY - offset_minutes(zone, day) * MINUTE
            for turn in range(self._turns):
                if hour >= 24:
                    break
                minute = (midnight + int(hour * HOUR)) // MINUTE
                visits.setdefault(minute, array("q")).append((day * 16 + turn) * 65536 + group)
                hour += APART

    def due(self, minute: int) -> Iterator[Visit]:
        """Take the visits of a minute."""
        return ((visit // 65536 // 16, visit // 65536 % 16, visit % 65536) for visit in self._visits.pop(minute, ()))

    def pace(self, group: int) -> float:
        """Sessions of a class relative to everybody's average."""
        return self._paces[group] if group < CLASSES else 1.0

    def members(self, group: int) -> Iterable[int]:
        """Numbers of those in a class. Members of agencies are in their agencies' only."""
        agencies = self._people.agencies
        if group < CLASSES:
            numbers = range(group, self._people.count, CLASSES)
            return [n for n in numbers if agencies.of(n) is None] if agencies.possible(group) else numbers
        sections = range(group - CLASSES, agencies.sections, AGENCY_CLASSES)
        return [number for section in sections for number in agencies.members(section)]

    def _of(self, group: int) -> tuple[str, float]:
        """Zone and usual hour of a class."""
        if group < CLASSES:
            return self._people.place_of(group).zone, self._habits[group]
        return self._people.agencies.agency(group - CLASSES).place.zone, 8.5


def _habit(rng: random.Random) -> float:
    """Most begin in the morning, some in the evening."""
    return min(21.5, max(4.5, rng.gauss(9, 1.5) if rng.random() < 0.75 else rng.gauss(18.5, 1.5)))
