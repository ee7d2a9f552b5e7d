"""Records of MaxMind and IPinfo, whatever carries them: mmdb, CSV with a header, NDJSON (catalogue §7 #6, #7, #15).

What a record means is read by `enrichers.shapes`, as in a look-up: the same file says the same mounted and compiled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import maxminddb
from maxminddb.const import MODE_MEMORY
from maxminddb.reader import Reader

from enrichers.feeds.rows import NO_ADDRESS, WRONG_FIELDS, fields, objects
from enrichers.feeds.source import Source
from enrichers.feeds.statement import ListError, Notes, Statement, day_of, name_of
from enrichers.mmdb_walk import walk
from enrichers.prefixes import NOT_A_PREFIX, Prefix, of_range, parse_prefix, parse_range
from enrichers.shapes import asn, geo, networks
from enrichers.shapes.values import Record

STRANGE = "strange-record"
_PREFIX_COLUMNS = ("network", "range", "ip")
_RANGE_COLUMNS = (("start_ip", "end_ip"), ("start", "end"))


def load_mmdb(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read every record of an mmdb. One without anything that we know says nothing, and is no fault."""
    for number, (prefix, record) in enumerate(records_of(source, notes), 1):
        if isinstance(record, dict):
            yield from _meaning(number, (prefix,), record, notes)
        else:
            notes.reject(number, STRANGE)


def records_of(source: Source, notes: Notes) -> Iterator[tuple[Prefix, Any]]:
    """Every prefix of an mmdb with its record. Raises ListError for a file that can't be read to its end."""
    try:
        with maxminddb.open_database(source.path, MODE_MEMORY) as reader:
            assert isinstance(reader, Reader)
            meta = reader.metadata()
            notes.tell("database_type", meta.database_type)
            notes.date_is(day_of(meta.build_epoch))
            yield from walk(reader)
    except Exception as error:  # a damaged file may raise anything; all of it means the same
        raise ListError("opens", f"{type(error).__name__}: {error}", "an mmdb file that can be read") from error


def load_csv(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read CSV with a header, which must name a network, a range or two addresses."""
    header: list[str] | None = None
    for number, text in source.lines(notes):
        row = fields(text)
        if header is None:
            header = [name.lower() for name in row]
            if not set(_PREFIX_COLUMNS) & set(header) and not any(set(pair) <= set(header) for pair in _RANGE_COLUMNS):
                raise ListError("header", ", ".join(header)[:80] or "nothing", "network, range, ip or start_ip,end_ip")
        elif len(row) == len(header):
            yield from _at(number, dict(zip(header, row, strict=True)), notes)
        else:
            notes.reject(number, WRONG_FIELDS)


def load_json(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read NDJSON: one record a line, with its network in it."""
    for number, record in objects(source, notes):
        yield from _at(number, record, notes)


def _at(number: int, record: Record, notes: Notes) -> Iterator[Statement]:
    """Find out which prefixes a record is about."""
    found = _prefixes(record)
    if isinstance(found, str):
        notes.reject(number, found)
    else:
        yield from _meaning(number, found, record, notes)


def _prefixes(record: Record) -> Sequence[Prefix] | str:
    for first, last in _RANGE_COLUMNS:
        start, end = record.get(first), record.get(last)
        if isinstance(start, str) and isinstance(end, str):
            return _cut(start, end)
    text = next((record[key] for key in _PREFIX_COLUMNS if record.get(key)), None)
    if not isinstance(text, str):
        return NO_ADDRESS
    start, dash, end = text.partition("-")
    if dash:
        return _cut(start.strip(), end.strip())
    prefix = parse_prefix(text)
    return prefix if isinstance(prefix, str) else (prefix,)


def _cut(first: str, last: str) -> Sequence[Prefix] | str:
    found = parse_range(first, last) if first and last else NOT_A_PREFIX
    return found if isinstance(found, str) else tuple(of_range(*found))


def _meaning(number: int, prefixes: Sequence[Prefix], record: Record, notes: Notes) -> Iterator[Statement]:
    """Everything that the record says, each class with its own confidence and date."""
    try:
        found = list(_statements(number, record))
    except Exception:  # noqa: BLE001 - no record may end the reading
        notes.reject(number, STRANGE)
        return
    for prefix in prefixes:
        for statement in found:
            yield statement._replace(prefix=prefix)


def _statements(number: int, record: Record) -> Iterator[Statement]:
    if networks.recognises(record):
        kind = networks.read(record, "")
        for entry in kind.lists:
            seen = day_of(entry.dated)
            yield Statement(
                number,
                kinds=(entry.network_class,),
                operator=name_of(kind.operator),
                confidence=entry.confidence,
                last_seen=seen.isoformat() if seen else "",
            )
    if geo.recognises(record):
        yield Statement(number, kinds=("geo",), place=geo.read(record))
    if asn.recognises(record):
        yield Statement(number, kinds=("asn",), owner=asn.read(record))
