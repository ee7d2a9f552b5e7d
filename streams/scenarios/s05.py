"""S05: a team works one account in two shifts through a named VPN; in variant b the tunnel drops once."""

from __future__ import annotations

import random
from collections.abc import Iterator

from streams.scenarios.clock import MINUTE
from streams.scenarios.people import settle
from streams.scenarios.scenario import Scenario
from streams.scenarios.sessions import session
from streams.scenarios.story import Story, Timed

EXITS = ("B", "C", "E", "F")
"""Countries of a shift, three hours each: none has the team's UTC+8, all are over 5,000 km from one another."""
RUN = 3
"""Shifts in a run of 36 hours; the last one of a run stops early."""
BREAK = 70
VISITS = (4, 9)
"""Days of a visit, at an hour at which the day shift is in the second of its four countries and the visitor in the third."""
DROP = "03:14:07"


def tell(story: Story, day: int) -> Iterator[Timed]:
    """Two shifts a day, from 05:00 and 17:00 UTC; on two days a third member looks in while the day shift works."""
    if day < 0:
        if day == -60:
            yield from settle(story, "a5", "A", day, story.device("day", "windows"), story.address("home", "A"))
        return
    for shift in (2 * day, 2 * day + 1):
        yield from _shift(story, shift)
    if day in VISITS:
        exit_ = story.address("vpn", _countries(story, 2 * day)[2], 9, network=9, tag="ASTRILL")
        start = story.at(day, "08:40", jitter=10)
        yield from session(story, "a5", story.device("guest", "linux"), "X", start, 50, exit_, active=1.0)


def tell_drop(story: Story, day: int) -> Iterator[Timed]:
    """Add to the same story one heartbeat of the night of day 12 that leaves outside the tunnel."""
    drop = story.at(12, DROP)
    open_session = ""
    for ts, event in tell(story, day):
        yield ts, event
        if event["type"] == "session.start" and ts < drop:
            open_session = event["session_id"]
    if day == 11:
        device, ip = story.device("night", "macos").id, story.networks.dprk(story.rng.randrange(1022))
        fields = {"session_id": open_session, "device_id": device, "ip": ip}
        yield story.event(drop, "session.heartbeat", "a5", **fields, active_input_count=31, input_idle_s=2)


def _shift(story: Story, shift: int) -> Iterator[Timed]:
    start = _hand_over(story, shift)
    end = _hand_over(story, shift + 1) - (BREAK if shift % RUN == RUN - 1 else 1) * MINUTE
    device = story.device("night", "macos") if shift % 2 else story.device("day", "windows")
    leg = (end - start) / len(EXITS)
    for place, letter in enumerate(_countries(story, shift)):
        exit_ = story.address("vpn", letter, shift % 8, network=place, tag="ASTRILL")
        begin = start + round(place * leg)
        login = place == 0
        yield from session(story, "a5", device, "X", begin, leg / MINUTE - 1, exit_, active=0.97, login=login)


def _hand_over(story: Story, shift: int) -> int:
    """05:00 or 17:00 UTC, give or take 20 minutes; the same whenever it is asked for."""
    jitter = random.Random(f"{story.key}:shift:{shift}").uniform(-20, 20)  # noqa: S311
    return story.at(shift // 2, "17:00" if shift % 2 else "05:00") + round(jitter * MINUTE)


def _countries(story: Story, shift: int) -> list[str]:
    order = list(EXITS)
    random.Random(f"{story.key}:exits:{shift}").shuffle(order)  # noqa: S311
    return order


_EXPECTED = {
    "concurrent_distant_sessions": 1.0,
    "operator_shift_pattern": 1.0,
    "tz_ip_claim_triple_mismatch": 1.0,
    "marathon_session": 1.0,
    "multi_ip_multi_country_window": 0.6,
    "named_vpn_operator": 1.0,
}

S05A = Scenario(
    id="S05a",
    title="Team sharing one account",
    story="A small team works one account around the clock, in two shifts, through a named VPN in four countries.",
    kind="attack",
    number=1,
    days=22,
    tell=tell,
    focus=("a5",),
    expected=_EXPECTED,
    expected_tier="watch",
    tier_now="watch",
    history_days=60,
)
S05B = Scenario(
    id="S05b",
    title="Team sharing one account; the VPN drops once",
    story="As S05a; on day 12 one heartbeat comes from address space that the registry gives to the DPRK.",
    kind="attack",
    number=2,
    days=22,
    tell=tell_drop,
    focus=("a5",),
    expected={**_EXPECTED, "dprk_range_login": 1.0},
    expected_tier="priority",
    tier_now="priority",
    history_days=60,
)
