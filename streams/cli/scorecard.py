"""Measure a labelled stream: precision and recall, alert rate, disparity.

Labels say of accounts what is true of them, one JSON object a line:
  {"account_id": "a1", "label": "attack", "expected_tier": "review"}
  {"account_id": "a2", "outcome": "cleared"}
label: attack, benign, stress, background, bystander; outcome: what a person
decided, as in case.disposition (such events of the stream count as well).
Cohorts are the deployer's own choice, of what it may lawfully hold:
  {"account_id": "a1", "cohort": "signed up in 2025"}
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from streams.cli.explain import add_source_options
from streams.cli.outcome import OK, BadInputError, recorded_run

if TYPE_CHECKING:
    from streams.scorecard.checks import Least

EXAMPLES = """\
METRIC: precision, recall or f1 of a tier (.watch, .review, .priority), which
counts with those above it; or expected, the share of accounts that reached
exactly the tier that their label names. SOURCE and TABLES are as in
`personawatch replay --help`. With --cohorts, accounts of a cohort of fewer
than 20 are in no number of the card (nor are those without a cohort, when they
are fewer than 20), and counts of 1 to 19 accounts within a cohort are hidden.

Exit codes, as replay's: 0 ok, 1 a --fail-under is not reached, 2 bad input,
3 bad configuration. 70 failure and 130 interrupted are as everywhere.

examples:
  personawatch scenario mix --accounts 2000 --days 28 --plant S01,S05,B02 \\
      --labels labels.ndjson > mix.ndjson
  personawatch scorecard mix.ndjson --labels labels.ndjson --tables demo \\
      --fail-under recall.review=0.9 --fail-under expected=1
"""

BELOW = 1
"""A least value was not reached."""


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch scorecard SOURCE... [--labels FILE] [options]"
    add_source_options(parser)
    parser.add_argument("--labels", action="append", default=[], metavar="FILE", help="labels or decisions, see above")
    parser.add_argument("--cohorts", metavar="FILE", help="cohorts for the disparity table, see above")
    parser.add_argument(
        "--fail-under", action="append", default=[], type=_least, metavar="METRIC=NUMBER", help="exit with 1 below it"
    )
    parser.add_argument("--json", action="store_true", help="the same as JSON (scorecard.schema.json)")


def run(arguments: Namespace) -> int:
    """Read labels and cohorts, run the stream, print, judge."""
    from streams.cli.send import lines_of
    from streams.explain.page import show
    from streams.replay.configuration import configuration
    from streams.replay.progress import with_progress
    from streams.replay.sources import Sources
    from streams.scorecard.run import score
    from streams.scorecard.text import sections
    from streams.scorecard.truth import Truth, cohorts, labels

    told: dict[str, Truth] = {}
    labelled: set[str] = set()
    for name in arguments.labels:
        with lines_of(name) as lines:
            told |= labels(name, lines, labelled)
    groups = None
    if arguments.cohorts:
        with lines_of(arguments.cohorts) as lines:
            groups = cohorts(arguments.cohorts, lines)
    with recorded_run():
        used = configuration(os.environ, arguments.catalogue, arguments.tables, arguments.format)
    with recorded_run(), Sources(arguments.sources, used.settings, used.formats) as sources:
        records = with_progress(sources.records(), sources.done, sources.total())
        card = score(used, records, told, groups, arguments.fail_under)
    if not card.accounts and (card.disparity is None or card.records <= card.refused):
        raise BadInputError(f"no event among {card.records:,} records")
    if arguments.json:
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(card), indent=2).decode())
    else:
        show(sections(card))
    below = [item for item in card.checks if not item.met]
    for item in below:
        print(f"below: {item.metric} {item.value}, expected at least {item.least:g}", file=sys.stderr)
    return BELOW if below else OK


def _least(text: str) -> Least:
    from streams.scorecard.checks import least

    try:
        return least(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
