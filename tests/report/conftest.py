"""Reports of real stories, and of many alerts made from them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

import msgspec

from streams.replay.comparison import Comparison, compare
from streams.replay.judgement import Ruling
from streams.replay.lines import Reading, Recorded
from streams.replay.replayer import Replayer
from streams.replay.sources import in_time_order, numbered
from streams.report.building import report_of, report_on
from streams.report.model import CaseView, Report, Tie
from streams.report.raw_events import RawEvents
from tests.replay.conftest import demo_configuration, told

STORIES = ("S01", "S05b", "S09")
RULINGS = (
    Ruling("account s05b-*: at least 1 in priority", ok=True, expected="at least 1", found="1"),
    Ruling("account s09-*: at least 1 in review", ok=False, expected="at least 1", found="0"),
    Ruling("no other alerts", ok=False, expected="none", found="1", warning=True),
)


def recorded(lines: Iterable[bytes]) -> Iterator[Recorded]:
    """Records of one stream of lines."""
    read = Reading(demo_configuration().formats)
    return (read.line(line.strip()) for line in lines)


def stream(stories: Iterable[str] = STORIES) -> Iterator[Recorded]:
    """The stories' events merged by time, numbered as a replay numbers them."""
    return numbered(in_time_order([recorded(told(name)) for name in stories]))


@functools.cache
def played() -> tuple[Replayer, Report]:
    """A replay of the stories, and the report of it against a run that lacked its last alert."""
    configuration = demo_configuration()
    run = Replayer(configuration)
    with RawEvents() as raw:
        for each in raw.through(stream()):
            run.take(each)
        alerts = run.alerts()
        report = report_of(run, configuration.catalogue, ["stories.ndjson"], raw, compare(alerts[:-1], alerts), RULINGS)
    return run, report


def real_report() -> Report:
    """The report of the stories."""
    return played()[1]


def partly() -> Report:
    """The report of one alert of the stories: much was found that is in none."""
    run, report = played()
    return report_on(run.alerts()[:1], demo_configuration().catalogue, report.run, {})


def linked(found: CaseView, size: int = 14) -> CaseView:
    """The case with more accounts, tied by things of three kinds: a farm as the graph must be able to show it."""
    accounts = tuple(f"{found.accounts[0]}-{number:02}" for number in range(size))
    half = tuple(range(size // 2))
    held = (
        Tie("device", "d" * 32, half, found.last, strong=True),
        Tie("payout", "13bd460ec9a71f69e464d77b53698522", tuple(range(size // 2 - 1, size)), found.last, strong=True),
        Tie("exit", "203.0.113.0/24", (0, size - 1), found.last, strong=False),
    )
    mitigating = (("MIT-OFFICE", accounts[0], found.first), ("MIT-OFFICE", accounts[1], found.first))
    lowered = msgspec.structs.replace(found.evidence[0], mitigated=(("MIT-OFFICE", 0.5),), accounts=half)
    return msgspec.structs.replace(
        found,
        accounts=accounts,
        size=size + 6,
        ties=held,
        mitigating=mitigating,
        evidence=(lowered, *found.evidence[1:]),
    )


def farm() -> Report:
    """The stories, and a case of many accounts at the end."""
    report = real_report()
    case = linked(msgspec.structs.replace(report.cases[-1], id="farm"))
    return msgspec.structs.replace(
        report, cases=(*report.cases, case), mitigators={"MIT-OFFICE": ("Shared workplace", "An office.")}
    )


def many(report: Report, count: int) -> Report:
    """`count` cases made from the report's, each with an id and accounts of its own."""
    made = []
    for number in range(count):
        found = report.cases[number % len(report.cases)]
        accounts = tuple(f"{account}-n{number}" for account in found.accounts)
        score = round(max(1.0, found.score - number * 0.02), 1)
        made.append(msgspec.structs.replace(found, id=f"{found.id}-{number}", accounts=accounts, score=score))
    return msgspec.structs.replace(report, cases=tuple(made), comparison=Comparison(count, count, (), {}))
