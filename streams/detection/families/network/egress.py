"""Where sessions live, by closed days: `named_vpn_operator`, `vps_hosting_egress`, and mitigating facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.detection.families.network import lists, moments
from streams.detection.families.network.memory import (
    CORPORATE,
    HOSTED,
    MIXED,
    MOBILE,
    NAMED,
    QUARTERS,
    RELAY,
    REMOTE,
    SESSIONS,
    NetworkMemory,
)
from streams.detection.families.network.spread import SPREAD
from streams.detection.families.network.stable import NAMED_VPN
from streams.detection.families.network.stable import judge as judge_stable
from streams.detection.family import Desk
from streams.detection.messages import Numbers
from streams.detection.remembered import forget, recall
from streams.detection.windows import DAY, MINUTE

if TYPE_CHECKING:
    from streams.detection.account_state import AccountState

HOSTING = "vps_hosting_egress"
QUARTER = 15 * MINUTE
"""A heartbeat speaks for its quarter of an hour: platforms send one every 1 to 15 minutes."""
DAYS = 15
"""The 14 that are judged, and the one that is still open."""
HELD = 14 * DAY
"""How long a mitigating fact outlives the day that showed it: as long as that day is judged."""

Totals = list[int]


def count(memory: NetworkMemory, day: int, column: int) -> None:
    """Add one to a column of a day's tally."""
    row = memory.days.get(day)
    if row is None:
        row = memory.days[day] = []
        if len(memory.days) > DAYS:
            del memory.days[min(memory.days)]
    if len(row) <= column:
        row.extend([0] * (column + 1 - len(row)))
    row[column] += 1


def counted(memory: NetworkMemory, day: int, column: int) -> int:
    """What a column of a day's tally says."""
    row = memory.days.get(day, ())
    return row[column] if len(row) > column else 0


def daily(_account_id: str, account: AccountState, day: int, desk: Desk) -> None:
    """Judge the two weeks that end with `day`."""
    memory = account.network
    if memory is None or not memory.days:
        return
    totals = _totals(memory, day, int(desk.threshold(NAMED_VPN, "days")))
    if not totals[SESSIONS] and not totals[QUARTERS]:
        return
    end = (day + 1) * DAY - 1
    _named(account, memory, totals, end, desk)
    _hosting(account, memory, day, end, desk)
    _mostly(account, totals, end, desk)
    judge_stable(account, memory, day, end, desk)
    _forget(memory, end, int(desk.threshold(moments.MOMENTS, "first_days")))


def _forget(memory: NetworkMemory, end: int, first_days: int) -> None:
    """Events of identity moments are needed for as long as another one may follow; those of sessions while days are kept."""
    kept = memory.refs.pop(moments.MOMENTS, None)
    forget(memory.refs, end - DAYS * DAY)
    if kept is not None and kept[-1].ts >= end - first_days * DAY:
        memory.refs[moments.MOMENTS] = kept


def _totals(memory: NetworkMemory, day: int, days: int) -> Totals:
    totals = [0] * (REMOTE + 1)
    for known, row in memory.days.items():
        if day - days < known <= day:
            for column, value in enumerate(row):
                totals[column] += value
    return totals


def _named(account: AccountState, memory: NetworkMemory, totals: Totals, end: int, desk: Desk) -> None:
    """Three sessions through the operator itself: one of three sessions is a third, and means nothing."""
    limits = desk.catalogue.indicators[NAMED_VPN].thresholds
    named, sessions = totals[NAMED], totals[SESSIONS]
    if named < limits["sessions"] or named < limits["share"] * sessions:
        return
    share = named / sessions
    numbers: Numbers = {
        "sessions": named,
        "total": sessions,
        "percent": round(100 * share),
        "days": int(limits["days"]),
    }
    numbers["lists"] = lists.said_by(memory, "vpn")
    refs = recall(memory.refs, NAMED_VPN, end)
    desk.fire(account, NAMED_VPN, min(1.0, share / limits["full_share"]), end, numbers, *refs)


def _hosting(account: AccountState, memory: NetworkMemory, day: int, end: int, desk: Desk) -> None:
    """A quarter of an hour with both counts once for either: hosting space beside a home line is a tool, not where somebody lives."""
    if memory.hosted is None:
        return
    limits = desk.catalogue.indicators[HOSTING].thresholds
    days = int(limits["days"])
    totals = _totals(memory, day, days)
    quarters, hosted = totals[QUARTERS], totals[HOSTED]
    either = quarters + totals[MIXED]
    if quarters * QUARTER < limits["minutes"] * MINUTE or hosted < limits["share"] * either:
        return
    remote = totals[REMOTE] > 0
    numbers = {
        "percent": round(100 * hosted / either),
        "hours": round(quarters * QUARTER / (60 * MINUTE), 1),
        "days": days,
        "lists": lists.said_by(memory, "hosting"),
        "client": "the client looks like a remote desktop" if remote else "the client looks like an ordinary computer",
    }
    refs = recall(memory.refs, HOSTING, end)
    desk.fire(account, HOSTING, 1.0 if remote else limits["confidence"], end, numbers, *refs)


def _mostly(account: AccountState, totals: Totals, end: int, desk: Desk) -> None:
    """Relay, mobile or company gateway as the ordinary way in; a single session of that kind explains only itself."""
    least = desk.threshold(SPREAD, "mostly") * max(1, totals[SESSIONS])
    if totals[RELAY] >= least:
        desk.mitigate(account, "MIT-RELAY", end, "most sessions come through a consumer privacy relay", end + HELD)
    if totals[MOBILE] >= least:
        desk.mitigate(account, "MIT-CGNAT", end, "most sessions come through a mobile carrier", end + HELD)
    if totals[CORPORATE] >= least:
        reason = "most sessions come through a company's security gateway"
        desk.mitigate(account, "MIT-CORP", end + 1 - HELD, reason, end + HELD)
