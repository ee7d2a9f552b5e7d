from __future__ import annotations

import msgspec

from streams.detection.families.network.memory import NetworkMemory
from tests.detection.families.network.kit import DAY, HOUR, MINUTE, Account, facts, vpn


def test_an_ordinary_account_is_small() -> None:
    account = Account()
    home, phone = facts(1), facts(2, classes=("mobile",), operator="Example Mobile")
    for day in range(40):
        for hour in range(9, 18):
            account.start(day * DAY + hour * HOUR, phone if hour == 12 else home, device_id=f"device-{hour == 12}")
            for minute in range(5, 60, 5):
                account.beat(day * DAY + hour * HOUR + minute * MINUTE, home)
        account.close(day)
    assert len(msgspec.msgpack.encode(account.state.network)) < 250
    assert not account.state.fired


def test_links_are_far_fewer_than_events() -> None:
    account = Account()
    events = 0
    for day in range(30):
        for hour in range(9, 18):
            account.start(day * DAY + hour * HOUR, facts(1), device_id="d")
            events += 1
            for minute in range(5, 60, 5):
                account.beat(day * DAY + hour * HOUR + minute * MINUTE, facts(1))
                events += 1
    assert len(account.links) < events / 40


def test_everything_is_bounded() -> None:
    account = Account()
    for n in range(2_000):
        where = vpn(n % 250, f"{n % 60}", operator=f"op{n % 9}")
        account.start(n * 7 * MINUTE, where, device_id=f"d{n}", tz_offset_min=n % 700)
        account.start(n * 7 * MINUTE, facts(n % 250, host=n % 199, classes=("residential_proxy",)))
    memory = account.state.network
    assert memory is not None
    assert len(memory.networks) <= 24
    assert len(memory.places) <= 24
    assert len(memory.days) <= 15
    assert len(memory.proxies) <= 16
    assert len(memory.operators) <= 4
    assert len(memory.clocks) <= 4
    assert len(msgspec.msgpack.encode(memory)) < 4_000


def test_an_empty_memory_costs_next_to_nothing() -> None:
    assert len(msgspec.msgpack.encode(NetworkMemory())) < 15


def test_an_event_without_a_public_address_leaves_no_trace() -> None:
    account = Account()
    private = facts(1)
    private = msgspec.structs.replace(private, network=None, shared_key=None, ip=None, country=None, asn=None)
    account.start(0, private)
    account.beat(0, private)
    assert account.state.network is None
    assert not account.links
