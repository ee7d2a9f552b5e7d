"""One client's contracts: whether any runs, which, and the client's zone as last told while one ran. All by event time."""

from __future__ import annotations

import msgspec

OPEN = 8
"""Open contracts kept of one client; of more, the one that began first is forgotten."""
UNTOLD = 0
"""In place of the CRC-32 of a contract's id."""
Told = tuple[int, int, int, int | None]
"""Event time (ms), `START` or an end, CRC-32 of the contract's id or `UNTOLD`, offset of the client's zone (None = not told)."""
END_UNNAMED, START, END_NAMED = range(3)
"""In the order taken within a millisecond: what was renewed then runs on, and a contract that began and ended then has ended."""


class Standing(msgspec.Struct, array_like=True):
    """A client at some time: current while any contract runs."""

    zone: int | None = None
    """Offset in minutes."""
    open: list[int] = []
    """CRC-32 of the contracts that run, `UNTOLD` for each whose id was not told."""

    def take(self, told: Told) -> None:
        """Move on by one event.

        An end that names no known contract ends one whose id was not told. One that names none does so too where there are several such,
        and otherwise ends all.
        """
        _, what, contract, zone = told
        if what == START:
            self.zone = self.zone if zone is None else zone
            if contract == UNTOLD or contract not in self.open:
                self.open = [*self.open, contract][-OPEN:]
            return
        if what == END_UNNAMED and self.open.count(UNTOLD) < 2:
            self.open = []
        else:
            ended = contract if contract in self.open else UNTOLD
            at = self.open.index(ended) if ended in self.open else OPEN
            self.open = [*self.open[:at], *self.open[at + 1 :]]
        if not self.open:  # what was told of a zone before is forgotten: they may come back from elsewhere
            self.zone = None


class ClientLately(msgspec.Struct, array_like=True):
    """A client before what was told lately, and that."""

    before: Standing
    told: list[Told] = []

    def fold(self) -> None:
        """Make the oldest event part of what held before."""
        self.before.take(self.told.pop(0))

    def add(self, told: Told) -> None:
        """Put an event in its place in time."""
        if told not in self.told:
            self.told = sorted([*self.told, told], key=lambda one: (*one[:3], one[3] is None, one[3] or 0))

    def add_before(self, told: Told) -> None:
        """An event that comes days late fills blanks, and ends the one contract that is known to run."""
        _, what, contract, zone = told
        before = self.before
        if what == START:
            before.take((*told[:3], zone if before.zone is None else before.zone))
        elif contract != UNTOLD and contract in before.open:
            before.take(told)

    def now(self) -> Standing:
        """The client after all that was told."""
        standing = msgspec.structs.replace(self.before)
        for told in self.told:
            standing.take(told)
        return standing
