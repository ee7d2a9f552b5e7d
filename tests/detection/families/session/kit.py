"""Accounts and shared devices before the session family: events in, evidence, links and findings out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from enrichers.enriched import Origin
from enrichers.facts import Facts
from schemas.events import SessionHeartbeat, SessionStart
from streams.detection import registry as _families  # noqa: F401  families first: states import their memories
from streams.detection.account_state import AccountState
from streams.detection.catalogue.load import builtin, load
from streams.detection.entity_state import EntityDesk, EntityState, Member
from streams.detection.families.session import FAMILY
from streams.detection.family import Desk, Moment
from streams.detection.messages import Evidence, Link, Ref, Who
from streams.detection.windows import DAY, HOUR, MINUTE

DAY0 = 20_001
T0 = DAY0 * DAY
CATALOGUE = load({"session.toml": builtin()["session.toml"]})
PLACES = {
    "lisbon": ("AA", 38.72, -9.14, 64500),
    "porto": ("AA", 41.15, -8.61, 64501),
    "faro": ("AA", 37.02, -7.93, 64502),
    "funchal": ("AA", 32.65, -16.91, 64503),
    "athens": ("BB", 37.98, 23.73, 64510),
}
DESKTOP = "chrome/windows/desktop"
PHONE = "chrome/android/mobile"


def facts(place: str = "lisbon", *classes: str, agent: str | None = DESKTOP, asn: int | None = None) -> Facts:
    country, latitude, longitude, own = PLACES[place]
    return Facts(
        ip="198.51.100.7",
        country=country,
        latitude=latitude,
        longitude=longitude,
        asn=own if asn is None else asn,
        classes=classes,
        agent=agent,
    )


class Seen(NamedTuple):
    """One event: ms after the start, type, where, fields."""

    at: int
    kind: type[Any]
    where: Facts
    fields: dict[str, Any]


class Account:
    """One account before the session family; `off` is an indicator that is switched off."""

    def __init__(self, account_id: str = "a1", off: str = "") -> None:
        self.account_id = account_id
        self.state = AccountState()
        name = f"[indicator.{off}]"
        text = builtin()["session.toml"].replace(name, f"{name}\nenabled = false")
        self.desk = Desk(load({"session.toml": text}) if off else CATALOGUE, lambda _country, _ms: frozenset())
        self.links: list[Link] = []

    def see(self, seen: Seen) -> None:
        ts = T0 + seen.at
        event_id = f"{seen.kind.__name__}{seen.at}{seen.fields.get('device_id')}"
        event = seen.kind(
            event_id=event_id,
            occurred_at=datetime.fromtimestamp(ts / 1000, UTC),
            account_id=self.account_id,
            **seen.fields,
        )
        moment = Moment(
            self.account_id,
            self.state,
            event,
            seen.where,
            None,
            ts,
            Ref(ts, event_id, Origin("login-events", 0, ts)),
            False,
        )
        FAMILY.observe[seen.kind](moment, self.desk)
        self.links += self.desk.links
        self.desk.links = []

    def act(
        self, at: int, kind: type[Any], device: str | None = None, where: Facts | None = None, **fields: Any
    ) -> None:
        self.see(Seen(at, kind, where or facts(), {"device_id": device, **fields}))

    def work(self, begin: int, end: int, device: str, where: Facts | None = None, **fields: Any) -> None:
        """A session with input every five minutes from `begin` to `end`."""
        for seen in sitting(begin, end, device, where or facts(), **fields):
            self.see(seen)

    def close(self, day: int) -> None:
        """Close the day `day` after the start."""
        assert FAMILY.daily
        FAMILY.daily(self.account_id, self.state, DAY0 + day, self.desk)

    def fired(self, indicator: str) -> Evidence | None:
        return self.state.fired.get(indicator)

    def confidence(self, indicator: str) -> float:
        evidence = self.fired(indicator)
        return evidence.confidence if evidence else 0.0


def sitting(
    begin: int, end: int, device: str, where: Facts, *, inputs: int = 5, step: int = 5 * MINUTE, **fields: Any
) -> list[Seen]:
    """Events of one session: a start, then heartbeats."""
    common = {"device_id": device, "session_id": f"{device}-{begin}", "active_input_count": inputs}
    beats = [Seen(at, SessionHeartbeat, where, dict(common)) for at in range(begin + step, end + 1, step)]
    return [Seen(begin, SessionStart, where, {**common, **fields}), *beats]


def beats(device: str | None, session: str, begin: int, end: int, where: Facts, inputs: int = 5) -> list[Seen]:
    """Heartbeats of one session, whose id says nothing of when it began."""
    fields = {"device_id": device, "session_id": session, "active_input_count": inputs}
    return [Seen(at, SessionHeartbeat, where, fields) for at in range(begin, end + 1, 5 * MINUTE)]


def played(seen: list[Seen], off: str = "") -> Account:
    """An account that saw these, in the order of time."""
    account = Account(off=off)
    for one in sorted(seen, key=lambda held: held.at):
        account.see(one)
    return account


class Device:
    """One device that accounts share."""

    def __init__(self) -> None:
        self.entity = EntityState("device", "d1")
        self.desk = EntityDesk(CATALOGUE)

    def use(self, account: str, at: int = 0, who: Who | None = None, **data: Any) -> None:
        ts = T0 + at
        ref = Ref(ts, f"{account}{at}")
        link = Link("device", "d1", account, ts, ref, who or Who(identity=f"id-{account}"), data)
        entity = self.entity
        entity.watermark = max(entity.watermark, ts)
        held = entity.members.setdefault(account, Member(ts, ts, link.who, [ref]))
        held.last, held.who, held.data = ts, link.who, data
        assert FAMILY.judge
        FAMILY.judge["device"](entity, link, self.desk)

    def confidence(self, account: str) -> float:
        """What the account was told last."""
        told = [found.confidence for found in self.desk.findings if found.account == account and found.indicator]
        return told[-1] if told else 0.0


__all__ = [
    "DAY",
    "DESKTOP",
    "HOUR",
    "MINUTE",
    "PHONE",
    "T0",
    "Account",
    "Device",
    "Seen",
    "beats",
    "facts",
    "played",
    "sitting",
]
