"""What a stream's run left behind, by account: the highest tier, what fired, who was active when."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from schemas.topics import ALERTS, DEAD_LETTERS, ENRICHED_EVENTS, WATCHLIST
from streams.detection.account_state import AccountState
from streams.detection.catalogue.model import Catalogue
from streams.detection.profile import ACTIVITY
from streams.detection.scoring import CLUSTER, TIERS, weigh
from streams.detection.stage import Result, SourceRecord, Stage
from streams.detection.states import PartitionStates
from streams.detection.windows import DAY, WIDTH, Presence
from streams.replay.configuration import Configuration
from streams.replay.lines import Recorded
from streams.replay.selection import Selection
from streams.replay.states import PARTITIONS, each_state
from streams.runtime.local import LocalRuntime

ACTIVE = frozenset(str(kind.__struct_config__.tag) for kind in ACTIVITY)
LEFT = 0.05
"""An indicator counts as fired when mitigating facts leave at least this confidence of it, at the time at which it fired."""
_KEPT = (ALERTS.name, WATCHLIST.name, DEAD_LETTERS.name)


class _Event(msgspec.Struct):
    type: str
    account_id: str
    event_id: str = ""
    outcome: str = ""


class _Enriched(msgspec.Struct):
    event: _Event
    ts: int


class _Subject(msgspec.Struct):
    account_ids: list[str]
    accounts: int


class _Item(msgspec.Struct):
    indicator: str


class _Alert(msgspec.Struct):
    alert_id: str
    tier: str
    subject: _Subject
    evidence: list[_Item]


_enriched = msgspec.json.Decoder(_Enriched).decode
_alert = msgspec.json.Decoder(_Alert).decode


class Census:
    """The accounts stage, with a look at who does something in which week, and at decisions of people."""

    def __init__(self, stage: Stage) -> None:
        self.name, self.inputs = stage.name, stage.inputs
        self.stateful, self.state_type = stage.stateful, stage.state_type
        self._stage = stage
        self._seen: dict[str, Presence] = {}
        self.weeks: Counter[str] = Counter()
        """Account → weeks in which it did something, whichever arrived first."""
        self._decided: dict[str, tuple[int, str, str]] = {}

    @property
    def decided(self) -> dict[str, str]:
        """Account → outcome of the newest `case.disposition`, whichever arrived first."""
        return {account: outcome for account, (_, _, outcome) in self._decided.items()}

    def process(self, input_name: str, records: Iterable[SourceRecord], states: PartitionStates[Any]) -> Result:
        """Look, then hand on."""
        records = list(records)
        if input_name == ENRICHED_EVENTS.name:
            for record in records:
                self.look(record)
        return self._stage.process(input_name, records, states)

    def look(self, record: SourceRecord) -> None:
        """Take note of one enriched event."""
        try:
            enriched = _enriched(record.value or b"")
        except msgspec.DecodeError:
            return  # the stage refuses it, with a reason
        event = enriched.event
        if event.outcome and event.type == "case.disposition":
            decision = enriched.ts, event.event_id, event.outcome
            self._decided[event.account_id] = max(decision, self._decided.get(event.account_id, decision))
        if event.type in ACTIVE:
            week = enriched.ts // (7 * DAY)
            seen = self._seen.setdefault(event.account_id, Presence(week, 0))
            if week > seen.newest - WIDTH and not seen.count(week, week):
                seen.mark(week)
                self.weeks[event.account_id] += 1


class Published:
    """What was published of one case: its highest tier, and whom it was about."""

    def __init__(self) -> None:
        self.tier = "none"
        self.accounts: set[str] = set()


class Outcome:
    """Runs a stream and remembers, of every account, what a scorecard asks. Memory grows with accounts, not with events."""

    def __init__(self, configuration: Configuration) -> None:
        self.catalogue: Catalogue = configuration.catalogue
        stages = configuration.stages(Selection())
        self._census = Census(next(stage for stage in stages if stage.name == "accounts"))
        self._runtime = LocalRuntime(
            [self._census if stage.name == "accounts" else stage for stage in stages], PARTITIONS, keep=_KEPT
        )
        self.records = 0
        self.refused = 0
        self.reached: dict[str, str] = {}
        """Account → highest tier that was ever published for a case with it; without one: absent."""
        self.alerts: defaultdict[str, Published] = defaultdict(Published)
        """By id of the alert or watch entry."""
        self._clustered: set[str] = set()

    def take(self, recorded: Recorded) -> None:
        """Run one record."""
        topic, record = recorded
        runtime = self._runtime
        self.records += 1
        runtime.play(topic, record)
        if runtime.outputs:
            self._collect()

    @property
    def weeks(self) -> Mapping[str, int]:
        """Account → weeks in which it did something."""
        return self._census.weeks

    @property
    def decided(self) -> dict[str, str]:
        """Decisions of people in the stream."""
        return self._census.decided

    def fired(self) -> dict[str, set[str]]:
        """Account → indicators that fired on it and were not taken back, for every account of the stream."""
        states = each_state(self._runtime, "accounts")
        found = {key.decode(): _fired(self.catalogue, state) for key, state in states}
        for account in self._clustered:
            found.setdefault(account, set()).add(CLUSTER)
        return found

    def _collect(self) -> None:
        outputs = self._runtime.outputs
        for topic in (ALERTS.name, WATCHLIST.name):
            for output in outputs.get(topic, ()):
                self._publish(_alert(output.value))
        self.refused += len(outputs.get(DEAD_LETTERS.name, ()))
        outputs.clear()

    def _publish(self, alert: _Alert) -> None:
        if alert.tier == "none":
            return
        published = self.alerts[alert.alert_id]
        published.tier = _higher(published.tier, alert.tier)
        published.accounts.update(alert.subject.account_ids)
        for account in alert.subject.account_ids:
            self.reached[account] = _higher(self.reached.get(account), alert.tier)
        if any(item.indicator == CLUSTER for item in alert.evidence):
            self._clustered.update(alert.subject.account_ids)


def at_least(tier: str, least: str) -> bool:
    """Whether `tier` is `least` or more urgent."""
    return TIERS.index(tier) >= TIERS.index(least)


def _higher(held: str | None, tier: str) -> str:
    return max(held or "none", tier, key=TIERS.index)


def _fired(catalogue: Catalogue, account: AccountState) -> set[str]:
    counts: Counter[str] = Counter()
    for item in account.fired.values():
        weighed = weigh(catalogue, [item], account.mitigations.values(), item.last)[item.indicator]
        counts[item.indicator] += weighed.confidence >= LEFT
    return {name for name, times in counts.items() if times}
