from __future__ import annotations

import pytest

from schemas.events import AccountCreated, DocumentSubmitted, LoginFailed, MeetingHeld, PayoutRequested, SessionEnd
from streams.detection.catalogue.load import builtin, load
from tests.detection.families.network.kit import DAY, MINUTE, T0, Account, facts

RANGE, LINKED = "dprk_range_login", "dprk_linked_range_login"
NET1 = facts(9, asn=131279, country="KP", registry="NET-1", registry_confidence=1.0)


@pytest.mark.parametrize("kind", [AccountCreated, DocumentSubmitted, LoginFailed, PayoutRequested, SessionEnd])
def test_one_event_from_the_registered_range_is_enough(kind: type) -> None:
    account = Account()
    account.see(kind, 0, NET1)
    evidence = account.fired(RANGE)
    assert evidence is not None
    assert evidence.confidence == 1.0
    assert evidence.numbers["registry"] == "NET-1"
    assert "APNIC" in evidence.numbers["registration"]
    assert evidence.numbers["network"] == NET1.network
    assert NET1.ip not in evidence.numbers.values()


def test_sessions_and_heartbeats_fire_too() -> None:
    for see in ("login", "start", "beat"):
        account = Account()
        getattr(account, see)(0, NET1)
        assert account.confidence(RANGE) == 1.0


def test_a_meeting_is_judged_by_the_address_that_joined() -> None:
    account = Account()
    account.see(MeetingHeld, 0, facts(), join=NET1)
    assert account.confidence(RANGE) == 1.0


def test_the_registered_range_alone_is_registration_whatever_other_tables_know() -> None:
    account = Account()
    account.login(0, facts(9, asn=0, country=None, registry="NET-1", registry_confidence=1.0))
    assert account.confidence(RANGE) == 1.0


def test_the_as_number_alone_is_registration_too() -> None:
    account = Account()
    account.login(0, facts(9, asn=131279, country=None))
    assert account.confidence(RANGE) == 1.0


def test_a_geo_database_alone_gives_little_and_says_so() -> None:
    account = Account()
    account.login(0, facts(9, country="KP"))
    evidence = account.fired(RANGE)
    assert evidence is not None
    assert evidence.confidence == 0.2
    assert evidence.numbers["registry"] == "NET-8"


def test_other_addresses_and_unknown_ones_are_silent() -> None:
    account = Account()
    account.login(0, facts(1))
    account.login(MINUTE, facts(2, country=None))
    assert not account.state.fired


def test_linked_ranges_count_distinct_days_in_any_order() -> None:
    where = facts(9, registry="NET-2", registry_confidence=0.5)
    one, two = Account(), Account()
    for at in (0, MINUTE, 29 * DAY):
        one.login(at, where)
    for at in (29 * DAY, 0):
        two.login(at, where)
    assert one.confidence(LINKED) == two.confidence(LINKED) == 0.5
    single = Account()
    for at in (0, MINUTE, 30 * DAY):
        single.login(at, where)
    assert single.confidence(LINKED) == 0.35
    assert single.confidence(RANGE) == 0


def test_linked_ranges_leave_no_trace_unless_switched_on() -> None:
    account = Account()
    account.desk.catalogue = load({"network.toml": builtin()["network.toml"]})
    account.see(LoginFailed, 0, facts(9, registry="NET-2", registry_confidence=0.5))
    assert account.state.network is None


def test_a_geo_database_does_not_overwrite_what_the_registration_says() -> None:
    account = Account()
    tagged = facts(2, country="KP", classes=("vpn",))
    account.login(0, tagged)
    account.login(DAY, NET1)
    for day in (33, 34, 400):
        account.login(day * DAY, tagged)
    evidence = account.fired(RANGE)
    assert evidence is not None
    assert (evidence.confidence, evidence.last, evidence.numbers["registry"]) == (1.0, T0 + DAY, "NET-1")
    assert [ref.ts for ref in evidence.refs] == [T0 + DAY], "what shows a decisive finding is no geo tag"
