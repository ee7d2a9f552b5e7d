"""All tables of one moment in one immutable object: what an enricher asks, and what it says it asked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from enrichers.registry import Registry, RegistryError, load_registry
from enrichers.tables import Table, TableError, open_table


class TablesError(ValueError):
    """One or more tables or the registry were refused; the text has one line a fault."""


class Snapshot(msgspec.Struct, frozen=True):
    """Readers of all roles and the registry. A role without a table is None or empty: its facts are unknown."""

    registry: Registry
    geo: Table | None = None
    asn: Table | None = None
    networks: tuple[Table, ...] = ()
    """Several may be mounted, e.g. our compiled lists and a provider's file; what they say is joined."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables, in the order of the roles."""
        return tuple(table for table in (self.geo, self.asn, *self.networks) if table is not None)

    @property
    def id(self) -> str:
        """Twelve hex digits that change when any table or the registry changes, and only then."""
        lines = [f"{table.role}:{table.sha256}" for table in self.tables] + [f"registry:{self.registry.sha256}"]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]

    def versions(self) -> tuple[dict[str, str | int], ...]:
        """Role, type, epoch and SHA-256 of every table and of the registry, for metrics, logs and alerts."""
        reviewed = int(datetime.combine(self.registry.reviewed, datetime.min.time(), UTC).timestamp())
        rows = [(t.role, t.database_type, t.epoch, t.sha256) for t in self.tables]
        rows.append(("registry", "toml", reviewed, self.registry.sha256))
        return tuple({"role": role, "type": kind, "epoch": epoch, "sha256": sha} for role, kind, epoch, sha in rows)


def load_snapshot(
    paths: Mapping[str, Path | Sequence[Path]],
    folder: Path,
    *,
    registry: Path | None = None,
    canaries: Mapping[str, Mapping[str, object]] | None = None,
) -> Snapshot:
    """Open every table of `paths` (role → file or files) through the private `folder`; TablesError has all faults."""
    faults: list[str] = []
    opened: dict[str, list[Table]] = {"geo": [], "asn": [], "networks": []}
    for role, given in paths.items():
        files = [given] if isinstance(given, Path) else list(given)
        if role in {"geo", "asn"} and len(files) > 1:
            faults.append(f"{role}: {len(files)} files; expected one")
        for path in files:
            try:
                opened.setdefault(role, []).append(open_table(path, role, folder, (canaries or {}).get(role)))
            except TableError as error:
                faults.append(str(error))
    try:
        ranges = load_registry(registry)
    except (RegistryError, OSError) as error:
        faults.append(str(error))
    if faults:
        raise TablesError("\n".join(faults))
    return Snapshot(ranges, next(iter(opened["geo"]), None), next(iter(opened["asn"]), None), tuple(opened["networks"]))
