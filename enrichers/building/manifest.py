"""`manifest.json` beside the tables: what was built, from which lists, how old they are and on what terms.

It has no clock and no folder in it: the same lists give the same manifest.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec

from enrichers.building.faults import BuildError, Fault

FILE = "manifest.json"
VERSION = 1


class BuiltFile(msgspec.Struct, frozen=True):
    """One file that was written."""

    role: str
    """networks, geo, asn or disposable_mail."""
    file: str
    sha256: str
    bytes: int
    entries: int
    """Distinct prefixes that went in (mail: domains); neighbours that say the same are joined in the file."""
    epoch: int
    """Unix seconds: midnight of the newest list's day."""


class BuiltFeed(msgspec.Struct, frozen=True):
    """One list that went in."""

    name: str
    format: str
    path: str
    sha256: str
    dated: date
    dated_by: str
    """`list`, `feeds.toml` or `file`: who says so."""
    max_age_days: float
    licence: str
    attribution: str
    kinds: dict[str, int]
    """Statements of each kind that were used."""
    entries: int
    """Lines or entries that say something, unusable ones among them."""
    used: int
    """Lines or entries that were used."""
    prefixes: int
    unused: int
    """Statements of kinds that feeds.toml does not take from this list."""
    outranked: int
    """VPN and hosting claims inside a relay or a company gateway: subtracted."""
    rejected: int
    reasons: dict[str, int]
    first_rejects: tuple[tuple[int, str], ...]
    """Line or entry number, and reason."""
    metadata: dict[str, str]
    """What the list says of itself: maintainer, copyright, terms."""


class Manifest(msgspec.Struct, frozen=True):
    """All of the file."""

    version: int
    files: tuple[BuiltFile, ...]
    feeds: tuple[BuiltFeed, ...]

    def write(self, path: Path) -> None:
        """Write it as indented JSON."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """Read what a build left in a folder; BuildError says what is wrong."""
    path = folder / FILE
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except OSError as error:
        raise BuildError([Fault(str(path), "readable", error.strerror or str(error), "what a build wrote")]) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BuildError([Fault(str(path), "format", str(error), "what a build wrote")]) from error
    if manifest.version != VERSION:
        raise BuildError([Fault(str(path), "version", str(manifest.version), str(VERSION))])
    return manifest
