"""Arrival order within the lateness, duplicates, encoding and size."""

from __future__ import annotations

import random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.detection.account_state import AccountState
from streams.detection.families.location.trail import pairs_of
from tests.detection.families.location.kit import DAY, HOUR, MINUTE, Account, Seen, facts

LATENESS = 15 * MINUTE
SEEDS = st.integers(0, 2**32 - 1)
"""Of a random order: one that is drawn number by number takes longer to draw than to try."""
CODEC = msgspec.msgpack.Decoder(AccountState)
WHERE = [
    facts("lisbon"),
    facts("athens"),
    facts("chicago"),
    facts("chicago", "vpn"),
    facts("lisbon", "mobile"),
    facts("athens", "relay"),
]


def run(seen: list[Seen], *, reload: bool = False) -> dict[str, float]:
    account = Account(claimed_country="AA", claimed_tz="Europe/Lisbon")
    for one in seen:
        account.see(one)
        if reload:
            account.state = CODEC.decode(msgspec.msgpack.encode(account.state))
    for day in range(25):
        account.close(day)
    assert all(evidence.refs for evidence in account.state.fired.values())
    return {indicator: evidence.confidence for indicator, evidence in account.state.fired.items()}


events = st.lists(
    st.builds(
        lambda minutes, where, offset: Seen(minutes * MINUTE, WHERE[where], {"tz_offset_min": offset}),
        st.integers(0, 22 * 24 * 60),
        st.integers(0, len(WHERE) - 1),
        st.sampled_from([480, 480, 480, 120]),
    ),
    max_size=40,
)
bursts = st.lists(
    st.builds(
        lambda minutes, where: Seen(minutes * MINUTE, WHERE[where], {"tz_offset_min": 480}),
        st.integers(0, 180),
        st.integers(0, 3),
    ),
    max_size=16,
)


@settings(max_examples=120)
@given(st.one_of(events, bursts), SEEDS)
def test_order_within_the_lateness_and_duplicates_change_nothing(seen: list[Seen], seed: int) -> None:
    rng = random.Random(seed)
    ordered = sorted({(one.at, index): one for index, one in enumerate(seen)}.items())
    plain = [one for _, one in ordered]
    shuffled = sorted([*plain, *plain[::3]], key=lambda one: one.at + rng.uniform(0, LATENESS - 1))
    assert run(shuffled) == run(plain)


@settings(max_examples=20)
@given(events)
def test_a_state_survives_encoding_at_any_moment(seen: list[Seen]) -> None:
    plain = sorted(seen, key=lambda one: one.at)
    assert run(plain, reload=True) == run(plain)


def test_an_ordinary_account_is_small() -> None:
    account = Account(claimed_country="AA")
    for day in range(30):
        for hour in (8, 13, 20):
            account.start(day * DAY + hour * HOUR, facts("lisbon"), tz="Europe/Lisbon", tz_offset_min=0)
            account.start(day * DAY + hour * HOUR + 4 * MINUTE, facts("porto", "mobile"), tz_offset_min=60)
        account.close(day)
    assert len(msgspec.msgpack.encode(account.state.location)) < 150


def test_a_restless_account_stays_bounded() -> None:
    account = Account(claimed_country="AA")
    rng = random.Random(7)
    for at in range(0, 30 * DAY, 20 * MINUTE):
        where = facts(rng.choice(["lisbon", "athens", "chicago"]), *rng.choice([(), ("vpn",), ("mobile",)]))
        account.start(at, where, tz_offset_min=rng.randrange(-12, 13) * 60 or None)
    assert len(msgspec.msgpack.encode(account.state.location)) < 1500


def test_pairs_that_late_events_take_apart_leave_nothing() -> None:
    """Sequences as dense as the lateness, where many pairs come and go: the evidence is the same to the last number."""
    exits = [facts("athens", "vpn"), facts("lisbon", "vpn"), facts("chicago", "mobile"), facts("lisbon", "corporate")]
    where = [*WHERE[:5], *exits]
    for seed in range(400):
        rng = random.Random(seed)
        at, seen = 0, []
        for _ in range(rng.choice((6, 14, 30))):
            at += rng.choice((1, 3, 5, 10, 20, 60)) * MINUTE + rng.randrange(MINUTE)
            place = rng.randrange(len(where))
            seen.append(Seen(at, msgspec.structs.replace(where[place], network=f"n{place}")))
        told = []
        for order in (seen, sorted(seen, key=lambda one: one.at + rng.uniform(0, LATENESS - 1))):
            account = Account(claimed_country="AA")
            for one in [*order, Seen(at + DAY, facts("porto"))]:
                account.see(one)
            evidence = account.fired("impossible_travel")
            told.append(
                evidence and (evidence.confidence, evidence.first, evidence.last, evidence.count, evidence.numbers)
            )
        assert told[0] == told[1], seed


def test_what_is_forgotten_of_a_trail_makes_and_hides_no_pair() -> None:
    """The pairs of an account that keeps a few sightings are those of all its sightings."""
    exits = [
        facts("lisbon", "vpn"),
        facts("athens", "mobile"),
        facts("lisbon", "corporate"),
        facts("athens", "corporate"),
    ]
    for seed in range(300):
        rng = random.Random(seed)
        account, at, trail = Account(claimed_country="AA"), 0, []
        for place in [*rng.choices([*WHERE[:5], *exits], k=rng.choice((6, 9, 12))), facts("porto")]:
            at += rng.choice((20, 31, 45, 60, 300)) * MINUTE
            account.start(at, msgspec.structs.replace(place, network=f"n{at}"))
            memory = account.state.location
            assert memory is not None
            trail.append(memory.trail[-1])
        account.start(at + DAY, facts("porto"))
        assert memory is not None
        assert sorted(pairs_of(trail, account.desk)) == sorted(memory.pairs), seed
