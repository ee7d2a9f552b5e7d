"""MIT-STABLEVPN: what counts as a habit, and what as agreement."""

from __future__ import annotations

import pytest

from enrichers.timezones import offsets_of
from tests.detection.families.network.kit import DAY, HOUR, T0, Account, facts, vpn

STABLE = "MIT-STABLEVPN"


def test_steady_use_of_one_vpn_on_an_old_account() -> None:
    for created, last, extra, expected in (
        (-200, 60, (), True),
        (-100, 60, (), False),
        (-200, 59, (), False),
        (-200, 60, (vpn(2, operator="OTHER"),), False),
        (-200, 60, (vpn(2, operator=None),), True),
    ):
        account = Account(created=T0 + created * DAY)
        for day in range(0, last + 1, 3 if last % 3 == 0 else 1):
            account.start(day * DAY, vpn(1))
        for where in extra:
            account.start(last * DAY, where)
        account.close(last)
        assert (STABLE in account.state.mitigations) is expected


def test_agreement_of_all_statements_whatever_the_country() -> None:  # B06
    for claimed, offset in (("PT", 60), ("CN", 480)):
        for document, payout, clock, expected in (
            (claimed, [claimed], offset, True),
            ("XX", [claimed], offset, False),
            (claimed, [claimed, "XX"], offset, False),
            (claimed, [], offset, False),
            (claimed, [claimed], offset + 60, False),
            (claimed, [claimed], None, False),
        ):
            account = Account()
            profile = account.state.profile
            profile.claimed_country, profile.id_country, profile.payout_countries = claimed, document, payout
            account.start(0, vpn(1), tz_offset_min=clock)
            account.close(0)
            assert (STABLE in account.state.mitigations) is expected


@pytest.mark.parametrize(
    ("claimed", "document", "payout", "zone", "expected"),
    [
        ("PR", "US", "US", "America/Puerto_Rico", True),
        ("US", "PR", "US", "America/Puerto_Rico", True),
        ("US", "US", "PR", "America/Chicago", True),
        ("PR", "US", "US", "America/Chicago", True),
        ("US", "US", "US", "Pacific/Guam", False),
        ("PR", "US", "FR", "America/Puerto_Rico", False),
    ],
)
def test_a_territory_agrees_with_its_state_and_with_the_clock_of_what_was_named(
    claimed: str, document: str, payout: str, zone: str, expected: bool
) -> None:
    account = Account(offsets=offsets_of)
    profile = account.state.profile
    profile.claimed_country, profile.id_country, profile.payout_countries = claimed, document, [payout]
    account.start(0, vpn(1), tz=zone)
    account.close(0)
    assert (STABLE in account.state.mitigations) is expected


def test_exits_whose_operator_nobody_names_and_tor_are_no_habit_of_one_vpn() -> None:
    for where in (vpn(1, operator=None), facts(1, classes=("tor",))):
        account = Account(created=T0 - 200 * DAY)
        for day in range(0, 61, 3):
            account.start(day * DAY, where)
        account.close(60)
        assert STABLE not in account.state.mitigations


def in_portugal() -> Account:
    account = Account()
    profile = account.state.profile
    profile.claimed_country, profile.id_country, profile.payout_countries = "PT", "PT", ["PT"]
    return account


def test_a_habit_that_ended_weeks_ago_explains_nothing_today() -> None:
    for pause, expected in ((13, True), (14, False)):
        account = Account(created=T0 - 200 * DAY)
        for day in range(61):
            account.start(day * DAY, vpn(1))
        account.start((60 + pause) * DAY, facts(2))
        account.close(60 + pause)
        assert (STABLE in account.state.mitigations) is expected


def test_agreement_is_with_the_clocks_of_two_weeks_also_of_a_zone_without_an_offset() -> None:
    for pause, expected in ((13, False), (14, True)):
        account = in_portugal()
        account.start(0, vpn(1), tz_offset_min=480)
        account.start(pause * DAY, vpn(1), tz="Africa/Lagos")
        account.close(pause)
        assert (STABLE in account.state.mitigations) is expected


def test_a_private_browsers_clock_says_nothing_against_agreement() -> None:
    for clocks, expected in (((60, 0), True), ((0,), False), ((60, 120), False)):
        account = in_portugal()
        for n, clock in enumerate(clocks):
            account.start(n * HOUR, vpn(1), tz_offset_min=clock)
        account.close(0)
        assert (STABLE in account.state.mitigations) is expected
