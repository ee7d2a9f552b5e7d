"""The real pipeline on the real broker, and what is sent through it. What must be in Kafka afterwards: `tests.kafka.uninterrupted`."""

from __future__ import annotations

import itertools
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from enrichers import demo
from schemas.topics import LOGIN_EVENTS, PLATFORM_EVENTS
from streams.detection.account_state import AccountState
from streams.detection.catalogue.load import load
from streams.pipeline import build_enricher, build_stages
from streams.runtime.local import LocalRuntime
from streams.scenarios import SCENARIOS, encode, generate, topic_of
from streams.scenarios.background import background_bytes
from tests.detection.pipeline import START
from tests.kafka.uninterrupted import (
    OVER,
    assert_cases,
    assert_each_stage_said_what_follows_from_its_input,
    assert_events_and_links,
    assert_findings,
    assert_memories,
    assert_one_text_for_each_revision,
    newest_alerts,
)
from tests.kafka.verifier import newest_states, read
from tests.kafka.worker import Deployment, WorkerProcess

MOST_WAITING = 20_000
"""Records, over the inputs of all stages: some seconds' work of two workers."""
FOLDER = Path(tempfile.mkdtemp(prefix="personawatch-kafka-tables-"))
TABLES = demo.build(FOLDER / "demo")
UNTIL: dict[str, float] = {"B04": 2}
"""Stories told up to a day only: after two, all of B04's three hundred people have been behind its eight addresses."""


def stages() -> list[Any]:
    """Fresh stages on the demo tables."""
    return list(
        build_stages(load(), build_enricher(TABLES["geo"], TABLES["asn"], TABLES["networks"], FOLDER / "private"))
    )


class RealWorker(WorkerProcess):
    """`personawatch worker` as a process."""

    command: tuple[str, ...] = (sys.executable, "-m", "streams.cli.main", "worker")


class Pipeline(Deployment):
    """A deployment of the real stages."""

    worker_class = RealWorker

    def __init__(self, address: str, **settings: str) -> None:
        tables = {f"{role}_table": str(path) for role, path in TABLES.items()}
        super().__init__(address, stages(), **{**tables, **settings})

    def alerts(self) -> dict[str, dict[str, Any]]:
        """Newest revision of each alert and watch entry, by case."""
        return newest_alerts(self)

    def tiers(self) -> dict[str, str]:
        """Account → tier of its open case."""
        return {
            account: alert["tier"]
            for alert in self.alerts().values()
            if alert["status"] not in OVER
            for account in alert["subject"]["account_ids"]
        }

    def late_events(self) -> int:
        """Events that accounts counted as late."""
        held = newest_states(self.address, self.settings.changelog("accounts"), AccountState)
        return sum(account.late for account in held.values())

    def assert_as_uninterrupted(self) -> None:
        """What is in Kafka is what an uninterrupted run gives, and what each stage makes of its input (`tests.kafka.uninterrupted`)."""
        model = LocalRuntime(stages(), partitions=4)
        for topic in (PLATFORM_EVENTS.name, LOGIN_EVENTS.name):
            for partition in read(self.address, self.prefix + topic):
                model.feed(topic, partition)
        assert_events_and_links(self, model)
        assert_memories(self, model)
        assert_findings(self)
        assert_cases(self, model)
        assert_each_stage_said_what_follows_from_its_input(self)
        assert_one_text_for_each_revision(self)


Sent = tuple[str, bytes, bytes]
"""Topic, key, JSON."""


def stories(names: Iterable[str] = tuple(SCENARIOS)) -> list[Sent]:
    """Events of the scenarios up to the day at which they are judged, merged by event time."""
    merged = [
        timed
        for name in names
        for timed in generate(name, start=START, until_day=UNTIL.get(name, SCENARIOS[name].judged_day))
    ]
    merged.sort(key=lambda timed: timed[0])
    return [(topic_of(event), event["account_id"].encode(), encode(event)) for _, event in merged]


def background(accounts: int, count: int) -> list[Sent]:
    """Ordinary traffic, so many events."""
    return list(itertools.islice(ordinary(accounts), count))


def ordinary(accounts: int) -> Iterator[Sent]:
    """Ordinary traffic of thirty days."""
    for _, key, value in background_bytes(accounts, START, 30):
        login = b'"type":"login.' in value or b'"type":"session.' in value
        yield LOGIN_EVENTS.name if login else PLATFORM_EVENTS.name, key, value


def send(site: Deployment, events: Sequence[tuple[str, bytes | None, bytes | None]], **options: Any) -> None:
    """Write events in their order to one input topic.

    Two topics that are read up from a backlog interleave anyhow, and the comparison needs each account's events in one order.
    """
    site.produce(PLATFORM_EVENTS.name, ((key, value) for _, key, value in events), **options)


@contextmanager
def flowing(site: Deployment, events: Iterable[Sent]) -> Iterator[None]:
    """Send two thousand events a second as long as the block lasts.

    Fewer to workers that cannot keep up: what waits for them has to be worked off, and reckoned anew, when the block is over.
    """
    end, source = threading.Event(), iter(events)

    def flow() -> None:
        for number in itertools.count():
            if not (piece := list(itertools.islice(source, 300))):
                return
            send(site, piece)
            if end.wait(0.15):
                return
            while number % 10 == 0 and site.lag() > MOST_WAITING:
                if end.wait(0.5):
                    return

    thread = threading.Thread(target=flow)
    thread.start()
    try:
        yield
        assert thread.is_alive(), "the load ended before the test did"
    finally:
        end.set()
        thread.join()


def send_apart(site: Deployment, events: Sequence[tuple[str, bytes | None, bytes]]) -> None:
    """Write events to the topics that producers would choose, one topic after the other, at the time at which they happened.

    That is months ago, so the topics are told to keep them.
    """
    admin = AdminClient({"bootstrap.servers": site.address})
    keep = [ConfigEntry("retention.ms", "-1", incremental_operation=AlterConfigOpType.SET)]
    for topic in (PLATFORM_EVENTS.name, LOGIN_EVENTS.name):
        place = ConfigResource(ResourceType.TOPIC, site.prefix + topic, incremental_configs=keep)
        admin.incremental_alter_configs([place])[place].result(10)
    times = [
        int(datetime.fromisoformat(msgspec.json.decode(value)["occurred_at"]).timestamp() * 1000)
        for *_, value in events
    ]
    for topic in (PLATFORM_EVENTS.name, LOGIN_EVENTS.name):
        own = [(key, value, when) for (name, key, value), when in zip(events, times, strict=True) if name == topic]
        site.produce(topic, ((key, value) for key, value, _ in own), times=[when for *_, when in own])
