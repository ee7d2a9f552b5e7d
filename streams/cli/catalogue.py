"""What is detected: indicators with weights and sources, and which are planned.

Without an argument: one line an indicator. With an id: all of it, with its
threshold, innocent explanations and next steps.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from streams.cli.environment import load_catalogue, settings_from
from streams.cli.outcome import OK, BadInputError
from streams.cli.text import bullets, wrapped

if TYPE_CHECKING:
    from streams.detection.catalogue.model import Catalogue, Indicator

EXAMPLES = """\
examples:
  personawatch catalogue                      everything, by family
  personawatch catalogue impossible_travel    one indicator, in full
  personawatch catalogue --coverage           the advisory's red flags
  personawatch catalogue --json | jq '.[] | select(.planned | not) | .id'
"""


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch catalogue [INDICATOR] [--coverage] [--json]"
    parser.add_argument("indicator", nargs="?", metavar="INDICATOR", help="show this one in full")
    parser.add_argument("--coverage", action="store_true", help="red flags of the 2022 advisory and what covers them")
    parser.add_argument("--json", action="store_true", help="the same as JSON, with every field")


def run(arguments: Namespace) -> int:
    """Print the part that was asked for."""
    catalogue = load_catalogue(settings_from(os.environ))
    if arguments.indicator and arguments.coverage:
        raise BadInputError("give an indicator or --coverage, not both")
    if arguments.indicator:
        indicator = _find(catalogue, arguments.indicator)
        print(_json(indicator) if arguments.json else "\n".join(in_full(catalogue, indicator)))
    elif arguments.coverage:
        from streams.cli.red_flags import coverage

        flags = coverage(catalogue)
        print(_json([flag._asdict() for flag in flags]) if arguments.json else "\n".join(coverage_lines(catalogue)))
    else:
        everything = list(catalogue.indicators.values())
        print(_json(everything) if arguments.json else "\n".join(listing(catalogue)))
    return OK


def state_of(indicator: Indicator) -> str:
    """Say whether it can fire: `on`, `off` until somebody switches it on, or `planned`."""
    if indicator.planned:
        return "planned"
    return "on" if indicator.enabled else "off"


def listing(catalogue: Catalogue) -> list[str]:
    """Families with their indicators, those that can fire first."""
    lines = [f"{'indicator':<42}{'state':<9}{'weight':>6}  sources"]
    for code, family in catalogue.families.items():
        members = [i for i in catalogue.indicators.values() if i.family == code]
        lines += ["", f"{family.name} ({code}), at most {family.cap:g} points, counts as {family.root}"]
        for indicator in sorted(members, key=lambda i: (i.planned, not i.enabled, i.id)):
            sources = " ".join(indicator.sources)
            lines.append(f"  {indicator.id:<40}{state_of(indicator):<9}{indicator.weight:>6g}  {sources}")
    states = [state_of(indicator) for indicator in catalogue.indicators.values()]
    counts = ", ".join(f"{states.count(name)} {name}" for name in ("on", "off", "planned"))
    return [*lines, "", f"{len(states)} indicators: {counts}; catalogue version {catalogue.version}"]


def coverage_lines(catalogue: Catalogue) -> list[str]:
    """One block a red flag: what covers it now, what will."""
    from streams.cli.red_flags import coverage

    flags = coverage(catalogue)
    lines = []
    for flag in flags:
        mark = "covered" if flag.implemented else "off" if flag.off else "planned" if flag.planned else "none"
        lines.append(f"{flag.id:<4}{mark:<8} {flag.about}")
        for state, names in (("on", flag.implemented), ("off", flag.off), ("planned", flag.planned)):
            if names:
                lines += wrapped(", ".join(names), indent=" " * 13, first=f"{'':<4}{state:<9}")
    covered = sum(bool(flag.implemented) for flag in flags)
    return [*lines, "", f"{covered} of {len(flags)} red flags are covered by an indicator that is on"]


def in_full(catalogue: Catalogue, indicator: Indicator) -> list[str]:
    """Everything about one indicator, wrapped for reading."""
    family = catalogue.families[indicator.family]
    marks = [word for word in ("hard", "protective", "welfare", "needs_sign_off") if getattr(indicator, word)]
    rows = {
        "family": f"{family.name} ({family.code})",
        "state": ", ".join([state_of(indicator), *(mark.replace("_", " ") for mark in marks)]),
        "weight": f"{indicator.weight:g} of 100. {indicator.weight_reason}",
        "sentence": indicator.sentence,
        "threshold": indicator.threshold_text,
        "window": indicator.window,
        "half-life": f"{indicator.half_life_days:g} days",
        "base rate": indicator.base_rate,
        "wrong when": indicator.false_positives,
        "sources": ", ".join(indicator.sources),
    }
    lines = [f"{indicator.id}: {indicator.title}"]
    for name, value in rows.items():
        if value:
            lines += wrapped(value, indent=" " * 14, first=f"  {name:<12}")
    for name, texts in (("innocent explanations", indicator.innocent), ("next steps", indicator.steps)):
        if texts:
            lines += [f"  {name}", *bullets(texts, indent="    ")]
    return lines


def _find(catalogue: Catalogue, name: str) -> Indicator:
    indicator = catalogue.indicators.get(name)
    if indicator is None:
        near = get_close_matches(name, catalogue.indicators, n=1)
        hint = f"did you mean {near[0]}?" if near else "`personawatch catalogue` lists them"
        raise BadInputError(f"no indicator {name!r}; {hint}")
    return indicator


def _json(value: object) -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
