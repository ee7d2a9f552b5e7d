"""Accounts and shared things driven by hand: events in, evidence, links and findings out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from enrichers.enriched import Origin
from enrichers.facts import Facts
from schemas.events import LoginSucceeded, SessionHeartbeat, SessionStart
from streams.detection import registry as _families  # noqa: F401  families first: states import their memories
from streams.detection.account_state import AccountState
from streams.detection.catalogue.load import builtin, load
from streams.detection.entities import note
from streams.detection.entity_state import EntityDesk, EntityState
from streams.detection.families.network import FAMILY
from streams.detection.family import Desk, Moment
from streams.detection.messages import Evidence, Finding, Link, Ref, Who
from streams.detection.scoring import weigh
from streams.detection.windows import DAY, HOUR, MINUTE

T0 = 20_000 * DAY
CATALOGUE = load({"network.toml": builtin()["network.toml"]}, enable=["dprk_linked_range_login"])


def facts(n: int = 1, *, country: str | None = "PT", host: int = 7, asn: int | None = None, **more: Any) -> Facts:
    """Facts of one invented address: network `n`, its provider 64500+n unless told otherwise."""
    ip = f"198.51.{n}.{host}"
    return Facts(
        ip=ip,
        address_kind="public",
        network=f"198.51.{n}.0/24",
        shared_key=ip,
        country=country,
        asn=64500 + n if asn is None else asn,
        **more,
    )


def vpn(n: int, country: str = "PT", operator: str | None = "ASTRILL") -> Facts:
    return facts(n, country=country, classes=("vpn",), operator=operator)


def ipv6(line: Facts) -> Facts:
    """What a line shows instead when it has both."""
    prefix = f"2001:db8:{(line.ip or '').split('.')[2]}::"
    return msgspec.structs.replace(line, ip=f"{prefix}7", network=f"{prefix}/48", shared_key=f"{prefix}/64")


def _offsets(country: str, _ms: int) -> frozenset[int]:
    return frozenset({60 if country == "PT" else 480})


class Account:
    """One account before the network family."""

    def __init__(
        self,
        account_id: str = "a1",
        created: int | None = None,
        offsets: Callable[[str, int], frozenset[int]] = _offsets,
    ) -> None:
        self.account_id = account_id
        self.state = AccountState()
        self.state.profile.created = created
        self.desk = Desk(CATALOGUE, offsets)
        self.links: list[Link] = []

    def see(self, kind: type[Any], at: int, where: Facts, *, join: Facts | None = None, **fields: Any) -> None:
        """One event `at` ms after the start."""
        ts = T0 + at
        fields.setdefault("event_id", f"{kind.__name__}-{at}-{where.ip}")
        event = kind(occurred_at=datetime.fromtimestamp(ts / 1000, UTC), account_id=self.account_id, **fields)
        moment = Moment(
            self.account_id,
            self.state,
            event,
            where,
            join,
            ts,
            Ref(ts, event.event_id, Origin("login-events", 0, ts)),
            False,
        )
        function = FAMILY.observe.get(kind)
        if function:
            function(moment, self.desk)
        self.links += self.desk.links
        self.desk.links = []

    def start(self, at: int, where: Facts, **fields: Any) -> None:
        self.see(SessionStart, at, where, **fields)

    def login(self, at: int, where: Facts, **fields: Any) -> None:
        self.see(LoginSucceeded, at, where, **fields)

    def beat(self, at: int, where: Facts, inputs: int = 9, **fields: Any) -> None:
        self.see(SessionHeartbeat, at, where, active_input_count=inputs, **fields)

    def close(self, day: int) -> None:
        """Close the day `day` after the start."""
        assert FAMILY.daily
        FAMILY.daily(self.account_id, self.state, T0 // DAY + day, self.desk)

    def fired(self, indicator: str) -> Evidence | None:
        return self.state.fired.get(indicator)

    def confidence(self, indicator: str) -> float:
        evidence = self.fired(indicator)
        return evidence.confidence if evidence else 0.0

    def lowers(self, indicator: str, at: int) -> tuple[str, ...]:
        """Mitigators that would lower evidence of `at` ms after the start."""
        evidence = Evidence(indicator, 1.0, T0 + at, T0 + at)
        return weigh(load(), [evidence], self.state.mitigations.values(), T0 + at)[indicator].mitigated_by

    def sent(self, kind: str) -> list[Link]:
        return [link for link in self.links if link.kind == kind]


class Shared:
    """All shared things: takes links as the entities stage does, and keeps each account's newest findings."""

    def __init__(self) -> None:
        self.entities: dict[bytes, EntityState] = {}
        self.desk = EntityDesk(CATALOGUE)
        self.findings: dict[tuple[str, str], Finding] = {}
        self.mitigated: dict[tuple[str, str], Finding] = {}
        self.taken: dict[str, int] = {}

    def take(self, links: Iterable[Link]) -> None:
        """Handle links, and the links that they cause."""
        for link in links:
            self._take(msgspec.msgpack.decode(msgspec.msgpack.encode(link), type=Link))

    def _take(self, link: Link) -> None:
        self.taken[link.kind] = self.taken.get(link.kind, 0) + 1
        entity = self.entities.setdefault(link.entity, EntityState(link.kind, link.key))
        entity.watermark = max(entity.watermark, link.ts)
        note(entity, link)
        FAMILY.judge[link.kind](entity, link, self.desk)
        again = msgspec.msgpack.decode(msgspec.msgpack.encode(entity), type=EntityState)
        assert again == entity
        self.entities[link.entity] = again
        for finding in self.desk.findings:
            if finding.mitigation:
                self.mitigated[finding.account, finding.mitigation] = finding
            else:
                self.findings[finding.account, finding.indicator] = finding
        onward = self.desk.links
        self.desk.findings, self.desk.links = [], []
        self.take(onward)

    def confidence(self, account: str, indicator: str) -> float:
        finding = self.findings.get((account, indicator))
        return finding.confidence if finding else 0.0


def link(kind: str, key: str, account: str, at: int, who: Who | None = None, **data: Any) -> Link:
    ref = Ref(T0 + at, f"{account}-{at}", Origin("login-events", 0, T0 + at))
    return Link(kind, key, account, T0 + at, ref, who or Who(), data)


__all__ = [
    "CATALOGUE",
    "DAY",
    "HOUR",
    "MINUTE",
    "T0",
    "Account",
    "Shared",
    "facts",
    "ipv6",
    "link",
    "vpn",
]
