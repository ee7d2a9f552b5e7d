"""Overlaps behind exits that change all the time."""

from __future__ import annotations

import random

import msgspec
import pytest

from schemas.events import SessionHeartbeat
from streams.detection.families.session.sittings import OPEN
from tests.detection.families.session.kit import DAY, HOUR, MINUTE, Account, Seen, beats, facts, played

OVERLAP = "concurrent_distant_sessions"


def hopping(exits: int, *classes: str, step: int = 5 * MINUTE, sessions: int = 1, near: str = "lisbon") -> list[Seen]:
    """At home eight hours a day on three days, and elsewhere the same hours through exits that change with every heartbeat."""
    seen: list[Seen] = []
    for day in (0, 1, 2):
        seen += beats("d0", f"home{day}", day * DAY, day * DAY + 8 * HOUR, facts(near))
        for index, at in enumerate(range(day * DAY + MINUTE, day * DAY + 8 * HOUR, step)):
            where = msgspec.structs.replace(facts("athens", *classes), latitude=30 + index % exits * 0.3)
            for number in range(1, sessions + 1):
                session = f"s{day}-{number}"
                seen.append(
                    Seen(
                        at + number * 1000,
                        SessionHeartbeat,
                        where,
                        {"device_id": f"d{number}", "session_id": session, "active_input_count": 5},
                    )
                )
    return seen


@pytest.mark.parametrize("classes", [("vpn",), ()])
@pytest.mark.parametrize("exits", [1, 6, 8, 12, 40])
def test_exits_that_change_with_every_heartbeat_do_not_hide_an_overlap(exits: int, classes: tuple[str, ...]) -> None:
    account = played(hopping(exits, *classes))
    assert account.confidence(OVERLAP) == 1.0
    assert account.state.session is not None
    assert len(account.state.session.open) <= OPEN


@pytest.mark.parametrize("step", [MINUTE, 5 * MINUTE, 15 * MINUTE])
@pytest.mark.parametrize("classes", [("vpn",), ()])
def test_a_session_begun_with_every_exit_hides_no_overlap(step: int, classes: tuple[str, ...]) -> None:
    seen = [
        held if held.fields["device_id"] == "d0" else held._replace(fields={**held.fields, "session_id": f"s{held.at}"})
        for held in hopping(40, *classes, step=step)
    ]
    assert played(seen).confidence(OVERLAP) == 1.0


def test_exits_that_change_with_every_minute_or_in_several_sessions_do_not_hide_an_overlap() -> None:
    assert played(hopping(40, "vpn", step=MINUTE)).confidence(OVERLAP) == 1.0
    assert played(hopping(40, "vpn", sessions=3)).confidence(OVERLAP) == 1.0


def test_an_overlap_hidden_by_changing_exits_is_found_in_any_order_within_the_lateness() -> None:
    rng = random.Random(5)
    seen = hopping(5, "vpn")
    for _ in range(5):
        account = Account()
        for one in sorted(seen, key=lambda held: held.at + rng.uniform(0, 15 * MINUTE - 1)):
            account.see(one)
        assert account.confidence(OVERLAP) == 1.0


def test_changing_exits_near_home_are_silent() -> None:
    seen = [
        held._replace(where=msgspec.structs.replace(held.where, country="AA", latitude=(held.where.latitude or 0) + 8))
        if held.fields["device_id"] != "d0"
        else held
        for held in hopping(3, "vpn")
    ]
    near = [held._replace(where=msgspec.structs.replace(held.where, longitude=-9.0)) for held in seen]
    assert played(near).confidence(OVERLAP) == 0.0
    assert played(seen).confidence(OVERLAP) == 1.0, "in the same country, but far"
