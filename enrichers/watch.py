"""Notices that table files were replaced and loads them; what cannot be used leaves the last good one in place.

Nothing here waits or keeps time: whoever owns a `Watch` calls `look` every few seconds, and `load` when it answers yes or
a person asks. A file counts as replaced when it looks the same at two looks in a row, so that none is read half-written.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from enrichers.manifest import Sources
from enrichers.snapshot import Snapshot, assemble, check_numbers, labels
from enrichers.table import Source, Table, TableError, stamp_of
from enrichers.tables import open_source


class Refusal(NamedTuple):
    """One table that was not taken."""

    table: str
    """Its label, or `manifest`."""
    check: str
    reason: str
    """File, check, what was found and expected."""


class Load(NamedTuple):
    """What came of loading. Either part may be empty: a file that was only touched swaps and refuses nothing."""

    snapshot: Snapshot
    """What is to be used from now on; the same object when nothing changed."""
    swapped: tuple[str, ...] = ()
    """Labels of the tables that are new in it."""
    refused: tuple[Refusal, ...] = ()


class Watch:
    """Knows which files were looked at and tried. Calls may come from any thread, one at a time."""

    def __init__(self, sources: Sources, canaries: Mapping[str, Mapping[str, object]] | None = None) -> None:
        self.sources = sources
        self._canaries = canaries or {}
        self._seen: object = None
        self._tried: object = None

    def look(self) -> bool:
        """Whether something is there that was not tried yet and has stood still since the last look."""
        now = self.sources.stamps()
        still, self._seen = now == self._seen, now
        return still and now != self._tried

    def load(
        self, using: Snapshot, in_use: Sequence[str] = (), *, forced: bool = False, now: float | None = None
    ) -> Load:
        """Open what differs from the tables in use, check it, and answer what to use from now on. Never raises.

        Of files named one by one, each that is refused leaves its predecessor in use and the others are taken. A
        manifest speaks of a set: one refusal refuses all of it. `forced` takes older tables too; `in_use` are addresses
        of which a new table should know about as much as the old one.
        """
        self._tried = self.sources.stamps()
        try:
            listed = self.sources.listed()
            check_numbers(listed)
        except TableError as error:
            return Load(using, refused=(Refusal("manifest", error.check, str(error)),))
        if forced:
            listed = tuple(source._replace(forced=True) for source in listed)
        tables: list[Table] = []
        refused: list[Refusal] = []
        for label, source in zip(labels(listed), listed, strict=True):
            held = _held(label, source, using, listed)
            try:
                tables.append(self._open(source, held, in_use, now))
            except TableError as error:
                refused.append(Refusal(label, error.check, str(error)))
                tables += [] if held is None else [held]
        if refused and self.sources.manifest is not None:
            return Load(using, refused=tuple(refused))
        fresh = assemble(using.registry, tables)
        if fresh.id == using.id:
            return Load(using, refused=tuple(refused))
        before = {table.sha256 for table in using.tables}
        named = zip(labels(fresh.tables), fresh.tables, strict=True)
        swapped = tuple(label for label, table in named if table.sha256 not in before)
        return Load(fresh, swapped, tuple(refused))

    def _open(self, source: Source, held: Table | None, in_use: Sequence[str], now: float | None) -> Table:
        """Keep the table in use when its file is still the same one, else open it."""
        same = held is not None and held.path == source.path and held.stamp == stamp_of(source.path)
        if held is not None and same and source.sha256 in {"", held.sha256}:
            return held
        canaries = self._canaries.get(source.role)
        try:
            # The mapping keeps the copy alive, and nothing is left behind however the process ends.
            with tempfile.TemporaryDirectory(prefix="personawatch-tables-") as folder:
                return open_source(source, Path(folder), canaries=canaries, replaces=held, in_use=in_use, now=now)
        except TableError:
            raise
        except Exception as error:  # a strange file or a full disk must not end a worker
            words = f"{type(error).__name__}: {error}"
            raise TableError(source.path, "loads", words, "a table that can be loaded") from error


def _held(label: str, source: Source, using: Snapshot, listed: Sequence[Source]) -> Table | None:
    """Find the table that a source replaces: the one from the same path, else the one in the same place.

    A table that is still named itself only moved, and is replaced by nothing else.
    """
    named = dict(zip(labels(using.tables), using.tables, strict=True))
    same = (table for table in using.tables if table.role == source.role and table.path == source.path)
    there = named.get(label)
    moved = there is not None and any((other.role, other.path) == (there.role, there.path) for other in listed)
    return next(same, None if moved else there)
