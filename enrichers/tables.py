"""Enrichment tables: an mmdb file is copied privately, hashed, checked, and only then opened for use.

The copy is what makes it safe: a file overwritten under a memory mapping kills the process or answers wrongly.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

import maxminddb
import msgspec
from maxminddb.const import MODE_MMAP_EXT

from enrichers.shapes import asn, geo, networks

ROLES: Final = ("geo", "asn", "networks")
RECOGNISES: Final = {"geo": geo.recognises, "asn": asn.recognises, "networks": networks.recognises}

EARLIEST_EPOCH: Final = 1_230_768_000
"""2009-01-01: the format is younger."""
LATEST_EPOCH: Final = 4_102_444_800
"""2100-01-01: later is a broken file (one in the wild has 2**64-1), and dates would overflow."""
SAMPLE: Final = 1_000
"""Records read at load, 5 ms. MaxMind's anonymizer file begins with empty records, so a few are not enough."""
ALWAYS_ASKED: Final = ("8.8.8.8", "81.2.69.160", "2001:4860:4860::8888")
"""Any answer will do, but the look-up must not fail. The second finds a broken number in a known bad file."""


class TableError(ValueError):
    """A table was refused: which file, which check, what was found, what was expected."""

    def __init__(self, path: Path, check: str, found: object, expected: str) -> None:
        super().__init__(f"{path}: {check}: found {found}; expected {expected}")
        self.path = path
        self.check = check


class Table(msgspec.Struct, frozen=True):
    """One opened table. Never closed: it may be in use when a newer one replaces it, only dropped."""

    role: str
    database_type: str
    epoch: int
    """Unix seconds at which the provider built the file."""
    sha256: str
    ip_version: int
    reader: maxminddb.Reader

    def look_up(self, ip: str) -> tuple[Any, int]:
        """Record and prefix length of a normalised address; (None, n) is a miss, also for IPv6 in an IPv4 table."""
        if self.ip_version == 4 and ":" in ip:
            return None, 0
        return self.reader.get_with_prefix_len(ip)


def open_table(path: Path, role: str, folder: Path, canaries: Mapping[str, object] | None = None) -> Table:
    """Copy the file into `folder` under its SHA-256, check everything, open the copy.

    `canaries` maps addresses to what the table must know of them: a country (geo), an AS number (asn) or a class
    (networks). A file `<name>.sha256` beside the table, when there is one, must agree. Raises TableError.
    """
    if role not in ROLES:
        raise TableError(path, "role", repr(role), " or ".join(ROLES))
    copy, sha256 = _private_copy(path, folder)
    try:
        table = _open(path, role, copy, sha256)
        _check_records(path, table)
        _check_canaries(path, table, canaries or {})
    except TableError:
        copy.unlink(missing_ok=True)
        raise
    return table


def _private_copy(path: Path, folder: Path) -> tuple[Path, str]:
    """Copy while hashing, so that what was hashed is what will be mapped."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("rb") as source, tempfile.TemporaryDirectory(dir=folder) as scratch:
            part = Path(scratch) / "part"
            with part.open("wb") as target:
                sha256 = _copy(source, target)
            _check_sidecar(path, sha256)
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


def _check_sidecar(path: Path, sha256: str) -> None:
    """Compare with the first word of `<name>.sha256`, as sha256sum writes it."""
    sidecar = path.with_name(path.name + ".sha256")
    if sidecar.is_file():
        stated = (sidecar.read_text(errors="replace").split() or ["nothing"])[0].lower()
        if stated != sha256:
            raise TableError(path, "sha256", sha256, f"{stated}, as {sidecar.name} says")


def _open(path: Path, role: str, copy: Path, sha256: str) -> Table:
    try:
        reader = maxminddb.open_database(copy, MODE_MMAP_EXT)
        meta = reader.metadata()
    except (maxminddb.InvalidDatabaseError, ValueError, OSError) as error:
        raise TableError(path, "opens", f"{_first_bytes(copy)} ({error})", "an mmdb file") from error
    if not EARLIEST_EPOCH <= meta.build_epoch <= LATEST_EPOCH:
        raise TableError(path, "epoch", meta.build_epoch, "a build time between 2009 and 2100 (Unix seconds)")
    return Table(role, meta.database_type, meta.build_epoch, sha256, meta.ip_version, reader)


def _first_bytes(copy: Path) -> str:
    """Say what the file looks like, for the most usual mistakes."""
    with copy.open("rb") as file:
        head = file.read(64)
    if not head:
        return "an empty file"
    if head.startswith(b"\x1f\x8b"):
        return "a gzip file, unpack it first"
    return "a web page, probably of a failed download" if head.lstrip()[:1] == b"<" else "a damaged or foreign file"


def _check_records(path: Path, table: Table) -> None:
    """Check that records decode, are maps, and that at least one has a shape of the role."""
    records = _sample(path, table)
    strange = next((record for record in records if not isinstance(record, dict)), None)
    if strange is not None:
        raise TableError(path, "shape", f"records of type {type(strange).__name__}", "maps")
    if not any(RECOGNISES[table.role](record) for record in records):
        keys = ", ".join(sorted({str(key) for record in records for key in record})[:6]) or "nothing"
        raise TableError(path, "shape", f"records with {keys}", f"records of a {table.role} table")


def _sample(path: Path, table: Table) -> list[Any]:
    """Read the first records."""
    try:
        return [record for _, record in islice(table.reader, SAMPLE)]
    except Exception as error:  # a damaged file may raise anything; all of it means the same
        raise TableError(path, "records", f"{type(error).__name__}: {error}", "records that can be read") from error


def _check_canaries(path: Path, table: Table, canaries: Mapping[str, object]) -> None:
    """Known addresses can be looked up, and say what the caller knows of them."""
    for ip in (*ALWAYS_ASKED, *canaries):
        try:
            record, _ = table.look_up(ip)
            answer = _essence(table.role, record)
        except Exception as error:  # as above
            raise TableError(path, f"canary {ip}", f"{type(error).__name__}: {error}", "an answer") from error
        expected = canaries.get(ip)
        if expected is not None and (expected not in answer if isinstance(answer, frozenset) else expected != answer):
            found = sorted(answer) if isinstance(answer, frozenset) else answer
            raise TableError(path, f"canary {ip}", found, repr(expected))


def _essence(role: str, record: Any) -> object:
    """Take from a record what a canary of the role is compared with."""
    if not isinstance(record, dict):
        return None
    if role == "geo":
        return geo.read(record).country
    return asn.read(record).asn if role == "asn" else networks.read(record, "").classes
