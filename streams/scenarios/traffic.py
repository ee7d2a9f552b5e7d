"""The clockwork of the background: minutes of event time, and in each what sessions do next."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from streams.scenarios import templates
from streams.scenarios.clock import DAY, MINUTE, iso, iso_day, offset_minutes
from streams.scenarios.mixing import mixed
from streams.scenarios.population import CYCLE, Person, Population
from streams.scenarios.rhythm import AHEAD, FASTEST, Rhythm, Visit
from streams.scenarios.signups import instrument_of

BEAT = 10 * MINUTE
WEEKEND = 0.45
"""Sessions at a weekend, relative to a working day."""
LONGEST = 300.0
"""Minutes of the longest session; the mean is about an hour."""

Keyed = tuple[int, bytes, bytes]
"""Event time in ms, Kafka key, JSON."""
_Item = tuple[int, int, int, bytes, bytes, bytes, bytes, bytes]
"""Time, order within it, end of the session (0: not begun), who, where, session id, clock and client (both empty once it began).
A journey has no session id, and its declaration instead of where. What sessions have in common they share: memory goes to these."""


class Traffic:
    """Sessions of a population from `start` (ms) on, events numbered from `first`; `run` may be called once."""

    def __init__(self, people: Population, start: int, seed: int, rate: float, first: int = 0) -> None:
        self._people = people
        self._start = start
        self._seed = seed
        self._rate = rate
        self._rng = random.Random(f"traffic:{seed}")  # noqa: S311 -- reproducible by intention, protects nothing
        self._rhythm = Rhythm(people, seed, turns=int(rate * FASTEST) + 1)
        self._minutes: defaultdict[int, list[_Item]] = defaultdict(list)
        self._order = first

    def run(self, end: int) -> Iterator[Keyed]:
        """Yield events until `end`. A local date is planned a day ahead: east of UTC it begins before UTC's."""
        first_day = self._start // DAY
        for day in (first_day - 1, first_day, first_day + 1):
            self._rhythm.plan(day)
        first = self._start // MINUTE
        for minute in range(first - AHEAD, -(-end // MINUTE)):
            if minute % 1440 == 0 and minute > first:
                self._rhythm.plan(minute // 1440 + 1)
            for visit in self._rhythm.due(minute):
                self._look(visit, minute * MINUTE)
            items = self._minutes.pop(minute, None)
            if items is None:
                continue
            items.sort()
            for event in self._play(items, minute):
                if event[0] >= end:
                    return
                yield event

    def _play(self, items: list[_Item], minute: int) -> Iterator[Keyed]:
        """One minute. A log-in, a start and what is done at a heartbeat share its time."""
        chance, seed, order, minutes = self._rng.random, self._seed, self._order, self._minutes
        stem = iso(minute * MINUTE)[:17].encode()
        for ts, _, ends, who, where, ident, clock, client in items:
            at = b"%s%02d.%03dZ" % (stem, ts // 1000 % 60, ts % 1000)
            order += 1
            if not ends:
                if not ident:
                    yield ts, who, templates.TRAVEL % (seed, order, at, who, where)
                    continue
                ends = ts + self._length()  # noqa: PLW2901 -- the session begins
                if chance() < 0.5:
                    yield ts, who, templates.LOGIN % (seed, order, at, who, where, clock, client)
                    order += 1
                yield ts, who, templates.START % (seed, order, at, who, where, ident, clock, client)
            elif ts >= ends:
                yield ts, who, templates.END % (seed, order, at, who, where, ident)
                continue
            else:
                typed = int(chance() * 160) - 30
                if typed > 0:
                    yield ts, who, templates.BEAT % (seed, order, at, who, where, ident, typed, typed % 60)
                    done = chance()
                    if done < 0.09:
                        order += 1
                        yield ts, who, self._deed(done, order, at, who, where)
                else:
                    yield ts, who, templates.BEAT % (seed, order, at, who, where, ident, 0, 600)
            order += 1
            then = ts + BEAT
            if then > ends:
                then = ends
            minutes[then // MINUTE].append((then, order, ends, who, where, ident, b"", b""))
        self._order = order

    def _deed(self, done: float, order: int, at: bytes, who: bytes, where: bytes) -> bytes:
        """Something done with the platform: a bid, a message, now and then a payout."""
        number = int(self._rng.random() * 1_000_000)
        head = (self._seed, order, at, who, where)
        if done < 0.045:
            return templates.BID % (*head, number, 100 + number % 4000, 60 + number % 9000)
        if done < 0.088:
            return templates.MESSAGE % (*head, number % 1000, 2 + number % 40)
        person = self._people.person(int(who.rpartition(b"-")[2]))
        holder = b"company" if person.agency and person.agency.pays else b"person"
        country = person.place.country.encode()
        return templates.PAYOUT % (*head, instrument_of(person), country, holder, 50 + number % 2000)

    def _length(self) -> int:
        return round(min(LONGEST, 8 + self._rng.expovariate(1 / 60)) * MINUTE)

    def _look(self, visit: Visit, now: int) -> None:
        """Put the sessions that members of a class begin into their minutes, all within `AHEAD`."""
        day, turn, group = visit
        share = self._rate * self._rhythm.pace(group) * (WEEKEND if (day + 3) % 7 >= 5 else 1.0)
        if share <= turn:
            return
        least = (turn + 1 - share) * 65536
        for number in self._rhythm.members(group):
            bits = mixed(number, day)
            if bits % 65536 < least:
                continue
            # the same share of the hour all day, so that two sessions of a day cannot overlap
            ts = now + ((bits >> 16) % 65536 * (AHEAD - 25) + (bits >> 32 + 4 * turn) % 65536 * 24) * MINUTE // 65536
            self._plan(self._people.person(number), day, turn, ts)

    def _plan(self, person: Person, day: int, turn: int, ts: int) -> None:
        rng, people = self._rng, self._people
        away = (day + person.phase) % CYCLE if person.phase >= 0 else CYCLE
        if away in (0, person.away_days + 1):  # on the way
            if away == 0 and turn == 0 and person.declares:
                self._put(ts, person, self._journey(person, ts), b"", b"", b"")
            return
        with_phone = bool(person.phone) and (person.style == "mobile" or rng.random() < 0.3)
        zone = person.place.zone
        if away <= person.away_days:
            _, there, ip = people.away(person)
            # who is away keeps the hours of the clocks there; never earlier than now, so a day later east of home
            ts += (offset_minutes(zone, day) - offset_minutes(there, day)) % 1440 * MINUTE
            zone = there
        else:
            ip = self._line(person, with_phone, working=(day + 3) % 7 < 5)
        kind = b"p" if with_phone else b"l"
        device = person.key if with_phone else person.device
        where = b'"device_id":"%s-%s","ip":"%s"' % (device, kind, ip)
        client = person.phone if with_phone else person.laptop
        self._put(ts, person, where, b"%s-%d-%d%s" % (person.key, day, turn, kind), _clock(zone, ts // DAY), client)

    def _line(self, person: Person, with_phone: bool, working: bool) -> bytes:
        chance, people = self._rng.random, self._people
        if person.style in ("vpn", "named_vpn", "relay") and (person.style == "relay" or chance() < 0.7):
            return people.exit(person, int(chance() * 8))
        if with_phone and (person.style == "mobile" or chance() < 0.6):
            return people.carrier(person, int(chance() * 3))
        if person.agency and working and not with_phone and chance() < 0.8:
            return people.office(person.agency, person.number)
        return person.home

    def _journey(self, person: Person, ts: int) -> bytes:
        country = self._people.away(person)[0]
        first, last = iso_day(ts // DAY), iso_day(ts // DAY + person.away_days + 1)
        return f'"countries":["{country}"],"from_date":"{first}","until_date":"{last}"'.encode()

    def _put(self, ts: int, person: Person, where: bytes, ident: bytes, clock: bytes, client: bytes) -> None:
        if ts >= self._start:
            self._order += 1
            item = (ts, self._order, 0, person.key, where, ident, clock, client)
            self._minutes[ts // MINUTE].append(item)


@lru_cache(maxsize=1024)
def _clock(zone: str, day: int) -> bytes:
    """The device's clock, as a session's start tells it."""
    return b'"tz":"%s","tz_offset_min":%d,' % (zone.encode(), offset_minutes(zone, day))
