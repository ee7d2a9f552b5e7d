from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import PayoutMethodAdded, PayoutRequested
from streams.detection.entity_state import HUB, EntityDesk, EntityState, Member
from streams.detection.families.payments import FAMILY
from streams.detection.messages import EdgeRemoved, Link, Ref, StrongEdge, Who
from streams.detection.windows import DAY
from streams.detection.wording.summary import sentence
from tests.detection.families.payments.driver import CATALOGUE, T0, Account

NAME = "payout_instrument_shared"


class Instrument:
    """One instrument at its desk, as the entities stage drives it."""

    def __init__(self) -> None:
        self.state = EntityState("payout", "i1")
        self.desk = EntityDesk(CATALOGUE)

    def used_by(self, account: str, day: float, who: Who | None = None, **data: Any) -> None:
        ts = T0 + round(day * DAY)
        link = Link("payout", "i1", account, ts, Ref(ts, f"{account}-{day}"), who or Who(), data)
        state = self.state
        state.watermark = max(state.watermark, ts)
        member = state.members.get(account)
        if member is None:
            state.members[account] = Member(ts, ts, link.who, [link.ref], data)
        else:
            member.first = min(member.first, ts)
            if ts >= member.last:
                member.last, member.who, member.data = ts, link.who, data
        state.hub = len(state.members) > HUB
        FAMILY.judge["payout"](state, link, self.desk)

    @property
    def confidences(self) -> dict[str, float]:
        """Newest confidence told to each account."""
        return {finding.account: finding.confidence for finding in self.desk.findings}

    @property
    def edges(self) -> set[tuple[str, str]]:
        """Strong edges that hold now."""
        held: set[tuple[str, str]] = set()
        for edge in self.desk.edges:
            if isinstance(edge, StrongEdge):
                held.add((edge.a, edge.b))
            else:
                held = {pair for pair in held if pair in edge.kept or set(edge.accounts).isdisjoint(pair)}
        return held


@pytest.mark.parametrize(("count", "expected"), [(1, None), (2, 0.6), (3, 0.85), (4, 1.0), (7, 1.0)])
def test_confidence_by_number_of_strangers(count: int, expected: float | None) -> None:
    instrument = Instrument()
    for number in range(count):
        instrument.used_by(f"a{number}", number)
    if expected is None:
        assert instrument.confidences == {}
    else:
        assert set(instrument.confidences.values()) == {expected}
        assert len(instrument.confidences) == count
        assert instrument.desk.findings[-1].numbers["accounts"] == count


def test_strangers_are_tied_to_the_earliest() -> None:
    instrument = Instrument()
    for number in range(4):
        instrument.used_by(f"a{number}", number)
    assert instrument.edges == {("a0", "a1"), ("a0", "a2"), ("a0", "a3")}


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (Who(address="h"), Who(address="h"), 0.2),
        (Who(related=("a1",)), Who(), 0.2),
        (Who(related=("employer:e",)), Who(related=("employer:e",)), 0.2),
        (Who(agency="g"), Who(agency="g"), 0.0),
        (Who(identity="p"), Who(identity="p"), 0.0),
        (Who(agency="g"), Who(agency="h"), 0.6),
        (Who(address="h"), Who(address="k"), 0.6),
    ],
)
def test_people_who_belong_together(one: Who, two: Who, expected: float) -> None:
    instrument = Instrument()
    instrument.used_by("a0", 0, one)
    instrument.used_by("a1", 1, two)
    assert instrument.confidences.get("a0", 0.0) == expected
    assert instrument.confidences.get("a1", 0.0) == expected
    assert bool(instrument.edges) is (expected == 0.6)


@pytest.mark.parametrize(
    ("one", "two", "relation", "end"),
    [
        (Who(), Who(), "without a known relation", ""),
        (Who(address="h"), Who(address="h"), "of one verified address", "; counted low for that reason"),
        (Who(related=("a1",)), Who(), "with a declared relation", "; counted low for that reason"),
    ],
)
def test_a_relation_is_said(one: Who, two: Who, relation: str, end: str) -> None:
    instrument = Instrument()
    instrument.used_by("a0", 0, one)
    instrument.used_by("a1", 1, two)
    said = f"2 accounts {relation} are paid to the same payout instrument, each active within 180 days{end}."
    assert {sentence(CATALOGUE.indicators[NAME], found.numbers) for found in instrument.desk.findings} == {said}


def test_a_couple_beside_a_stranger() -> None:
    """Each of the couple hears of the stranger only, the stranger of both."""
    instrument = Instrument()
    for number, who in enumerate((Who(address="h"), Who(address="h"), Who())):
        instrument.used_by(f"a{number}", number, who)
    newest = {found.account: found for found in instrument.desk.findings}
    assert {name: found.numbers["accounts"] for name, found in newest.items()} == {"a0": 2, "a1": 2, "a2": 3}
    assert {found.numbers["relation"] for found in newest.values()} == {"without a known relation"}


def test_a_couple_with_two_accounts_each_are_two_people() -> None:
    instrument = Instrument()
    for number in range(4):
        instrument.used_by(f"a{number}", number, Who(identity="pq"[number % 2]))
    assert set(instrument.confidences.values()) == {0.6}
    assert {found.numbers["accounts"] for found in instrument.desk.findings} == {2}
    instrument.used_by("b", 5, Who())
    assert set(instrument.confidences.values()) == {0.85}
    instrument.used_by("c", 6, Who())
    assert set(instrument.confidences.values()) == {1.0}, "who is not known is another one each"


def test_a_verified_agency_of_twenty_five_is_silent() -> None:
    instrument = Instrument()
    for number in range(25):
        instrument.used_by(f"g{number}", number / 10, Who(agency="ag"))
    assert instrument.confidences == {}
    assert instrument.edges == set()


def test_an_account_inactive_for_half_a_year_no_longer_counts() -> None:
    instrument = Instrument()
    instrument.used_by("a0", 0)
    instrument.used_by("a1", 181)
    assert instrument.confidences == {}


def test_an_omnibus_instrument_says_nothing_and_takes_back_what_was_said() -> None:
    instrument = Instrument()
    instrument.used_by("a0", 0)
    instrument.used_by("a1", 1)
    instrument.used_by("a2", 2, None, omnibus=True)
    assert instrument.confidences == {"a0": 0.0, "a1": 0.0}
    assert instrument.edges == set()


def test_a_hub_unties() -> None:
    instrument = Instrument()
    for number in range(HUB + 1):
        instrument.used_by(f"a{number:02}", number / 100)
    assert instrument.state.hub
    assert set(instrument.confidences.values()) == {0.0}
    assert isinstance(instrument.desk.edges[-1], EdgeRemoved)


def test_a_later_declaration_takes_findings_and_edges_back() -> None:
    instrument = Instrument()
    instrument.used_by("a0", 0)
    instrument.used_by("a1", 1)
    instrument.used_by("a1", 9, Who(related=("a0",)))
    assert instrument.confidences == {"a0": 0.2, "a1": 0.2}
    assert instrument.edges == set()


USES = [("a0", 0.0), ("a1", 0.2), ("a2", 0.4), ("a0", 0.6), ("a3", 0.8)]


@given(st.permutations(USES))
def test_any_order_gives_the_same_findings_and_edges(order: list[tuple[str, float]]) -> None:
    straight, shuffled = Instrument(), Instrument()
    for account, day in USES:
        straight.used_by(account, day)
    for account, day in order:
        shuffled.used_by(account, day)
    assert shuffled.confidences == straight.confidences
    assert shuffled.edges == straight.edges


def test_an_account_links_its_instrument_weekly() -> None:
    account = Account(FAMILY)
    account.see(PayoutMethodAdded, 0, instrument_h="i1", omnibus=True)
    account.see(PayoutRequested, 6, instrument_h="i1", amount=5)
    account.see(PayoutRequested, 8, instrument_h="i1", amount=5)
    account.see(PayoutRequested, 9, amount=5)
    links = account.desk.links
    assert [(link.kind, link.key) for link in links] == [("payout", "i1"), ("payout", "i1")]
    assert [link.data for link in links] == [{"omnibus": True}, {}]
