"""Arrival order within the lateness, duplicates, encoding, size."""

from __future__ import annotations

import random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import KycApproved, PayoutMethodAdded, ProfileUpdated, SessionHeartbeat, SessionStart
from streams.detection.account_state import AccountState
from tests.detection.families.session.kit import DAY, HOUR, MINUTE, PHONE, Account, Seen, facts, sitting

LATENESS = 15 * MINUTE
SEEDS = st.integers(0, 2**32 - 1)
"""Of a random order: one that is drawn number by number takes longer to draw than to try."""
CODEC = msgspec.msgpack.Decoder(AccountState)
WHERE = [facts(), facts("athens"), facts("athens", "vpn"), facts("porto", "mobile", agent=PHONE)]
ODD: dict[str, Any] = {"fonts_os": "macos", "gpu_renderer": "Apple M1", "screen": "390x844"}


def run(seen: list[Seen], *, reload: bool = False) -> dict[str, float]:
    account = Account()
    day = 0
    newest = 0
    for one in seen:
        newest = max(newest, one.at)
        while day < (newest - LATENESS) // DAY:  # as the stage does: a day closes when nothing can arrive for it
            account.close(day)
            day += 1
        account.see(one)
        if reload:
            account.state = CODEC.decode(msgspec.msgpack.encode(account.state))
    for rest in range(day, newest // DAY + 1):
        account.close(rest)
    assert all(evidence.refs for evidence in account.state.fired.values())
    return {indicator: evidence.confidence for indicator, evidence in account.state.fired.items()}


@st.composite
def lives(draw: st.DrawFn) -> list[Seen]:
    """Weeks of sessions on a few devices, with changes of contact data and a verification."""
    seen: list[Seen] = []
    for index in range(draw(st.integers(1, 10))):
        begin = draw(st.integers(0, 25 * 24 * 12)) * 5 * MINUTE
        length = draw(st.sampled_from([10, 30, 60, 26 * 60])) * MINUTE
        where = draw(st.sampled_from(WHERE))
        fields = ODD if draw(st.booleans()) else {}
        begin += index * 1000  # ids of sessions are made of their begin
        step = draw(st.sampled_from([5, 10])) * MINUTE
        seen += sitting(begin, begin + length, draw(st.sampled_from(["d1", "d2", "d3"])), where, step=step, **fields)
    for day in draw(st.lists(st.integers(0, 20), max_size=3)):
        seen.append(Seen(day * DAY, KycApproved, WHERE[0], {}))
    for field in draw(st.lists(st.sampled_from(["email", "phone", "password", "2fa"]))):
        at = draw(st.integers(0, 20 * 24)) * HOUR
        seen.append(Seen(at, ProfileUpdated, WHERE[1], {"changed_fields": (field,), "device_id": "d2"}))
    if draw(st.booleans()):
        seen.append(Seen(draw(st.integers(0, 20 * 24)) * HOUR, PayoutMethodAdded, WHERE[1], {"device_id": "d2"}))
    return sorted(seen, key=lambda one: one.at)


@settings(max_examples=100)
@given(lives(), SEEDS)
def test_order_within_the_lateness_and_duplicates_change_nothing(seen: list[Seen], seed: int) -> None:
    rng = random.Random(seed)
    shuffled = sorted([*seen, *seen[::3]], key=lambda one: one.at + rng.uniform(0, LATENESS - 1))
    assert run(shuffled) == run(seen)


@settings(max_examples=15)
@given(lives())
def test_a_state_survives_encoding_at_any_moment(seen: list[Seen]) -> None:
    assert run(seen, reload=True) == run(seen)


@st.composite
def travels(draw: st.DrawFn) -> list[Seen]:
    """Two or three sessions whose ids live on through pauses and changes of place, some through exits by turns."""
    seen: list[Seen] = []
    for device in ("d1", "d2", "d3"):
        at = draw(st.integers(0, 24)) * 5 * MINUTE
        for _ in range(draw(st.integers(0, 8))):
            turns = draw(st.sampled_from([*((where,) for where in WHERE), (WHERE[2], facts("porto", "vpn"))]))
            fields = {"device_id": device, "session_id": f"of-{device}", "active_input_count": draw(st.integers(0, 1))}
            for index in range(draw(st.integers(1, 6))):
                seen.append(Seen(at, SessionHeartbeat, turns[index % len(turns)], fields))
                at += draw(st.sampled_from([3, 5, 8])) * MINUTE
            at += draw(st.sampled_from([0, 52, 58, 61, 70, 12 * 60])) * MINUTE
    return sorted(seen, key=lambda one: one.at)


@settings(max_examples=200)
@given(travels(), SEEDS)
def test_sittings_are_the_same_in_any_order(seen: list[Seen], seed: int) -> None:
    rng = random.Random(seed)
    shuffled = sorted([*seen, *seen[::3]], key=lambda one: one.at + rng.uniform(0, LATENESS - 1))
    assert run(shuffled) == run(seen)


def test_an_ordinary_account_is_small() -> None:
    account = Account()
    for day in range(30):
        seen = sitting(day * DAY + 9 * HOUR, day * DAY + 17 * HOUR, "laptop", facts())
        for hour in (8, 12, 20):
            at = day * DAY + hour * HOUR
            seen += sitting(at, at + 20 * MINUTE, "phone", facts("lisbon", "mobile", agent=PHONE))
        for one in sorted(seen, key=lambda held: held.at):
            account.see(one)
        account.close(day)
    assert account.state.fired == {}
    assert len(msgspec.msgpack.encode(account.state.session)) < 350


def test_a_restless_account_stays_bounded() -> None:
    account = Account()
    rng = random.Random(3)
    for at in range(0, 30 * DAY, 10 * MINUTE):
        where = rng.choice(WHERE)
        session = f"s{rng.randrange(20)}"
        device = f"d{rng.randrange(12)}"
        account.act(at, SessionStart, device, where, session_id=session, active_input_count=3, **ODD)
        if at % DAY == 0 and at:
            account.close(at // DAY - 1)
    assert len(msgspec.msgpack.encode(account.state.session)) < 2000
