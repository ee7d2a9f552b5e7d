"""Bring a real case into a rule repository without bringing people's data.

Writes the events of SOURCE as enriched events: what tables know of an address
is in them, so that they replay anywhere without tables, to the same alerts.
Identifiers become pseudonyms, the same one everywhere; addresses become others
of the same network; texts are dropped, or cut to what an indicator reads of
them. SOURCE is as in `personawatch replay`: files, -, or a range of Kafka,
which is read without a group, without committing, and never written to.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from streams.cli.outcome import OK, BadInputError
from streams.cli.parsing import moment

if TYPE_CHECKING:
    from streams.capture.capturing import Capturing
    from streams.capture.proof import Proof
    from streams.capture.writing import CaptureFile
    from streams.detection.messages import TableVersion
    from streams.replay.configuration import Configuration
    from streams.replay.replayer import Replayer

EXAMPLES = """\
FILE is packed when its name ends in .gz or .zst. Beside it, FILE.about.json
says what was changed, what stayed, what may differ and which tables were used,
and nothing of the original. Neither replaces a file that is there.

The key of the pseudonyms is made for the run and forgotten with it. With a key
file (16 bytes or more, kept as a secret: whoever has it can test a guess at an
identifier) several captures have the same pseudonyms.

At the end original and capture are replayed and their alerts compared under
the new names. Select the whole case: --account leaves out what other accounts
did, in the original's replay as well.

A capture still tells when its accounts were active and from which networks.
It is fit for a repository with the same readers as the alerts, not for anybody.

Exit codes, unlike other commands': 0 ok, 1 the capture replays to other
alerts (it is written all the same, and the report says where they differ),
2 bad input. 70, 78 and 130 are as everywhere, and leave no file.

examples:
  personawatch capture day.ndjson --tables demo --output case.ndjson.zst
  personawatch capture enriched.ndjson --account a-7 --account a-9 \\
      --start 2026-03-01 --end 2026-03-15 --output tests/cases/farm.ndjson.gz
  head -c 32 /dev/urandom > key && personawatch capture --key-file key \\
      'kafka://127.0.0.1:9092/enriched-events?from=2026-03-01' --output k.ndjson
"""

DIFFERS = 1
SHORTEST_KEY = 16


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch capture SOURCE... --output FILE [options]"
    add = parser.add_argument
    add("sources", nargs="+", metavar="SOURCE", help="see above")
    add("--output", metavar="FILE", required=True, help="a new file, .ndjson, .ndjson.gz or .ndjson.zst")
    add("--account", action="append", default=[], metavar="ID", help="only its events; may be repeated")
    add("--start", type=moment, metavar="TIME", help="leave out events before, as 2026-03-01")
    add("--end", type=moment, metavar="TIME", help="leave out events from then on")
    add("--key-file", metavar="FILE", help="key of the pseudonyms (default: one for this run)")
    add("--format", metavar="NAME", help="format of raw events (default: the settings')")
    add("--tables", action="append", default=[], metavar="TABLES", help="as in replay (default: the settings')")
    add("--catalogue", metavar="FOLDER", help="as in replay, for the comparison of alerts")
    add("--no-verify", dest="verify", action="store_false", help="do not replay and compare")


def run(arguments: Namespace) -> int:
    """Capture, prove, report."""
    from streams.capture.writing import CaptureFile
    from streams.replay.configuration import configuration

    key = _key(arguments.key_file)
    ours = configuration(os.environ, arguments.catalogue, arguments.tables, arguments.format)
    with CaptureFile(arguments.output) as file:
        return _capture(arguments, ours, key, file)


def _capture(arguments: Namespace, ours: Configuration, key: bytes, file: CaptureFile) -> int:
    from streams.capture.about import about, encode_about, lines_of

    captured, original = _read(arguments, ours, key, file)
    file.close()
    if not captured.events:
        raise BadInputError(f"no event was read from {captured.records:,} records, so there is nothing to capture")
    proof = None if original is None else _prove(ours, captured, original, file.part)
    told = about(captured, _tables(ours), ours.catalogue.version, proof)
    file.keep(encode_about(told))
    lines = lines_of(told)
    if proof is not None and not proof.holds:
        lines += ["", *proof.differences, "", *_named(captured, proof)]
    print("\n".join(lines), file=sys.stderr)
    return OK if proof is None or proof.holds else DIFFERS


def _key(name: str | None) -> bytes:
    from secrets import token_bytes

    from streams.capture.pseudonyms import KEY_BYTES

    if name is None:
        return token_bytes(KEY_BYTES)
    try:
        key = Path(name).read_bytes()
    except OSError as error:
        raise BadInputError(f"{name}: {error.strerror}; expected a key, as `head -c 32 /dev/urandom` makes") from error
    if len(key) < SHORTEST_KEY:
        raise BadInputError(f"{name}: found {len(key)} bytes; expected a key of {SHORTEST_KEY} or more")
    return key


def _read(
    arguments: Namespace, ours: Configuration, key: bytes, file: CaptureFile
) -> tuple[Capturing, Replayer | None]:
    """Capture the sources, and replay them beside it: standard input can be read once only."""
    from streams.capture.capturing import Capturing
    from streams.capture.intake import Intake
    from streams.capture.redaction import Redactor
    from streams.replay.progress import with_progress
    from streams.replay.replayer import Replayer
    from streams.replay.selection import selection_of
    from streams.replay.sources import Sources

    selection = selection_of(arguments.account, arguments.start, arguments.end)
    captured = Capturing(Intake(ours, selection), Redactor(key))
    original = Replayer(ours, selection) if arguments.verify else None
    with Sources(arguments.sources, ours.settings, ours.formats) as sources:
        for recorded in with_progress(sources.records(), sources.done, sources.total()):
            file.write(captured.lines(recorded))
            if original is not None:
                original.take(recorded)
        captured.intake.left_out["no longer in Kafka"] += sources.gone()
    return captured, original


def _prove(ours: Configuration, captured: Capturing, original: Replayer, part: Path) -> Proof:
    """Replay what was written and compare."""
    from streams.capture.proof import outcome_of, prove
    from streams.replay.progress import with_progress
    from streams.replay.replayer import Replayer
    from streams.replay.sources import Sources

    again = Replayer(ours)
    with Sources([str(part)], ours.settings, ours.formats) as sources:
        for recorded in with_progress(sources.records(), sources.done, sources.total()):
            again.take(recorded)
    redactor = captured.redactor
    return prove(outcome_of(original), outcome_of(again), redactor.account, redactor.case)


def _tables(ours: Configuration) -> tuple[TableVersion, ...]:
    import msgspec

    from streams.detection.messages import TableVersion

    return tuple(msgspec.convert(version, TableVersion) for version in ours.enricher.snapshot.versions())


def _named(captured: Capturing, proof: Proof) -> list[str]:
    """Who the pseudonyms in the differences are: for the terminal of whoever holds the original, never for a file."""
    from streams.cli.text import safe

    said = "\n".join(proof.differences)
    originals = captured.redactor.pseudonyms.originals("acct")
    return [f"{made} is {safe(text)}" for made, text in sorted(originals.items()) if made in said]
