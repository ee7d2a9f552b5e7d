"""List the stories, or write the events of one as NDJSON, in the order of time.

The same story, seed, start and multiplier always give the same bytes. Without
--start a story ends at the last UTC midnight.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from streams.cli.outcome import OK, BadInputError
from streams.cli.parsing import moment, positive

if TYPE_CHECKING:
    from streams.scenarios import Scenario

EXAMPLES = """\
examples:
  personawatch scenario                                   what there is
  personawatch scenario S05b --start 2026-03-01 > s05b.ndjson
  personawatch scenario B01 --multiplier 3 | personawatch send -
"""


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch scenario [ID] [options]"
    parser.add_argument("id", nargs="?", metavar="ID", help="S01, B04, T2 ...; without it the stories are listed")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="other people, addresses, times (default 0)")
    parser.add_argument("--start", type=moment, metavar="TIME", help="day 0, such as 2026-03-01")
    parser.add_argument(
        "--multiplier", type=positive, default=1, metavar="N", help="tell it N times, with accounts of their own"
    )
    parser.add_argument(
        "--until-day", type=float, metavar="DAY", help="stop before this day of the story; 1.5 is noon of day 1"
    )


def run(arguments: Namespace) -> int:
    """List, or generate."""
    from streams.scenarios import SCENARIOS, scenario_of

    if arguments.id is None:
        print("\n".join(listing(SCENARIOS.values())))
        return OK
    try:
        _write(scenario_of(arguments.id), arguments)
    except ValueError as error:
        raise BadInputError(str(error)) from error
    return OK


def listing(scenarios: object) -> list[str]:
    """One line a story: id, kind, length, the tier it should reach and the one the present indicators give."""
    from collections.abc import Iterable

    assert isinstance(scenarios, Iterable)
    lines = [f"{'id':<6}{'kind':<8}{'days':>5}  {'expected':<10}{'now':<10}title"]
    lines += [f"{s.id:<6}{s.kind:<8}{s.days:>5}  {s.expected_tier:<10}{s.tier_now:<10}{s.title}" for s in scenarios]
    return [*lines, "", "expected: with every indicator of the catalogue; now: with those that exist"]


def default_start(scenario: Scenario, now: datetime, until_day: float | None = None) -> datetime:
    """The UTC midnight from which the story has ended at the last one."""
    days = -(-min(scenario.days, until_day or scenario.days) // 1)
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days)


def _write(scenario: Scenario, arguments: Namespace) -> None:
    from streams.scenarios import encode, generate

    start = arguments.start or default_start(scenario, datetime.now(UTC), arguments.until_day)
    events = generate(
        scenario.id, start=start, seed=arguments.seed, multiplier=arguments.multiplier, until_day=arguments.until_day
    )
    out = sys.stdout.buffer
    for _, event in events:
        out.write(encode(event) + b"\n")
    out.flush()
