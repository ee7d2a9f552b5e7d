"""One opened table, and the words of a refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import maxminddb
import msgspec

from enrichers.shapes.values import printable

ROLES: Final = ("geo", "asn", "networks")

FileStamp = tuple[int, ...]
"""Device, inode, size, times of change; empty when there is no file."""


class Stamp(NamedTuple):
    """Differs whenever a table's file or its `.sha256` is renamed over, rewritten, cut or deleted."""

    file: FileStamp = ()
    sidecar: FileStamp = ()


class TableError(ValueError):
    """A table was refused: which file, which check, what was found, what was expected."""

    def __init__(self, path: Path, check: str, found: object, expected: str) -> None:
        super().__init__(printable(f"{path}: {check}: found {found}; expected {expected}"))
        self.path = path
        self.check = check


class Source(NamedTuple):
    """A table as somebody asked for it: what it is for, where it lies and, where given, its SHA-256."""

    role: str
    path: Path
    sha256: str = ""
    forced: bool = False
    """Take it also when it is older than the one in use, or knows far less."""


class Table(msgspec.Struct, frozen=True):
    """One opened table. Never closed: it may be in use when a newer one replaces it, only dropped."""

    role: str
    database_type: str
    epoch: int
    """Unix seconds at which the provider built the file."""
    sha256: str
    ip_version: int
    reader: maxminddb.Reader
    path: Path = Path()
    """Where it lay when it was read."""
    built: str = ""
    """ISO day of `epoch`: the date of a list whose records state none."""
    stamp: Stamp = Stamp()
    """The file as it was read; what lies there now may be another."""

    def look_up(self, ip: str) -> tuple[Any, int]:
        """Record and prefix length of a normalised address; (None, n) is a miss, also for IPv6 in an IPv4 table."""
        if self.ip_version == 4 and ":" in ip:
            return None, 0
        return self.reader.get_with_prefix_len(ip)


def stamp_of(path: Path) -> Stamp:
    """Look at the file and its sidecar without reading them."""
    return Stamp(file_stamp(path), file_stamp(sidecar_of(path)))


def file_stamp(path: Path) -> FileStamp:
    """Look at one file; one that cannot be reached is as good as none."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def sidecar_of(path: Path) -> Path:
    """Name the file beside a table that may hold its SHA-256."""
    return path.with_name(path.name + ".sha256")
