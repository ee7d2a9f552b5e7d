"""A finished replay as tests ask it: what became of an account."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from streams.detection.alert import Alert
from streams.detection.scoring import TIERS
from streams.replay.configuration import configuration
from streams.replay.replayer import Refused, Replayer, standing
from streams.replay.sources import Sources


class Replayed(NamedTuple):
    """The newest revision of every alert and watch entry, how many events there were, and what was refused."""

    alerts: tuple[Alert, ...]
    events: int
    refused: dict[str, Refused]

    def alert(self, account: str) -> Alert | None:
        """The standing alert or watch entry that names the account; the one of the highest tier."""
        about = [alert for alert in standing(list(self.alerts)) if account in alert.subject.account_ids]
        return max(about, key=lambda alert: (TIERS.index(alert.tier), alert.score), default=None)

    def tier(self, account: str) -> str:
        """`none`, `watch`, `review` or `priority`."""
        alert = self.alert(account)
        return "none" if alert is None else alert.tier

    def indicators(self, account: str) -> set[str]:
        """What speaks against the account; empty when nothing does."""
        alert = self.alert(account)
        return set() if alert is None else {item.indicator for item in alert.evidence}

    def assert_tier(self, account: str, tier: str) -> None:
        """Fail with what was found, when the account does not stand in exactly this tier."""
        __tracebackhide__ = True
        if tier not in TIERS:
            raise ValueError(f"tier {tier!r}; expected one of {', '.join(TIERS)}")
        found = self.alert(account)
        stands = "none" if found is None else found.tier
        if stands == tier:
            return
        by = "" if found is None else f" ({found.score:g} by {', '.join(sorted(self.indicators(account)))})"
        raise AssertionError(f"{account}: expected {tier}, found {stands}{by} in {self.events} events")


def replay(
    sources: Sequence[str], catalogue: str | None = None, tables: Sequence[str] = (), form: str | None = None
) -> Replayed:
    """Replay sources as `personawatch replay` does, settings from the environment. Raises its refusals."""
    chosen = configuration(os.environ, catalogue, tables, form)
    run = Replayer(chosen)
    with Sources(sources, chosen.settings, chosen.formats) as opened:
        for recorded in opened.records():
            run.take(recorded)
    return Replayed(tuple(run.alerts()), run.events, run.refused)
