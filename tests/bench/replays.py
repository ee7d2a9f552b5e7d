"""Part g: a replay as `personawatch replay` runs it, one record and all that follows from it at a time; speed and memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import chain, islice

from schemas.decoder import EventDecoder
from streams.replay.configuration import configuration
from streams.replay.lines import Reading
from streams.replay.replayer import Replayer
from streams.replay.sources import numbered
from streams.runtime import memory
from tests.bench.load import events, opening_of, sign_ups
from tests.bench.report import Line

CHUNK = 20_000
LOOKS = 4


class Lines:
    """The lines of a recording. Making them is not timed; decoding them alone is, as the baseline."""

    def __init__(self, count: int, accounts: int) -> None:
        self._events = events(count, accounts)
        self._chunk = max(1, min(CHUNK, count // LOOKS))
        self._looks = [-(-count * part // LOOKS) for part in range(1, LOOKS + 1)]
        self.decoding = 0.0
        self.aside = 0.0
        """CPU seconds that are not the replay's."""
        self.held: list[int] = []
        """Resident bytes after each quarter."""

    def chunks(self) -> Iterator[list[bytes]]:
        """All lines."""
        decode = EventDecoder().decode
        done = 0
        while True:
            began = time.process_time()
            if len(self.held) < LOOKS and done >= self._looks[len(self.held)]:
                self.held.append(memory.in_use())
            found = list(islice(self._events, self._chunk))
            made = time.process_time()
            for ts, _, value in found:
                decode(value, ts)
            ended = time.process_time()
            self.decoding += ended - made
            self.aside += ended - began
            if not found:
                return
            done += len(found)
            yield [value for _, _, value in found]


def replay(count: int, accounts: int) -> list[Line]:
    """Replay `count` events of background traffic of `accounts` accounts with every indicator that is on by default.

    Their sign-ups are replayed before and not counted.
    """
    lines = Lines(count, accounts)
    run = Replayer(configuration({}, tables=["demo"]))
    opening = (value for _, _, value in sign_ups(accounts))
    stream = numbered(map(Reading({}).line, chain(opening, chain.from_iterable(lines.chunks()))))
    for recorded in islice(stream, opening_of(accounts)):
        run.take(recorded)
    before = run.events
    began = time.process_time()
    for recorded in stream:
        run.take(recorded)
    done = run.events - before
    spent = time.process_time() - began - lines.aside
    grown = [f"{held / lines.held[0]:.2f}×" for held in lines.held]
    return [
        Line(
            "g",
            f"replay, {done:,} events",
            done / spent,
            "events/s",
            f"{spent / lines.decoding:.1f}×",
            "≥ 40,000",
        ),
        Line("g", "decoding alone", done / lines.decoding, "events/s", "1.0×"),
        *(
            Line("g", f"memory after {number}/{LOOKS}", held / 1e6, "MB", ratio)
            for number, (held, ratio) in enumerate(zip(lines.held, grown, strict=True), 1)
        ),
        Line("g", "alerts and watch entries", len(run.newest()), f"of {accounts:,} accounts"),
    ]
