"""The whole pipeline on a real Apache Kafka: scenarios, crashes, rebalances, poison, compression."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator

import msgspec
import pytest
from kafka import KafkaProducer

from schemas.dead_letter import decode_dead_letter
from schemas.reasons import RejectReason
from schemas.topics import DEAD_LETTERS, PLATFORM_EVENTS
from streams.scenarios import SCENARIOS
from tests.kafka.broker import Broker
from tests.kafka.pipeline import Pipeline, background, flowing, ordinary, send, send_apart, stories
from tests.kafka.verifier import read
from tests.kafka.worker import WorkerProcess

UNKNOWN = b'{"type":"no.such","event_id":"1","account_id":"a","occurred_at":"2026-03-04T00:00:00Z"}'
POISON = {
    b"\xff\xfe": RejectReason.NOT_UTF8,
    b"{": RejectReason.NOT_JSON,
    b'{"type":"session.start"}': RejectReason.MISSING_FIELD,
    b'{"a":' * 200 + b"1" + b"}" * 200: RejectReason.TOO_DEEP,
    UNKNOWN: None,  # counted and dropped, not buried
    b"\xef\xbb\xbf{}": RejectReason.BYTE_ORDER_MARK,
}
"""Record → why it is buried."""


class NotText(str):
    """Written as a byte that is no text."""

    __slots__ = ()

    def encode(self, *_how: str) -> bytes:
        return b"\xff"


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
    for name, told in SCENARIOS.items():
        got = {tiers.get(account, "none") for account in told.accounts()}
        assert told.tier_now in got, name
        assert got <= {told.tier_now, "none"}, name
    site.assert_as_uninterrupted()


def chance() -> random.Random:
    """Another one in each run. A test that fails shows the seed, and PERSONAWATCH_TEST_SEED repeats it."""
    seed = int(os.environ.get("PERSONAWATCH_TEST_SEED") or random.SystemRandom().randrange(2**32))
    print(f"PERSONAWATCH_TEST_SEED={seed}")
    return random.Random(seed)


def kill_in_recovery(worker: WorkerProcess) -> int:
    """Kill as soon as it says that it reads changelogs, or is ready; records that it still had to read."""
    left = 0
    while not left:
        code, said = worker.ready()
        assert worker.process.poll() is None, worker.log()
        if code == 200:
            break
        left = said.get("remaining", 0)
        time.sleep(0.002)
    worker.kill()
    return left


def test_a_stop_and_five_kills_and_everything_is_as_if_nothing_had_happened(site: Pipeline) -> None:
    seeded, recovering = chance(), []
    load = threading.Thread(target=send, args=(site, background(1000, 60_000) + stories(("S01", "S05b", "S09"))))
    load.start()
    stopped = site.worker()
    stopped.wait_working()
    began = time.monotonic()
    assert stopped.stop() == 0, stopped.log()
    assert time.monotonic() - began < 5
    assert site.lag() > 0, "it was not under load"
    for moment in ("flow", "flow", *seeded.sample(("start", "recovery", "recovery"), 3)):
        # One record a request, and two lives that wrote states before: a recovery lasts long enough to be hit.
        worker = site.worker(**{"max_poll_records": "1"} if moment == "recovery" else {})
        if moment == "recovery":
            recovering.append(kill_in_recovery(worker))
        else:
            if moment == "flow":
                worker.wait_working()
            time.sleep(seeded.uniform(0, 1))
            worker.kill()
        assert site.lag() > 0, f"killed in {moment}: there was nothing left to lose"
    while not any(recovering) and len(recovering) < 8:
        # it was ready between two looks: states of a further second make the next recovery longer
        worker = site.worker()
        worker.wait_ready()
        time.sleep(1)
        worker.kill()
        recovering.append(kill_in_recovery(site.worker(max_poll_records="1")))
    assert any(recovering), "no kill hit a recovery"
    load.join()
    site.worker()
    site.wait_drained()
    site.assert_as_uninterrupted()


def test_two_workers_join_and_leave_under_load(site: Pipeline) -> None:
    send(site, stories(("S01", "S09")))
    with flowing(site, ordinary(2000)):
        first = site.worker(instance_id="a")
        first.wait_ready()
        second = site.worker(instance_id="b")
        second.wait_ready()
        second.wait_working()
        began = time.monotonic()
        assert first.stop() == 0, first.log()
        assert time.monotonic() - began < 5
        third = site.worker(instance_id="c")
        third.wait_ready()
        third.wait_working()
        second.kill()
        assert site.lag() > 0
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


def send_with_a_strange_header(site: Pipeline, value: bytes) -> None:
    """One record with a header whose name is no UTF-8, which most clients refuse to write and the broker takes."""
    producer = KafkaProducer(bootstrap_servers=site.address)
    producer.send(site.prefix + PLATFORM_EVENTS.name, value, headers=[(NotText("name"), b"1")]).get(30)
    producer.close()


def test_poison_at_random_offsets_goes_to_the_dead_letters_and_the_rest_goes_on(site: Pipeline) -> None:
    seeded = chance()
    events = stories(("S05b",))
    for value in list(POISON) * 10:
        events.insert(seeded.randrange(len(events)), (PLATFORM_EVENTS.name, seeded.randbytes(2), value))
    half = len(events) // 2
    send(site, events[:half])
    send_with_a_strange_header(site, b"{")
    send(site, events[half:])
    site.worker()
    site.wait_drained()
    sent = {
        (record.topic, record.partition, record.offset, reason, record.value)
        for partition in read(site.address, site.prefix + PLATFORM_EVENTS.name)
        for record in partition
        if (reason := POISON.get(record.value or b""))
    }
    assert len(sent) == 51
    letters = [
        decode_dead_letter(record.value or b"")
        for partition in read(site.address, site.prefix + DEAD_LETTERS.name)
        for record in partition
    ]
    buried = [(letter.topic, letter.partition, letter.offset, letter.reason, letter.raw) for letter in letters]
    assert set(buried) == sent
    assert len(buried) == len(sent)
    assert [letter.headers for letter in letters if letter.headers] == [(("\\xff", b"1"),)]
    assert "priority" in site.tiers().values()


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_every_compression_arrives_also_without_keys_and_is_written(site: Pipeline, codec: str) -> None:
    told = [(topic, None, value) for topic, _, value in stories(("S05b",))]
    send(site, told, **{"compression.type": codec})
    site.worker(compression=codec)
    site.wait_drained()
    assert "priority" in site.tiers().values()
