"""What becomes of accounts that come to a shared thing and leave it: who is tied, and what was said of them ends."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.topics import ASSESSMENTS, FINDINGS, LINKS
from streams.detection.case_state import Edge
from streams.detection.catalogue.load import load
from streams.detection.entities import EntitiesStage
from streams.detection.entity_state import KEEP_DAYS, EntityState, ends_of, over, pair_of
from streams.detection.messages import CaseInput, EdgeRemoved, Finding, Link, Ref, StrongEdge, Who
from streams.detection.stage import PlainRecord
from streams.detection.states import PartitionStates, StateCodec
from streams.detection.windows import DAY, HOUR

T0 = 20_000 * DAY
CATALOGUE = load()
NOBODY = Who()


class Things:
    """The entities stage with its states, what it said last, and which edges hold as the cases stage would know them."""

    def __init__(self) -> None:
        self.stage = EntitiesStage(CATALOGUE)
        self.states: PartitionStates[EntityState] = PartitionStates(StateCodec(EntityState))
        self.said: dict[tuple[str, str], float] = {}
        self.findings: list[Finding] = []
        self.edges: dict[tuple[str, str], Edge] = {}
        self.told: list[StrongEdge | EdgeRemoved] = []
        self.offset = 0

    def link(self, kind: str, account: str, day: float, who: Who = NOBODY, key: str = "x", **data: object) -> None:
        """One link, and the links that follow from it."""
        ts = T0 + round(day * DAY)
        self.take(Link(kind, key, account, ts, Ref(ts, f"{account}-{ts}"), who, data))

    def take(self, link: Link) -> None:
        record = PlainRecord("links", 0, self.offset, 0, link.entity, msgspec.msgpack.encode(link))
        self.offset += 1
        for output in self.stage.process("links", [record], self.states).outputs:
            if output.topic == FINDINGS.name:
                finding = msgspec.msgpack.decode(output.value, type=Finding)
                self.findings.append(finding)
                self.said[finding.account, finding.indicator] = finding.confidence
            elif output.topic == ASSESSMENTS.name:
                self.hear(msgspec.msgpack.decode(output.value, type=CaseInput))
            elif output.topic == LINKS.name:
                self.take(msgspec.msgpack.decode(output.value, type=Link))

    def hear(self, told: CaseInput) -> None:
        if isinstance(told, StrongEdge):
            self.told.append(told)
            self.edges[told.a, told.b] = Edge(told.b, told.edge_type, told.entity, told.ts)
        elif isinstance(told, EdgeRemoved):
            self.told.append(told)
            kept, left = set(told.kept), set(told.accounts)
            self.edges = {pair: edge for pair, edge in self.edges.items() if pair in kept or left.isdisjoint(pair)}

    def tied(self, day: float) -> set[tuple[str, str]]:
        return {pair for pair, edge in self.edges.items() if edge.holds(T0 + round(day * DAY))}

    def state(self, kind: str, key: str = "x") -> EntityState:
        state = self.states.get(f"{kind}:{key}".encode())
        assert state is not None
        return state


PAID = "payout_instrument_shared"
DEVICE = "shared_device_multi_account"


def test_who_left_an_instrument_is_no_longer_told_of_it_nor_tied() -> None:
    """Used once on the first day, while the other went on for three years."""
    things = Things()
    things.link("payout", "a", 0)
    for week in range(156):
        things.link("payout", "b", 1 + 7 * week)
        now = 1 + 7 * week
        if now <= 180:
            assert things.said == {("a", PAID): 0.6, ("b", PAID): 0.6}
        else:
            assert things.said == {("a", PAID): 0.0, ("b", PAID): 0.0}
        assert things.tied(now) == ({("a", "b")} if now <= 365 else set())
    assert list(things.state("payout").members) == ["b"]
    assert things.state("payout").edged == {}
    assert [edge.ts for edge in things.told] == [T0]  # told once: `a` was never seen again


def test_edges_are_as_old_as_the_account_that_was_seen_less_lately_and_told_at_their_time() -> None:
    things = Things()
    things.link("device", "a", 0)
    things.link("device", "b", 29)
    (edge,) = things.told
    assert isinstance(edge, StrongEdge)
    assert (edge.ts, edge.told) == (T0, T0 + 29 * DAY)


@pytest.mark.parametrize(("kind", "indicator"), [("payout", PAID), ("device", DEVICE)])
def test_what_a_thing_said_of_an_account_it_forgets_is_taken_back(kind: str, indicator: str) -> None:
    """Nobody came between, so that nothing could be taken back before."""
    things = Things()
    things.link(kind, "a", 0)
    things.link(kind, "b", 1)
    assert things.said["a", indicator] > 0
    things.link(kind, "b", KEEP_DAYS[kind] + 1)
    assert things.said == {("a", indicator): 0.0, ("b", indicator): 0.0}


def test_a_public_terminal_forgets_its_visitors_and_takes_no_fact_about_them_back() -> None:
    """A mitigating fact lapses by itself: there is no finding to take back."""
    things = Things()
    for hour in range(20):
        things.link("device", f"v{hour:02}", hour / 24, bits=5.0)
    things.findings.clear()
    things.link("device", "z", KEEP_DAYS["device"] + 1, bits=5.0)
    assert things.findings == []
    assert things.state("device").members.keys() == {"z"}


def test_an_address_takes_nothing_back_when_accounts_merely_went_quiet() -> None:
    things = Things()
    for hour in range(6):
        things.link("ip", f"a{hour}", hour / 24, network="n")
    assert things.said["a0", "shared_ip_multi_account"] > 0
    for day in (31, 62):
        things.link("ip", "a0", day, network="n")
    assert things.said["a0", "shared_ip_multi_account"] > 0


def test_an_address_takes_nothing_back_when_somebody_new_finds_the_others_gone() -> None:
    things = Things()
    for day in (0, 1):
        for name in "abc":
            things.link("ip", name, day, network="n")
    things.link("ip", "a", 20, network="n")
    things.link("ip", "z", 32, network="n")
    assert things.state("ip").members.keys() == {"a", "z"}
    assert things.said["a", "shared_ip_multi_account"] > 0


def test_visitors_push_no_resident_out_of_an_address() -> None:
    things = Things()
    for day in (0, 1):
        for name in "abc":
            things.link("ip", name, day, network="n")
    for n in range(200):
        things.link("ip", f"v{n}", 2 + n / 8, network="n", device=n + 1, hour=T0 // HOUR + 48 + 3 * n, visit=True)
    assert set(things.said.values()) == {0.4}
    assert things.state("ip").members.keys() == set("abc")
    assert things.state("ip").evicted == 0


@pytest.mark.parametrize(("quiet", "expected"), [(30, set()), (31, {0.4})])
def test_a_place_that_nobody_came_to_for_a_month_is_no_longer_what_was_declared_of_it(
    quiet: int, expected: set[float]
) -> None:
    things = Things()
    things.link("ip", "z", 0, network="n", declared="coworking")
    for day in (quiet, quiet + 1):
        for name in "abc":
            things.link("ip", name, day, network="n")
    assert {said for (_, indicator), said in things.said.items() if indicator} == expected


@pytest.mark.parametrize(
    ("kind", "told", "mitigator"),
    [("ip", {"declared": "office", "network": "n"}, "MIT-OFFICE"), ("device", {"bits": 5.0}, "MIT-PUBTERM")],
)
def test_a_place_of_which_only_mitigating_facts_stand_is_over_in_time(
    kind: str, told: dict[str, Any], mitigator: str
) -> None:
    things = Things()
    for hour in range(20):
        things.link(kind, f"v{hour:02}", hour / 24, **told)
    assert mitigator in {finding.mitigation for finding in things.findings}
    state = things.state(kind)
    assert not over(state, state.watermark + KEEP_DAYS[kind] * DAY)
    assert over(state, state.watermark + KEEP_DAYS[kind] * DAY + 1)


def test_a_declaration_of_both_takes_a_device_edge_back() -> None:
    things = Things()
    things.link("device", "a", 0)
    things.link("device", "b", 0.1)
    assert things.tied(1) == {("a", "b")}
    things.link("device", "a", 7, Who(related=("b",)))
    assert things.tied(7) == set()
    things.link("device", "b", 8, Who(related=("a",)))
    assert things.said == {("a", DEVICE): 0.0, ("b", DEVICE): 0.0}
    assert over(things.state("device"), T0 + 100 * DAY)


@pytest.mark.parametrize("kind", ["payout", "device"])
def test_whoever_declares_everybody_does_not_untie_the_strangers_behind(kind: str) -> None:
    things = Things()
    for hour, name in enumerate("abcd"):
        things.link(kind, name, hour / 24, Who(related=("b", "c", "d") if name == "a" else ()))
    assert things.tied(1) == {("b", "c"), ("b", "d")}


@pytest.mark.parametrize("kind", ["payout", "device"])
def test_nobody_is_untied_in_between_when_somebody_earlier_is_heard_of_late(kind: str) -> None:
    """Each message is judged as it comes: an account that stood alone for one of them would open a case of its own."""
    things = Things()
    for name, day in (("a", 1), ("b", 2), ("c", 0.9)):
        things.link(kind, name, day)
    *_, last = things.told
    assert isinstance(last, EdgeRemoved)
    assert [(told.a, told.b) for told in things.told if isinstance(told, StrongEdge)] == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]
    assert (last.accounts, last.kept) == (["a", "b"], [("a", "c"), ("b", "c")])
    assert things.tied(3) == {("a", "c"), ("b", "c")}


@pytest.mark.parametrize("kind", ["payout", "device"])
def test_a_relation_takes_back_its_own_edge_only(kind: str) -> None:
    things = Things()
    for day, name in enumerate("abcd"):
        things.link(kind, name, day)
    things.link(kind, "b", 5, Who(related=("a",)))
    assert [told.accounts for told in things.told if isinstance(told, EdgeRemoved)] == [["a", "b"]]
    assert things.tied(6) == {("a", "c"), ("a", "d")}


@given(st.text(), st.text())
def test_two_accounts_can_be_told_from_their_pair(a: str, b: str) -> None:
    """Whatever characters ids have: `auth0|5f7c8ec7c33c6c004bbafe82` is a usual one."""
    assert ends_of(pair_of(a, b)) == ends_of(pair_of(b, a)) == (min(a, b), max(a, b))


def test_ids_with_any_sign_are_tied_and_untied() -> None:
    things = Things()
    things.link("device", "auth0|a", 0)
    things.link("device", "auth0|b", 0.1)
    assert things.tied(1) == {("auth0|a", "auth0|b")}
    things.link("device", "auth0|a", 7, Who(related=("auth0|b",)))
    assert things.tied(7) == set()


def test_a_device_edge_outlasts_an_absence_and_a_return_takes_none_back() -> None:
    things = Things()
    things.link("device", "a", 0)
    for day in (1, 35):
        for name in "bc":
            things.link("device", name, day)
    assert things.tied(35) == {("a", "b"), ("a", "c"), ("b", "c")}
    things.link("device", "a", 40)
    things.link("device", "d", 41)
    assert not any(isinstance(told, EdgeRemoved) for told in things.told)
    assert {("a", "b"), ("a", "c")} <= things.tied(100)


def test_a_link_that_is_read_again_is_nothing_new() -> None:
    """Recognised by its place, so that whatever it would do is done once."""
    things = Things()
    things.link("device", "a", 0)
    things.offset = 0
    things.link("device", "b", 1)
    assert things.state("device").members.keys() == {"a"}


def test_what_stands_is_taken_back_after_any_silence() -> None:
    things = Things()
    for name in "ab":
        things.link("device", name, 0)
    assert not over(things.state("device"), T0 + 1000 * DAY)
    things.link("device", "a", 1000)
    assert things.said == {("a", DEVICE): 0.0, ("b", DEVICE): 0.0}
    assert over(things.state("device"), T0 + 1100 * DAY)


def test_zero_is_said_once() -> None:
    things = Things()
    for day in (0, 1):
        things.link("payout", "ab"[day], day)
    things.link("payout", "b", 182)
    assert things.said.pop(("b", PAID)) == 0.0
    for week in range(1, 20):
        things.link("payout", "b", 182 + 7 * week)
    assert ("b", PAID) not in things.said
