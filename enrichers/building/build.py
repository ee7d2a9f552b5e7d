"""Compile all feeds of a feeds.toml into tables and their manifest: everything or nothing."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

from enrichers.building.faults import BuildError, Fault
from enrichers.building.feeds_file import load_feeds
from enrichers.building.manifest import FILE, VERSION, BuiltFeed, BuiltFile, Manifest, read_manifest
from enrichers.building.reading import Reading
from enrichers.building.refusals import read_and_judge
from enrichers.compiled import NETWORKS_TYPE, Claim, Record, merge, write_tree
from enrichers.prefixes import Prefix, is_too_wide
from enrichers.shapes.asn import Owner
from enrichers.shapes.geo import Place
from enrichers.tables import ROLES, Source, TableError, open_source

Progress = Callable[[str, int, int], None]
"""Step, how much of it is done, how much there is (bytes of a list; 0 when it can't be known)."""

MAIL_FILE = "disposable-mail.txt"
TABLES_FILE = "tables.toml"
"""What a running worker watches: role, file and hash of each table. Written last."""
_Value = TypeVar("_Value")


def build(
    feeds: Path,
    folder: Path,
    today: date,
    progress: Progress = lambda _step, _done, _total: None,
    accepted: Collection[str] = (),
) -> Manifest:
    """Write `networks.mmdb` (and `geo.mmdb`, `asn.mmdb`, `disposable-mail.txt` when lists say such) and `manifest.json`.

    Nothing is written when any list is refused: leaving a relay's list out would turn its users into VPN users.
    `accepted` names lists whose size may differ from the last build in the folder. The same lists give the same files.
    Raises BuildError with every fault, and OSError for a folder that can't be written.
    """
    file = load_feeds(feeds)
    before = _last_sizes(folder, accepted)
    readings: list[Reading] = []
    faults: list[Fault] = []
    for feed in file.feeds:
        path = feeds.parent / feed.path
        step = _Step(f"reading {feed.name}", path, progress)
        found = read_and_judge(feed, path, today, before.get(feed.name), step.told)
        if isinstance(found, Reading):
            readings.append(found)
        else:
            faults += found
    if any(reading.of_asn for reading in readings) and not any(reading.owners for reading in readings):
        faults.append(
            Fault(str(feeds), "asn", "a list of AS numbers only", "a feed of kind asn that has their prefixes")
        )
    if faults:
        raise BuildError(faults)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=folder) as scratch:
        manifest = _write(readings, Path(scratch), today, progress)
        for name in (*(built.file for built in manifest.files), FILE, TABLES_FILE):
            (Path(scratch) / name).replace(folder / name)
    return manifest


class _Step:
    """Adds up what has been read of one file."""

    def __init__(self, name: str, path: Path, progress: Progress) -> None:
        self._name = name
        self._total = path.stat().st_size if path.is_file() else 0
        self._done = 0
        self._progress = progress

    def told(self, count: int) -> None:
        self._done += count
        self._progress(self._name, self._done, self._total)


def _last_sizes(folder: Path, accepted: Collection[str]) -> dict[str, int]:
    """Used lines of every list in the last build. A manifest that can't be read stops: it may not be ours."""
    if not (folder / FILE).exists():
        return {}
    feeds = read_manifest(folder).feeds
    return {feed.name: feed.used for feed in feeds if feed.name not in accepted}


def _write(readings: Sequence[Reading], folder: Path, today: date, progress: Progress) -> Manifest:
    """Write all files into the scratch folder."""
    epoch = int(datetime.combine(max(reading.dated for reading in readings), datetime.min.time(), UTC).timestamp())
    written: list[BuiltFile] = []
    outranked: Counter[str] = Counter()
    claims = list(_claims(readings))
    if claims:
        progress("merging", 0, 0)
        merged = merge(claims)
        outranked = merged.outranked
        del claims
        written.append(_table("networks", merged.records, NETWORKS_TYPE, folder, epoch, progress))
    places = _first([entry for reading in readings for entry in reading.places])
    if places:
        records = _records(places, _place_record)
        written.append(_table("geo", records, "PersonaWatch-Geo", folder, epoch, progress))
    owners = _first([entry for reading in readings for entry in reading.owners])
    if owners:
        records = _records(owners, _owner_record)
        written.append(_table("asn", records, "PersonaWatch-ASN", folder, epoch, progress))
    domains = sorted({domain for reading in readings for domain in reading.domains})
    if domains:
        (folder / MAIL_FILE).write_text("\n".join(domains) + "\n", encoding="ascii")
        written.append(_built("disposable_mail", folder / MAIL_FILE, len(domains), epoch))
    _check(written, folder, today)
    manifest = Manifest(VERSION, tuple(written), tuple(_feed(reading, outranked) for reading in readings))
    manifest.write(folder / FILE)
    entries = [f'[[table]]\nrole = "{b.role}"\nfile = "{b.file}"\nsha256 = "{b.sha256}"\n' for b in written]
    (folder / TABLES_FILE).write_text("\n".join(e for e, b in zip(entries, written, strict=True) if b.role in ROLES))
    return manifest


def _check(written: Sequence[BuiltFile], folder: Path, today: date) -> None:
    """Open every table as a worker would on that day."""
    noon = datetime.combine(today, time(12), UTC).timestamp()
    for built in written:
        if built.role in ROLES:
            try:
                open_source(Source(built.role, folder / built.file), folder / "checked", now=noon)
            except TableError as error:
                found = str(error).partition("found ")[2]
                raise BuildError([Fault(built.file, error.check, found, "a table that a worker opens")]) from error


def _claims(readings: Sequence[Reading]) -> Iterator[tuple[Prefix, Claim]]:
    """All claims; those about AS numbers with the prefixes that the asn lists know."""
    wanted: dict[int, list[Claim]] = {}
    for reading in readings:
        yield from reading.claims()
        for asn, claim in reading.of_asn:
            wanted.setdefault(asn, []).append(claim._replace(dated=claim.dated or reading.dated.isoformat()))
    if wanted:
        for reading in readings:
            for prefix, owner in reading.owners:
                found = wanted.get(owner.asn or 0)
                if found and not is_too_wide(prefix):
                    yield from ((prefix, claim) for claim in found)


def _first(entries: list[tuple[Prefix, _Value]]) -> dict[Prefix, _Value]:
    """One value a prefix: that of the list which feeds.toml names first."""
    return dict(reversed(entries))


def _records(values: dict[Prefix, _Value], record: Callable[[_Value], Record]) -> list[tuple[Prefix, Record]]:
    """Records in the order of the addresses; equal values share one."""
    made = {value: record(value) for value in set(values.values())}
    return [(prefix, made[value]) for prefix, value in sorted(values.items(), key=_prefix)]


def _prefix(entry: tuple[Prefix, Any]) -> Prefix:
    return entry[0]


def _place_record(place: Place) -> Record:
    """Take the flat shape that `shapes.geo` reads."""
    names = ("country_code", "region", "city", "latitude", "longitude", "radius", "timezone")
    return {name: value for name, value in zip(names, place, strict=True) if value is not None}


def _owner_record(owner: Owner) -> Record:
    record: Record = {"autonomous_system_number": owner.asn}
    return record | ({"autonomous_system_organization": owner.organisation} if owner.organisation else {})


def _table(
    role: str, records: list[tuple[Prefix, Record]], kind: str, folder: Path, epoch: int, progress: Progress
) -> BuiltFile:
    progress(f"writing {role}", 0, 0)
    path = folder / f"{role}.mmdb"
    write_tree(records, path, kind, epoch, "Compiled by personawatch tables build; sources in manifest.json")
    return _built(role, path, len(records), epoch)


def _built(role: str, path: Path, entries: int, epoch: int) -> BuiltFile:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return BuiltFile(role, path.name, sha256, path.stat().st_size, entries, epoch)


def _feed(reading: Reading, outranked: Counter[str]) -> BuiltFeed:
    feed, notes = reading.feed, reading.notes
    rejected = notes.reasons.total()
    return BuiltFeed(
        name=feed.name,
        format=feed.format,
        path=feed.path,
        sha256=reading.sha256,
        dated=reading.dated,
        dated_by=reading.dated_by,
        max_age_days=feed.max_age_days,
        licence=feed.licence,
        attribution=feed.attribution,
        kinds=dict(sorted(reading.kinds.items())),
        entries=reading.lines + rejected,
        used=reading.used_lines,
        prefixes=reading.prefixes,
        unused=reading.unused,
        outranked=outranked[feed.name],
        rejected=rejected,
        reasons=dict(sorted(notes.reasons.items())),
        first_rejects=tuple((reject.line, reject.reason) for reject in notes.rejects),
        metadata=dict(sorted(notes.metadata.items())),
    )
