"""List the stories, or write the events of one as NDJSON, in the order of time.

The same story, seed, start and multiplier always give the same bytes. Without
--start a story ends at the last UTC midnight. `mix` writes the ordinary events
of a platform, with stories planted among them and, with --labels, what is true
of every account beside. People are made as they are needed: memory is about 70
bytes an account, 90 MB for a million, however many days are told.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from streams.cli.outcome import OK, BadInputError
from streams.cli.parsing import moment, positive

if TYPE_CHECKING:
    from streams.scenarios import Scenario

MIX = "mix"
ACCOUNTS, DAYS = 1000, 28.0
LONGEST = 3660.0
"""Days."""
FIRST, LAST = 1980, 9980
"""Years in which a story may start: its past of a few years and its end stay within what a time of an event can be."""
SEEDS = 10**18
EXAMPLES = """\
examples:
  personawatch scenario                                   what there is
  personawatch scenario S05b --start 2026-03-01 > s05b.ndjson
  personawatch scenario B01 --multiplier 3 | personawatch send -
  personawatch scenario mix --accounts 2000 --days 28 --plant S05,S09 \\
      --labels labels.ndjson > mix.ndjson      S05 plants S05a and S05b
"""


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch scenario [ID | mix] [options]"
    parser.add_argument(
        "id", nargs="?", metavar="ID", help="S01, B04, T2 ... or mix; without it the stories are listed"
    )
    parser.add_argument("--seed", type=_seed, default=0, metavar="N", help="other people, addresses, times (default 0)")
    parser.add_argument("--start", type=_start, metavar="TIME", help="day 0, such as 2026-03-01")
    parser.add_argument(
        "--multiplier", type=positive, default=1, metavar="N", help="tell it N times, with accounts of their own"
    )
    parser.add_argument(
        "--until-day", type=_day, metavar="DAY", help="stop before this day of the story; 1.5 is noon of day 1"
    )
    parser.add_argument("--accounts", type=positive, metavar="N", help="mix: ordinary accounts (default 1000)")
    parser.add_argument("--days", type=_days, metavar="N", help="mix: days told (default 28)")
    parser.add_argument(
        "--plant", metavar="ID,ID", help="mix: stories among them; a beginning such as S or B is enough"
    )
    parser.add_argument("--labels", metavar="FILE", help="mix: write label and expected tier of each account there")


def run(arguments: Namespace) -> int:
    """List, or generate."""
    from streams.scenarios import SCENARIOS, scenario_of

    if arguments.id is None:
        print("\n".join(listing(SCENARIOS.values())))
        return OK
    mixed = arguments.id.lower() == MIX
    wrong = ("until_day",) if mixed else ("accounts", "days", "plant", "labels")
    given = [name for name in wrong if getattr(arguments, name) is not None]
    if given:
        option = given[0].replace("_", "-")
        raise BadInputError(f"--{option} does not go with {'mix; see --days' if mixed else 'one story; see mix'}")
    try:
        if mixed:
            _mix(arguments)
        else:
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
    return _before(now, min(scenario.days, until_day or scenario.days))


def _before(now: datetime, days: float) -> datetime:
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=-(-days // 1))


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


def _mix(arguments: Namespace) -> None:
    from streams.scenarios.labels import label_lines, other_lines
    from streams.scenarios.mix import mix, planted

    accounts, days = arguments.accounts or ACCOUNTS, arguments.days or DAYS
    stories, told = planted(arguments.plant or ""), {"seed": arguments.seed, "multiplier": arguments.multiplier}
    start = arguments.start or _before(datetime.now(UTC), days)
    in_stories: set[bytes] = set()
    out = sys.stdout.buffer
    with _opened(arguments.labels or os.devnull) as labels:
        labels.writelines(label_lines(stories, accounts, days, **told))
        for _, key, value in mix(stories, accounts, start, days, **told):
            out.write(value + b"\n")
            if not key.startswith(b"bg-"):
                in_stories.add(key)
        labels.writelines(other_lines(stories, in_stories, **told))
    out.flush()


def _opened(name: str) -> IO[bytes]:
    try:
        return Path(name).open("wb")
    except OSError as error:
        raise BadInputError(f"{name}: {error.strerror}; name a file that can be written") from error


def _days(text: str) -> float:
    return _bounded(text, "number of days")


def _day(text: str) -> float:
    return _bounded(text, "day of a story")


def _bounded(text: str, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= LONGEST:
        raise ArgumentTypeError(f"{text!r} is not a {what}; expected above 0, at most {LONGEST:g}")
    return value


def _start(text: str) -> datetime:
    value = moment(text)
    if not FIRST <= value.year <= LAST:
        raise ArgumentTypeError(f"{text!r} is not a start; expected a year from {FIRST} to {LAST}")
    return value


def _seed(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = SEEDS
    if abs(value) >= SEEDS:
        raise ArgumentTypeError(f"{text!r} is not a seed; expected a whole number of at most 18 digits")
    return value
