"""The people of the background: who they are, where and when they work. Nobody here does anything wrong.

Person `n` is made from the seed and `n` alone, whenever somebody asks, and forgotten: no list of people is ever held.
"""

from __future__ import annotations

import random
import struct
from bisect import bisect
from collections.abc import Callable, Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from enrichers.demo import DemoNetworks
from streams.scenarios.agencies import Agencies, Agency, Place
from streams.scenarios.devices import make_device
from streams.scenarios.mixing import mixed

HOUSEHOLDS = 0.08
"""Of the pairs 0 and 1, 2 and 3 …, the share that lives together: one line, own devices."""
FAMILIES = 0.03
"""The share of pairs that shares the laptop as well."""
TRAVELLERS = 0.06
PHONES = 0.5
CYCLE = 60
"""Days between the trips of a traveller."""
SUBSCRIBERS = 3600
"""Home lines of a /48 for them; agencies' members, hotels and, from 4096 on, the scenarios' people have lines above."""
HOTELS = 190
FIRST_HOTEL = 3900
NETWORKS = 112
"""/48s of a city; the sixteen above them in the first city are the scenarios' spare."""
REMEMBERED = 4096
"""People; four megabytes."""
CARRIER_LINES = 32
VPN_LINES = 64
RELAY_LINES = 8
DECLARING = 0.6
"""Share of travellers and of families who tell the platform."""
_ALL = 65536
_STYLES = ("vpn", "named_vpn", "relay", "mobile", "home")
_LIMITS = [share * _ALL for share in (0.05, 0.06, 0.09, 0.14)]
"""Draws below which people have the first style, the second …"""
_LAPTOPS = ("windows", "windows", "windows", "macos", "macos", "linux", "safari")
_draws = struct.Struct("<20H").unpack
"""Sixteen bits for each trait."""


class Person(NamedTuple):
    """One account's traits; addresses are made from them by `Population`."""

    number: int
    key: bytes
    """Account id."""
    place: Place
    network: int
    """/48 of the home and of the carrier."""
    home: bytes
    """Address of the home line."""
    style: str
    laptop: bytes
    """JSON fragment of the laptop's user agent, renderer and screen; shared between people."""
    phone: bytes
    """The same of the phone; empty without one."""
    device: bytes
    """Id of the laptop; a family has one."""
    partner: bytes
    """Account id of the other one of a family; empty without."""
    declares: bool
    """Tells the platform: of a journey, of the family."""
    phase: int
    """Days by which the travel cycle is shifted; -1 for those who stay."""
    away_days: int
    agency: Agency | None
    draws: tuple[int, ...]


class Population:
    """`count` people; person `n` is the same whatever `count` is."""

    def __init__(self, count: int, seed: int, networks: DemoNetworks) -> None:
        self.count = count
        self._seed = seed
        self._networks = networks
        self._salt = b"background:%d" % seed
        fragments = _fragments()
        self._laptops = [fragment for kind in _LAPTOPS for fragment in fragments[kind]]
        self._phones = [fragment for kind in ("iphone", "android") for fragment in fragments[kind]]
        self._countries = networks.countries
        self.places = [
            Place(iso, networks.city(iso, first).time_zone, first) for iso in self._countries for first in (0, 128)
        ]
        random.Random(f"places:{seed}").shuffle(self.places)  # noqa: S311 -- reproducible by intention, protects nothing
        self.agencies = Agencies(count, seed, self.places)
        self.person: Callable[[int], Person] = lru_cache(REMEMBERED)(self._make)
        """Make one; the latest are remembered, so that small populations cost as little as if they were held."""

    def key(self, number: int) -> bytes:
        """Account id."""
        return b"bg-%d-%d" % (self._seed, number)

    def place_of(self, number: int) -> Place:
        """Where a number that is in no agency lives: pairs go round the places, so that an account's line is known without counting."""
        return self.places[number // 2 % len(self.places)]

    def everybody(self) -> Iterator[Person]:
        """Make all of them, one after the other."""
        return map(self.person, range(self.count))

    def _make(self, number: int) -> Person:
        draws = _draws(blake2b(b"%d" % number, digest_size=40, key=self._salt).digest())
        key = device = self.key(number)
        partner, agency = b"", self.agencies.of(number)
        if agency is None:
            together, pair = self.together(number), number // 2
            place, index = self.places[pair % len(self.places)], pair // len(self.places) * 2
            if not together:
                index += number & 1
            elif together == "family":
                partner, device = self.key(number ^ 1), self.key(number & ~1)
            line = index // NETWORKS % SUBSCRIBERS
        else:
            place, index = agency.place, agency.line(number)
            line = SUBSCRIBERS + index // NETWORKS % (FIRST_HOTEL - SUBSCRIBERS)
        network = place.first + index % NETWORKS
        style = _STYLES[bisect(_LIMITS, draws[0])]
        owns_phone = style == "mobile" or draws[2] < PHONES * _ALL
        return Person(
            number,
            key,
            place,
            network,
            self._networks.home(place.country, line, network=network).encode(),
            style,
            self._laptops[draws[1] % len(self._laptops)],
            self._phones[draws[3] % len(self._phones)] if owns_phone else b"",
            device,
            partner,
            draws[15] < DECLARING * _ALL,
            draws[10] % CYCLE if draws[9] < TRAVELLERS * _ALL else -1,
            5 + draws[11] % 7,
            agency,
            draws,
        )

    def together(self, number: int) -> str:
        """Whether a pair is a `family` or a `household`; neither when one of the two is missing or in an agency."""
        drawn = mixed(number // 2, self._seed + 1) % _ALL
        if drawn >= (FAMILIES + HOUSEHOLDS) * _ALL:
            return ""
        pair = (number, number ^ 1)
        if max(pair) >= self.count or any(self.agencies.of(one) for one in pair):
            return ""
        return "family" if drawn < FAMILIES * _ALL else "household"

    def carrier(self, person: Person, turn: int) -> bytes:
        """One of three addresses of the mobile carrier, which strangers have as well."""
        line = (person.draws[4] + turn % 3) % CARRIER_LINES
        return self._networks.mobile(person.place.country, line, network=person.network).encode()

    def exit(self, person: Person, turn: int) -> bytes:
        """Address of the VPN (two, of one operator) or the relay (eight) that the style names."""
        draws, country = person.draws, person.place.country
        if person.style == "relay":
            turn %= RELAY_LINES
            return self._networks.relay(turn % 3 + 1, (draws[7] + 67 * turn) % 500, country=country).encode()
        operator = "ASTRILL" if person.style == "named_vpn" else "EXAMPLE_VPN"
        abroad = country if draws[5] < 0.7 * _ALL else self._countries[draws[6] % len(self._countries)]
        chosen = draws[7 + turn % 2]
        return self._networks.vpn(operator, abroad, chosen % VPN_LINES, network=chosen // VPN_LINES % 4).encode()

    def away(self, person: Person) -> tuple[str, str, bytes]:
        """Country, zone and hotel address of the journeys."""
        country, network = self._countries[person.draws[12] % len(self._countries)], person.draws[13] % 64
        hotel = self._networks.home(country, FIRST_HOTEL + person.draws[14] % HOTELS, network=network)
        return country, self._networks.city(country, network).time_zone, hotel.encode()

    def office(self, agency: Agency, number: int) -> bytes:
        """Address of a member's desk behind the agency's one line."""
        line, first, desk = agency.section // len(self.places), agency.place.first, number - agency.first + 1
        return self._networks.office(agency.place.country, line, network=first, host=desk).encode()


def _fragments() -> dict[str, list[bytes]]:
    """Client fragments of every kind of device, 24 each: builds and screens vary as among people."""
    made: dict[str, list[bytes]] = {}
    for kind in dict.fromkeys((*_LAPTOPS, "iphone", "android")):
        rng = random.Random(f"fragments:{kind}")  # noqa: S311
        made[kind] = []
        for _ in range(24):
            device = make_device("-", kind, rng)
            text = f'"user_agent":"{device.user_agent}","gpu_renderer":"{device.gpu}","screen":"{device.screen}"'
            made[kind].append(f'{text},"device_entropy_bits":{device.entropy}'.encode())
    return made
