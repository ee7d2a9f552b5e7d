"""Explain one account: what fired, what did not and why, and what would differ.

For every indicator the numbers that it saw against its thresholds, and what
suppressed it; how the score came together; which single change would have
given another tier: a finding, a fact, a shared thing, or a threshold that is
set otherwise. All of the stream is run, since what others do decides about an
account too, and everything is weighed as it stands at its end.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from streams.cli.outcome import OK, BadInputError, recorded_run

EXAMPLES = """\
SOURCE and TABLES are as in `personawatch replay --help`.

Exit codes, as of replay: 0 ok, 2 bad input (also: no event of the account),
3 bad configuration, 70 failure, 130 interrupted.

examples:
  personawatch scenario B02 | personawatch explain b02-0-0-n1 - --tables demo
  personawatch explain acct-7 'day-*.ndjson.gz' --json | jq .changes
  personawatch explain acct-7 'kafka://127.0.0.1:9092/enriched-events'
"""


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch explain ACCOUNT SOURCE... [options]"
    parser.add_argument("account", metavar="ACCOUNT", help="account id, as in the events")
    add_source_options(parser)
    parser.add_argument("--json", action="store_true", help="the same as JSON (explanation.schema.json)")


def add_source_options(parser: ArgumentParser) -> None:
    """Let a person name the stream and what it is read with; the same words as in `replay`."""
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="NDJSON, also .gz or .zst; - is standard input")
    parser.add_argument("--format", metavar="NAME", help="format of raw events (default: the settings')")
    parser.add_argument("--catalogue", metavar="FOLDER", help="catalogue files instead of the built-in ones")
    parser.add_argument(
        "--tables", action="append", default=[], metavar="TABLES", help="enrichment tables instead of the settings'"
    )


def run(arguments: Namespace) -> int:
    """Run the stream, print the explanation."""
    from streams.explain.page import show
    from streams.explain.run import play
    from streams.explain.text import sections
    from streams.replay.configuration import configuration
    from streams.replay.progress import with_progress
    from streams.replay.sources import Sources

    with recorded_run():
        used = configuration(os.environ, arguments.catalogue, arguments.tables, arguments.format)
    with recorded_run(), Sources(arguments.sources, used.settings, used.formats) as sources:
        played = play(arguments.account, used, with_progress(sources.records(), sources.done, sources.total()))
    if played.refused:
        print(f"{played.refused:,} of {played.records:,} records were no events", file=sys.stderr)
    if played.explanation is None:
        raise BadInputError(_absent(arguments.account, played.records, played.accounts, played.near))
    if arguments.json:
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(played.explanation), indent=2).decode())
    else:
        show(sections(played.explanation))
    return OK


def _absent(account: str, records: int, accounts: int, near: Sequence[str]) -> str:
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"account {account!r}: no event of it among {records:,} records of {accounts:,} accounts{hint}"
