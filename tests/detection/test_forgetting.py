"""What is over is dropped, nobody can see when, and so what is remembered stays bounded."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from enrichers.enriched import Origin
from streams.detection.catalogue.load import load
from streams.detection.entities import EntitiesStage
from streams.detection.entity_state import KEEP_DAYS, EntityState
from streams.detection.forgetting import LOOKS, MARGIN, forget_some
from streams.detection.messages import Link, Ref, Who
from streams.detection.stage import Output, PlainRecord
from streams.detection.states import PartitionStates, StateCodec, keep
from streams.detection.windows import DAY

CATALOGUE = load()
_encode = msgspec.msgpack.Encoder().encode

steps = st.lists(
    st.tuples(
        st.sampled_from(["ip", "device", "payout"]),
        st.sampled_from("xy"),
        st.sampled_from("ab"),
        st.sampled_from([0, 1, 20, 45, 100, 400]),  # days since the link before
        st.sampled_from([0, 0, 0, 1, 6]),  # days by which it comes late
        st.booleans(),
    ),
    max_size=12,
)


def record(number: int, link: Link) -> PlainRecord:
    return PlainRecord("links", 0, number, 0, link.entity, _encode(link))


def link(kind: str, key: str, account: str, ts: int, number: int = 0) -> Link:
    ref = Ref(ts, f"e{number}", Origin("login-events", 0, number))
    return Link(kind, key, account, ts, ref, Who(created=0, identity=account, kyc=True), {"bits": 30, "kyc": 1})


def play(found: Sequence[tuple[str, str, str, int, int, bool]], *, forget: bool) -> list[Output]:
    """What the stage says, with or without dropping what is over where the last element says so."""
    stage, states = EntitiesStage(CATALOGUE), PartitionStates[EntityState](StateCodec(EntityState))
    outputs, now, newest = [], 1000 * DAY, 0
    for number, (kind, key, account, pause, late, look) in enumerate(found):
        now += pause * DAY
        ts = now - late * DAY
        newest = max(newest, ts)
        outputs += stage.process("links", [record(number, link(kind, key, account, ts, number))], states).outputs
        keep(states.raw, states.take_changes())
        if forget and look:
            forget_some(stage, states, newest)
            keep(states.raw, states.take_changes())
            states.cool()
    return outputs


@given(steps)
def test_nobody_can_see_what_was_dropped_and_when(found: list[tuple[str, str, str, int, int, bool]]) -> None:
    assert play(found, forget=True) == play(found, forget=False)


def test_addresses_of_long_ago_are_gone_and_what_still_stands_is_not() -> None:
    stage, states = EntitiesStage(CATALOGUE), PartitionStates[EntityState](StateCodec(EntityState))
    shared = [link("device", "shared", account, 0) for account in "ab"]
    stage.process("links", [record(n, each) for n, each in enumerate(shared)], states)
    for day in range(200):
        for n in range(10):
            stage.process("links", [record(100 + day * 10 + n, link("ip", f"{day}-{n}", "a", day * DAY))], states)
        keep(states.raw, states.take_changes())
        forget_some(stage, states, day * DAY)
    within = KEEP_DAYS["ip"] + MARGIN // DAY
    # Between two looks at the same state all others have had their turn.
    assert 10 * within <= len(states) <= 10 * (within + 2) + LOOKS
    assert states.get(b"device:shared") is not None  # two strangers on it were told of each other
    assert states.get(b"ip:0-0") is None
    assert states.get(b"ip:199-9") is not None


def test_before_the_first_event_and_for_stages_that_keep_everything_nothing_is_looked_at() -> None:
    states = PartitionStates[EntityState](StateCodec(EntityState))
    states.put(b"ip:x", EntityState("ip", "x"))
    states.take_changes()
    assert forget_some(EntitiesStage(CATALOGUE), states, 0) == 0
    assert forget_some(EntitiesStage(CATALOGUE), states, 1000 * DAY) == 1
    assert states.take_changes() == [(b"ip:x", None)]
