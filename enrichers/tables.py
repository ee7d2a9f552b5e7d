"""Enrichment tables: an mmdb file is copied privately, hashed, checked, and only then opened for use.

The copy is what makes it safe: a file overwritten under a memory mapping kills the process or answers wrongly.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import maxminddb
from maxminddb.const import MODE_MMAP_EXT

from enrichers import table_checks
from enrichers.table import ROLES, Source, Stamp, Table, TableError, sidecar_of, stamp_of

__all__ = ["ROLES", "Source", "Table", "TableError", "open_source", "open_table"]


def open_table(path: Path, role: str, folder: Path, canaries: Mapping[str, object] | None = None) -> Table:
    """Copy the file into `folder` under its SHA-256, check everything, open the copy.

    `canaries` maps addresses to what the table must know of them: a country (geo), an AS number (asn) or a class
    (networks). A file `<name>.sha256` beside the table, when there is one, must agree. Raises TableError.
    """
    return open_source(Source(role, path), folder, canaries=canaries)


def open_source(
    source: Source,
    folder: Path,
    *,
    canaries: Mapping[str, object] | None = None,
    replaces: Table | None = None,
    in_use: Sequence[str] = (),
    now: float | None = None,
) -> Table:
    """Open a table as `open_table` does, also against the one that it `replaces`.

    Unless the source is forced, it must not be older, nor know far less of the addresses `in_use` and of others.
    `now` (Unix seconds) is what no table may be built after; None reads the clock.
    """
    path = source.path
    if source.role not in ROLES:
        raise TableError(path, "role", repr(source.role), " or ".join(ROLES))
    before = stamp_of(path)
    copy, sha256 = _private_copy(source, folder, before)
    try:
        table = _open(source, copy, sha256, before)
        table_checks.check_epoch(table, time.time() if now is None else now)
        table_checks.check_records(table, copy)
        table_checks.check_canaries(table, canaries or {})
        table_checks.check_answers(table)
        if replaces is not None and not source.forced:
            table_checks.check_age(table, replaces)
            table_checks.check_hit_rate(table, replaces, in_use)
    except TableError:
        copy.unlink(missing_ok=True)
        raise
    return table


def _private_copy(source: Source, folder: Path, before: Stamp) -> tuple[Path, str]:
    """Copy while hashing, so that what was hashed is what will be mapped."""
    path = source.path
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("rb") as file, tempfile.TemporaryDirectory(dir=folder) as scratch:
            part = Path(scratch) / "part"
            with part.open("wb") as target:
                sha256 = _copy(file, target)
            _check_sum(source, sha256)
            if stamp_of(path) != before:
                raise TableError(path, "finished", "a file that changed while it was read", "one that nobody writes to")
            return part.replace(folder / f"{sha256}.mmdb"), sha256
    except OSError as error:
        raise TableError(path, "readable", error.strerror or error, "a file that can be copied") from error


def _copy(source: BinaryIO, target: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(1 << 20):
        digest.update(chunk)
        target.write(chunk)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest()


def _check_sum(source: Source, sha256: str) -> None:
    """Compare with the manifest, and with the first word of `<name>.sha256`, as sha256sum writes it."""
    path = source.path
    if source.sha256 not in {"", sha256}:
        raise TableError(path, "sha256", sha256, f"{source.sha256}, as the manifest says")
    sidecar = sidecar_of(path)
    if sidecar.is_file():
        stated = (sidecar.read_text(errors="replace").split() or ["nothing"])[0].lower()
        if stated != sha256:
            raise TableError(path, "sha256", sha256, f"{stated}, as {sidecar.name} says")


def _open(source: Source, copy: Path, sha256: str, stamp: Stamp) -> Table:
    try:
        reader = maxminddb.open_database(copy, MODE_MMAP_EXT)
        meta = reader.metadata()
    except (maxminddb.InvalidDatabaseError, ValueError, OSError) as error:
        found = f"{_first_bytes(copy)} ({error})"
        raise TableError(source.path, "opens", found, "an mmdb file") from error
    epoch = meta.build_epoch
    # an impossible epoch is refused by its own check; here it must only not raise
    built = datetime.fromtimestamp(min(epoch, table_checks.LATEST_EPOCH), UTC).date().isoformat()
    return Table(source.role, meta.database_type, epoch, sha256, meta.ip_version, reader, source.path, built, stamp)


def _first_bytes(copy: Path) -> str:
    """Say what the file looks like, for the most usual mistakes."""
    with copy.open("rb") as file:
        head = file.read(64)
    if not head:
        return "an empty file"
    if head.startswith(b"\x1f\x8b"):
        return "a gzip file, unpack it first"
    return "a web page, probably of a failed download" if head.lstrip()[:1] == b"<" else "a damaged or foreign file"
