"""Which table files an operator names: one setting a role, or one manifest for all that is replaced when they are.

A manifest is TOML; files are relative to it, and its own change is what counts, so it is written last:

    [[table]]
    role = "networks"
    file = "networks-2026-11-24.mmdb"
    sha256 = "9f86d0…"    # optional
    force = true          # optional: take it also when it is older than the one in use, or knows far less
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec

from enrichers.table import ROLES, FileStamp, Source, Stamp, TableError, file_stamp, stamp_of

ONE_FILE = frozenset({"asn"})
"""Roles whose files cannot be joined."""


class ListedTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of a manifest."""

    role: str
    file: str
    sha256: str = ""
    force: bool = False


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file as written."""

    table: tuple[ListedTable, ...]


class Sources(NamedTuple):
    """Where tables come from: files named one by one, or a manifest."""

    files: tuple[Source, ...] = ()
    manifest: Path | None = None

    def listed(self) -> tuple[Source, ...]:
        """Name every table; reads the manifest anew. Raises TableError."""
        return self.files if self.manifest is None else read_manifest(self.manifest)

    def stamps(self) -> tuple[Stamp | FileStamp, ...]:
        """Look at everything whose change means that tables must be loaded; reads nothing."""
        if self.manifest is not None:
            return (file_stamp(self.manifest),)
        return tuple(stamp_of(source.path) for source in self.files)


def named_files(geo: str = "", asn: str = "", networks: str = "", manifest: str = "") -> Sources:
    """Read the settings: paths, several of them with commas between."""
    if manifest:
        return Sources(manifest=Path(manifest))
    given = {"geo": geo, "asn": asn, "networks": networks}
    return Sources(
        tuple(
            Source(role, Path(name.strip())) for role, text in given.items() for name in text.split(",") if name.strip()
        )
    )


def read_manifest(path: Path) -> tuple[Source, ...]:
    """Read a manifest; TableError says what is wrong with it."""
    try:
        manifest = msgspec.toml.decode(path.read_bytes(), type=Manifest)
    except OSError as error:
        raise TableError(path, "readable", error.strerror or error, "a manifest of tables") from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:  # TOML's own faults, UTF-8, digits, nesting
        raise TableError(path, "manifest", error, "[[table]] entries with role and file") from error
    for entry in manifest.table:
        if entry.role not in ROLES:
            raise TableError(path, "role", repr(entry.role), " or ".join(ROLES))
        if not entry.file.isprintable() or not (path.parent / entry.file).name:
            raise TableError(path, "file", repr(entry.file), "the name of a file")
    return tuple(
        Source(entry.role, path.parent / entry.file, entry.sha256.lower(), entry.force) for entry in manifest.table
    )
