"""A fault of real workers on a real Kafka becomes its alert, and no other, at the end of a real Prometheus and a real Alertmanager."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from enrichers.compiled import Row, write_networks
from tests.deploy.alerting import Alertmanager, Webhook, sixty_times_faster
from tests.deploy.alerting import lacks as lacks_alertmanager
from tests.deploy.prometheus import Prometheus, lacks
from tests.deploy.test_rules import FILES, RULES
from tests.kafka.broker import Broker, missing
from tests.kafka.pipeline import Pipeline
from tests.kafka.worker import WorkerProcess, wait_until
from tests.require import require

pytestmark = pytest.mark.kafka

POISON = [(None, b"{") for _ in range(1000)]
RUN = 100
"""Dead letters in a row at which a worker of this test stops: far less than the default, so that the flood need not be large."""
LATE_S = 10
"""What the objective of freshness allows."""
HOLD_S = 3
"""Evaluations of all rules after an alert, since another one may come a little later."""


def named(*names: str) -> set[str]:
    """Names of alerts, and of the one that always fires."""
    return {f"PersonaWatch{name}" for name in ("Watchdog", *names)}


class Watched:
    """Two workers, and everything between them and whoever is called."""

    def __init__(self, broker: Broker, rules: list[Path], table: Path, ends: ExitStack) -> None:
        """`ends` stops whatever was started, also when something does not start."""
        self.broker = broker
        self.table = table
        # Not the demo's tables: those are of a fixed date, and some day they are old.
        write_networks([Row("192.0.2.0/24", "vpn", "a list")], table, int(time.time()), "of now")
        tables = {"geo_table": "", "asn_table": "", "networks_table": str(table), "tables_watch_s": "0.5"}
        self.site = Pipeline(broker.address, dead_letter_run=f"{RUN}", **tables)
        ends.callback(self.site.close)
        self.first: WorkerProcess = self.site.worker()
        self.second: WorkerProcess = self.site.worker(instance_id="w1")
        self.webhook = Webhook()
        ends.callback(self.webhook.close)
        self.alertmanager = Alertmanager(self.webhook)
        ends.callback(self.alertmanager.close)
        self.first.wait_ready()
        self.second.wait_ready()
        more = {
            "rule_files": [str(rule) for rule in rules],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [self.alertmanager.address]}]}]},
        }
        # An alert that Alertmanager was not yet there for is told again after a second, not after a minute.
        self.prometheus = Prometheus(
            [self.first.port, self.second.port], more=more, options=["--rules.alert.resend-delay=1s"]
        )
        ends.callback(self.prometheus.close)

    def settle(self) -> None:
        """Wait until nothing but the watchdog fires, and forget what a slow start has raised."""
        (watchdog,) = named()
        self.hears("Watchdog")
        self.prometheus.wait_for("sum(personawatch_ready) == 2")
        # On a busy machine the first scrape can take longer than the seconds after which a worker counts as gone.
        self.prometheus.wait_for(f'absent(ALERTS{{alertstate="firing",alertname!="{watchdog}"}})')
        self.webhook.told[:] = [labels for labels in self.webhook.told if labels["alertname"] == watchdog]

    def hears(self, name: str, **labels: str) -> dict[str, str]:
        """The labels of an alert as soon as it was told with `labels` among them."""
        wanted = labels | {"alertname": f"PersonaWatch{name}"}
        wait_until(lambda: any(wanted.items() <= one.items() for one in self.webhook.told), self._say)
        return next(one for one in self.webhook.told if wanted.items() <= one.items())

    def holds(self, *names: str, may: Sequence[str] = ()) -> None:
        """Since the test began exactly these alerts were told, and no other is about to be, however long its rule waits.

        One that is true for a moment, as "not ready" while partitions change hands, may wait a moment and must go again untold.
        `may`: true, or not, by how quick the machine is.
        """
        time.sleep(HOLD_S)  # what is looked for is that nothing happens, so there is nothing to wait for
        known, allowed = named(*names), named(*names, *may)
        wait_until(lambda: self._active() <= allowed, self._say)
        assert known <= self.webhook.raised <= allowed, self._say()

    def _active(self) -> set[str]:
        """Names of the alerts that are firing or wait for the end of their `for`."""
        return {series["metric"]["alertname"] for series in self.prometheus.query("ALERTS")}

    def _say(self) -> str:
        now = f"active: {self._active()}\ntold: {self.webhook.told}"
        return "\n".join((now, self.alertmanager.log(), *(one.log() for one in self.site.workers)))


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    require(lacks("prometheus") or lacks_alertmanager() or missing())
    rules = [tmp_path / file.name for file in FILES]
    for rule, file in zip(rules, FILES, strict=True):
        rule.write_text(sixty_times_faster(file.read_text("utf-8")))
    with ExitStack() as ends:
        broker = Broker()
        ends.callback(broker.close)
        broker.start()
        yield Watched(broker, rules, tmp_path / "networks.mmdb", ends)


def test_each_fault_raises_exactly_its_alert(watched: Watched) -> None:
    site, first, second = watched.site, watched.first, watched.second
    watched.settle()

    second.kill()
    assert watched.hears("WorkerDown")["instance"] == f"127.0.0.1:{second.port}"
    watched.holds("WorkerDown")

    began = time.monotonic()
    site.produce("login-events", POISON)
    assert first.wait_ended() == 70, first.log()
    watched.hears("NoWorker", severity="page")
    # It may have been asked between the first dead letters and its end.
    watched.holds("WorkerDown", "NoWorker", may=["DeadLetters"])

    # As the runbook says. What has waited is late by now, and that is an alert of its own.
    time.sleep(max(0.0, LATE_S + 1 - (time.monotonic() - began)))
    again = site.again(first, dead_letter_ratio="1", dead_letter_run=f"{2 * len(POISON)}")
    again.wait_ready()
    watched.table.unlink()  # already, since nobody wants to wait for one alert after the other
    watched.hears("DeadLetters", severity="page")
    watched.hears("RecordsLate", severity="page")
    assert watched.hears("TableRefused")["table"] == "networks"
    known = ["WorkerDown", "NoWorker", "DeadLetters", "RecordsLate", "TableRefused"]
    # Five seconds, for five minutes, without a partition: a start takes as long on a busy machine.
    may = ["NothingAssigned"]
    watched.holds(*known, may=may)

    watched.broker.kill()
    assert watched.hears("BrokerUnreachable", severity="page")["job"] == "personawatch"
    watched.holds(*known, "BrokerUnreachable", may=may)
    assert again.process.poll() is None, again.log()


def test_only_the_waiting_is_shortened() -> None:
    waits = [rule["for"] for rule in RULES if "for" in rule]
    assert all(wait.endswith("m") for wait in waits)
    for file in FILES:
        before, after = file.read_text("utf-8").splitlines(), sixty_times_faster(file.read_text("utf-8")).splitlines()
        changed = [line for line, other in zip(before, after, strict=True) if line != other]
        assert all(line.strip().startswith("for: ") for line in changed)
