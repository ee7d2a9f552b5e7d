"""The clockwork of the background: minutes of event time, and in each what sessions do next."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from streams.scenarios import templates
from streams.scenarios.clock import DAY, MINUTE, iso, iso_day, offset_minutes
from streams.scenarios.population import CYCLE, Person

BEAT = 10 * MINUTE
WEEKEND = 0.45
"""Sessions at a weekend, relative to a working day."""
LONGEST = 300.0
"""Minutes of the longest session; the mean is about an hour."""

Keyed = tuple[int, bytes, bytes]
"""Event time in ms, Kafka key, JSON."""
_Item = tuple[int, int, int, Person, bytes, bytes]
"""Time, order within it, end of the session (0: not begun), who, where (empty: a journey), session id or country."""


class Traffic:
    """Sessions of a population from `start` (ms) on, events numbered from `first`; `run` may be called once."""

    def __init__(self, everybody: Sequence[Person], start: int, seed: int, rate: float, first: int = 0) -> None:
        self._everybody = everybody
        self._start = start
        self._seed = seed
        self._rate = rate
        self._rng = random.Random(f"traffic:{seed}")  # noqa: S311 -- reproducible by intention, protects nothing
        self._minutes: dict[int, list[_Item]] = {}
        self._order = first

    def run(self, end: int) -> Iterator[Keyed]:
        """Yield events until `end`. A local date is planned a day ahead: east of UTC it begins before UTC's."""
        first_day = self._start // DAY
        for day in (first_day - 1, first_day):
            self._plan(day)
        for minute in range(self._start // MINUTE, -(-end // MINUTE)):
            if minute % 1440 == 0 or minute == self._start // MINUTE:
                self._plan(minute // 1440 + 1)
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
        for ts, _, until, person, where, ident in items:
            at = b"%s%02d.%03dZ" % (stem, ts // 1000 % 60, ts % 1000)
            who, ends = person.key, until
            order += 1
            if ends == 0 and not where:
                yield ts, who, templates.TRAVEL % (seed, order, at, who, *self._journey(ts, person, ident))
                continue
            if ends == 0:
                client, ends = self._client(ts, person, where, ident), ts + self._length()
                if chance() < 0.5:
                    yield ts, who, templates.LOGIN % (seed, order, at, who, where, client)
                    order += 1
                yield ts, who, templates.START % (seed, order, at, who, where, ident, client)
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
                        yield ts, who, self._deed(done, order, at, person, where)
                else:
                    yield ts, who, templates.BEAT % (seed, order, at, who, where, ident, 0, 600)
            order += 1
            then = min(ts + BEAT, ends)
            minutes.setdefault(then // MINUTE, []).append((then, order, ends, person, where, ident))
        self._order = order

    def _deed(self, done: float, order: int, at: bytes, person: Person, where: bytes) -> bytes:
        """Something done with the platform: a bid, a message, now and then a payout."""
        number = int(self._rng.random() * 1_000_000)
        if done < 0.045:
            return templates.BID % (
                self._seed,
                order,
                at,
                person.key,
                where,
                number,
                100 + number % 4000,
                60 + number % 9000,
            )
        if done < 0.088:
            return templates.MESSAGE % (self._seed, order, at, person.key, where, number % 1000, 2 + number % 40)
        country = person.country.encode()
        return templates.PAYOUT % (self._seed, order, at, person.key, where, person.key, country, 50 + number % 2000)

    def _length(self) -> int:
        return round(min(LONGEST, 8 + self._rng.expovariate(1 / 60)) * MINUTE)

    def _client(self, ts: int, person: Person, where: bytes, ident: bytes) -> bytes:
        """Clock and client of a session start; the clock is where the person is."""
        zone = person.away_zone if person.away_ip in where else person.zone
        client = person.phone if ident.endswith(b"p") else person.laptop
        return b'"tz":"%s","tz_offset_min":%d,%s' % (zone.encode(), offset_minutes(zone, ts // DAY), client)

    def _journey(self, ts: int, person: Person, country: bytes) -> tuple[bytes, bytes, bytes]:
        return country, iso_day(ts // DAY).encode(), iso_day(ts // DAY + person.away_days + 1).encode()

    def _plan(self, day: int) -> None:
        """Put the sessions of everybody's local date `day` (days since 1970) into their minutes."""
        rng, first = self._rng, self._start // DAY
        share = self._rate * (WEEKEND if (day + 3) % 7 >= 5 else 1.0)
        for person in self._everybody:
            away = (day - first + person.phase) % CYCLE if person.phase >= 0 else CYCLE
            if away in (0, person.away_days + 1):
                if away == 0 and person.declares:
                    self._put(self._local(day, 8.0, person.zone), person, b"", person.away_country)
                continue
            sessions = int(share * person.pace + rng.random())
            if sessions == 0:
                continue
            gone = away <= person.away_days
            hour = max(0.0, person.habit + rng.gauss(0, 1.2))
            for number in range(sessions):
                if hour >= 24:
                    break
                with_phone = bool(person.phone) and (person.style == "mobile" or rng.random() < 0.3)
                ip = person.away_ip if gone else self._line(person, with_phone)
                ident = b"%s-%d-%d%s" % (person.key, day, number, b"p" if with_phone else b"l")
                where = b'"device_id":"%s-%s","ip":"%s"' % (person.key, b"p" if with_phone else b"l", ip)
                self._put(self._local(day, hour, person.away_zone if gone else person.zone), person, where, ident)
                hour += LONGEST / 60 + rng.random() * 3 if rng.random() < 0.2 else 5.1

    def _line(self, person: Person, with_phone: bool) -> bytes:
        chance = self._rng.random
        if person.exits and (person.style == "relay" or chance() < 0.7):
            return person.exits[int(chance() * len(person.exits))]
        if with_phone and (person.style == "mobile" or chance() < 0.6):
            return person.mobile[int(chance() * len(person.mobile))]
        return person.home

    def _local(self, day: int, hour: float, zone: str) -> int:
        return day * DAY + round(hour * 60 * MINUTE) - offset_minutes(zone, day) * MINUTE

    def _put(self, ts: int, person: Person, where: bytes, ident: bytes) -> None:
        if ts >= self._start:
            self._order += 1
            self._minutes.setdefault(ts // MINUTE, []).append((ts, self._order, 0, person, where, ident))
