"""A hand-driven account: events in, evidence and links out. No stage, no broker."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from enrichers.facts import Facts
from schemas.events import AnyEvent, BalanceCredited, PayoutMethodAdded, PayoutRequested
from streams.detection.account_state import AccountState
from streams.detection.catalogue.load import builtin, load
from streams.detection.catalogue.model import Catalogue
from streams.detection.families.payments import FAMILY
from streams.detection.family import Desk, Family, Moment
from streams.detection.messages import Evidence, Ref
from streams.detection.windows import DAY

T0 = 20_000 * DAY
HOUR = 1 / 24
FILES = ("payments.toml", "identity.toml", "graph.toml")
CATALOGUE = load({name: builtin()[name] for name in FILES})
"""Only these families' files: a fault in another family's is that family's test."""


class Account:
    """One account before one family; `off` is an indicator that is switched off."""

    def __init__(self, family: Family, account_id: str = "a1", off: str = "") -> None:
        self.family = family
        self.account_id = account_id
        self.state = AccountState()
        self.desk = Desk(_without(off) if off else CATALOGUE, lambda _country, _ms: frozenset())

    def see(self, kind: type[Any], at: float, **fields: Any) -> None:
        """Let the family see an event `at` days after the start."""
        self.take(make(kind, at, self.account_id, **fields))

    def take(self, event: AnyEvent) -> None:
        """Let the family see an event, as the accounts stage does it."""
        ts = int(event.occurred_at.timestamp() * 1000)
        state = self.state
        moment = Moment(
            self.account_id, state, event, Facts(), None, ts, Ref(ts, event.event_id), ts < state.watermark - DAY
        )
        state.watermark = max(state.watermark, ts)
        function = self.family.observe.get(type(event))
        if function:
            function(moment, self.desk)

    def fired(self, indicator: str) -> Evidence | None:
        """Give what the account has of `indicator`."""
        return self.state.fired.get(indicator)

    def confidence(self, indicator: str) -> float:
        """Give the confidence of `indicator`, 0 when it did not fire."""
        evidence = self.fired(indicator)
        return evidence.confidence if evidence else 0.0


def make(kind: type[Any], at: float, account_id: str = "a1", **fields: Any) -> AnyEvent:
    """Make an event `at` days after the start; its id says what it is."""
    ts = T0 + round(at * DAY)
    fields.setdefault("event_id", f"{kind.__name__}-{ts}-{sorted(fields.items())}"[:200])
    event: AnyEvent = kind(occurred_at=datetime.fromtimestamp(ts / 1000, UTC), account_id=account_id, **fields)
    return event


def _without(indicator: str) -> Catalogue:
    name = f"[indicator.{indicator}]"
    return load({file: builtin()[file].replace(name, f"{name}\nenabled = false") for file in FILES})


def with_instruments(own: float | None = 0.95, other: float | None = 0.2, off: str = "") -> Account:
    """Make an account with an own instrument and another person's; None = nobody said whose."""
    account = Account(FAMILY, off=off)
    account.see(PayoutMethodAdded, 0, instrument_h="own", holder_name_match_score=own)
    account.see(PayoutMethodAdded, 0, instrument_h="other", holder_name_match_score=other)
    return account


def split(
    account: Account, at: float, kept: float = 10, passed: float = 90, gap: float = HOUR, credit: bool = False
) -> None:
    if credit:
        account.see(BalanceCredited, at, amount=kept + passed)
    account.see(PayoutRequested, at + HOUR, instrument_h="other", amount=passed, currency="USD")
    account.see(PayoutRequested, at + HOUR + gap, instrument_h="own", amount=kept, currency="USD")
