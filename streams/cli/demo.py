"""Watch events go through a real worker and alerts come out. About a minute.

Starts a broker inside this process and one worker process, sends every
scenario among ordinary people in accelerated time, shows alerts as they come
and compares them with what should have come. Exit code 0 when all scenarios
came out as expected. All people, networks and companies in it are invented.
"""

from __future__ import annotations

import argparse
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from streams.cli.outcome import BadInputError

if TYPE_CHECKING:
    from streams.scenarios import Scenario

EXAMPLES = """\
examples:
  personawatch demo
  personawatch demo --seconds 120 --accounts 2000
  personawatch demo --scenarios S05b,B02 --accounts 50
  personawatch demo --broker 127.0.0.1:9092       on a running Kafka; topics of
                                                  its own, deleted at the end
  personawatch demo --plain > demo.txt            lines instead of a live view
"""

SECONDS = 45
ACCOUNTS = 200


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch demo [options]"
    parser.add_argument(
        "--seconds",
        type=_seconds,
        default=SECONDS,
        metavar="N",
        help=f"send the events over N seconds (default {SECONDS})",
    )
    parser.add_argument(
        "--accounts", type=_accounts, default=ACCOUNTS, metavar="N", help=f"ordinary people (default {ACCOUNTS})"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="other people, addresses, times (default 0)")
    parser.add_argument(
        "--scenarios", metavar="ID,ID", help="only these (default all; `personawatch scenario` lists them)"
    )
    parser.add_argument("--broker", metavar="HOST:PORT", help="a running Kafka instead of the embedded broker")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("var/demo"),
        metavar="DIR",
        help="for alerts, metrics, log (default var/demo)",
    )
    parser.add_argument("--plain", action="store_true", help="no live view, also on a terminal")


def run(arguments: Namespace) -> int:
    """Choose the view and perform."""
    from streams.demo.performance import Plan, View, is_terminal, perform

    plan = Plan(
        arguments.seconds,
        arguments.accounts,
        arguments.seed,
        arguments.broker,
        arguments.folder,
        _scenarios(arguments.scenarios),
    )
    view: View
    if arguments.plain or not is_terminal():
        from streams.demo.plain import PlainView

        view = PlainView()
    else:
        from streams.demo.terminal import TerminalView

        view = TerminalView()
    return perform(plan, view)


def _scenarios(text: str | None) -> dict[str, Scenario]:
    from streams.scenarios import SCENARIOS, scenario_of

    if text is None:
        return SCENARIOS
    try:
        return {scenario.id: scenario for scenario in map(scenario_of, text.split(","))}
    except ValueError as error:
        raise BadInputError(str(error)) from error


def _seconds(text: str) -> float:
    return _between(text, 1, 3600)


def _accounts(text: str) -> int:
    return int(_between(text, 0, 20_000))


def _between(text: str, least: int, most: int) -> float:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most:,}")
    return int(text)
