"""The people of the background: who they are, where and when they work. Nobody here does anything wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator

from enrichers.demo import DemoNetworks
from streams.scenarios.devices import make_device

HOUSEHOLD = 0.04
"""Share of accounts that live with the previous one: same line, own devices."""
TRAVELLERS = 0.06
PHONES = 0.5
CYCLE = 60
"""Days between the trips of a traveller."""
SUBSCRIBERS = 3900
"""Home lines in a /48; the numbers above, up to the scenarios' first, are hotels."""
HOTELS = 190
CARRIER_LINES = 32
VPN_LINES = 64
RELAY_LINES = 8
_STYLES = (("vpn", 0.05), ("named_vpn", 0.01), ("relay", 0.03), ("mobile", 0.05), ("home", 1.0))
_LAPTOPS = ("windows", "windows", "windows", "macos", "macos", "linux", "safari")


class Person:
    """One account's traits. JSON fragments are shared between people, so that a hundred thousand of them are cheap."""

    __slots__ = (
        "away_country",
        "away_days",
        "away_ip",
        "away_zone",
        "country",
        "declares",
        "exits",
        "habit",
        "home",
        "key",
        "laptop",
        "mobile",
        "pace",
        "phase",
        "phone",
        "style",
        "zone",
    )

    key: bytes
    """Account id."""
    country: str
    zone: str
    home: bytes
    laptop: bytes
    """JSON fragment of the laptop's user agent, renderer and screen."""
    phone: bytes
    """The same of the phone; empty without one."""
    mobile: tuple[bytes, ...]
    exits: tuple[bytes, ...]
    """VPN or relay addresses; empty without."""
    style: str
    habit: float
    """Usual local hour at which the day's first session starts."""
    pace: float
    """Sessions relative to everybody's average."""
    phase: int
    """Day in the travel cycle on which the traffic's first day falls; -1 for those who stay."""
    away_country: bytes
    away_days: int
    away_ip: bytes
    away_zone: str
    declares: bool


def people(count: int, seed: int, networks: DemoNetworks) -> Iterator[Person]:
    """Yield the population; person `n` is the same whatever `count` is."""
    rng = random.Random(f"background:{seed}")  # noqa: S311 -- reproducible by intention, protects nothing
    fragments = _fragments()
    laptops = [fragment for kind in _LAPTOPS for fragment in fragments[kind]]
    phones = [fragment for kind in ("iphone", "android") for fragment in fragments[kind]]
    lines: dict[tuple[str, int], int] = {}
    country, network, line = "", 0, 0
    for number in range(count):
        if not country or rng.random() >= HOUSEHOLD:
            country = rng.choice(networks.countries)
            network = rng.randrange(224)
            network += 16 * (network >= 112)  # 112-127 would be in the first city and are the scenarios' spare
            line = lines.get((country, network), 0) % SUBSCRIBERS
            lines[country, network] = line + 1
        person = Person()
        person.key = b"bg-%d-%d" % (seed, number)
        person.country, person.zone = country, networks.city(country, network).time_zone
        person.home = networks.home(country, line, network=network).encode()
        person.laptop = rng.choice(laptops)
        _network(person, rng, networks, network)
        person.phone = rng.choice(phones) if person.style == "mobile" or rng.random() < PHONES else b""
        person.habit = min(22.0, max(5.0, rng.gauss(9.5, 1.5) if rng.random() < 0.75 else rng.gauss(19, 1.5)))
        person.pace = rng.uniform(0.3, 1.7)
        _journeys(person, rng, networks)
        yield person


def _network(person: Person, rng: random.Random, networks: DemoNetworks, network: int) -> None:
    share = rng.random()
    for style, limit in _STYLES:
        share -= limit
        if share < 0:
            person.style = style
            break
    country = person.country
    first = rng.randrange(CARRIER_LINES)
    carrier = [networks.mobile(country, (first + turn) % CARRIER_LINES, network=network) for turn in range(3)]
    person.mobile = tuple(ip.encode() for ip in carrier)
    exits: list[str] = []
    if person.style in ("vpn", "named_vpn"):
        operator = "ASTRILL" if person.style == "named_vpn" else "EXAMPLE_VPN"
        abroad = country if rng.random() < 0.7 else rng.choice(networks.countries)
        exits = [networks.vpn(operator, abroad, rng.randrange(VPN_LINES), network=rng.randrange(4)) for _ in range(2)]
    elif person.style == "relay":
        exits = [networks.relay(turn % 3 + 1, rng.randrange(500), country=country) for turn in range(RELAY_LINES)]
    person.exits = tuple(ip.encode() for ip in exits)


def _journeys(person: Person, rng: random.Random, networks: DemoNetworks) -> None:
    travels = rng.random() < TRAVELLERS
    person.phase = rng.randrange(CYCLE) if travels else -1
    person.away_days = rng.randint(5, 11)
    there, network = rng.choice(networks.countries), rng.randrange(64)
    hotel = SUBSCRIBERS + rng.randrange(HOTELS)
    person.away_ip = networks.home(there, hotel, network=network).encode()
    person.away_country = there.encode()
    person.away_zone = networks.city(there, network).time_zone
    person.declares = rng.random() < 0.6


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
