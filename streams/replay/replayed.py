"""A finished replay as tests ask it: what became of an account."""

from __future__ import annotations

import os
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from streams.cli.outcome import BadInputError
from streams.detection.alert import Alert
from streams.detection.scoring import TIERS
from streams.replay.configuration import configuration
from streams.replay.replayer import Refused, Replayer, nothing_in, standing
from streams.replay.sources import Sources
from streams.replay.summary import refused


class Replayed(NamedTuple):
    """The newest revision of every alert and watch entry, how many events there were, and what was refused."""

    alerts: tuple[Alert, ...]
    events: int
    refused: dict[str, Refused]
    accounts: frozenset[str]
    """Whoever has an event in the stream."""

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
        """Fail with what was found, when the account does not stand in exactly this tier, or has no event at all."""
        __tracebackhide__ = True
        if tier not in TIERS:
            raise ValueError(f"tier {tier!r}; expected one of {', '.join(TIERS)}")
        if account not in self.accounts:
            near = get_close_matches(account, self.accounts, n=3)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise AssertionError(
                f"{account}: no event of it among {self.events} of {len(self.accounts)} accounts{hint}"
            )
        found = self.alert(account)
        stands = "none" if found is None else found.tier
        if stands == tier:
            return
        by = "" if found is None else f" ({found.score:g} by {', '.join(sorted(self.indicators(account)))})"
        raise AssertionError(f"{account}: expected {tier}, found {stands}{by} in {self.events} events")


def replay(
    sources: Sequence[str], catalogue: str | None = None, tables: Sequence[str] = (), form: str | None = None
) -> Replayed:
    """Replay sources as `personawatch replay` does, settings from the environment. Raises its refusals, also of a stream without events."""
    chosen = configuration(os.environ, catalogue, tables, form)
    seen: set[bytes] = set()
    run = Replayer(chosen, seen=seen)
    with Sources(sources, chosen.settings, chosen.formats) as opened:
        for recorded in opened.records():
            run.take(recorded)
    if nothing := nothing_in(run):
        raise BadInputError(
            "\n".join([f"{', '.join(sources)}: {nothing}", *(f"refused {line}" for line in refused(run))])
        )
    accounts = frozenset(key.decode() for key in seen)
    return Replayed(tuple(run.alerts()), run.events, run.refused, accounts)
