"""Reviewed address ranges that may be scored (catalogue §6.1): exact look-up by prefix, AS number and event date."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator
from datetime import date
from importlib import resources
from pathlib import Path

import msgspec


class RegistryError(ValueError):
    """The file of ranges may not be used; says every fault, each with its entry."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fact about some prefixes or AS numbers, with its source and its limits."""

    id: str
    fact: str
    source: str
    confidence: float
    as_of: date
    enabled: bool
    prefixes: tuple[str, ...] = ()
    asns: tuple[int, ...] = ()
    expires: date | None = None
    """Last day of use, by event time; None for facts that a registry keeps up to date."""
    verify_before_enable: bool = False
    verified_on: date | None = None
    """When somebody compared an entry marked `verify_before_enable` with its source."""


class NeverScore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published fact that must not be scored, listed so that nobody adds it."""

    id: str
    fact: str
    asns: tuple[int, ...] = ()
    places: tuple[str, ...] = ()


class RegistryFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file as written."""

    reviewed: date
    entries: tuple[Entry, ...]
    never_score: tuple[NeverScore, ...] = ()


class Registry:
    """Immutable look-up of the enabled entries. Narrow prefixes are asked first, then the AS number."""

    def __init__(self, file: RegistryFile, sha256: str) -> None:
        self.reviewed = file.reviewed
        self.entries = file.entries
        self.never_score = file.never_score
        self.sha256 = sha256
        self._by_asn: dict[int, Entry] = {}
        self._by_prefix: dict[int, dict[int, dict[int, Entry]]] = {4: {}, 6: {}}
        for entry in (entry for entry in file.entries if entry.enabled):
            self._by_asn.update(dict.fromkeys(entry.asns, entry))
            for prefix in map(ipaddress.ip_network, entry.prefixes):
                shift = prefix.max_prefixlen - prefix.prefixlen
                at = self._by_prefix[prefix.version].setdefault(shift, {})
                at[int(prefix.network_address) >> shift] = entry
        for version, shifts in self._by_prefix.items():
            self._by_prefix[version] = dict(sorted(shifts.items()))

    def match(self, packed: bytes | None, asn: int | None, on: date | None = None) -> Entry | None:
        """Find the entry for an address (4 or 16 bytes) and AS number that is in force on a day; None = whatever the day."""
        return next((entry for entry in self._about(packed, asn) if on is None or in_force(entry, on)), None)

    def _about(self, packed: bytes | None, asn: int | None) -> Iterator[Entry]:
        if packed is not None:
            value = int.from_bytes(packed, "big")
            for shift, at in self._by_prefix[4 if len(packed) == 4 else 6].items():
                found = at.get(value >> shift)
                if found is not None:
                    yield found
        if asn in self._by_asn:
            yield self._by_asn[asn]


def in_force(entry: Entry, on: date) -> bool:
    """Whether an entry may be used for an event of that day."""
    return entry.expires is None or on <= entry.expires


def load_registry(path: Path | None = None) -> Registry:
    """Read and check the reviewed file, or the operator's own; RegistryError names every fault."""
    name = str(path) if path else "registry_ranges.toml"
    content = path.read_bytes() if path else resources.files("enrichers").joinpath(f"data/{name}").read_bytes()
    try:
        file = msgspec.toml.decode(content, type=RegistryFile)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise RegistryError(f"{name}: {error}") from error
    faults = _faults(file)
    if faults:
        raise RegistryError("\n".join(f"{name}: {fault}" for fault in faults))
    return Registry(file, hashlib.sha256(content).hexdigest())


def _faults(file: RegistryFile) -> list[str]:
    """Everything wrong with the file, in words."""
    faults: list[str] = []
    forbidden = {asn: rule.id for rule in file.never_score for asn in rule.asns}
    seen: set[str] = set()
    enabled: dict[object, str] = {}
    for entry in file.entries:
        if entry.id in seen:
            faults.append(f"{entry.id}: the id is used twice")
        seen.add(entry.id)
        if not 0 < entry.confidence <= 1:
            faults.append(f"{entry.id}: confidence is {entry.confidence}, expected above 0 and at most 1")
        if not entry.prefixes and not entry.asns:
            faults.append(f"{entry.id}: has neither prefixes nor asns")
        if entry.enabled and entry.verify_before_enable and entry.verified_on is None:
            faults.append(f"{entry.id}: enabled without verified_on; compare it with its source first")
        if entry.confidence < 1 and entry.expires is None:
            faults.append(f"{entry.id}: confidence below 1 needs an expires date")
        faults += [f"{entry.id}: AS{n} is never scored ({forbidden[n]})" for n in entry.asns if n in forbidden]
        claimed: list[object] = [*entry.asns]
        for prefix in entry.prefixes:
            try:
                claimed.append(ipaddress.ip_network(prefix))
            except ValueError as error:
                faults.append(f"{entry.id}: {error}")
        if entry.enabled:
            faults += [
                f"{entry.id}: {what} is enabled in {enabled[what]} too, and only one of them can answer"
                for what in claimed
                if enabled.setdefault(what, entry.id) != entry.id
            ]
    return faults
