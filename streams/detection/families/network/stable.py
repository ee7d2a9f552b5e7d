"""MIT-STABLEVPN: a VPN that is a habit, or under which all that is stated and proved agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enrichers.timezones import offset_of_zone
from streams.detection.families.network.memory import NetworkMemory
from streams.detection.families.network.places import UNNAMED, one_vpn
from streams.detection.family import Desk, Moment
from streams.detection.windows import DAY, touch

if TYPE_CHECKING:
    from streams.detection.account_state import AccountState

NAMED_VPN = "named_vpn_operator"
OPERATORS = 4
CLOCKS = 4
HELD = 30 * DAY


def note(moment: Moment, memory: NetworkMemory, operator: str, desk: Desk) -> None:
    """Note the operator's unbroken use and the device clock, once a day each."""
    day = moment.ts // DAY
    span = memory.operators.get(operator)
    if span is None:
        desk.make_room(memory.operators, OPERATORS - 1, "network", lambda held: held[1])
        memory.operators[operator] = [day, day]
    elif day > span[1]:
        if day - span[1] > desk.threshold(NAMED_VPN, "gap_days"):
            span[0] = day
        span[1] = day
    elif span[0] - desk.threshold(NAMED_VPN, "gap_days") <= day < span[0]:
        span[0] = day
    event = moment.event
    offset = event.tz_offset_min
    if offset is None and event.tz:
        offset = offset_of_zone(event.tz, moment.ts)
    if offset is not None and memory.clocks.get(offset, -1) < day and touch(memory.clocks, offset, day, CLOCKS):
        desk.evict("network")


def judge(account: AccountState, memory: NetworkMemory, day: int, end: int, desk: Desk) -> None:
    """Establish the mitigating fact when a VPN was used lately and one of the two conditions holds."""
    limits = desk.catalogue.indicators[NAMED_VPN].thresholds
    lately = {name: span for name, span in memory.operators.items() if day - limits["days"] < span[1]}
    if not lately:
        return
    if _habit(account, lately, day, end, limits):
        reason = f"one VPN operator for {int(limits['stable_days'])} days or more on an account that is not new"
    elif _agree(account, memory, day, limits, desk):
        reason = "stated residence, document, payout account and device clock agree"
    else:
        return
    desk.mitigate(account, "MIT-STABLEVPN", end, reason, end + HELD)


def _habit(account: AccountState, lately: dict[str, list[int]], day: int, end: int, limits: dict[str, float]) -> bool:
    created, named = account.profile.created, lately.keys() - {UNNAMED}
    if not one_vpn(named) or created is None or end - created < limits["tenure_days"] * DAY:
        return False
    (name,) = named
    return name != "tor" and day - lately[name][0] >= limits["stable_days"]


def _agree(account: AccountState, memory: NetworkMemory, day: int, limits: dict[str, float], desk: Desk) -> bool:
    """Compare countries with each other only (REQ-F02), and a clock with the day on which it was last seen.

    A territory is its state, and who names one may have the clock of either. A clock at UTC may be a private browser's: beside another one
    that agrees, it says nothing against it.
    """
    profile = account.profile
    named = {profile.claimed_country, profile.id_country}
    states = {desk.sovereign_of(country) for country in named}
    paid = {desk.sovereign_of(country) for country in profile.payout_countries}
    if "" in named or len(states) != 1 or paid != states:
        return False
    clocks = {offset: seen for offset, seen in memory.clocks.items() if day - limits["days"] < seen}
    agreeing = {
        offset
        for offset, seen in clocks.items()
        if any(offset in desk.offsets_of(country, at * DAY) for country in named | states for at in (seen, seen + 1))
    }
    return bool(agreeing) and clocks.keys() - agreeing <= {0}
