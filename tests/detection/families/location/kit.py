"""Accounts before the location family: events in, evidence out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from enrichers.enriched import Origin
from enrichers.facts import Facts
from schemas.events import LoginSucceeded, SessionStart
from streams.detection import registry as _families  # noqa: F401  families first: states import their memories
from streams.detection.account_state import AccountState
from streams.detection.catalogue.load import builtin, load
from streams.detection.families.location import FAMILY
from streams.detection.family import Desk, Moment
from streams.detection.messages import Evidence, Ref
from streams.detection.windows import DAY, HOUR, MINUTE

DAY0 = 20_000
T0 = DAY0 * DAY
TEXTS = {"location.toml": builtin()["location.toml"]}
CATALOGUE = load(TEXTS)
SIGNED = load(TEXTS, enable=["sanctioned_locale_setting"], signed_off=["sanctioned_locale_setting"])
OFFSETS = {"AA": frozenset({0}), "BB": frozenset({120}), "CC": frozenset({-300, -360})}

PLACES = {
    "lisbon": ("AA", 38.72, -9.14),
    "porto": ("AA", 41.15, -8.61),
    "athens": ("BB", 37.98, 23.73),
    "chicago": ("CC", 41.88, -87.63),
}


def facts(place: str, *classes: str, asn: int = 64500, radius: float | None = 10.0) -> Facts:
    country, latitude, longitude = PLACES[place]
    return Facts(
        ip="198.51.100.7",
        country=country,
        latitude=latitude,
        longitude=longitude,
        radius_km=radius,
        asn=asn,
        classes=classes,
    )


class Seen(NamedTuple):
    """One session start or log-in: ms after the start, where, and what the device said."""

    at: int
    where: Facts
    fields: dict[str, Any] = {}  # noqa: RUF012  never written
    kind: type[Any] = SessionStart


class Account:
    """One account before the location family."""

    def __init__(self, catalogue: Any = CATALOGUE, **profile: Any) -> None:
        self.state = AccountState()
        for name, value in profile.items():
            setattr(self.state.profile, name, value)
        self.desk = Desk(catalogue, lambda country, _ms: OFFSETS.get(country, frozenset()))

    def see(self, seen: Seen) -> None:
        ts = T0 + seen.at
        event_id = f"e{seen.at}{seen.where.country}"
        event = seen.kind(
            event_id=event_id, occurred_at=datetime.fromtimestamp(ts / 1000, UTC), account_id="a1", **seen.fields
        )
        moment = Moment(
            "a1", self.state, event, seen.where, None, ts, Ref(ts, event_id, Origin("login-events", 0, ts)), False
        )
        FAMILY.observe[seen.kind](moment, self.desk)

    def start(self, at: int, where: Facts, **fields: Any) -> None:
        self.see(Seen(at, where, fields))

    def login(self, at: int, where: Facts, **fields: Any) -> None:
        self.see(Seen(at, where, fields, LoginSucceeded))

    def close(self, day: int) -> None:
        """Close the day `day` after the start."""
        assert FAMILY.daily
        FAMILY.daily("a1", self.state, DAY0 + day, self.desk)

    def fired(self, indicator: str) -> Evidence | None:
        return self.state.fired.get(indicator)

    def confidence(self, indicator: str) -> float:
        evidence = self.fired(indicator)
        return evidence.confidence if evidence else 0.0


def lived(account: Account, where: list[str], *classes: str, **fields: Any) -> Account:
    """One session a day at each of the places in turn."""
    for day, place in enumerate(where):
        account.start(day * DAY + 9 * HOUR, facts(place, *classes), **fields)
        account.close(day)
    return account


def lived_once(account: Account, places: list[str]) -> Account:
    """As `lived`, judged only at the end."""
    for day, place in enumerate(places):
        account.start(day * DAY + 9 * HOUR, facts(place))
    account.close(len(places) - 1)
    return account


__all__ = [
    "CATALOGUE",
    "DAY",
    "DAY0",
    "HOUR",
    "MINUTE",
    "PLACES",
    "SIGNED",
    "T0",
    "Account",
    "Seen",
    "facts",
    "lived",
    "lived_once",
]
