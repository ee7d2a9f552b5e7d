"""`personawatch`: finds the command, runs it, turns what goes wrong into one line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from traceback import print_exc

from streams.cli.outcome import BAD_INPUT, BROKEN_PIPE, FAILURE, FULL, INTERRUPTED, OK, RefusedError
from streams.cli.parsing import Parser

COMMANDS = {
    "demo": "a broker, a worker, scenarios and alerts on the screen",
    "worker": "the pipeline: events in, alerts out",
    "check": "everything that start-up would refuse, all of it at once",
    "alerts": "follow the alert topic, readable",
    "dead-letters": "list, show and send back what could not be read",
    "explain": "why one account has its tier, and what would have changed it",
    "scorecard": "precision, recall and disparity on labelled streams",
    "scenario": "events of an attack, benign or stress story, as NDJSON",
    "replay": "recorded events through the same stages: alerts, differences",
    "capture": "a case without its people, for a rule repository's tests",
    "send": "produce events of a file to Kafka, keyed by account",
    "topics": "create, check and describe topics",
    "formats": "other producers' records: maps, and what they make of samples",
    "tables": "enrichment tables: demo, open data, build, verify, show, look up",
    "catalogue": "indicators, sources, coverage of the advisory's red flags",
}
"""Every command with its one line, in the order in which a newcomer needs them."""

USAGE = """\
usage: personawatch COMMAND [...]

Reads freelance-platform and login events from Kafka, compares them with
publicly documented patterns of identity misuse, writes alerts that a person
can check. It never acts on anybody.

commands:
{commands}

  personawatch COMMAND --help     what a command does, with examples

A worker and the Kafka commands read their settings from the environment
(PERSONAWATCH_BROKERS ...); `personawatch check --settings` lists them.
Exit codes: 0 ok, 2 bad input, 70 failure, 78 configuration, 130 interrupted.

start here:
  personawatch demo
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the process's exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _write_utf8()
    if not words or words[0] in ("--help", "-h", "help"):
        print(usage(), end="")
        return OK
    if words[0] == "--version":
        print(f"personawatch {version()}")
        return OK
    if words[0] not in COMMANDS:
        return _say(BAD_INPUT, f"no command {words[0]!r}; {_near(words[0])}`personawatch --help` lists them")
    return _run(words[0], words[1:])


def version() -> str:
    """Version of the installed distribution."""
    from importlib import metadata

    try:
        return metadata.version("personawatch")
    except metadata.PackageNotFoundError:
        return "from a source tree that is not installed"


def usage() -> str:
    """The first page of help."""
    return USAGE.format(commands="\n".join(f"  {name:<14}{about}" for name, about in COMMANDS.items()))


def parser_of(command: str) -> Parser:
    """The parser of a command, with its own words in it."""
    module = import_module(f"streams.cli.{command.replace('-', '_')}")
    parser = Parser(prog=f"personawatch {command}", description=module.__doc__, epilog=module.EXAMPLES)
    module.configure(parser)
    return parser


def _write_utf8() -> None:
    """Answers are the same bytes on every machine, and JSON is UTF-8, whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")


def _run(command: str, words: list[str]) -> int:
    try:
        module = import_module(f"streams.cli.{command.replace('-', '_')}")
        code: int = module.run(parser_of(command).parse_args(words))
        sys.stdout.flush()
    except RefusedError as refusal:
        return _say(refusal.code, str(refusal), command)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _flush_into_nothing()
        return BROKEN_PIPE
    except OSError as error:
        if error.errno not in FULL:
            print_exc()
            return FAILURE
        _flush_into_nothing()
        return _say(FAILURE, f"{f'{error.filename}: ' if error.filename else ''}{error.strerror}", command)
    except SystemExit as leaving:  # argparse, after it has said why
        return leaving.code if isinstance(leaving.code, int) else BAD_INPUT
    except Exception:  # noqa: BLE001 (a fault of ours: say where, and keep the exit code's promise)
        print_exc()
        return FAILURE
    return code


def _flush_into_nothing() -> None:
    """What standard output no longer takes is lost: the interpreter flushes it once more at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(code: int, text: str, command: str = "") -> int:
    lines = text.splitlines() or ["failed"]
    start = f"personawatch {command}".strip()
    if len(lines) > 1 and not lines[0].endswith(":"):
        lines.insert(0, f"{len(lines)} faults:")
    print("\n  ".join([f"{start}: {lines[0]}", *lines[1:]]), file=sys.stderr)
    return code


def _near(word: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, n=1)
    return f"did you mean {near[0]!r}? " if near else ""


if __name__ == "__main__":
    sys.exit(main())
