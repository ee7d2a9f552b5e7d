"""How the background's accounts came to be: sign-up, document, bank, approval, weeks to years before the traffic."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from streams.scenarios import templates
from streams.scenarios.clock import DAY, HOUR, iso
from streams.scenarios.population import Person

YOUNGEST, OLDEST = 20, 1500
"""Days."""
STEPS = (0, 0.2, 1, 30)
"""Hours after sign-up of: sign-up, document, bank, approval."""


def signups(everybody: Sequence[Person], start: int, seed: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield four events an account, numbered from 0, all before `start`, in event-time order."""
    rng = random.Random(f"signups:{seed}")  # noqa: S311 -- reproducible by intention, protects nothing
    steps: list[tuple[int, int, int]] = []
    for number in range(len(everybody)):
        born = start - round(rng.uniform(YOUNGEST, OLDEST) * DAY)
        for step, hours in enumerate(STEPS):
            steps.append((born + round(hours * HOUR), number, step))
    steps.sort()
    for order, (ts, number, step) in enumerate(steps):
        person = everybody[number]
        yield ts, person.key, _event(person, step, seed, order, iso(ts).encode())


def _event(person: Person, step: int, seed: int, order: int, at: bytes) -> bytes:
    key, country = person.key, person.country.encode()
    device = b"p" if person.style == "mobile" else b"l"
    where = b'"device_id":"%s-%s","ip":"%s"' % (key, device, person.home)
    head = (seed, order, at, key)
    if step == 0:
        return templates.CREATED % (*head, key, key, country, country, person.zone.encode(), key, where)
    if step == 1:
        return templates.DOCUMENT % (*head, country, key, key, where)
    if step == 2:
        return templates.METHOD % (*head, key, country, where)
    return templates.APPROVED % head
