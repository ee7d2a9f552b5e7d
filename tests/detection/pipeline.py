"""The whole pipeline in one process for tests: events in, newest alert or watch entry for each account out."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from enrichers import demo
from enrichers.enrich import Enricher
from enrichers.snapshot import Snapshot, load_snapshot
from enrichers.territories import sovereign_of
from enrichers.timezones import offsets_of
from schemas.topics import ALERTS, DEAD_LETTERS, SAFETY_NOTICES, WATCHLIST
from streams.detection.account_state import AccountState
from streams.detection.accounts import AccountsStage
from streams.detection.alert import Alert
from streams.detection.catalogue.load import load
from streams.detection.catalogue.model import Catalogue
from streams.detection.family import Desk
from streams.detection.scoring import weigh
from streams.detection.stage import Stage
from streams.pipeline import build_stages
from streams.runtime.local import LocalRuntime
from streams.scenarios import encode, generate, key_of, topic_of

START = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
Event = tuple[int, dict[str, Any]]


@functools.cache
def demo_snapshot() -> Snapshot:
    """The demo tables, built once a test run."""
    folder = Path(tempfile.mkdtemp(prefix="personawatch-tables-"))
    return load_snapshot(demo.build(folder / "tables"), folder / "private")


@functools.cache
def catalogue() -> Catalogue:
    """The built-in catalogue."""
    return load()


class Pipeline:
    """Enrich, accounts, entities and cases over the local runtime."""

    def __init__(
        self,
        used: Catalogue | None = None,
        offsets: Any = offsets_of,
        sovereigns: Any = sovereign_of,
        partitions: int = 4,
    ) -> None:
        self.catalogue = used or catalogue()
        stages: list[Stage] = build_stages(self.catalogue, Enricher(demo_snapshot()))
        stages[1] = AccountsStage(self.catalogue, offsets, Desk(self.catalogue, offsets, sovereigns))
        self.runtime = LocalRuntime(
            stages, partitions, keep=(ALERTS.name, WATCHLIST.name, SAFETY_NOTICES.name, DEAD_LETTERS.name)
        )

    def play(self, events: Iterable[Event], restart_every: int = 0) -> Pipeline:
        """Send events as a producer would, each with a record timestamp a second after its event time."""
        for number, (ts, event) in enumerate(events):
            self.runtime.send(topic_of(event), key_of(event), encode(event), ts + 1000)
            if restart_every and number % restart_every == 0:
                self.runtime.restart()
        return self

    def published(self) -> list[Alert]:
        """Every revision, in order; every piece of evidence leads to a raw event."""
        revisions = []
        for topic in (ALERTS.name, WATCHLIST.name):
            for output in self.runtime.outputs.get(topic, ()):
                alert = msgspec.json.decode(output.value, type=Alert)
                assert [item.indicator for item in alert.evidence if not item.events] == []
                revisions.append(alert)
        return revisions

    def newest(self) -> dict[str, Alert]:
        """Newest revision of each alert or watch entry that is not over."""
        newest: dict[str, Alert] = {}
        for alert in sorted(self.published(), key=lambda alert: alert.revision):
            newest[alert.alert_id] = alert
        return {name: alert for name, alert in newest.items() if alert.status not in ("retracted", "resolved")}

    def tiers(self, accounts: Iterable[str]) -> dict[str, str]:
        """Account → tier of the case it is in, `none` without one."""
        found = {account: alert.tier for alert in self.newest().values() for account in alert.subject.account_ids}
        return {account: found.get(account, "none") for account in accounts}

    def account(self, account_id: str) -> AccountState:
        """State of one account."""
        state: AccountState = self.runtime.all_states("accounts")[account_id.encode()]
        return state

    def raw(self, account_id: str) -> dict[str, float]:
        """Indicator → highest confidence that fired for the account, undecayed, after mitigators."""
        account = self.account(account_id)
        best: dict[str, float] = {}
        for item in account.fired.values():
            weighed = weigh(self.catalogue, [item], account.mitigations.values(), item.last)[item.indicator]
            best[item.indicator] = max(best.get(item.indicator, 0.0), weighed.confidence)
        return best


def scenario(name: str, **options: Any) -> list[Event]:
    """Events of a scenario at the usual start."""
    return list(generate(name, **{"start": START, **options}))
