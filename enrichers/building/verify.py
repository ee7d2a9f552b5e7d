"""Manifest against files: whether what lies in a folder is what was built, and whether its lists are still young."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from enrichers.building.faults import Fault
from enrichers.building.manifest import BuiltFile, Manifest
from enrichers.tables import ROLES, TableError, open_table


def verify(folder: Path, manifest: Manifest, today: date) -> list[Fault]:
    """Every difference: hash, role, epoch of each file, age of each list."""
    faults = [fault for built in manifest.files for fault in _file(folder, built)]
    for feed in manifest.feeds:
        age = (today - feed.dated).days
        if age > feed.max_age_days:
            found = f"{age} days (of {feed.dated})"
            faults.append(Fault(feed.path, f"{feed.name}: age", found, f"{feed.max_age_days:g} days at most"))
    return faults


def _file(folder: Path, built: BuiltFile) -> Iterator[Fault]:
    path = folder / Path(built.file).name  # a name in a manifest must not lead elsewhere
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        yield Fault(str(path), "readable", error.strerror or str(error), f"the {built.role} file")
        return
    if found != built.sha256:
        yield Fault(str(path), "sha256", found, f"{built.sha256}, as the manifest says")
        return
    if built.role not in ROLES:
        return
    with tempfile.TemporaryDirectory(prefix="personawatch-tables-") as scratch:
        try:
            table = open_table(path, built.role, Path(scratch))
        except TableError as error:
            yield Fault(str(path), error.check, str(error).partition("found ")[2], f"a {built.role} table")
            return
    if table.epoch != built.epoch:
        yield Fault(str(path), "epoch", str(table.epoch), f"{built.epoch}, as the manifest says")
