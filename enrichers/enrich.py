"""Event to `Facts`: one call for an address and a user agent. Never raises, never drops; what is not known is None."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, Final

import msgspec

from enrichers.agents import LONGEST, agent_class
from enrichers.cache import Generations
from enrichers.compiled import OUTRANKED, OUTRANKING
from enrichers.facts import ANONYMIZERS, Facts, ListEntry
from enrichers.registry import Entry, Registry
from enrichers.shapes import asn, geo, networks
from enrichers.snapshot import Snapshot
from enrichers.tables import ROLES, Table
from schemas.addresses import LONGEST_TEXT, parse_address

LRU_SIZE: Final = 100_000
"""Pairs of address and agent kept: 100 MB when full, and more than a busy partition sees in an hour."""

_encode: Final = msgspec.json.Encoder().encode


CROWDED: Final = frozenset({"cgnat"})
TUNNELS: Final = ANONYMIZERS | {"residential_proxy"}
"""Many users on one of these are the tunnel's customers, not the households behind a carrier's gateway."""


class _Generation:
    """A snapshot with the answers it gave. Both are replaced together, so that no answer outlives its tables."""

    __slots__ = ("addresses", "facts", "places", "set_aside", "snapshot", "tables", "texts")

    def __init__(self, snapshot: Snapshot, lru_size: int) -> None:
        self.snapshot = snapshot
        self.tables = snapshot.id
        self.facts: Generations[tuple[str | None, str | None], Facts] = Generations(lru_size)
        self.addresses: Generations[str, Facts] = Generations(lru_size)
        self.places: dict[str, Generations[str, geo.Place]] = {
            table.sha256: Generations(lru_size) for table in snapshot.tables if table.role == "geo"
        }
        self.texts: Generations[tuple[str | None, str | None], msgspec.Raw] = Generations(lru_size)
        self.set_aside: Generations[tuple[str | None, str | None], tuple[str, msgspec.Raw]] = Generations(lru_size)
        """Texts about addresses that are not public, with what they are."""


class Enricher:
    """Asks the tables of one snapshot, which may be replaced at any moment by assigning `snapshot`.

    `counts` has plain numbers for the metrics: (role, outcome) with roles geo, asn, networks and outcomes hit, miss,
    error, missing (no table); and (address, public | private | none). Answers from the cache are not counted again:
    these are look-ups, not events.
    """

    def __init__(self, snapshot: Snapshot, lru_size: int = LRU_SIZE) -> None:
        self._lru_size = lru_size
        self._now = _Generation(snapshot, lru_size)
        outcomes = [(role, outcome) for role in ROLES for outcome in ("hit", "miss", "error", "missing")]
        kinds = [("address", kind) for kind in ("public", "private", "none")]
        self.counts: dict[tuple[str, str], int] = dict.fromkeys(outcomes + kinds, 0)
        self.not_public: dict[str, int] = {"private": 0, "none": 0}
        """How often `facts_json` was asked for an address that is not public, by what it is: events, not look-ups."""

    @property
    def snapshot(self) -> Snapshot:
        """The tables in use."""
        return self._now.snapshot

    @snapshot.setter
    def snapshot(self, snapshot: Snapshot) -> None:
        self._now = _Generation(snapshot, self._lru_size)

    def in_use(self, most: int) -> list[str]:
        """Give some of the public addresses asked last: a new table should know of them too."""
        known = (facts.ip for facts in self._now.addresses.young.values())
        return list(islice(filter(None, known), most))

    def facts(self, ip: str | None, user_agent: str | None, on: date | int) -> Facts:
        """Look up an address and an agent for an event of that day (or of that time in milliseconds)."""
        now = self._now
        found = now.facts.young.get((ip, user_agent))
        return found if found is not None else self._look_up(now, ip, user_agent, on)

    def facts_json(self, ip: str | None, user_agent: str | None, on: date | int) -> msgspec.Raw:
        """The JSON of `facts`: an address repeats, and writing its facts anew costs more than looking them up."""
        now, key = self._now, (ip, user_agent)
        return now.texts.young.get(key) or now.texts.get(key) or self._write(now, ip, user_agent, on)

    def _write(self, now: _Generation, ip: str | None, user_agent: str | None, on: date | int) -> msgspec.Raw:
        """Answer what is kept apart, so that counting it costs other events nothing, or write facts anew."""
        key = _bounded(ip, user_agent)
        kept = now.texts.get(key)
        if kept is not None:
            return kept
        kind, text = now.set_aside.get(key) or (None, None)
        if kind is None or text is None:
            facts = self.facts(ip, user_agent, on)
            kind, text = facts.address_kind, msgspec.Raw(_encode(facts))
            if now.facts.get(key) is facts:  # an answer that can expire is not kept there, nor here
                if ip is None or kind == "public":
                    now.texts.put(key, text)
                else:
                    now.set_aside.put(key, (kind, text))
        if ip is not None and kind != "public":
            self.not_public[kind] += 1
        return text

    def _look_up(self, now: _Generation, ip: str | None, user_agent: str | None, on: date | int) -> Facts:
        """Answer from the older half of the cache, or from the tables."""
        ip, user_agent = _bounded(ip, user_agent)
        found = now.facts.get((ip, user_agent))
        if found is not None:
            return found
        agent = agent_class(user_agent) if user_agent else None
        if ip is None:
            facts, lasting = Facts(agent=agent, tables=now.tables), True
        else:
            known = now.addresses.get(ip)
            about, lasting = (known, True) if known is not None else self._ask(now, ip, on)
            if known is None and lasting:
                now.addresses.put(ip, about)
            facts = about if agent is None else msgspec.structs.replace(about, agent=agent)
        if lasting:
            now.facts.put((ip, user_agent), facts)
        return facts

    def _ask(self, now: _Generation, text: str, on: date | int) -> tuple[Facts, bool]:
        """Facts of an address, and whether they hold on other days too."""
        address = parse_address(text)
        self._count("address", address.kind)
        if address.kind != "public" or address.ip is None:
            return Facts(address_kind=address.kind, tables=now.tables), True
        ip, snapshot = address.ip, now.snapshot
        packed = socket.inet_pton(socket.AF_INET6 if ":" in ip else socket.AF_INET, ip)
        (place, others, confidence), prefix = self._joined(now, ip, packed)
        owner = self._owner(snapshot.asn, ip)
        kind = self._kind(snapshot.networks, ip)
        entry, lasting = _registered(snapshot.registry, packed, owner.asn, on)
        facts = Facts(
            ip=ip,
            address_kind=address.kind,
            network=address.network,
            shared_key=address.shared_key,
            country=place.country,
            other_countries=others,
            country_confidence=confidence,
            region=place.region,
            city=place.city,
            latitude=place.latitude,
            longitude=place.longitude,
            radius_km=place.radius_km,
            geo_tz=place.time_zone,
            geo_prefix=prefix,
            asn=owner.asn,
            organisation=owner.organisation,
            classes=tuple(sorted(kind.classes)),
            operator=kind.operator,
            lists=kind.lists,
            registry=entry.id if entry else None,
            registry_confidence=entry.confidence if entry else 0.0,
            tables=now.tables,
        )
        return facts, lasting

    def _joined(self, now: _Generation, ip: str, packed: bytes) -> tuple[geo.Joined, str | None]:
        """Ask every geo source: the place, and the prefix for which the first one that knows it said so."""
        place, prefix = self._place(now, now.snapshot.geo, ip, packed)
        if not now.snapshot.more_geo:
            return geo.Joined(place), prefix
        answers = [(place, prefix), *(self._place(now, table, ip, packed) for table in now.snapshot.more_geo)]
        joined = geo.join([place for place, _ in answers])
        return joined, next((prefix for place, prefix in answers if place.country == joined.place.country), None)

    def _place(self, now: _Generation, table: Table | None, ip: str, packed: bytes) -> tuple[geo.Place, str | None]:
        """Read the record of a prefix once: thousands of addresses share one, and then its texts too."""
        record, length = self._record("geo", table, ip)
        if record is None or table is None:
            return geo.NOWHERE, None
        try:
            prefix, places = _prefix(packed, length), now.places[table.sha256]
            place = places.get(prefix)
            if place is None:
                place = geo.read(record)
                places.put(prefix, place)
        except Exception:  # noqa: BLE001 - the promise: a strange record is an unknown place
            self._count("geo", "error")
            return geo.NOWHERE, None
        return place, prefix

    def _owner(self, table: Table | None, ip: str) -> asn.Owner:
        record, _ = self._record("asn", table, ip)
        try:
            return asn.NOBODY if record is None else asn.read(record)
        except Exception:  # noqa: BLE001 - as above
            self._count("asn", "error")
            return asn.NOBODY

    def _kind(self, tables: tuple[Table, ...], ip: str) -> networks.Kind:
        """Join what all networks tables say, by precedence."""
        if not tables:
            self._count("networks", "missing")
        kinds = []
        for table in tables:
            record, _ = self._record("networks", table, ip)
            try:
                kinds += [] if record is None else [networks.read(record, table.database_type, table.built)]
            except Exception:  # noqa: BLE001 - as above
                self._count("networks", "error")
        return combine(kinds) if kinds else networks.NO_KIND

    def _record(self, role: str, table: Table | None, ip: str) -> tuple[Any, int]:
        """Find the record and count; None for a miss, a failing look-up, a missing table, a record that is no map."""
        if table is None:
            self._count(role, "missing")
            return None, 0
        try:
            record, length = table.look_up(ip)
        except Exception:  # noqa: BLE001 - the promise: damage that passed the checks is unknown, not a crash
            self._count(role, "error")
            return None, 0
        if record is None or not isinstance(record, dict):
            self._count(role, "miss" if record is None else "error")
            return None, 0
        self._count(role, "hit")
        return record, length

    def _count(self, role: str, outcome: str) -> None:
        self.counts[role, outcome] += 1


def combine(kinds: Sequence[networks.Kind]) -> networks.Kind:
    """Join what several tables say of an address and apply the precedence.

    Where a relay or company gateway outranks, only the statement that made it one may name the operator: the tag of a
    cancelled VPN must not count as its use.
    """
    classes = frozenset[str]().union(*(kind.classes for kind in kinds))
    if not classes.isdisjoint(TUNNELS):
        classes -= CROWDED
    outranked = not classes.isdisjoint(OUTRANKING)
    if outranked:
        classes -= OUTRANKED
    speaking = [kind for kind in kinds if not outranked or not kind.classes.isdisjoint(OUTRANKING)]
    lists: dict[ListEntry, None] = dict.fromkeys(
        entry for kind in kinds for entry in kind.lists if entry.network_class in classes
    )
    return networks.Kind(classes, next((kind.operator for kind in speaking if kind.operator), None), tuple(lists))


def _registered(registry: Registry, packed: bytes, number: int | None, on: date | int) -> tuple[Entry | None, bool]:
    """Find the entry in force on that day, and whether the answer is the same on every day."""
    entry = registry.match(packed, number)
    if entry is None or entry.expires is None:
        return entry, True
    try:
        day = on if isinstance(on, date) else datetime.fromtimestamp(on / 1000, UTC).date()
    except (OverflowError, ValueError, OSError):
        return None, False
    return registry.match(packed, number, day), False


def _bounded(ip: str | None, user_agent: str | None) -> tuple[str | None, str | None]:
    """As much of both as can change an answer: they are kept, and strangers choose how long they are."""
    if ip is not None and len(ip) > LONGEST_TEXT:
        ip = ip[: LONGEST_TEXT + 1]  # still none
    if user_agent is not None and len(user_agent) > LONGEST:
        user_agent = user_agent[:LONGEST]
    return ip, user_agent


def _prefix(packed: bytes, length: int) -> str:
    """Write the answering prefix; a length beyond the address (some tables answer ::/64 for IPv4) is cut."""
    bits = len(packed) * 8
    keep = min(length, bits)
    first = int.from_bytes(packed, "big") >> (bits - keep) << (bits - keep)
    family = socket.AF_INET6 if bits == 128 else socket.AF_INET
    return f"{socket.inet_ntop(family, first.to_bytes(len(packed), 'big'))}/{keep}"
