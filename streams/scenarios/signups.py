"""How the background's accounts came to be: sign-up, document, bank, approval, weeks to years before the traffic.

Accounts are opened in the order of their numbers, so that each step is a stream in order and they need only be merged.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from streams.scenarios import templates
from streams.scenarios.clock import DAY, HOUR, iso
from streams.scenarios.mixing import mixed
from streams.scenarios.population import Person, Population

YOUNGEST, OLDEST = 20, 1500
"""Days."""
STEPS = (0, 0.2, 1, 30)
"""Hours after sign-up of: sign-up, document, bank, approval."""
DECLARED, CONFIRMED = 0.5, 0.6
"""Hours after sign-up at which families and agencies' members say so, and at which an agency and its member confirm it.
Before there is a bank account: an agency that opens accounts says whose they are."""
MOST = len(STEPS) + 2
"""Events of one account, at most."""
_FAMILY, _AGENCY, _MEMBER = range(len(STEPS), len(STEPS) + 3)


def signups(people: Population, start: int, seed: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield the events, numbered from 0, all before `start`, in event-time order."""

    def born(number: int) -> int:
        """Somewhere within the account's own slice of the years."""
        share = (number + mixed(number, seed) / 2**64) / people.count
        return start - round((OLDEST - share * (OLDEST - YOUNGEST)) * DAY)

    def step(place: int, hours: float, numbers: Iterable[int]) -> Iterator[tuple[int, int, int]]:
        after = round(hours * HOUR)
        return ((born(number) + after, number, place) for number in numbers)

    everybody, members = range(people.count), people.agencies.everybody
    family = (number for number in everybody if people.together(number) == "family")
    steps = [step(place, hours, everybody) for place, hours in enumerate(STEPS)]
    steps += [step(_FAMILY, DECLARED, family), step(_AGENCY, DECLARED, members()), step(_MEMBER, CONFIRMED, members())]
    order = 0
    for ts, number, place in heapq.merge(*steps):
        person = people.person(number)
        if place == _FAMILY and not person.declares:
            continue
        yield ts, person.key, _event(people, person, place, (seed, order, iso(ts).encode(), person.key))
        order += 1


def _event(people: Population, person: Person, step: int, head: tuple[int, int, bytes, bytes]) -> bytes:
    if step == 3:
        return templates.APPROVED % head
    agency = person.agency
    if step >= _FAMILY:
        if agency is None:
            return templates.FAMILY % (*head, person.partner)
        if step == _MEMBER:
            return templates.MEMBER % (*head, agency.name)
        office = people.office(agency, person.number).partition(b"::")[0]
        return templates.AGENCY % (*head, agency.name, office)
    key, country = person.key, person.place.country.encode()
    device = person.key + b"-p" if person.style == "mobile" else person.device + b"-l"
    where = b'"device_id":"%s","ip":"%s"' % (device, person.home)
    if step == 0:
        return templates.CREATED % (*head, key, key, country, country, person.place.zone.encode(), key, where)
    if step == 1:
        address = b',"address_h":"a-%s"' % person.device if person.partner else b""
        return templates.DOCUMENT % (*head, country, key, key, where + address)
    paid = agency is not None and agency.pays
    return templates.METHOD % (*head, instrument_of(person), country, b"company" if paid else b"person", where)


def instrument_of(person: Person) -> bytes:
    """To what an account is paid: its own bank account, or that of an agency which pays its people itself."""
    return person.agency.name if person.agency and person.agency.pays else person.key
