"""Run recorded events through the worker's stages; alerts come out as NDJSON.

SOURCE is a file of lines (.gz, .zst), a quoted pattern, - for standard input,
or a range of Kafka, which is read without a group and without committing:
kafka://HOST:PORT/TOPIC[,TOPIC]?from=OFFSET|TIME&to=OFFSET|TIME. A line is an
event in any format, an enriched event (which needs no table), or what kcat -J
writes. The files of one pattern follow each other by name, day-2 before day-10;
several sources are merged by time. Same stream, same configuration: same bytes.
A shadow is another configuration that runs beside: it changes no alert and no
exit code. A FILE that is written keeps what it held until a run has succeeded
(--revisions: until the first line), and is none of those that are read.
"""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from streams.cli.outcome import INTERRUPTED, BadInputError, recorded_run
from streams.cli.parsing import moment

if TYPE_CHECKING:
    from streams.detection.alert import Alert
    from streams.replay.configuration import Configuration
    from streams.replay.replayer import Replayer
    from streams.replay.shadows import Shadows
    from streams.report.raw_events import RawEvents

EXAMPLES = """\
TABLES is demo, none, a manifest *.toml, or role=file for geo, asn, networks.
A catalogue FOLDER replaces the built-in files of the same names. With
--against, --expect, or --shadow with --json the result is on standard output,
and alerts are written with --output only. --against says what this run has
(added) and has not (removed) beside the other one; --shadow says on standard
error what the shadow has and has not beside this run. An expectation file:

  unexpected = "fail"            # or warn, ignore: alerts that no entry allows
  refused = { at_most = 0 }      # records that are no events
  [[expect]]                     # counts alerts that stand at the end
  account = "farm-*"             # and/or indicator, scenario (S05: a and b)
  tier = "review"                # this or above
  at_least = 1                   # or exactly, at_most

Exit codes, unlike other commands': 0 ok, 1 an expectation failed or --against
found a difference, 2 bad input (also: no event in it, or none was selected),
3 bad configuration or expectation file. 70 failure and 130 interrupted are as
everywhere; what was written until then are whole lines, and final alerts come
at the end only.

examples:
  personawatch scenario S05b | personawatch replay - --tables demo
  personawatch replay 'day-*.ndjson.zst' --against tuned/ --output new.ndjson
  personawatch replay day.ndjson --expect expect.toml --junit report.xml
  personawatch replay day.ndjson --shadow tuned/ --shadow-output tuned.ndjson
  personawatch replay 'kafka://127.0.0.1:9092/enriched-events?from=2026-03-01'
"""

SHADOW = "a catalogue folder, or indicators to switch on as a,b; may be repeated"


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch replay SOURCE... [options]"
    add = parser.add_argument
    add("sources", nargs="+", metavar="SOURCE", help="see above")
    add("--output", metavar="FILE", help="alerts go there")
    add("--revisions", action="store_true", help="every revision as it comes, not the last of each at the end")
    add("--start", type=moment, metavar="TIME", help="leave out events before, as 2026-03-01")
    add("--end", type=moment, metavar="TIME", help="leave out events from then on")
    add("--account", action="append", default=[], metavar="ID", help="only its events; may be repeated")
    add("--speed", type=speed, metavar="N", help="N times as fast as it happened (default: as fast as possible)")
    add("--format", metavar="NAME", help="format of raw events (default: the settings')")
    add("--catalogue", metavar="FOLDER", help="catalogue files instead of the built-in ones")
    add("--tables", action="append", default=[], metavar="TABLES", help="instead of the settings' tables")
    add("--against", metavar="FOLDER|FILE", help="compare with another catalogue, or with alerts of a file")
    add("--against-tables", action="append", default=[], metavar="TABLES", help="compare with other tables")
    add("--shadow", action="append", default=[], metavar="FOLDER|ids", help=SHADOW)
    add("--shadow-output", action="append", default=[], metavar="FILE", help="a shadow's alerts go there")
    add("--expect", metavar="FILE", help="hold the alerts against expectations")
    add("--labels", metavar="FILE", help="scenario of each account, for --expect (default: by generated ids)")
    add("--junit", metavar="FILE", help="write what --expect found as JUnit XML")
    add("--report", metavar="FILE.html", help="write what was found as one HTML page, with the events behind it")
    add("--json", action="store_true", help="result of --against, --expect, --shadow as one JSON object")


def speed(text: str) -> float:
    """Read a factor above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ArgumentTypeError(f"{text!r} is not a speed; expected a number above 0 such as 60")
    return value


def run(arguments: Namespace) -> int:
    """Replay, then compare and judge."""
    if arguments.junit and not arguments.expect:
        raise BadInputError("--junit goes with --expect")
    if arguments.labels and not arguments.expect:
        raise BadInputError("--labels goes with --expect")
    if arguments.shadow_output and not arguments.shadow:
        raise BadInputError("--shadow-output goes with --shadow")
    for name in filter(None, (arguments.junit, arguments.report)):
        if not Path(name).parent.is_dir():  # told now, not when a long replay is done
            raise BadInputError(f"{name}: no such folder; expected a file that can be written")
    _refuse_shared(arguments)
    with recorded_run():
        return _run(arguments)


def _refuse_shared(arguments: Namespace) -> None:
    """No recording is overwritten by what is made of it."""
    from streams.replay.places import refuse_shared

    outputs = [("--output", arguments.output), ("--junit", arguments.junit), ("--report", arguments.report)]
    outputs += [("--shadow-output", name) for name in arguments.shadow_output]
    inputs = [("--expect", arguments.expect), ("--labels", arguments.labels), ("--against", arguments.against)]
    for option, words in (("--tables", arguments.tables), ("--against-tables", arguments.against_tables)):
        inputs += [(option, word.partition("=")[2] or word) for word in words]
    refuse_shared(
        [(option, name) for option, name in outputs if name], [item for item in inputs if item[1]], arguments.sources
    )


def _run(arguments: Namespace) -> int:
    from streams.replay.belonging import by_id, by_labels
    from streams.replay.configuration import configuration
    from streams.replay.expectations import read_expectations
    from streams.replay.judgement import junit
    from streams.replay.named_file import write
    from streams.replay.result import result_of
    from streams.replay.shadows import Shadows
    from streams.report.raw_events import RawEvents

    ours = configuration(os.environ, arguments.catalogue, arguments.tables, arguments.format)
    expectations = read_expectations(arguments.expect, ours.catalogue) if arguments.expect else None
    belongs = by_labels(arguments.labels) if arguments.labels else by_id
    other, recorded = _against(arguments, ours)
    shadows = Shadows(ours, arguments.shadow, arguments.shadow_output)
    with RawEvents() if arguments.report else nullcontext() as raw:
        played = _play(arguments, ours, other, shadows, raw)
        if played.interrupted:
            return INTERRUPTED
        run = played.runs[0]
        before = played.runs[1].alerts() if other is not None else recorded
        found = result_of(run, before, expectations, belongs, shadows)
        if arguments.junit:
            write(arguments.junit, junit(Path(arguments.expect).name, found.rulings))
        if arguments.report:
            write(arguments.report, found.page(run, ours.catalogue, arguments.sources, raw, played.gone))
    return found.tell(as_json=arguments.json, judges=_judges(arguments))


class _Played(NamedTuple):
    """What was run: this configuration, and the other one if there is one."""

    runs: list[Replayer]
    interrupted: bool
    gone: int
    """Records of a range that Kafka no longer holds."""


def _against(arguments: Namespace, ours: Configuration) -> tuple[Configuration | None, list[Alert] | None]:
    """The other configuration to run beside ours, or the alerts that it once gave."""
    from streams.cli.environment import load_catalogue
    from streams.replay.configuration import enricher_of
    from streams.replay.recorded_alerts import read_alerts

    named = arguments.against
    if named is None and not arguments.against_tables:
        return None, None
    if named is not None and not Path(named).is_dir():
        if arguments.against_tables:
            raise BadInputError("--against-tables goes with a catalogue folder or alone, not with recorded alerts")
        return None, _selected(read_alerts(named), arguments)
    catalogue = ours.catalogue if named is None else load_catalogue(ours.settings, named)
    tables = arguments.against_tables or arguments.tables
    return ours._replace(catalogue=catalogue, enricher=enricher_of(ours.settings, tables)), None


def _selected(recorded: list[Alert], arguments: Namespace) -> list[Alert]:
    """Recorded alerts that name one of the selected accounts. A time selects events, and an alert is no event."""
    if arguments.start or arguments.end:
        print(
            f"{arguments.against}: compared with all that it holds; --start and --end select events, not recorded alerts",
            file=sys.stderr,
        )
    wanted = set(arguments.account)
    return [alert for alert in recorded if not wanted or wanted.intersection(alert.subject.account_ids)]


def _play(
    arguments: Namespace,
    ours: Configuration,
    other: Configuration | None,
    shadows: Shadows,
    raw: RawEvents | None,
) -> _Played:
    """Feed every configuration the same records, to the end or until a person ends it."""
    from streams.replay import summary
    from streams.replay.output import LineOutput
    from streams.replay.pace import Pace
    from streams.replay.progress import LOOK_EVERY, with_progress
    from streams.replay.replayer import BATCH, Replayer, nothing_in
    from streams.replay.selection import selection_of
    from streams.replay.sources import Sources
    from streams.runtime import collector

    writes = arguments.output is not None or not _judges(arguments)
    selection = selection_of(arguments.account, arguments.start, arguments.end)
    batch = 1 if arguments.speed else BATCH  # who watches sees what follows from a record when it comes
    interrupted, refusal, began = False, "", time.monotonic()
    with (
        Sources(arguments.sources, ours.settings, ours.formats) as sources,
        LineOutput(arguments.output, live=arguments.revisions) as output,
        shadows.running(selection, batch, revisions=arguments.revisions),
    ):
        on_revision: Callable[[bytes], object] | None = output.line if writes and arguments.revisions else None
        collector.settle()
        seen: set[bytes] | None = set() if arguments.account else None
        runs = [Replayer(ours, selection, on_revision, batch, seen)]
        runs += [Replayer(other, selection, batch=batch)] if other else []
        wait = Pace(arguments.speed).wait if arguments.speed else None
        try:
            records = sources.records() if raw is None else raw.through(sources.records())
            for recorded in with_progress(records, sources.done, sources.total(), 1 if wait else LOOK_EVERY):
                if wait is not None:
                    wait(recorded.record.timestamp)
                for each in runs:
                    each.take(recorded)
                shadows.take(recorded)
            for each in runs:
                each.finish()
            refusal = nothing_in(runs[0])
            if not refusal:
                for line in runs[0].newest() if writes and not arguments.revisions else ():
                    output.line(line)
                output.keep()
                shadows.finish()
        except KeyboardInterrupt:
            interrupted = True
        gone = sources.gone()
        absent = [name for name in arguments.account if seen is not None and name.encode() not in seen]
        lines = summary.lines_of(runs[0], time.monotonic() - began, gone, absent)
        print("\n".join([*(["interrupted"] if interrupted else []), *lines]), file=sys.stderr)
        if refusal:  # before the outputs are left: what they held stays
            raise BadInputError(f"{refusal}; see above")
    return _Played(runs, interrupted, gone)


def _judges(arguments: Namespace) -> bool:
    """Whether standard output is for a result and not for alerts."""
    return bool(
        arguments.against or arguments.against_tables or arguments.expect or (arguments.shadow and arguments.json)
    )
