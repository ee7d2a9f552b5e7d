"""One device, several accounts: links, findings, edges."""

from __future__ import annotations

import pytest

from schemas.events import DocumentSubmitted, KycApproved, SessionHeartbeat, SessionStart
from streams.detection.families.session.shared import ID
from streams.detection.messages import EdgeRemoved, StrongEdge, Who
from streams.detection.wording.summary import sentence
from tests.detection.families.session.kit import CATALOGUE, DAY, HOUR, MINUTE, Account, Device


@pytest.mark.parametrize(("people", "expected"), [(1, 0.0), (2, 0.5), (3, 0.8), (4, 1.0), (9, 1.0)])
def test_confidence_by_people(people: int, expected: float) -> None:
    device = Device()
    for index in range(people):
        device.use(f"a{index}", index * HOUR)
    assert [device.confidence(f"a{index}") for index in range(people)] == [expected] * people


def test_two_identities_verified_from_one_device() -> None:
    device = Device()
    device.use("a1", kyc=1)
    device.use("a2", HOUR, kyc=1)
    device.use("a3", 2 * HOUR)
    assert device.confidence("a1") == device.confidence("a2") == 1.0
    assert device.confidence("a3") == 0.8


def test_one_person_with_two_accounts_is_silent_here() -> None:
    device = Device()
    device.use("a1", who=Who(identity="i1"))
    device.use("a2", HOUR, who=Who(identity="i1"))
    assert device.desk.findings == []
    assert device.desk.edges == []


def test_unknown_identities_count_as_people() -> None:
    device = Device()
    device.use("a1", who=Who())
    device.use("a2", HOUR, who=Who())
    assert device.confidence("a1") == 0.5


def test_a_household_counts_little_and_makes_no_edge() -> None:
    device = Device()
    device.use("a1", who=Who(identity="i1", address="h"), kyc=1)
    device.use("a2", HOUR, who=Who(identity="i2", address="h"), kyc=1)
    assert device.confidence("a1") == 0.3
    assert device.desk.edges == []


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([Who(identity="i2")], "2 different identities with no declared link."),
        (
            [Who(identity="i2", address="h")],
            "2 different identities with one verified address (counted low for that reason).",
        ),
        ([Who(identity="i2", agency="g")], "2 different identities with one verified agency."),
        (
            [Who(identity="i2", address="h", agency="g")],
            "2 different identities with one verified address (counted low for that reason).",
        ),
        (
            [Who(identity="i2", address="h"), Who(identity="i3")],
            "3 different identities with no declared link, some of them with one verified address.",
        ),
        (
            [Who(identity="i2", address="h"), Who(identity="i3", agency="g")],
            "3 different identities with one verified address or one verified agency.",
        ),
    ],
)
def test_a_relation_is_said(others: list[Who], said: str) -> None:
    device = Device()
    device.use("a1", who=Who(identity="i1", address="h", agency="g"))
    for index, who in enumerate(others):
        device.use(f"b{index}", HOUR, who=who)
    told = [found for found in device.desk.findings if found.account == "a1"][-1]
    assert sentence(CATALOGUE.indicators[ID], told.numbers) == (
        f"A device of this account was used in 30 days by accounts of {said}"
    )


@pytest.mark.parametrize(
    ("one", "other"), [(("a2",), ()), ((), ("a1",)), (("employer:e",), ("employer:f", "employer:e"))]
)
def test_declared_relations_are_left_out(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    device = Device()
    device.use("a1", who=Who(identity="i1", related=one))
    device.use("a2", HOUR, who=Who(identity="i2", related=other))
    assert device.desk.findings == []
    assert device.desk.edges == []


def test_a_verified_agency_fires_for_mit_agency_to_lower_and_makes_no_edge() -> None:
    device = Device()
    device.use("a1", who=Who(identity="i1", agency="g"))
    device.use("a2", HOUR, who=Who(identity="i2", agency="g"))
    assert device.confidence("a1") == 0.5
    assert device.desk.edges == []


def test_strangers_are_tied_to_the_earliest() -> None:
    device = Device()
    for index, account in enumerate(("b", "a", "c")):
        device.use(account, index * HOUR)
    assert {(edge.a, edge.b) for edge in device.desk.edges if isinstance(edge, StrongEdge)} == {("a", "b"), ("b", "c")}


@pytest.mark.parametrize(("days", "expected"), [(29, 0.5), (30, 0.5), (31, 0.0)])
def test_accounts_count_for_thirty_days(days: int, expected: float) -> None:
    device = Device()
    device.use("a1")
    device.use("a2", days * DAY)
    assert device.confidence("a2") == expected


def test_who_left_long_ago_takes_the_finding_along() -> None:
    device = Device()
    device.use("a1")
    device.use("a2", HOUR)
    device.use("a2", 40 * DAY)
    assert device.confidence("a1") == device.confidence("a2") == 0.0


@pytest.mark.parametrize(("bits", "expected"), [(19.0, 0.0), (20.0, 0.5)])
def test_the_entropy_floor(bits: float, expected: float) -> None:
    device = Device()
    device.use("a1", bits=bits)
    device.use("a2", HOUR)
    assert device.confidence("a2") == expected


def test_a_public_terminal_mitigates_and_never_fires() -> None:
    device = Device()
    for index in range(20):
        device.use(f"a{index}", index * HOUR, None, bits=8, ip="198.51.100.7" if index else None)
    also = {found.account: found.numbers.get("also") for found in device.desk.findings}
    assert also == {f"a{index}": ("ip:198.51.100.7",) if index else None for index in range(20)}
    assert {found.mitigation for found in device.desk.findings} == {"MIT-PUBTERM"}
    assert len({found.account for found in device.desk.findings}) == 20


@pytest.mark.parametrize(("staying", "visitors"), [(3, 20), (3, 19)])
def test_who_stays_for_hours_is_no_visitor_of_a_public_terminal(staying: int, visitors: int) -> None:
    """Twenty who come for short times make it one, for them alone: who works there all day is not explained by it."""
    device = Device()
    for index in range(staying):
        device.use(f"s{index}", index, None, bits=8, stays=1)
    for index in range(visitors):
        device.use(f"v{index}", (1 + index) * HOUR, None, bits=8)
    told = {found.account for found in device.desk.findings if found.mitigation == "MIT-PUBTERM"}
    assert told == ({f"v{index}" for index in range(visitors)} if visitors == 20 else set())


@pytest.mark.parametrize(("minutes", "bits", "told"), [(85, 8.0, 0), (90, 8.0, 1), (300, 8.0, 1), (300, 26.0, 0)])
def test_a_long_session_is_told_once_a_day_of_a_common_device_only(minutes: int, bits: float, told: int) -> None:
    account = Account()
    account.act(0, SessionStart, "d1", session_id="s", device_entropy_bits=bits)
    for minute in range(0, minutes + 1, 5):
        account.act(minute * MINUTE, SessionHeartbeat, "d1", session_id="s")
    assert [link.data.get("stays") for link in account.links].count(1) == told
    account.act(31 * DAY, SessionStart, "d1", session_id="later")
    assert "stays" not in account.links[-1].data


def test_a_hub_takes_everything_back() -> None:
    device = Device()
    for index in range(51):
        device.use(f"a{index}", index * HOUR)
    assert device.confidence("a0") == 0.0
    assert isinstance(device.desk.edges[-1], EdgeRemoved)


def test_a_link_is_sent_weekly_and_when_it_says_more() -> None:
    account = Account()
    for day in range(8):
        account.act(day * DAY, SessionStart, "d1")
        account.act(day * DAY + HOUR, SessionStart, "d1")
    assert [link.key for link in account.links] == ["d1", "d1"]
    assert account.links[0].data == {}
    account.act(8 * DAY, SessionStart, "d1", device_entropy_bits=12.0)
    account.act(8 * DAY + HOUR, DocumentSubmitted, "d1", doc_type="utility_bill")
    account.act(8 * DAY + 2 * HOUR, DocumentSubmitted, "d1", doc_type="passport")
    account.act(8 * DAY + 3 * HOUR, KycApproved, "d1")
    assert [link.data for link in account.links[2:]] == [{"bits": 12}, {"bits": 12, "kyc": 1}]


def test_events_without_a_device_link_nothing() -> None:
    account = Account()
    account.act(0, SessionStart)
    assert account.links == []
