"""One copy of a story: its own accounts, devices, hashes, addresses and random numbers, all derived from a name."""

from __future__ import annotations

import hashlib
import ipaddress
import random
from typing import Any

from enrichers.demo import DemoNetworks
from enrichers.timezones import offset_of_zone
from streams.scenarios.clock import Calendar, iso
from streams.scenarios.devices import Device, make_device
from streams.scenarios.places import Places

Timed = tuple[int, dict[str, Any]]
"""Event time in ms, and the event as JSON knows it."""

MAX_COPIES = 200
"""Copies of one scenario that are sure to have addresses of their own."""
_LINES = 16
_FIRST_LINE = 4096
"""Subscribers below this number belong to the background."""
_SPAN = 112
"""/48s used in a city: one less than half of what every operator has, home lines end at 240."""


class Story:
    """What a teller needs. Same scenario, number, copy, seed, calendar and places → the same story to the byte."""

    def __init__(
        self,
        scenario_id: str,
        number: int,
        copy: int,
        seed: int,
        calendar: Calendar,
        places: Places,
        networks: DemoNetworks,
    ) -> None:
        self.key = f"{scenario_id.lower()}-{seed}-{copy}"
        self.rng = random.Random(self.key)  # noqa: S311 -- reproducible by intention, protects nothing
        self.calendar = calendar
        self.places = places
        self.networks = networks
        self._unit = number + 16 * copy
        self._events = 0
        self._sessions = 0
        self._devices: dict[str, Device] = {}

    def account(self, name: str) -> str:
        """Platform id of an account of this copy."""
        return f"{self.key}-{name}"

    def hash(self, kind: str, name: str) -> str:
        """Give a keyed hash as the platform would send it: equal for equal names within this copy only."""
        return hashlib.sha256(f"{self.key}:{kind}:{name}".encode()).hexdigest()[:32]

    def device(self, name: str, kind: str = "windows") -> Device:
        """Give the device of that name; it is made on first use and does not depend on when that is."""
        held = self._devices.get(name)
        if held is None:
            rng = random.Random(f"{self.key}:device:{name}")  # noqa: S311
            held = self._devices[name] = make_device(f"{self.key}-dev-{name}", kind, rng)
        return held

    def address(
        self,
        kind: str,
        letter: str,
        line: int = 0,
        *,
        network: int = 0,
        city: int = 0,
        host: int = 1,
        tag: str | int = "",
    ) -> str:
        """Text of an address that no other copy has.

        `line` (0 to 15) is the subscriber's /64, `network` the /48 among the operator's, `city` 0 or 1.
        Copies of one story lie in different /48s.
        """
        n = _FIRST_LINE + (self._unit * _LINES + line) % (0xFFFF - _FIRST_LINE)
        slot = (network + self._unit) % _SPAN + 128 * city
        return self.networks.pick(kind, self.places.iso(letter), n, tag=tag, network=slot, host=host)

    def prefix(self, address: str) -> str:
        """Give the /64 of an address, CIDR."""
        return str(ipaddress.ip_network(f"{address}/64", strict=False))

    def at(self, day: int, clock: str, letter: str | None = None, jitter: float = 0) -> int:
        """Event time of a clock reading where a letter is (None: UTC), give or take `jitter` minutes."""
        ts = self.calendar.at(day, clock, "UTC" if letter is None else self.places.zone(letter))
        return ts + round(self.rng.uniform(-jitter, jitter) * 60_000) if jitter else ts

    def clock(self, ts: int, letter: str) -> dict[str, Any]:
        """Zone and offset that a device set to a letter's time reports."""
        zone = self.places.zone(letter)
        return {"tz": zone, "tz_offset_min": offset_of_zone(zone, ts)}

    def session_id(self) -> str:
        """Make a session id that was not used yet."""
        self._sessions += 1
        return f"{self.key}-s{self._sessions}"

    def event(self, ts: int, kind: str, account: str, /, **fields: Any) -> Timed:
        """Make one event; `account` is the name within the story. Fields that are None are left out."""
        self._events += 1
        event = {
            "type": kind,
            "event_id": f"{self.key}-e{self._events}",
            "occurred_at": iso(ts),
            "account_id": self.account(account),
        }
        event.update((name, value) for name, value in fields.items() if value is not None)
        return ts, event
