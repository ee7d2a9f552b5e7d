"""Who is in the background: every kind of ordinary circumstance has its share, and those who belong together raise nothing."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from datetime import UTC, datetime
from itertools import islice

import orjson
import pytest

from enrichers.demo import DemoNetworks
from enrichers.enrich import Enricher
from streams.scenarios import background, background_bytes
from streams.scenarios.agencies import LARGEST, SMALLEST
from streams.scenarios.population import Population
from tests.detection.pipeline import Pipeline, demo_snapshot

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
PEOPLE = 2000
AGENCY_SEED = 10
"""Of 226 accounts with this seed, fourteen are an agency that pays its people itself, and six live as families."""


@pytest.fixture(scope="session")
def people() -> Population:
    return Population(PEOPLE, 0, DemoNetworks())


def test_every_circumstance_has_its_share(people: Population) -> None:
    """Shares of accounts, each about what is meant; a circumstance that nobody has fails."""
    found = Counter[str]()
    for person in people.everybody():
        found.update(
            name
            for name, holds in {
                person.style: True,
                "traveller": person.phase >= 0,
                "who says so": person.phase >= 0 and person.declares,
                "phone": bool(person.phone),
                "family": bool(person.partner),
                "household": people.together(person.number) == "household",
                "agency": person.agency is not None,
            }.items()
            if holds
        )
    meant = {
        "vpn": 0.05,
        "named_vpn": 0.01,
        "relay": 0.03,
        "mobile": 0.05,
        "home": 0.86,
        "traveller": 0.06,
        "who says so": 0.036,
        "phone": 0.525,
        "family": 0.03,
        "household": 0.08,
        "agency": 0.027,
    }
    assert {name: found[name] / PEOPLE for name in meant} == pytest.approx(meant, rel=0.25, abs=0.006)


def test_agencies_have_a_size_a_place_and_nobody_twice(people: Population) -> None:
    members = list(people.agencies.everybody())
    assert len(set(members)) == len(members)
    for section in range(people.agencies.sections):
        agency = people.agencies.agency(section)
        of_it = [people.person(number) for number in people.agencies.members(section)]
        assert SMALLEST <= len(of_it) == agency.size <= LARGEST
        assert {person.agency for person in of_it} == {agency}
        assert len({person.home for person in of_it}) == agency.size
        assert len({people.office(agency, person.number).partition(b"::")[0] for person in of_it}) == 1


def test_person_does_not_depend_on_how_many_there_are(people: Population) -> None:
    fewer = Population(PEOPLE // 2, 0, DemoNetworks())
    assert list(islice(people.everybody(), PEOPLE // 2)) == list(fewer.everybody())


def test_a_working_day_comes_from_every_class_of_network() -> None:
    """Of the session starts of a Monday, in per cent; and some people are abroad."""
    enricher = Enricher(demo_snapshot())
    zones = {person.key.decode(): person.place.zone for person in Population(1200, 0, DemoNetworks()).everybody()}
    found, away = Counter[str](), 0
    for ts, _, value in background_bytes(1200, START, 1, history=False):
        if value.startswith(b'{"type":"session.start"'):
            event = orjson.loads(value)
            away += event["tz"] != zones[event["account_id"]]
            found.update(enricher.facts(event["ip"], None, ts).classes or ["home"])
    shares = {name: 100 * found[name] / found.total() for name in found}
    assert shares == pytest.approx({"home": 81, "mobile": 12, "office": 1.1, "relay": 2.5, "vpn": 3.7}, rel=0.4)
    assert 5 < away < 40


def test_who_belongs_together_and_says_so_raises_nothing() -> None:
    """An agency with one office and one bank account, and families with one laptop: no alert and no watch entry, at no time."""
    population = Population(226, AGENCY_SEED, DemoNetworks())
    together = {person.key.decode() for person in population.everybody() if person.agency or person.partner}
    events = [event for event in background(226, START, 5, seed=AGENCY_SEED) if event[1]["account_id"] in together]
    pipeline = Pipeline().play(events)
    assert pipeline.published() == []
    agency = [account for account in together if pipeline.account(account).profile.agency_verified]
    assert (len(agency), len(together)) == (14, 20)
    unsaid = [event for event in events if event[1]["type"] not in ("affiliation.declared", "agency.member_added")]
    assert Pipeline().play(unsaid[:400]).published()


def peak(accounts: int, history: bool) -> int:
    """Bytes that the first events take at most."""
    tracemalloc.start()
    assert sum(1 for _ in islice(background_bytes(accounts, START, 0.5, history=history), 1_000)) == 1_000
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def test_memory_hardly_grows_with_accounts() -> None:
    """Sign-ups: not at all. Sessions: a fifth of what lists took (1,700 bytes an account), of which 60 are left above `CLASSES`."""
    for history in (True, False):
        peak(300, history)  # fills the caches, so that they count for neither
    assert peak(1_000_000, history=True) < 2 * peak(1_000, history=True)
    few, many = peak(1_000, history=False), peak(10_000, history=False)
    assert (many - few) / 9_000 < 350
