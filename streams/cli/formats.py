"""Formats of other producers: what a field map makes of sample records.

list               the packaged maps
show MAP           a map's file: something to begin your own from
check MAP FILE...  record by record what comes out and what is missing,
                   then which share of the records has what we live on

MAP is a name, a file *.toml, native, or detect. FILE holds one record a line,
or one record in all; - is standard input.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from streams.cli.environment import settings_from
from streams.cli.outcome import BAD_INPUT, OK, BadInputError
from streams.cli.text import safe, wrapped

if TYPE_CHECKING:
    from schemas.decoder import EventDecoder
    from schemas.formats.coverage import Coverage, Seen

EXAMPLES = """\
check ends with 2 when a record would become a dead letter, or none an event.
It takes PERSONAWATCH_TRUSTED_HOPS and PERSONAWATCH_TRUSTED_PROXIES.

examples:
  personawatch formats show okta > our-logins.toml
  personawatch formats check our-logins.toml sample.jsonl
  kcat -C -t logins -c 100 -e | personawatch formats check detect -
"""
WHOLE = 4 * 1024 * 1024
"""A file up to this size may be one record over many lines."""
PROGRESS_EVERY = 100_000


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch formats list | show MAP | check MAP FILE... [options]"
    parser.add_argument("action", choices=("list", "show", "check"), help="see above")
    parser.add_argument("map", nargs="?", metavar="MAP", help="a format")
    parser.add_argument("files", nargs="*", metavar="FILE", help="sample records")
    parser.add_argument("--summary", action="store_true", help="check: only the coverage, not each record")
    parser.add_argument(
        "--header", action="append", default=[], metavar="NAME=TEXT", help="check: a header of every record, as ce_id=1"
    )


def run(arguments: Namespace) -> int:
    """Do what was asked."""
    wants = {"list": "no argument", "show": "a MAP", "check": "a MAP and a FILE"}[arguments.action]
    given = (arguments.map is not None) + bool(arguments.files)
    if given != {"list": 0, "show": 1, "check": 2}[arguments.action]:
        raise BadInputError(f"{arguments.action} takes {wants}; see personawatch formats --help")
    return {"list": _list, "show": _show, "check": _check}[arguments.action](arguments)


def _list(_: Namespace) -> int:
    from schemas.formats.packaged import load_all

    for field_map in load_all():
        lines = wrapped(field_map.text.about, indent=" " * 18, first=f"{field_map.name:<18}")
        print("\n".join(lines))
    return OK


def _show(arguments: Namespace) -> int:
    from schemas.formats.packaged import names, text_of

    if arguments.map not in names():
        raise BadInputError(f"no packaged map {arguments.map!r}; there are {', '.join(names())}")
    print(text_of(arguments.map), end="")
    return OK


def _check(arguments: Namespace) -> int:
    from schemas.formats.coverage import Coverage, look

    decoder = _decoder(arguments.map)
    headers = [_header(text) for text in arguments.header]
    coverage = Coverage()
    for number, (place, raw) in enumerate(_records(arguments.files), 1):
        for seen in look(decoder, raw, headers=headers):
            coverage.add(seen)
            if not arguments.summary:
                print("\n".join(lines_of(place, seen)))
        if number % PROGRESS_EVERY == 0:
            print(f"{number} records", file=sys.stderr, flush=True)
    print("\n".join(([] if arguments.summary else [""]) + coverage_lines(coverage)))
    return OK if coverage.events and not coverage.rejects else BAD_INPUT


def prove(decoder: EventDecoder, file: str) -> tuple[Coverage, list[str]]:
    """Decode a sample; how much of it is covered, and each record that would become a dead letter."""
    from schemas.formats.coverage import Coverage, look
    from schemas.reasons import Reject

    coverage = Coverage()
    faults = []
    for place, raw in _records([file]):
        for seen in look(decoder, raw):
            coverage.add(seen)
            if isinstance(seen.outcome, Reject) and seen.is_meant:
                faults.append(f"{place}: {seen.outcome.reason}: {safe(seen.outcome.detail)}")
    if not coverage.events and not faults:
        faults.append(f"{file}: no record is an event")
    return coverage, faults


def lines_of(place: str, seen: Seen) -> list[str]:
    """One element of a record for people: what it became and what it lacks, or why it is no event."""
    from schemas.decoder import Decoded
    from schemas.events import type_of
    from schemas.reasons import Reject
    from streams.detection.timestamps import rfc3339

    outcome = seen.outcome
    if isinstance(outcome, Decoded):
        event = outcome.event
        what = f"{type_of(event)} {rfc3339(outcome.ts_ms)} {event.account_id} {event.ip or 'no address'}"
        lacking = f"; without {', '.join(seen.lacks)}" if seen.lacks else ""
        return [f"{place}  {safe(what)}{lacking}"]
    if isinstance(outcome, Reject):
        kind = "REJECTED" if seen.is_meant else "left out"
        return [f"{place}  {kind} {outcome.reason}: {safe(outcome.detail)}"]
    return [f"{place}  no value"]


def coverage_lines(coverage: Coverage) -> list[str]:
    """The table of shares, then what is odd."""
    from schemas.formats.coverage import FIELDS

    names = sorted(coverage.meant.keys() | coverage.left_out.keys())
    lines = [f"{'format':<18}{'events':>7}{'rejected':>9}{'left out':>9} " + "".join(f"{name:>8}" for name in FIELDS)]
    for name in names:
        rejected = coverage.meant[name] - coverage.events[name]
        shares = "".join(f"{coverage.share(name, field):>8.0%}" for field in FIELDS) if coverage.meant[name] else ""
        lines.append(f"{name:<18}{coverage.events[name]:>7}{rejected:>9}{coverage.left_out[name]:>9} {shares}".rstrip())
    lines += [f"{name}: {times} rejected as {reason}" for (name, reason), times in sorted(coverage.rejects.items())] + [
        f"{name}: {warning}" for name in names for warning in coverage.warnings(name)
    ]
    return lines


def _decoder(name: str) -> EventDecoder:
    from schemas.formats.inputs import decoder_of, read_trust
    from schemas.formats.model import MapError

    settings = settings_from(os.environ)
    try:
        return decoder_of(name, read_trust(settings.trusted_hops, settings.trusted_proxies))
    except MapError as error:
        raise BadInputError(str(error)) from error


def _header(text: str) -> tuple[str, bytes]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise BadInputError(f"--header {text!r}: expected NAME=TEXT")
    return name, value.encode()


def _records(files: list[str]) -> Iterator[tuple[str, bytes]]:
    """Every record with its place: the file, and the line where it has several."""
    for file in files:
        with _opened(file) as stream:
            head = stream.read(WHOLE)
            head += stream.readline() if len(head) == WHOLE else b""
            if len(head) <= WHOLE and _is_one_record(head):
                yield file, head
                continue
            for number, line in enumerate(chain(BytesIO(head), stream), 1):
                if line.strip():
                    yield f"{file}:{number}", line.rstrip(b"\r\n")


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(file).open("rb") as stream:
            yield stream
    except OSError as error:
        raise BadInputError(f"{file}: {error.strerror}") from error


def _is_one_record(text: bytes) -> bool:
    """Whether a file is one record: JSON as a whole, or bytes that begin with a schema registry's prefix."""
    import msgspec

    from schemas.diagnosis import READ_FAULTS

    try:
        msgspec.json.decode(text)
    except READ_FAULTS:
        return text.startswith((b"\x00", b"Obj\x01"))
    return True
