"""Replay of a real deployment's topics: the same final alerts as live, and nobody notices."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from confluent_kafka.admin import AdminClient

from schemas.topics import ENRICHED_EVENTS, LOGIN_EVENTS, PLATFORM_EVENTS
from streams.scenarios import SCENARIOS
from tests.kafka.broker import Broker
from tests.kafka.pipeline import TABLES, Pipeline, Sent, send, send_apart, stories
from tests.kafka.uninterrupted import OVER, essence
from tests.kafka.verifier import read
from tests.kafka.worker import command
from tests.replay import farm

STORIES = ("S05b", "S09")
SCORE_WITHIN = 6.0
"""Points of 100, for a case of several accounts. It is told anew when its tier, members or indicators change, with confidences as they are
at that moment, and whose news brings the last change is chance."""
DEMO = tuple(word for role, path in TABLES.items() for word in ("--tables", f"{role}={path}"))


@pytest.fixture
def site(broker: Broker) -> Iterator[Pipeline]:
    made = Pipeline(broker.address)
    yield made
    made.close()


def groups(site: Pipeline) -> set[str]:
    found = AdminClient({"bootstrap.servers": site.address, "log_level": 0}).list_consumer_groups().result(30)
    return {group.group_id for group in found.valid}


def moment(event: bytes) -> datetime:
    return datetime.fromisoformat(msgspec.json.decode(event)["occurred_at"])


def replay(site: Pipeline, query: str, *words: str, code: int = 0) -> tuple[list[dict[str, Any]], str]:
    """Alerts, or what is shown in their place, and the summary of a replay of `query`, a URL without brokers and prefix."""
    topics, mark, rest = query.partition("?")
    named = ",".join(site.prefix + topic for topic in topics.split(","))
    done = command(site.environment, "replay", f"kafka://{site.address}/{named}{mark}{rest}", *words)
    assert done.returncode == code, (done.stdout + done.stderr).decode()
    if "--against" in words:
        return [], done.stdout.decode()
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def rising() -> list[Sent]:
    """Twelve accounts on one device and one bank account, a new one each hour: a case that rises from watch to review."""
    lines = farm.events(12, timedelta(hours=1))
    return [(PLATFORM_EVENTS.name, msgspec.json.decode(line)["account_id"].encode(), line.strip()) for line in lines]


def test_what_was_live_is_replayed_compared_and_captured(site: Pipeline, tmp_path: Path) -> None:
    low, high = rising()[:4], rising()[4:]
    events = sorted(stories(STORIES) + low, key=lambda event: moment(event[2])) + high
    send(site, events[: -len(high)])
    site.worker()
    site.wait_drained()
    assert site.tiers()["farm-000"] == "watch"
    send(site, high)
    site.wait_drained()
    live, before = site.alerts(), groups(site)
    assert {alert["tier"] for alert in live.values()} == {"priority", "review", "watch"}
    raw, said = replay(site, PLATFORM_EVENTS.name, *DEMO)
    assert said.startswith(f"events    {len(events):,} of {len(events):,} records")
    enriched, _ = replay(site, ENRICHED_EVENTS.name, "--tables", "none")
    for replayed in (raw, enriched):
        assert essence(replayed) == essence(live.values())
        assert alone(replayed) == alone(live.values())
        assert scores(replayed) == pytest.approx(scores(live.values()), abs=SCORE_WITHIN)

    [account] = SCENARIOS["S05b"].accounts()
    recorded = tmp_path / "alerts.ndjson"
    shown = command(site.environment, "alerts", "--from-beginning", "--once", "--ndjson", "--watchlist")
    recorded.write_bytes(b"".join(line for line in shown.stdout.splitlines(True) if account.encode() in line))
    replay(site, PLATFORM_EVENTS.name, *DEMO, "--account", account, "--against", str(recorded))
    recorded.write_bytes(recorded.read_bytes().replace(b'"priority"', b'"review"'))
    replay(site, PLATFORM_EVENTS.name, *DEMO, "--account", account, "--against", str(recorded), code=1)

    captured = tmp_path / "case.ndjson.zst"
    source = f"kafka://{site.address}/{site.prefix}{ENRICHED_EVENTS.name}"
    done = command(site.environment, "capture", source, "--output", str(captured), "--tables", "none")
    assert done.returncode == 0, done.stderr.decode()
    again = command({}, "replay", str(captured), "--tables", "none")
    assert tiers(map(json.loads, again.stdout.splitlines())) == tiers(live.values())
    assert account.encode() not in again.stdout
    assert groups(site) == before
    assert site.lag() == 0


def tiers(alerts: Iterable[dict[str, Any]]) -> Counter[tuple[str, int]]:
    """How many cases stand at each tier, by how many accounts they have."""
    return Counter(
        (alert["tier"], len(alert["subject"]["account_ids"])) for alert in alerts if alert["status"] not in OVER
    )


def scores(alerts: Iterable[dict[str, Any]]) -> dict[str, float]:
    """Accounts of a case that stands → its score."""
    return {
        " ".join(alert["subject"]["account_ids"]): alert["score"] for alert in alerts if alert["status"] not in OVER
    }


def alone(alerts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Alerts on one account, to the last letter: no other account's news come between, so evidence, score and places are the same too.

    Only what a snapshot id stands for is not: who enriches tells it, and enriched events are enriched already.
    """
    own = sorted(
        (alert for alert in alerts if alert["subject"]["kind"] == "account"), key=lambda alert: alert["alert_id"]
    )
    assert own
    for alert in own:
        for used in alert["versions"]["tables"]:
            used["tables"] = []
    return own


def test_topics_are_merged_by_time_and_ranges_are_kept_to(site: Pipeline) -> None:
    events = stories(STORIES)
    send_apart(site, events)
    both = f"{LOGIN_EVENTS.name},{PLATFORM_EVENTS.name}"
    whole, said = replay(site, both, *DEMO)
    assert [alert["tier"] for alert in whole if alert["status"] != "retracted"].count("priority") == 1
    assert " late " not in said

    times = sorted(moment(value) for *_, value in events)
    middle = times[len(times) // 2].astimezone(UTC)
    text = middle.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    cut = datetime.fromisoformat(text)
    early, late = (replay(site, f"{both}?{bound}={text}", *DEMO)[1] for bound in ("to", "from"))
    assert int(early.split()[1].replace(",", "")) == sum(time < cut for time in times)
    assert int(late.split()[1].replace(",", "")) == sum(time >= cut for time in times)

    held = [len(partition) for partition in read(site.address, site.prefix + PLATFORM_EVENTS.name)]
    fullest = held.index(max(held))
    _, said = replay(site, f"{PLATFORM_EVENTS.name}?partition={fullest}&from=5&to=12", *DEMO)
    assert said.startswith("events    7 of 7 records")
    _, said = replay(site, f"{PLATFORM_EVENTS.name}?partition={fullest}&from=5&to=99999999", *DEMO)
    assert said.startswith(f"events    {max(held) - 5:,} of ")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("no-such-topic", "no-such-topic: not found at"),
        (f"{PLATFORM_EVENTS.name}?partition=77", "partition 77 of topic"),
    ],
)
def test_what_is_not_there_is_bad_input(site: Pipeline, query: str, says: str) -> None:
    done = command(site.environment, "replay", f"kafka://{site.address}/{site.prefix}{query}")
    assert done.returncode == 2
    assert says in done.stderr.decode()


def test_brokers_that_are_not_there() -> None:
    done = command({}, "replay", "kafka://127.0.0.1:1/platform-events")
    assert done.returncode == 70
    assert b"127.0.0.1:1" in done.stderr
