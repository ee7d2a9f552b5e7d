"""What is larger than the broker takes, going out or coming in: a dead letter, and everything else goes on."""

from __future__ import annotations

import json
import random
import sys
from functools import partial
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from schemas.dead_letter import DeadLetter, decode_dead_letter
from tests.kafka import toys
from tests.kafka.broker import Broker
from tests.kafka.conftest import Deploy
from tests.kafka.pipeline import Pipeline, send, stories
from tests.kafka.verifier import read
from tests.kafka.worker import Deployment, WorkerProcess, command, events, wait_until

LARGE: dict[str, Any] = {"message.max.bytes": 6_000_000}
"""For a producer; its own default is a megabyte."""


def allow(site: Deployment, topic: str, most: int) -> None:
    """Set the largest batch that a topic takes."""
    change = ConfigEntry("max.message.bytes", str(most), incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[change])
    admin = AdminClient({"bootstrap.servers": site.address})
    for done in admin.incremental_alter_configs([resource]).values():
        done.result(10)


def letters(site: Deployment) -> list[DeadLetter]:
    """What is in the dead-letter topic."""
    partitions = read(site.address, site.prefix + "dead-letters")
    return [decode_dead_letter(record.value or b"") for partition in partitions for record in partition]


def noise(size: int) -> bytes:
    """Bytes that no compression makes smaller."""
    return random.Random(size).randbytes(size)


def taken(site: Deployment, whale: bytes) -> bool:
    """Whether the broker takes it: a changed limit holds only some moments after it was set."""
    try:
        site.produce("platform-events", [(b"w", whale)], **LARGE)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.MSG_SIZE_TOO_LARGE:
            raise
        return False
    return True


def place_of(site: Deployment, topic: str, value: bytes) -> tuple[str, int, int]:
    """Where a value is."""
    name = site.prefix + topic
    found = [record for partition in read(site.address, name) for record in partition if record.value == value]
    return name, found[0].partition, found[0].offset


@pytest.mark.parametrize("refused_by", ["setting", "broker"])
def test_an_output_too_large_is_buried_and_the_rest_goes_on(deploy: Deploy, refused_by: str) -> None:
    big = b"whale " + noise(60_000)
    if refused_by == "setting":
        site, most = deploy(max_record_bytes="20000"), 20_000
    else:  # also the letter has to get smaller until it is taken
        site, most = deploy(), 15_000
        allow(site, site.prefix + "enriched-events", most)
        allow(site, site.prefix + "dead-letters", most)
    site.produce("login-events", [*events(500), (b"k", big), *events(500, start=500)])
    worker = site.worker()
    site.wait_drained()

    [letter] = letters(site)
    assert (letter.topic, letter.partition, letter.offset) == place_of(site, "login-events", big)
    assert (letter.stage, letter.reason) == ("enrich", "output_too_large")
    assert (letter.meant_for, letter.key) == (site.prefix + "enriched-events", b"whale")
    assert letter.raw_size == len(big)
    assert letter.raw
    assert big.startswith(letter.raw)
    assert most / 3 < len(letter.encode()) < most
    written = sum(len(partition) for partition in read(site.address, site.prefix + "enriched-events"))
    assert written >= 1000
    spread, count = (site.verdict(stage) for stage in site.stages)
    assert [(key, value) for _, key, value in spread.missing] == [(b"whale", big)]
    assert (spread.unexpected, count.exact) == ([], True)
    numbers = worker.metrics()
    assert f'personawatch_too_large_total{{topic="{site.prefix}enriched-events"}} 1.0' in numbers
    assert 'personawatch_dead_letters_total{reason="output_too_large"} 1.0' in numbers
    assert worker.stop() == 0
    # What a stage made goes back to no topic: it is the record that it was made of that can be sent again.
    ended = command(site.environment, "dead-letters", "send", "--reason", "output_too_large")
    assert ended.returncode == 70
    assert b"1 not sent: 1 hold what a stage made of a record" in ended.stderr


class Hoarder(WorkerProcess):
    """A worker whose states get as large as their events."""

    command = (
        sys.executable,
        "-c",
        "import sys; from tests.kafka import toys, worker; sys.exit(worker.main(lambda: [toys.Hoard()]))",
    )


class Hoarders(Deployment):
    """Workers of `Hoard`."""

    worker_class = Hoarder


def test_a_state_too_large_is_buried_and_the_others_are_kept(broker: Broker) -> None:
    site = Hoarders(broker.address, [toys.Hoard()], max_record_bytes="20000")
    changelog = site.settings.changelog("accounts")
    try:
        site.produce(
            "enriched-events", [(b"a", b"1"), (b"whale", noise(60_000)), (b"b", b"2")], partitioner="consistent"
        )
        worker = site.worker()
        site.wait_drained()
        [letter] = letters(site)
        assert (letter.stage, letter.meant_for, letter.key) == ("changelog", changelog, b"whale")
        assert letter.raw_size > 60_000
        assert worker.stop() == 0
        site.produce("enriched-events", [(b"c", b"3"), (b"whale", b"4")], partitioner="consistent")
        site.worker()
        site.wait_drained()
        kept = {record.key for partition in read(site.address, changelog) for record in partition}
        assert kept == {b"a", b"b", b"c", b"whale"}
    finally:
        site.close()


def test_an_input_of_megabytes_is_buried_and_the_rest_goes_on(broker: Broker) -> None:
    site = Pipeline(broker.address)
    sizes = (2_000_000, 5_000_000)
    try:
        allow(site, site.prefix + "platform-events", 6_000_000)
        told = stories(("S05b",))
        whales = [json.dumps({"type": "login.succeeded", "account_id": "w", "text": "x" * n}).encode() for n in sizes]
        half = len(told) // 2
        send(site, told[:half])
        for whale in whales:
            wait_until(partial(taken, site, whale), lambda: "the broker does not take what its topic allows")
        send(site, told[half:])
        worker = site.worker()
        site.wait_drained()
        assert "priority" in site.tiers().values()
        buried = sorted(letters(site), key=lambda letter: letter.raw_size)
        for letter, whale in zip(buried, whales, strict=True):
            assert (letter.topic, letter.partition, letter.offset) == place_of(site, "platform-events", whale)
            assert (letter.stage, letter.reason, letter.raw_size) == ("enrich", "too_large", len(whale))
            assert letter.raw
            assert whale.startswith(letter.raw)
            assert len(letter.encode()) < 1_000_000
        assert worker.process.poll() is None
    finally:
        site.close()


@pytest.mark.parametrize("others", [0, 3])
def test_what_the_broker_refuses_is_not_said_to_be_sent(deploy: Deploy, others: int) -> None:
    """With others in its batch it is found by halving; they arrive."""
    site = deploy()
    allow(site, site.prefix + "platform-events", 15_000)
    texts = ["" for _ in range(others)] + [noise(60_000).hex()]
    told = [{"type": "login.succeeded", "account_id": "w", "text": text} for text in texts]
    lines = b"".join(json.dumps(event).encode() + b"\n" for event in told)
    wait_until(
        lambda: command(site.environment, "send", "-", given=lines).returncode != 0,
        lambda: "the broker takes what its topic does not allow",
    )
    ended = command(site.environment, "send", "-", given=lines)
    assert ended.returncode == 70
    assert b"1 not delivered; the first: " in ended.stderr
    assert b"events sent to" not in ended.stderr
