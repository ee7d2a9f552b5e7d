"""Every panel shows something: a real worker under load on a real Kafka, a shadow beside it, watched by a real Prometheus."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.topics import PLATFORM_EVENTS
from streams.detection.catalogue.load import builtin
from tests.deploy.prometheus import Prometheus, lacks
from tests.deploy.promql import panels, plain
from tests.deploy.test_dashboards import DASHBOARDS
from tests.kafka.broker import Broker, missing
from tests.kafka.pipeline import Pipeline, background, send, stories
from tests.kafka.uninterrupted import OVER
from tests.require import require

pytestmark = pytest.mark.kafka

RATE_INTERVAL = "10s"  # ten scrapes
POISON = (b"\xff\xfe", b"{", b'{"type":"session.start"}')
EMPTY = {
    ("detection", "Silent for a day", ""): "an indicator that fired and stopped takes a day",
    ("quality", "Too large by topic", "{{topic}}"): "takes a record that is too large",
    ("quality", "Look-ups that failed", "{{role}} {{outcome}}"): "takes a damaged table",
}
"""(dashboard, panel, legend) → what it takes to show something. Their totals beside them are there without."""
DECISIONS = ("confirmed_pattern", "cleared")


@pytest.fixture(scope="module")
def site() -> Iterator[Pipeline]:
    require(lacks("prometheus") or missing())
    broker = Broker()
    try:
        broker.start()
        made = Pipeline(broker.address)
        yield made
        made.close()
    finally:
        broker.close()


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


def has_data(prometheus: Prometheus, expression: str, begin: float, end: float) -> bool:
    """Whether any series has a number at any moment."""
    found = prometheus.query_range(plain(expression, RATE_INTERVAL), begin, end)
    return any(not math.isnan(float(value)) for series in found for _, value in series["values"])


def without_marathons(folder: Path) -> str:
    """A configuration whose shadow differs from what is live."""
    off = "[indicator.marathon_session]"
    (folder / "session.toml").write_text(builtin()["session.toml"].replace(off, f"{off}\nenabled = false"))
    return str(folder)


def test_every_panel_shows_something(site: Pipeline, tmp_path: Path) -> None:
    begin = time.time()
    worker, shadow = site.worker(), site.worker(shadow=without_marathons(tmp_path))
    prometheus = Prometheus([worker.port, shadow.port])
    try:
        worker.wait_ready()
        shadow.wait_ready()
        prometheus.wait_for("sum(personawatch_ready) == 2")
        send(site, [*background(100, 3_000), *stories(("S01", "S05b", "S09"))])
        send(site, [("login-events", b"x", poison) for poison in POISON])
        site.wait_drained()
        told = decisions(site)
        assert len(told) >= len(DECISIONS)
        send(site, told)
        prometheus.wait_for(f'sum(increase(personawatch_dispositions_total{{outcome="{DECISIONS[-1]}"}}[1m])) > 0')
        prometheus.wait_for("sum(increase(personawatch_shadow_alerts_total[1m])) > 0")
        end = time.time() + 1  # a step of the range, so that its last one is not before what was waited for
        empty = {
            (name, panel["title"], target.get("legendFormat", ""))
            for name, dashboard in DASHBOARDS.items()
            for panel in panels(dashboard)
            for target in panel["targets"]
            if not has_data(prometheus, target["expr"], begin, end)
        }
    finally:
        prometheus.close()
    assert empty == set(EMPTY)
