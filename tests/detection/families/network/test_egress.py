from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.facts import Facts, ListEntry
from streams.detection.families.network.memory import SESSIONS
from tests.detection.families.network.kit import DAY, HOUR, MINUTE, T0, Account, facts, vpn

NAMED, HOSTING = "named_vpn_operator", "vps_hosting_egress"
SERVER = facts(50, classes=("hosting",))


def sessions(*where: Facts, account: Account | None = None) -> Account:
    account = account or Account()
    for n, place in enumerate(where):
        account.start(n * HOUR, place)
    return account


def work(where: Facts, hours: float, start: int = 0, account: Account | None = None, **fields: str) -> Account:
    account = account or Account()
    account.start(start, where, **fields)
    for quarter in range(1, round(hours * 4)):
        account.beat(start + quarter * 15 * MINUTE, where)
    return account


def test_named_operator_by_share_of_sessions() -> None:
    for named, other, expected in ((3, 7, 0.5), (3, 8, 0.0), (6, 4, 1.0), (2, 1, 0.0)):
        account = sessions(*[vpn(1)] * named, *[facts(2)] * other)
        account.close(0)
        assert account.confidence(NAMED) == expected, (named, other)
        evidence = account.fired(NAMED)
        assert evidence is None or [ref.ts for ref in evidence.refs] == [T0 + (named - 1) * HOUR]


def test_named_operator_only_on_closed_days_of_two_weeks() -> None:
    account = sessions(*[vpn(1)] * 5)
    assert account.confidence(NAMED) == 0
    account.close(14)
    assert account.confidence(NAMED) == 0
    account.close(13)
    assert account.confidence(NAMED) == 1.0


def test_names_of_operators_are_read_alike_and_others_are_silent() -> None:
    for name, expected in (("Astrill VPN", 1.0), ("ASTRILL_VPN", 1.0), ("EXAMPLE_VPN", 0.0), (None, 0.0)):
        account = sessions(*[vpn(1, operator=name)] * 5)
        account.close(0)
        assert account.confidence(NAMED) == expected


def test_a_log_in_and_its_session_are_one_session() -> None:
    account = Account()
    for n in range(2):
        account.login(n * HOUR, vpn(1))
        account.start(n * HOUR + 1000, vpn(1))
    account.close(0)
    assert account.confidence(NAMED) == 0


def test_nor_are_they_two_when_five_minutes_end_between_them() -> None:
    for times in ((290, 310), (310, 290), (299, 301)):
        account = Account()
        for n in range(2):
            for second in times:
                account.login(n * HOUR + second * 1000, vpn(1))
        account.close(0)
        assert account.confidence(NAMED) == 0
        assert account.state.network
        assert account.state.network.days[T0 // DAY][SESSIONS] == 2


@given(st.permutations(range(14)), st.integers(0, 2 * 48))
def test_sessions_without_a_pause_are_counted_two_by_two_in_any_order(order: list[int], first: int) -> None:
    account = Account()
    for n in order:
        account.start((first + n) * 5 * MINUTE, vpn(1))
    assert account.state.network
    assert account.state.network.days[T0 // DAY][SESSIONS] == 7 + (first % 48 > 34 and first % 2)


def test_life_on_a_rented_server() -> None:
    account = work(SERVER, 5)
    account.close(0)
    evidence = account.fired(HOSTING)
    assert evidence is not None
    assert evidence.confidence == 0.6
    assert [ref.ts for ref in evidence.refs] == [T0 + 19 * 15 * MINUTE]
    assert (evidence.last, evidence.numbers["hours"], evidence.numbers["percent"]) == (T0 + DAY - 1, 5.0, 100)
    assert sessions(facts(1), vpn(2, operator="OTHER")).state.network.refs == {}  # type: ignore[union-attr]
    remote = work(SERVER, 5, gpu_renderer="Google SwiftShader")
    remote.close(0)
    assert remote.confidence(HOSTING) == 1.0
    windows = work(SERVER, 5, user_agent="Mozilla/5.0 (Windows Server 2022)")
    windows.close(0)
    assert windows.confidence(HOSTING) == 1.0


def test_a_server_that_only_heartbeats_tell_of_is_named_by_its_list_too() -> None:
    account = work(facts(1), 0.25)
    said = (ListEntry("hosting", "a list", "2026-11-20"),)
    for quarter in range(1, 30):
        account.beat(quarter * 15 * MINUTE, msgspec.structs.replace(SERVER, lists=said))
    account.close(0)
    evidence = account.fired(HOSTING)
    assert evidence is not None
    assert evidence.numbers["lists"] == ["hosting: a list of 2026-11-20"]


def test_edges_of_the_server_rule() -> None:
    short = work(SERVER, 4.75)
    short.close(0)
    assert short.confidence(HOSTING) == 0
    for home, expected in ((2.0, 0.6), (2.25, 0.0)):
        mixed = work(facts(1), home, start=12 * HOUR, account=work(SERVER, 8))
        mixed.close(0)
        assert mixed.confidence(HOSTING) == expected


def test_vpn_tor_gateway_and_relay_space_is_not_a_server_and_open_tabs_are_not_minutes() -> None:
    for classes in (("hosting", "vpn"), ("hosting", "tor"), ("hosting", "corporate"), ("hosting", "relay")):
        account = work(facts(1, classes=classes), 8)
        account.close(0)
        assert account.confidence(HOSTING) == 0
    idle = Account()
    for quarter in range(40):
        idle.beat(quarter * 15 * MINUTE, SERVER, inputs=0)
    idle.close(0)
    assert idle.confidence(HOSTING) == 0


@pytest.mark.parametrize("name", ["office", "university", "library", "hotel", "mobile", "cgnat", "satellite"])
def test_a_network_in_which_people_sit_is_no_server_though_a_hosting_list_has_it(name: str) -> None:
    account = work(facts(1, classes=("hosting", name)), 8)
    account.close(0)
    assert account.confidence(HOSTING) == 0


def test_relay_and_mobile_are_explained_when_they_are_the_ordinary_way_in() -> None:
    for name, mitigator in (("relay", "MIT-RELAY"), ("mobile", "MIT-CGNAT")):
        mostly = sessions(*[facts(1, classes=(name,))] * 2, *[facts(2)] * 2)
        mostly.close(0)
        assert mitigator in mostly.state.mitigations
        seldom = sessions(facts(1, classes=(name,)), *[facts(2)] * 2)
        seldom.close(0)
        assert mitigator not in seldom.state.mitigations


@pytest.mark.parametrize(
    ("name", "mitigator"), [("relay", "MIT-RELAY"), ("mobile", "MIT-CGNAT"), ("corporate", "MIT-CORP")]
)
def test_one_session_of_many_events_is_no_habit(name: str, mitigator: str) -> None:
    account = Account()
    for second in range(4):
        account.login(second, facts(1, classes=(name,)), device_id=f"d{second}")
    for hour in (1, 2, 3):
        account.start(hour * HOUR, facts(2))
    account.close(0)
    assert mitigator not in account.state.mitigations


@pytest.mark.parametrize("name", ["office", "coworking", "university", "education", "library"])
def test_a_registered_office_is_explained_at_once_and_nothing_but_itself(name: str) -> None:
    (held,) = sessions(facts(1, classes=(name,))).state.mitigations.values()
    assert held.mitigator == "MIT-OFFICE"
    assert held.about == ("ip:198.51.1.7", "subnet:198.51.1.0/24")
    assert held.until == T0 + 14 * DAY


def test_who_goes_on_coming_to_an_office_stays_explained() -> None:
    account = Account()
    for day in range(0, 30, 10):
        account.start(day * DAY, facts(1, classes=("office",)))
    (held,) = account.state.mitigations.values()
    assert (held.first, held.until) == (T0, T0 + 34 * DAY)


def test_a_carriers_address_is_explained_when_it_was_linked_before_the_tables_knew_it() -> None:
    account = sessions(facts(1), facts(1))  # two sessions: an `ip` link was sent
    account.start(DAY, facts(1, classes=("mobile",)))
    account.start(DAY, facts(2, classes=("mobile",)))
    assert [held.about[0] for held in account.state.mitigations.values()] == ["ip:198.51.1.7"]
    nat = sessions(facts(1), facts(1), facts(1, classes=("cgnat",)))
    assert [held.mitigator for held in nat.state.mitigations.values()] == ["MIT-CGNAT"]


def test_one_session_through_a_gateway_explains_a_jump_of_its_day_and_no_hosting() -> None:
    gateway = facts(1, classes=("corporate",))
    account = sessions(gateway, *[facts(2)] * 4)
    account.close(0)
    assert account.lowers("impossible_travel", at=-1) == ()
    assert account.lowers("impossible_travel", at=2 * DAY - 1) == ("MIT-CORP",)
    assert account.lowers("impossible_travel", at=2 * DAY + 1) == ()
    assert account.lowers(HOSTING, at=HOUR) == ()
    mostly = sessions(gateway, facts(2))
    mostly.close(0)
    assert mostly.lowers(HOSTING, at=HOUR) == ("MIT-CORP",)
    assert mostly.lowers(HOSTING, at=-14 * DAY) == ()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_gateways_day_is_explained_whichever_session_of_two_days_is_heard_of_first(order: tuple[int, int]) -> None:
    account = Account()
    for n in order:
        account.start(DAY - 5 * MINUTE + n * 10 * MINUTE, facts(1, classes=("corporate",)))
    assert account.lowers("impossible_travel", at=DAY - 10 * MINUTE) == ("MIT-CORP",)
    assert account.lowers("impossible_travel", at=-1) == ()
    assert account.lowers("impossible_travel", at=3 * DAY - 1) == ("MIT-CORP",)


def test_a_gateway_of_long_ago_explains_nothing_in_between() -> None:
    account = Account()
    for day in (5, 1):
        account.start(day * DAY, facts(1, classes=("corporate",)))
    assert account.lowers("impossible_travel", at=4 * DAY) == ()


def test_minutes_at_home_count_beside_those_on_a_server() -> None:
    for home_first in (True, False):
        account = Account()
        for quarter in range(40):
            start = quarter * 15 * MINUTE
            account.beat(start + 7 * MINUTE, facts(1) if home_first else SERVER)
            for minute in (8, 9):
                account.beat(start + minute * MINUTE, SERVER if home_first else facts(1))
        account.close(0)
        assert account.confidence(HOSTING) == 0
    now_and_then = work(SERVER, 10)
    for quarter in range(10):
        for minute in (1, 2, 3):
            now_and_then.beat(quarter * 15 * MINUTE + minute * MINUTE, facts(1))
    now_and_then.close(0)
    evidence = now_and_then.fired(HOSTING)
    assert evidence is not None
    assert evidence.numbers["percent"] == 80


def test_a_remote_desktop_counts_on_the_day_that_closes_however_early_the_next_one_began() -> None:
    account = work(SERVER, 30, gpu_renderer="Google SwiftShader")
    account.beat(DAY + 5 * MINUTE, SERVER, gpu_renderer="Google SwiftShader")
    account.close(0)
    assert account.confidence(HOSTING) == 1.0
    later = Account()
    later.start(0, SERVER, gpu_renderer="Google SwiftShader")
    work(SERVER, 6, start=15 * DAY, account=later)
    later.close(15)
    assert later.confidence(HOSTING) == 0.6


def test_who_is_known_by_heartbeats_alone_is_judged_by_them_and_explained_by_nothing() -> None:
    account = Account()
    for quarter in range(20):
        account.beat(quarter * 15 * MINUTE, SERVER)
    account.close(0)
    assert account.confidence(HOSTING) == 0.6
    assert account.state.mitigations == {}


def test_the_day_that_is_still_open_says_nothing_yet() -> None:
    for first, second, expected in ((3, 0, 1.0), (2, 5, 0.0)):
        account = sessions(*[vpn(1)] * first)
        for n in range(10):
            account.start(DAY + n * HOUR, vpn(1) if n < second else facts(2))
        account.close(0)
        assert account.confidence(NAMED) == expected


def test_the_first_of_two_weeks_is_still_known_when_the_fifteenth_day_has_begun() -> None:
    account = sessions(*[vpn(1)] * 10)
    for day in range(1, 15):
        account.start(day * DAY, facts(2))
    account.close(13)
    evidence = account.fired(NAMED)
    assert evidence is not None
    assert (evidence.numbers["sessions"], evidence.numbers["total"]) == (10, 23)
