"""The real pipeline on the real broker, and an independent account of what must be in Kafka when it has caught up.

The verifier reads input, enriched events, changelogs and alerts with another client library and holds them against an uninterrupted run
in one process. What depends on how two inputs of one stage interleave (positions, what was last told, revisions on the way) is left out
of the comparison; everything that an analyst or a later event could see is in it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from enrichers import demo
from schemas.topics import ALERTS, ENRICHED_EVENTS, LINKS, LOGIN_EVENTS, PLATFORM_EVENTS, WATCHLIST
from streams.detection.account_state import AccountState
from streams.detection.catalogue.load import load
from streams.detection.entity_state import DEFAULT_KEEP_DAYS, KEEP_DAYS, EntityState
from streams.detection.states import StateCodec
from streams.detection.windows import DAY
from streams.pipeline import build_enricher, build_stages
from streams.runtime.local import LocalRuntime
from streams.scenarios import SCENARIOS, encode, generate, topic_of
from streams.scenarios.background import background_bytes
from tests.detection.pipeline import START
from tests.kafka.verifier import read
from tests.kafka.worker import Deployment, WorkerProcess

FOLDER = Path(tempfile.mkdtemp(prefix="personawatch-kafka-tables-"))
TABLES = demo.build(FOLDER / "demo")
OVER = ("retracted", "resolved")
QUIET = ("S01", "S05a", "S05b", "S09", "B01", "B02", "B05", "B06", "B07", "T2", "T5")
"""Stories told on Kafka besides B04, whose 18,000 events need no broker to stay silent."""


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
        newest: dict[str, dict[str, Any]] = {}
        for topic in (ALERTS.name, WATCHLIST.name):
            for partition in read(self.address, self.prefix + topic):
                for record in partition:
                    keep_newest(newest, json.loads(record.value or b"{}"))
        return newest

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
        decode = StateCodec[AccountState](AccountState).decode
        held: dict[bytes, bytes] = {}
        for partition in read(self.address, self.settings.changelog("accounts")):
            held |= {record.key: record.value for record in partition if record.key and record.value}
        return sum(decode(value).late for value in held.values())

    def assert_as_uninterrupted(self) -> None:
        """Every event enriched once or more with the same bytes, every state and every alert as in an uninterrupted run."""
        model = LocalRuntime(stages(), partitions=4)
        for topic in (PLATFORM_EVENTS.name, LOGIN_EVENTS.name):
            for partition in read(self.address, self.prefix + topic):
                model.feed(topic, partition)
        self._assert_outputs(model)
        self._assert_states(model)
        wanted: dict[str, dict[str, Any]] = {}
        for topic in (ALERTS.name, WATCHLIST.name):
            for output in model.outputs.get(topic, ()):
                keep_newest(wanted, json.loads(output.value))
        assert essence(self.alerts().values()) == essence(wanted.values())

    def _assert_outputs(self, model: LocalRuntime) -> None:
        """Outputs that depend on events alone: all there, and a repeated one is the same to the byte."""
        for topic in (ENRICHED_EVENTS.name, LINKS.name):
            wanted = {(output.key, output.value) for output in model.outputs.get(topic, ())}
            written = {
                (record.key, record.value)
                for partition in read(self.address, self.prefix + topic)
                for record in partition
            }
            if topic == LINKS.name:  # links of pairs follow from the order in which accounts met
                wanted = {link for link in wanted if not link[0].startswith(b"pair:")}
                written = {link for link in written if not (link[0] or b"").startswith(b"pair:")}
            assert wanted - written == set(), f"{topic}: missing"
            assert written - wanted == set(), f"{topic}: unexpected"

    def _assert_states(self, model: LocalRuntime) -> None:
        for name, kind, compared in (
            ("accounts", AccountState, account_memory),
            ("entities", EntityState, entity_memory),
        ):
            codec: StateCodec[Any] = StateCodec(kind)
            held: dict[bytes, bytes] = {}
            for partition in read(self.address, self.settings.changelog(name)):
                held |= {record.key: record.value for record in partition if record.key and record.value}
            found = {key: compared(codec.decode(value)) for key, value in held.items() if not key.startswith(b"pair:")}
            wanted = {
                key: compared(state) for key, state in model.all_states(name).items() if not key.startswith(b"pair:")
            }
            assert found.keys() == wanted.keys()
            wrong = [key for key in wanted if found[key] != wanted[key]]
            assert not wrong, f"{name}: {len(wrong)} of {len(wanted)}, first {found[wrong[0]]}\n{wanted[wrong[0]]}"


def account_memory(state: AccountState) -> Any:
    """What an account remembers, without positions and what was last told."""
    fired = {slot: (item.confidence, item.first) for slot, item in state.fired.items()}
    memories = (
        state.profile,
        state.network,
        state.location,
        state.session,
        state.payments,
        state.identity,
        state.links,
    )
    return [
        state.watermark,
        state.day,
        state.late,
        state.active_hours,
        sorted(fired.items()),
        sorted(state.mitigations),
        msgspec.to_builtins(memories),
    ]


def entity_memory(state: EntityState) -> Any:
    """Who is on a shared thing and since when; those beyond its memory are forgotten when the next one comes, so they do not count."""
    since = state.watermark - KEEP_DAYS.get(state.kind, DEFAULT_KEEP_DAYS) * DAY
    return [
        state.watermark,
        sorted((name, member.last) for name, member in state.members.items() if member.last >= since),
    ]


def stories(names: Iterable[str] = QUIET) -> list[tuple[str, bytes, bytes]]:
    """(topic, key, JSON) of the scenarios, merged by event time."""
    merged = [timed for name in names for timed in generate(name, start=START, until_day=SCENARIOS[name].judged_day)]
    merged.sort(key=lambda timed: timed[0])
    return [(topic_of(event), event["account_id"].encode(), encode(event)) for _, event in merged]


def background(accounts: int, count: int) -> list[tuple[str, bytes, bytes]]:
    """(topic, key, JSON) of ordinary traffic."""
    found = []
    for number, (_, key, value) in enumerate(background_bytes(accounts, START, 30)):
        if number >= count:
            break
        login = b'"type":"login.' in value or b'"type":"session.' in value
        found.append((LOGIN_EVENTS.name if login else PLATFORM_EVENTS.name, key, value))
    return found


def send(site: Deployment, events: Sequence[tuple[str, bytes | None, bytes | None]], **options: Any) -> None:
    """Write events in their order to one input topic.

    Two topics that are read up from a backlog interleave anyhow, and the comparison needs each account's events in one order.
    """
    site.produce(PLATFORM_EVENTS.name, ((key, value) for _, key, value in events), **options)


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


def keep_newest(newest: dict[str, dict[str, Any]], alert: dict[str, Any]) -> None:
    """What compaction keeps."""
    if alert["revision"] >= newest.get(alert["alert_id"], {"revision": 0})["revision"]:
        newest[alert["alert_id"]] = alert


def essence(alerts: Iterable[dict[str, Any]]) -> list[Any]:
    """What an analyst acts on: the open cases, their accounts, tier and evidence.

    Confidences decay to the moment of the last revision, which for a case of several accounts depends on whose news came last; the
    confidences themselves are compared in the accounts' states.
    """
    return sorted(
        (
            alert["tier"],
            alert["subject"]["account_ids"],
            sorted(item["indicator"] for item in alert["evidence"]),
        )
        for alert in alerts
        if alert["status"] not in OVER
    )
