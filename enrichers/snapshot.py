"""All tables of one moment in one immutable object: what an enricher asks, and what it says it asked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from enrichers.manifest import ONE_FILE, Sources
from enrichers.registry import Registry, RegistryError, load_registry
from enrichers.table import ROLES, Source, Table, TableError
from enrichers.tables import open_source


class TablesError(ValueError):
    """One or more tables or the registry were refused; the text has one line a fault."""


class Snapshot(msgspec.Struct, frozen=True):
    """Readers of all roles and the registry. A role without a table is None or empty: its facts are unknown."""

    registry: Registry
    geo: Table | None = None
    asn: Table | None = None
    networks: tuple[Table, ...] = ()
    """Several may be mounted, e.g. our compiled lists and a provider's file; what they say is joined."""
    more_geo: tuple[Table, ...] = ()
    """Further opinions on places: asked where the ones before are silent, and whether they agree on the country."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables, in the order of the roles and, within a role, of their precedence."""
        given = (self.geo, *self.more_geo, self.asn, *self.networks)
        return tuple(table for table in given if table is not None)

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


def labels(tables: Sequence[Table | Source]) -> list[str]:
    """Name tables by role and place among its kind: `geo`, `networks`, `networks/2`; the same whatever file lies there."""
    seen: dict[str, int] = {}
    named = []
    for table in tables:
        seen[table.role] = number = seen.get(table.role, 0) + 1
        named.append(table.role if number == 1 else f"{table.role}/{number}")
    return named


def load_snapshot(
    paths: Mapping[str, Path | Sequence[Path]],
    folder: Path,
    *,
    registry: Path | None = None,
    canaries: Mapping[str, Mapping[str, object]] | None = None,
) -> Snapshot:
    """Open every table of `paths` (role → file or files) through the private `folder`; TablesError has all faults."""
    given = [
        Source(role, path)
        for role, named in paths.items()
        for path in ([named] if isinstance(named, Path) else list(named))
    ]
    return load_sources(Sources(tuple(given)), folder, registry=registry, canaries=canaries)


def load_sources(
    sources: Sources,
    folder: Path,
    *,
    registry: Path | None = None,
    canaries: Mapping[str, Mapping[str, object]] | None = None,
) -> Snapshot:
    """Open every table that `sources` names, at start, when nothing is in use yet; TablesError has all faults."""
    faults: list[str] = []
    listed: tuple[Source, ...] = ()
    opened: list[Table] = []
    try:
        listed = sources.listed()
        check_numbers(listed)
    except TableError as error:
        faults.append(str(error))
    for source in listed:
        try:
            opened.append(open_source(source, folder, canaries=(canaries or {}).get(source.role)))
        except TableError as error:
            faults.append(str(error))
    try:
        ranges = load_registry(registry)
    except (RegistryError, OSError) as error:
        faults.append(str(error))
    if faults:
        raise TablesError("\n".join(faults))
    return assemble(ranges, opened)


def check_numbers(listed: Sequence[Source]) -> None:
    """Refuse a second file of a role that has room for one."""
    for role in ONE_FILE:
        paths = [source.path for source in listed if source.role == role]
        if len(paths) > 1:
            raise TableError(paths[1], "number", f"{len(paths)} {role} tables", "one: their records cannot be joined")


def assemble(registry: Registry, tables: Sequence[Table]) -> Snapshot:
    """Put opened tables in their places, in the order given."""
    by_role: dict[str, tuple[Table, ...]] = {
        role: tuple(table for table in tables if table.role == role) for role in ROLES
    }
    geo = by_role["geo"]
    return Snapshot(
        registry, next(iter(geo), None), next(iter(by_role["asn"]), None), by_role["networks"], more_geo=geo[1:]
    )
