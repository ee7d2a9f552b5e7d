"""The background is plausible, quick, reproducible, and valid."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime

import orjson

from enrichers.demo import DemoNetworks
from schemas.decoder import Decoded, EventDecoder
from streams.scenarios import background, background_bytes, key_of, topic_of, topic_of_json
from streams.scenarios.mix import LABELS, label_of, mix
from streams.scenarios.population import Population

START = datetime(2026, 3, 4, 10, 11, 12, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)


def test_events_are_valid_in_order_unique_and_keyed_by_account() -> None:
    decoder = EventDecoder()
    last, ids, kinds = 0, set(), Counter[str]()
    for ts, key, value in background_bytes(300, START, 9):
        (outcome,) = decoder.decode(value, ts)
        assert isinstance(outcome, Decoded), value
        assert outcome.ts_ms == ts >= last
        event = orjson.loads(value)
        assert key == key_of(event)
        assert topic_of_json(value) == topic_of(event)
        last = ts
        ids.add(event["event_id"])
        kinds[event["type"]] += 1
    assert len(ids) == kinds.total()
    assert kinds["travel.declared"]
    assert kinds["agency.member_added"] == Population(300, 0, DemoNetworks()).agencies.agency(0).size
    assert last < START_MS + 9 * 86_400_000


def test_same_arguments_same_bytes_and_dicts_are_the_same_events() -> None:
    first = list(background_bytes(40, START, 2, seed=3))
    assert first == list(background_bytes(40, START, 2, seed=3))
    assert first != list(background_bytes(40, START, 2, seed=4))
    assert [(ts, orjson.loads(value)) for ts, _, value in first] == list(background(40, START, 2, seed=3))


def test_history_lies_before_the_start_and_is_optional() -> None:
    signed_up = [event for ts, event in background(50, START, 1) if ts < START_MS]
    assert Counter(event["type"] for event in signed_up)["account.created"] == 50
    assert len(signed_up) == 200 + sum(event["type"] == "affiliation.declared" for event in signed_up)
    assert all(ts >= START_MS for ts, _ in background(50, START, 1, history=False))


def test_people_have_few_devices_and_sleep_and_rest_at_weekends() -> None:
    devices, hours, days = defaultdict(set), Counter[int](), Counter[int]()
    for ts, event in background(400, datetime(2026, 3, 2, tzinfo=UTC), 14, history=False):
        if event["type"] == "session.start":
            devices[event["account_id"]].add(event["device_id"])
            local = ts // 60_000 + event["tz_offset_min"]
            hours[local // 60 % 24] += 1
            days[(local // 1440 + 3) % 7] += 1
    assert max(map(len, devices.values())) <= 2
    holders = Counter(device for held in devices.values() for device in held)
    assert max(holders.values()) == 2, "a family's laptop"
    assert sum(count > 1 for count in holders.values()) < 0.05 * len(holders)
    assert sum(hours[hour] for hour in range(1, 5)) < 0.02 * hours.total()
    assert days[5] + days[6] < 0.25 * days.total()


def test_every_session_that_ends_began_and_its_heartbeats_lie_between() -> None:
    open_since: dict[str, int] = {}
    for ts, event in background(100, START, 4, history=False):
        kind, ident = event["type"], event.get("session_id", "")
        if kind == "session.start":
            assert ident not in open_since
            open_since[ident] = ts
        elif kind == "session.heartbeat":
            assert ts > open_since[ident]
        elif kind == "session.end":
            assert ts > open_since.pop(ident)


def test_addresses_are_those_of_strangers_except_where_people_share() -> None:
    """Home lines belong to one household; carriers, VPNs and hotels to many."""
    homes = defaultdict(set)
    for _, event in background(2000, START, 0.01):
        if event["type"] == "account.created":
            homes[event["ip"]].add(event["account_id"])
    assert max(map(len, homes.values())) == 2
    shared = sum(len(held) for held in homes.values() if len(held) > 1)
    assert 40 < shared < 320


def test_mix_is_ordered_and_every_account_has_a_label() -> None:
    last, kinds = 0, set()
    for ts, key, _ in mix(("S05b", "B05", "T2"), 100, START, 3):
        assert ts >= last
        last = ts
        label = label_of(key.decode())
        assert label is not None
        kinds.add(label.kind)
    assert kinds == {"attack", "benign", "stress", "background"}
    assert label_of("acct-7") is None
    assert LABELS["s05b"].expected_tier == "priority"
