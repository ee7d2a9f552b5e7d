"""The whole pipeline on a real Apache Kafka: scenarios, crashes, rebalances, poison, compression."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator

import msgspec
import pytest

from streams.scenarios import SCENARIOS
from tests.kafka.broker import Broker
from tests.kafka.pipeline import QUIET, Pipeline, background, send, send_apart, stories
from tests.kafka.verifier import read

LIVES_S = (2.2, 2.8, 3.5, 4.5, 6.0)
"""Chosen so that a kill can hit start, recovery, the first batches or full flow; their order is random."""
UNKNOWN = b'{"type":"no.such","event_id":"1","account_id":"a","occurred_at":"2026-03-04T00:00:00Z"}'
POISON = (b"\xff\xfe", b"{", b'{"type":"session.start"}', b"[" * 500, UNKNOWN, b"\xef\xbb\xbf{}")


@pytest.fixture
def site(broker: Broker) -> Iterator[Pipeline]:
    made = Pipeline(broker.address)
    yield made
    made.close()


def test_every_scenario_reaches_its_tier(site: Pipeline) -> None:
    send(site, stories())
    site.worker()
    site.wait_drained()
    tiers = site.tiers()
    for name in QUIET:
        told = SCENARIOS[name]
        got = {tiers.get(account, "none") for account in told.accounts()}
        assert told.tier_now in got, name
        assert got <= {told.tier_now, "none"}, name
    site.assert_as_uninterrupted()


def test_five_kills_and_everything_is_as_if_nothing_had_happened(site: Pipeline) -> None:
    events = background(2000, 120_000) + stories(("S01", "S05b", "S09"))
    load = threading.Thread(target=send, args=(site, events))
    load.start()
    for life in random.Random(time.time()).sample(LIVES_S, len(LIVES_S)):
        worker = site.worker()
        time.sleep(life)
        worker.kill()
    load.join()
    site.worker()
    site.wait_drained()
    site.assert_as_uninterrupted()


def test_two_workers_join_and_leave_under_load(site: Pipeline) -> None:
    events = background(2000, 100_000) + stories(("S01", "S09"))
    load = threading.Thread(target=send, args=(site, events))
    load.start()
    first = site.worker(instance_id="a")
    first.wait_ready()
    second = site.worker(instance_id="b")
    second.wait_ready(60)
    time.sleep(2)
    assert first.stop() == 0, first.log()
    third = site.worker(instance_id="c")
    third.wait_ready(60)
    time.sleep(1)
    second.kill()
    load.join()
    site.wait_drained()
    site.assert_as_uninterrupted()


def test_two_topics_are_read_up_in_the_order_of_their_time(site: Pipeline) -> None:
    names = ("S05b",)
    events = background(300, 6_000) + stories(names)
    events.sort(key=lambda event: msgspec.json.decode(event[2])["occurred_at"])
    send_apart(site, events)
    site.worker()
    site.wait_drained()
    assert site.late_events() == 0
    tiers = site.tiers()
    for name in names:
        assert SCENARIOS[name].tier_now in {tiers.get(account, "none") for account in SCENARIOS[name].accounts()}, name


def test_poison_at_random_offsets_goes_to_the_dead_letters_and_the_rest_goes_on(site: Pipeline) -> None:
    chance = random.Random(7)
    events = stories(("S05b",))
    for number in range(60):
        events.insert(chance.randrange(len(events)), ("login-events", b"x", POISON[number % len(POISON)]))
    send(site, events)
    site.worker()
    site.wait_drained()
    letters = [record for partition in read(site.address, site.prefix + "dead-letters") for record in partition]
    assert len({record.key for record in letters}) == 50  # the unknown type is dropped, not buried
    assert "priority" in site.tiers().values()


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_every_compression_arrives_also_without_keys_and_is_written(site: Pipeline, codec: str) -> None:
    told = [(topic, None, value) for topic, _, value in stories(("S05b",))]
    send(site, told, **{"compression.type": codec})
    site.worker(compression=codec)
    site.wait_drained()
    assert "priority" in site.tiers().values()
