"""A shadow worker beside a live one on a real broker: it says what its configuration would say, and the live one does not notice."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.topics import ENRICHED_EVENTS, SHADOW_ALERTS, SHADOW_WATCHLIST, TOPICS
from streams.detection.catalogue.load import builtin, load
from streams.detection.shadow import shadowed
from streams.pipeline import build_enricher, build_stages
from streams.runtime import settings, topic_admin
from streams.runtime.local import LocalRuntime
from tests.kafka.broker import Broker
from tests.kafka.pipeline import FOLDER, Pipeline, send, stories
from tests.kafka.uninterrupted import essence, keep_newest
from tests.kafka.verifier import read
from tests.kafka.worker import WorkerProcess, command, wait_until

CHANGED = builtin()["session.toml"].replace(
    "[indicator.marathon_session]", "[indicator.marathon_session]\nenabled = false"
)
TUNED = load(builtin() | {"session.toml": CHANGED})


@pytest.fixture
def site(broker: Broker) -> Iterator[Pipeline]:
    made = Pipeline(broker.address)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "session.toml").write_text(CHANGED)
    return tmp_path


def beside(site: Pipeline, folder: Path) -> Pipeline:
    """The deployment as its shadow sees it: same cluster and prefix, stages and group of its own."""
    shadow = copy.copy(site)
    shadow.environment = site.environment | {"PERSONAWATCH_SHADOW": str(folder)}
    shadow.settings = settings.load(shadow.environment)
    shadow.stages = shadow_stages()
    shadow._lag = None  # of its own group
    return shadow


def shadow_stages() -> list[Any]:
    return shadowed(build_stages(TUNED, build_enricher(None, None, None, FOLDER / "private")))


def newest(values: Iterator[bytes | None]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for value in values:
        keep_newest(found, msgspec.json.decode(value or b"{}"))
    return found


def written(site: Pipeline) -> dict[str, dict[str, Any]]:
    """The shadow's newest alerts and watch entries in Kafka."""
    return newest(
        record.value
        for topic in (SHADOW_ALERTS.name, SHADOW_WATCHLIST.name)
        for partition in read(site.address, site.prefix + topic)
        for record in partition
    )


def modelled(site: Pipeline) -> dict[str, dict[str, Any]]:
    """What the shadow's configuration makes of the live pipeline's events in one process."""
    model = LocalRuntime(shadow_stages())
    for partition in read(site.address, site.prefix + ENRICHED_EVENTS.name):
        model.feed(ENRICHED_EVENTS.name, partition)
    return newest(
        output.value for topic in (SHADOW_ALERTS.name, SHADOW_WATCHLIST.name) for output in model.outputs[topic]
    )


def topics(site: Pipeline) -> set[str]:
    """What the broker has of this deployment."""
    found = AdminClient({"bootstrap.servers": site.address}).list_topics(timeout=10).topics
    return {name for name in found if name.startswith(site.prefix)}


def counted(worker: WorkerProcess, name: str) -> float:
    """Sum over the series of a counter, -1 without any."""
    found = re.findall(rf"^personawatch_{name}_total(?:{{.*}})? (\S+)$", worker.metrics(), re.MULTILINE)
    return sum(map(float, found)) if found else -1


def test_live_and_shadow_over_the_same_input_and_a_kill_that_only_the_shadow_notices(
    site: Pipeline, folder: Path
) -> None:
    shadow_site = beside(site, folder)
    live = site.worker()
    live.wait_ready()
    rebalances = counted(live, "rebalances")
    shadow = shadow_site.worker()
    shadow.wait_ready()
    send(site, stories(("S05b",))[:2_000])  # as far as the tier that it reaches: priority
    site.wait_drained()
    shadow_site.wait_drained()

    assert essence(written(site).values()) == essence(modelled(site).values())
    live_alerts = site.alerts()
    evidence = [{item["indicator"] for item in alert["evidence"]} for alert in live_alerts.values()]
    assert "marathon_session" in set.union(*evidence)
    assert essence(written(site).values()) != essence(live_alerts.values())
    for alert in written(site).values():
        assert (alert["versions"]["catalogue"], alert["versions"]["config"]) == (
            TUNED.version,
            f"shadow-{TUNED.version}",
        )

    shown = command(
        site.environment, "alerts", "--prefix", f"{site.prefix}shadow-", "--from-beginning", "--once", "--ndjson"
    )
    assert {line["alert_id"] for line in map(msgspec.json.decode, shown.stdout.splitlines())} <= set(written(site))
    assert shown.stdout

    assert (counted(shadow, "alerts"), counted(shadow, "notifications"), counted(live, "shadow_alerts")) == (0, 0, -1)
    assert counted(shadow, "shadow_alerts") >= len(written(site))
    assert counted(live, "alerts") >= len(live_alerts)
    assert counted(shadow, "shadow_indicator_firings") > 0 == counted(shadow, "indicator_firings")
    assert f'catalogue="{TUNED.version}"' in shadow.metrics()

    shadow.kill()
    send(site, stories(("S09",)))
    site.wait_drained()
    live.wait_ready()
    assert counted(live, "rebalances") == rebalances
    site.assert_as_uninterrupted()

    shadow_site.worker().wait_ready()
    shadow_site.wait_drained()
    assert essence(written(site).values()) == essence(modelled(site).values())


def test_a_shadow_is_forgotten_when_no_worker_is_left_and_takes_nothing_of_the_live_ones_along(
    site: Pipeline, folder: Path
) -> None:
    shadow_site = beside(site, folder)
    assert command(shadow_site.environment, "topics", "create", "--shadow").returncode == 0
    before = topics(site)
    member = Consumer({"bootstrap.servers": site.address, "group.id": shadow_site.settings.app_id})
    member.subscribe([site.prefix + ENRICHED_EVENTS.name])
    wait_until(lambda: member.poll(0.1) is None and bool(member.assignment()), lambda: "no assignment")
    member.commit(offsets=[TopicPartition(site.prefix + ENRICHED_EVENTS.name, 0, 0)], asynchronous=False)
    with pytest.raises(topic_admin.TopicsError, match="a worker is in it"):
        topic_admin.forget_shadow(shadow_site.settings, shadow_site.stages, within_s=0)
    assert topics(site) == before
    member.close()

    for deleted in (8, 0):
        done = command(shadow_site.environment, "topics", "forget", "--shadow")
        assert (done.returncode, done.stdout.count(b"deleted ")) == (0, deleted), done.stderr
    assert topics(site) == {name for name in before if "shadow" not in name}
    assert topics(site) >= {site.prefix + topic.name for topic in TOPICS}
    assert command(shadow_site.environment, "topics", "create", "--shadow").returncode == 0
    with pytest.raises(topic_admin.TopicsError, match="only a shadow can be forgotten"):
        topic_admin.forget_shadow(site.settings, site.stages, within_s=0)
