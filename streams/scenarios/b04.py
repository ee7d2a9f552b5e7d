"""B04: three hundred strangers behind eight addresses of a mobile carrier."""

from __future__ import annotations

import random
from collections.abc import Iterator

from streams.scenarios.clock import DAY, MINUTE
from streams.scenarios.devices import Device
from streams.scenarios.people import add_bank, approve, show_document, sign_up
from streams.scenarios.scenario import Scenario
from streams.scenarios.sessions import session
from streams.scenarios.story import Story, Timed

PEOPLE = 300
ADDRESSES = 8
SLICE = 20
"""Minutes until the carrier gives another address; the app reconnects with a new session."""
HISTORY = 90


def tell(story: Story, day: int) -> Iterator[Timed]:
    """One to two hours a day for everybody, whenever it suits; on day 2 two strangers sign up behind one address."""
    for person in range(PEOPLE):
        if day < 0:
            if day == -HISTORY + 5 + person * (HISTORY - 10) // PEOPLE:
                yield from _join(
                    story, f"u{person}", person, story.at(day, "08:00", "A") + story.rng.randint(0, DAY // 2)
                )
        elif story.rng.random() < 0.8:
            yield from _use(story, person, day)
    if day == 2:
        for place, name in enumerate(("m1", "m2")):
            yield from _join(story, name, PEOPLE + place, story.at(2, "12:05", "A") + place * 33 * MINUTE, line=3)


def _join(story: Story, name: str, person: int, ts: int, line: int | None = None) -> Iterator[Timed]:
    phone = _phone(story, name, person)
    ip = _carrier(story, story.rng.randrange(ADDRESSES) if line is None else line)
    yield sign_up(story, name, "A", phone, ip, ts)
    yield show_document(story, name, "A", phone, ip, ts + 4 * MINUTE)
    yield add_bank(story, name, "A", phone, ip, ts + 9 * MINUTE)
    yield approve(story, name, ts + DAY)


def _use(story: Story, person: int, day: int) -> Iterator[Timed]:
    """Slices of 20 minutes, each behind another of the eight addresses."""
    name = f"u{person}"
    habit = random.Random(f"{story.key}:habit:{person}").uniform(7, 22)  # noqa: S311
    begin = story.at(day, "00:00", "A") + round((habit + story.rng.gauss(0, 1.5)) * 60 * MINUTE)
    line = story.rng.randrange(ADDRESSES)
    for piece in range(story.rng.randint(2, 5)):
        line = (line + story.rng.randint(1, ADDRESSES - 1)) % ADDRESSES
        ip = _carrier(story, line)
        yield from session(
            story, name, _phone(story, name, person), "A", begin + piece * SLICE * MINUTE, SLICE - 0.2, ip
        )


def _phone(story: Story, name: str, person: int) -> Device:
    return story.device(name, "android" if person % 3 else "iphone")


def _carrier(story: Story, line: int) -> str:
    return story.address("mobile", "A", line)


B04 = Scenario(
    id="B04",
    title="Mobile carrier CGNAT",
    story="Three hundred unrelated people use phones behind eight carrier addresses that change every twenty minutes.",
    kind="benign",
    number=6,
    days=7,
    tell=tell,
    focus=(*(f"u{person}" for person in range(PEOPLE)), "m1", "m2"),
    expected={"shared_ip_multi_account": 0.0, "multi_ip_multi_country_window": 0.0, "proxy_exit_cooccurrence": 0.05},
    expected_tier="none",
    tier_now="none",
    history_days=HISTORY,
)
