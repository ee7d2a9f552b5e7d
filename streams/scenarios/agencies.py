"""Agencies of the background: 3 to 25 people who belong together and say so, some of them behind one office line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from streams.scenarios.mixing import mixed

SECTION = 512
"""Each so many accounts have one agency: with fourteen members on average that is 2.7 % of all."""
FIRST = 200
"""Number within the section of its first member: two hundred people are a small platform without any."""
SMALLEST, LARGEST = 3, 25


class Place(NamedTuple):
    """A city."""

    country: str
    zone: str
    first: int
    """Number of its first /48 among an operator's."""


class Agency(NamedTuple):
    """One agency, its members numbered in a row."""

    section: int
    name: bytes
    first: int
    size: int
    place: Place
    pays: bool
    """Has everybody paid through its own account."""
    order: int
    """Agencies in the same place before this one."""

    def line(self, number: int) -> int:
        """Number a member among all members that live in the place."""
        return self.order * LARGEST + number - self.first


class Agencies:
    """Which account is in which agency; an agency is the same whatever `count` is, but for members who are not there."""

    def __init__(self, count: int, seed: int, places: Sequence[Place]) -> None:
        self._count = count
        self._seed = seed
        self._places = places
        self.sections = max(0, -(-(count - FIRST) // SECTION))
        """Agencies that have a member."""

    def of(self, number: int) -> Agency | None:
        """Agency of an account."""
        if not self.possible(number):
            return None
        agency = self.agency(number // SECTION)
        return agency if number < agency.first + agency.size else None

    def possible(self, number: int) -> bool:
        """Whether the number is one that a member can have; that does not change with every `SECTION` numbers."""
        return FIRST <= number % SECTION < FIRST + LARGEST

    def agency(self, section: int) -> Agency:
        """Agency of a section."""
        bits = mixed(section, self._seed)
        return Agency(
            section=section,
            name=b"bg-%d-agency-%d" % (self._seed, section),
            first=section * SECTION + FIRST,
            size=SMALLEST + bits % (LARGEST - SMALLEST + 1),
            place=self._places[section % len(self._places)],
            pays=bits >> 32 & 1 == 1,
            order=section // len(self._places),
        )

    def everybody(self) -> Iterator[int]:
        """Numbers of all members of all agencies, ascending."""
        return (number for section in range(self.sections) for number in self.members(section))

    def members(self, section: int) -> Iterator[int]:
        """Numbers of an agency's members."""
        agency = self.agency(section)
        return iter(range(agency.first, min(agency.first + agency.size, self._count)))
