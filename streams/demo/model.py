"""State of the demo's view. Pure: it is told what happened and when, and never looks anything up itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from streams.demo.outcome import TIERS, higher
from streams.detection.alert import Alert

STAGES = ("enrich", "accounts", "entities", "cases")
RATE_OVER_S = 3.0
"""Rates are means over this time: shorter ones flicker with the poll interval."""

Numbers = Mapping[tuple[str, str], float]
"""(metric, label) → value, as scraped."""


class Stage(NamedTuple):
    """One stage as it stands."""

    name: str
    read: int = 0
    written: int = 0
    lag: int = 0
    per_second: float = 0.0


@dataclass
class Model:
    """All that the view shows."""

    total: int = 0
    phase: str = "making events"
    began: float = 0.0
    now: float = 0.0
    sent: int = 0
    event_time_ms: int = 0
    stages: dict[str, Stage] = field(default_factory=lambda: {name: Stage(name) for name in STAGES})
    dead_letters: int = 0
    cases: dict[str, Alert] = field(default_factory=dict)
    """Newest revision of every case."""
    highest: dict[str, str] = field(default_factory=dict)
    """Case → highest tier so far; what decays or is resolved was still said."""
    tiers: dict[str, str] = field(default_factory=dict)
    """Account → highest tier so far."""
    moved: float = 0.0
    """When any counter last changed."""
    _samples: list[tuple[float, dict[str, int]]] = field(default_factory=list)

    @property
    def lag(self) -> int:
        """Records that wait in the broker, over all stages."""
        return sum(stage.lag for stage in self.stages.values())

    @property
    def waiting(self) -> int:
        """Events sent and not through `accounts`: what the producer may let grow only so far."""
        return max(0, self.sent - self.stages["enrich"].read) + self.stages["accounts"].lag

    @property
    def per_second(self) -> float:
        """Events a second through the first stage."""
        return self.stages["enrich"].per_second

    def sent_until(self, count: int, event_time_ms: int) -> None:
        """So many events were sent, the newest of this time."""
        self.sent, self.event_time_ms = count, event_time_ms

    def scraped(self, numbers: Numbers, now: float) -> None:
        """Take the worker's own counters."""
        read = {name: int(numbers.get(("records", name), 0)) for name in STAGES}
        if read != {name: stage.read for name, stage in self.stages.items()}:
            self.moved = now
        self._samples = [sample for sample in self._samples if now - sample[0] <= RATE_OVER_S] + [(now, read)]
        since, before = self._samples[0]
        for name in STAGES:
            rate = (read[name] - before[name]) / (now - since) if now > since else self.stages[name].per_second
            written, lag = (int(numbers.get((metric, name), 0)) for metric in ("outputs", "consumer_lag"))
            self.stages[name] = Stage(name, read[name], written, lag, rate)
        self.dead_letters = int(sum(value for (metric, _), value in numbers.items() if metric == "dead_letters"))

    def heard(self, alert: Alert) -> str:
        """Take a revision; give its tier when that is higher than any before of its case, else nothing."""
        held = self.cases.get(alert.alert_id)
        if held is None or alert.revision >= held.revision:
            self.cases[alert.alert_id] = alert
        for account in alert.subject.account_ids:
            self.tiers[account] = higher(self.tiers.get(account, "none"), alert.tier)
        before = self.highest.get(alert.alert_id, "none")
        if higher(before, alert.tier) == before:
            return ""
        self.highest[alert.alert_id] = alert.tier
        return alert.tier

    def counted(self) -> dict[str, int]:
        """Highest tier → cases so far, the most urgent first."""
        tiers = list(self.highest.values())
        return {tier: tiers.count(tier) for tier in reversed(TIERS) if tier != "none"}

    def is_idle(self, now: float, quiet_s: float) -> bool:
        """Whether everything sent is through all stages and nothing moved for `quiet_s`."""
        arrived = self.stages["enrich"].read >= self.sent
        return arrived and self.lag == 0 and now - self.moved >= quiet_s
