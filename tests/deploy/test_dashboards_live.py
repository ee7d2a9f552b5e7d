"""Every panel shows something: a real worker under load on a real Kafka, a shadow beside it, watched by a real Prometheus."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.dashboards import objective
from deploy.dashboards.queries import JOBS, worst_partitions
from schemas.topics import PLATFORM_EVENTS
from streams.detection.catalogue.load import builtin
from tests.deploy.prometheus import Prometheus, lacks
from tests.deploy.promql import panels, plain
from tests.deploy.test_dashboards import DASHBOARDS
from tests.kafka.broker import Broker
from tests.kafka.pipeline import Pipeline, background, send, stories
from tests.kafka.uninterrupted import OVER
from tests.require import require

pytestmark = pytest.mark.kafka

RATE_INTERVAL = "10s"  # ten scrapes
POISON = (b"\xff\xfe", b"{", b'{"type":"session.start"}')
SILENT = "sanctioned_locale_setting"
"""An indicator of which the stories and the background know nothing."""
EMPTY = {
    ("quality", "Too large by topic", "{{topic}}"): "takes a record that is too large",
    ("quality", "Look-ups that failed", "{{role}} {{outcome}}"): "takes a damaged table",
}
"""(dashboard, panel, legend or letter of the query) → what it takes to show something. Their totals beside them are there without."""
ZERO = {
    ("detection", "Retracted, 24 h", "A"): "no evidence goes within minutes",
    ("detection", "Silent for a week", "A"): "the listing is of those with none",
    ("pipeline", "Faults in our own counting", "A"): "takes a fault of ours",
    ("quality", "Left out by reason", "{{reason}}"): "takes log-ins in another system's format",
    ("quality", "Left out on purpose, 1 h", "A"): "takes log-ins in another system's format",
    ("quality", "Look-ups that failed", "all"): "takes a damaged table",
    ("quality", "Lost to retention, 1 h", "A"): "takes a broker that deletes what is not read",
    ("quality", "Refused now", "A"): "takes a damaged table",
    ("quality", "Reloads", "{{outcome}}"): "takes a new table",
    ("quality", "Too large by topic", "all"): "takes a record that is too large",
    ("quality", "Too large to write, 1 h", "A"): "takes a record that is too large",
    ("recovery", "Changelog left", "A"): "nothing is written yet when they start",
    ("recovery", "Changelog left over time", "{{instance}}"): "nothing is written yet when they start",
    ("recovery", "Restarts, 1 h", "A"): "nobody starts anew",
    ("recovery", "Time to recovered", "A"): "nothing is written yet when they start",
}
"""(dashboard, panel, legend or letter of the query) → why it is always zero here: a counter that nothing sets is zero as well."""
EITHER = {
    *(("pipeline", "Budget burn", f"over {window}") for window in objective.WINDOWS),
    ("pipeline", "Budget left", "A"),
    ("pipeline", "Partitions that do not move", "{{topic}} {{partition}}"),
    ("pipeline", "Stuck partitions", "A"),
    ("pipeline", "Time to drain", "{{topic}}"),
    ("pipeline", "Workers not at work", "A"),
}
"""Zero or not as fast as the machine is; `test_dashboards_numbers.py` proves the numbers themselves."""
DECISIONS = ("confirmed_pattern", "cleared")


@pytest.fixture
def site(broker: Broker) -> Iterator[Pipeline]:
    require(lacks("prometheus"))
    made = Pipeline(broker.address)
    yield made
    made.close()


def decisions(site: Pipeline) -> list[tuple[str, bytes | None, bytes]]:
    """What people say about the open cases, in turn."""
    told = []
    cases = sorted((case["alert_id"], case) for case in site.alerts().values() if case["status"] not in OVER)
    for number, (case_id, case) in enumerate(cases):
        account = case["subject"]["account_ids"][0]
        event = {
            "type": "case.disposition",
            "event_id": f"decision-{number}",
            "account_id": account,
            "occurred_at": datetime.now(UTC).isoformat(),
            "outcome": DECISIONS[number % len(DECISIONS)],
            "alert_id": case_id,
        }
        told.append((PLATFORM_EVENTS.name, account.encode(), json.dumps(event).encode()))
    return told


def disorder(events: Sequence[tuple[str, bytes, bytes]]) -> list[tuple[str, bytes | None, bytes | None]]:
    """Events again and from behind a proxy; then one that is late, one from the future and a record without a value."""
    again = [(topic, key, re.sub(rb'"ip":"[^"]*"', b'"ip":"10.0.0.1"', value)) for topic, key, value in events]
    topic, key, value = events[-1]
    event = json.loads(value)
    then = datetime.fromisoformat(event["occurred_at"])
    moved = [
        {**event, "event_id": name, "occurred_at": when.isoformat()}
        for name, when in (("late", then - timedelta(days=20)), ("future", datetime.now(UTC) + timedelta(days=1)))
    ]
    return [*again, *((topic, key, json.dumps(event).encode()) for event in moved), (topic, key, None)]


def shows(prometheus: Prometheus, expression: str, begin: float, end: float) -> bool | None:
    """Whether any series is another number than zero at any moment; None without any number."""
    found = prometheus.query_range(plain(expression, RATE_INTERVAL, "1m"), begin, end)
    values = [float(value) for series in found for _, value in series["values"] if value != "NaN"]
    return any(values) if values else None


def week_before(now: float) -> str:
    """A worker that is gone: it was at work eight days ago, and three days ago an indicator fired that has not since."""
    told = []
    for kind, name, labels, days, numbers in (
        ("gauge", "ready", "", 7.5, (1, 1)),
        ("counter", "indicator_firings", f',indicator="{SILENT}"', 3, (0, 4)),
    ):
        told.append(f"# TYPE personawatch_{name} {kind}")
        for minute, number in enumerate(numbers):
            ending = "_total" if kind == "counter" else ""
            at = now - days * 86_400 + 60 * minute
            told.append(f'personawatch_{name}{ending}{{job="personawatch",instance="gone"{labels}}} {number} {at:.0f}')
    return "\n".join([*told, "# EOF\n"])


def without_marathons(folder: Path) -> str:
    """A configuration whose shadow differs from what is live."""
    off = "[indicator.marathon_session]"
    (folder / "session.toml").write_text(builtin()["session.toml"].replace(off, f"{off}\nenabled = false"))
    return str(folder)


def test_every_panel_shows_something(site: Pipeline, tmp_path: Path) -> None:
    begin = time.time()
    worker, shadow = site.worker(), site.worker(shadow=without_marathons(tmp_path))
    prometheus = Prometheus([worker.port], shadows=[shadow.port], history=week_before(begin))
    try:
        worker.wait_ready()
        shadow.wait_ready()
        prometheus.wait_for("sum(personawatch_ready) == 2")
        site.worker(instance_id="second").wait_ready()  # a rebalance that Prometheus sees both sides of
        [offered] = prometheus.query(f"count by (job) ({JOBS.removeprefix('label_values(').removesuffix(', job)')})")
        assert offered["metric"] == {"job": "personawatch"}
        people = background(100, 3_000)
        send(site, [*people, *stories(("S01", "S05b", "S09"))])
        send(site, disorder(people[-200:]))
        send(site, [("login-events", b"x", poison) for poison in POISON])
        site.wait_drained()
        told = decisions(site)
        assert len(told) >= len(DECISIONS)
        send(site, told)
        prometheus.wait_for(f'sum(increase(personawatch_dispositions_total{{outcome="{DECISIONS[-1]}"}}[1m])) > 0')
        prometheus.wait_for("sum(increase(personawatch_shadow_alerts_total[1m])) > 0")
        end = time.time() + 1  # a step of the range, so that its last one is not before what was waited for
        shown = {
            (name, panel["title"], target.get("legendFormat", target["refId"])): shows(
                prometheus, target["expr"], begin, end
            )
            for name, dashboard in DASHBOARDS.items()
            for panel in panels(dashboard)
            for target in panel["targets"]
        }
        lines = prometheus.query_range(plain(worst_partitions(10, "partition_lag"), RATE_INTERVAL, "1m"), begin, end)
    finally:
        prometheus.close()
    assert len(lines) == 10, "`topk` at each step gives more"
    assert not [query for query in EITHER if shown[query] is None], "as fast as the machine is: zero, never nothing"
    for wanted, found in ((EMPTY, None), (ZERO, False)):
        given = {query for query, some in shown.items() if some is found}
        assert given - EITHER == set(wanted), sorted((given - EITHER) ^ set(wanted))
