"""A fault of a real worker on a real Kafka becomes its alert, and no other, at the end of a real Prometheus and a real Alertmanager."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from enrichers.compiled import Row, write_networks
from tests.deploy.alerting import Alertmanager, Webhook, sixty_times_faster
from tests.deploy.alerting import lacks as lacks_alertmanager
from tests.deploy.prometheus import Prometheus, lacks
from tests.deploy.test_rules import FILES, RULES
from tests.kafka.broker import Broker, missing
from tests.kafka.pipeline import Pipeline, background
from tests.kafka.worker import WorkerProcess, wait_until
from tests.require import require

pytestmark = pytest.mark.kafka

POISON = [("login-events", None, b"{") for _ in range(400)]
QUIET = "PersonaWatchWatchdog"


class Watched:
    """A worker, and everything between it and whoever is called."""

    def __init__(self, broker: Broker, rules: list[Path], table: Path) -> None:
        self.broker = broker
        self.table = table
        # Not the demo's tables: those are of a fixed date, and some day they are old.
        write_networks([Row("192.0.2.0/24", "vpn", "a list")], table, int(time.time()), "of now")
        tables = {"geo_table": "", "asn_table": "", "networks_table": str(table), "tables_watch_s": "0.5"}
        self.site = Pipeline(broker.address, **tables)
        self.worker: WorkerProcess = self.site.worker()
        self.webhook = Webhook()
        self.alertmanager = Alertmanager(self.webhook)
        self.worker.wait_ready()
        more = {
            "rule_files": [str(rule) for rule in rules],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [self.alertmanager.address]}]}]},
        }
        # An alert that Alertmanager was not yet there for is told again after a second, not after a minute.
        self.prometheus = Prometheus([self.worker.port], more=more, options=["--rules.alert.resend-delay=1s"])

    def hears(self, name: str, within_s: float = 25) -> dict[str, str]:
        """The labels of an alert as soon as it was told."""
        raised = self.webhook.raised
        wait_until(
            lambda: name in raised, within_s, lambda: f"{raised}\n{self.alertmanager.log()}\n{self.worker.log()}"
        )
        return raised[name]

    def close(self) -> None:
        """Whatever happened, leave nothing running."""
        self.prometheus.close()
        self.alertmanager.close()
        self.webhook.close()
        self.site.close()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    require(lacks("prometheus") or lacks_alertmanager() or missing())
    rules = [tmp_path / file.name for file in FILES]
    for rule, file in zip(rules, FILES, strict=True):
        rule.write_text(sixty_times_faster(file.read_text("utf-8")))
    broker = Broker()
    try:
        broker.start()
        made = Watched(broker, rules, tmp_path / "networks.mmdb")
        try:
            yield made
        finally:
            made.close()
    finally:
        broker.close()


def test_each_fault_raises_exactly_its_alert(watched: Watched) -> None:
    site, raised = watched.site, watched.webhook.raised
    watched.hears(QUIET)
    watched.prometheus.wait_for("personawatch_ready == 1")
    # On a busy machine the first scrape can take longer than the seconds after which a worker counts as gone.
    watched.prometheus.wait_for(f'absent(ALERTS{{alertstate="firing",alertname!="{QUIET}"}})')
    raised.pop("PersonaWatchNoWorker", None)
    assert set(raised) == {QUIET}

    # 40 %: less than the half at which the worker stops by itself.
    site.produce("login-events", ((key, value) for _, key, value in [*background(50, 600), *POISON]))
    assert watched.hears("PersonaWatchDeadLetters")["severity"] == "page"
    assert set(raised) == {QUIET, "PersonaWatchDeadLetters"}

    watched.table.unlink()
    assert watched.hears("PersonaWatchTableRefused")["table"] == "networks"
    known = {QUIET, "PersonaWatchDeadLetters", "PersonaWatchTableRefused"}
    assert set(raised) == known

    watched.broker.kill()
    assert watched.hears("PersonaWatchBrokerUnreachable")["job"] == "personawatch"
    assert set(raised) == known | {"PersonaWatchBrokerUnreachable"}
    assert watched.worker.process.poll() is None, watched.worker.log()

    watched.worker.kill()
    watched.hears("PersonaWatchNoWorker")
    assert set(raised) == known | {"PersonaWatchBrokerUnreachable", "PersonaWatchNoWorker"}


def test_only_the_waiting_is_shortened() -> None:
    waits = [rule["for"] for rule in RULES if "for" in rule]
    assert all(wait.endswith("m") for wait in waits)
    for file in FILES:
        before, after = file.read_text("utf-8").splitlines(), sixty_times_faster(file.read_text("utf-8")).splitlines()
        changed = [line for line, other in zip(before, after, strict=True) if line != other]
        assert all(line.strip().startswith("for: ") for line in changed)
