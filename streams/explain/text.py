"""An explanation for people: what counts and why, how it adds up, what else was looked at, what would have changed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from streams.cli.text import bullets, minute, safe, wrapped
from streams.detection.scoring import TIERS
from streams.explain.explanation import Condition, Explanation, IndicatorExplained, Reckoning, Saw
from streams.explain.limits import beside
from streams.explain.page import Section

MOST_CHANGES = 8
"""Changes shown of those that raise the tier: usually any strong finding of another area would."""
_PLENTY = ("evidence_added", "evidence_full")
"""Kinds of change of which there are many; the others are few and tell more."""
SILENT = {
    "mitigated": "Fired, and a mitigating fact leaves nothing of it",
    "suppressed": "Would have fired, and was suppressed where it is shared",
    "faded": "Fired, and time has left nothing of it",
    "taken_back": "Fired, and was taken back",
    "below": "Looked at, and below its threshold",
    "too_short": "Too few days are known",
    "not_known": "Something it needs was never told",
    "off": "Switched off",
}
"""Outcomes that add nothing, each under its own heading."""


def sections(told: Explanation) -> list[Section]:
    """Everything, in reading order; parts with nothing to say are left out. Ids are made safe for a terminal."""
    rows = {name: [row for row in told.indicators if row.outcome == name] for name in (*SILENT, "counts", "planned")}
    parts = [
        Section(_heading(told), list(_about(told))),
        Section("What counts", [line for row in rows["counts"] for line in _counting(row)]),
        Section("How it adds up", list(_sums(told.reckoning))),
        Section("What each tier takes", [line for way in told.reckoning.conditions for line in _way(way)]),
        Section("Mitigating facts", list(_facts(told))),
        Section("What single change would have given another tier", list(_changes(told))),
        *(Section(heading, [line for row in rows[name] for line in _silent(row)]) for name, heading in SILENT.items()),
        Section("Planned, no code yet", _names(rows["planned"])),
        Section("To keep in mind", bullets(told.notes, indent="  ")),
    ]
    return [part for part in parts if part.lines]


def _heading(told: Explanation) -> str:
    tier = "no tier" if told.reckoning.tier == "none" else f"tier {told.reckoning.tier}"
    return f"Account {safe(told.account_id)}: {tier}, {told.reckoning.total:.1f} of 100"


def _about(told: Explanation) -> Iterator[str]:
    noun = "event" if told.events == 1 else "events"
    yield from wrapped(
        f"{told.events:,} {noun} from {minute(told.first_event)} to {minute(told.last_event)} UTC; weighed as of"
        f" {minute(told.at)}.",
        indent="  ",
    )
    if told.accounts > 1:
        others = told.accounts - 1
        yield f"  Weighed together with {others} tied {'account' if others == 1 else 'accounts'}."
    if told.case:
        yield f"  Last published: {told.case.case_id}, {told.case.tier}, {told.case.status}, revision {told.case.revision}."
    else:
        yield "  No case or watch entry was ever published for it."


def _counting(row: IndicatorExplained) -> Iterator[str]:
    yield f"  {row.contribution:5.1f}  {row.indicator}"
    yield from wrapped(row.why, indent=" " * 9)
    yield from _numbers(row.saw, " " * 9)


def _silent(row: IndicatorExplained) -> Iterator[str]:
    yield f"  {row.indicator}"
    if not (row.outcome == "below" and any(not saw.reached for saw in row.saw)):
        yield from wrapped(row.why, indent=" " * 6)
    if row.outcome != "off":
        yield from _numbers(row.saw, " " * 6)
        yield from wrapped(row.left_out, indent=" " * 6) if row.left_out else ()


def _numbers(saw: Iterable[Saw], indent: str) -> Iterator[str]:
    for item in saw:
        seen, needed = beside(item.seen, item.needed, item.unit)
        side = "needs less than" if item.at_most else "needs"
        mark = "reached" if item.reached else "not reached"
        yield from wrapped(
            f"{item.text}: {_of_when(item, seen)}, {side} {needed} ({mark})", indent=indent + "  ", first=indent + "- "
        )


def _of_when(item: Saw, seen: str) -> str:
    """The number, and what it is of where it is not the finding's own."""
    if item.when == "ever":
        return f"{'least' if item.at_most else 'most'} seen {seen}"
    return f"{seen} at the end" if item.when == "end" else seen


def _sums(sums: Reckoning) -> Iterator[str]:
    for part in sums.families:
        cap = "no cap" if part.cap is None else f"at most {part.cap:g}"
        held = ", held at its cap" if part.capped and part.cap is not None and part.value >= part.cap else ""
        yield from wrapped(
            f"{part.title} ({part.code}, {cap}{held}) from {', '.join(part.of)}",
            indent=" " * 9,
            first=f"  {part.value:5.1f}  ",
        )
    for part in sums.areas:
        yield from wrapped(
            f"area {part.title}, from {', '.join(part.of)}", indent=" " * 9, first=f"  {part.value:5.1f}  "
        )
    yield f"  {sums.total:5.1f}  in all: 100 less what each area leaves of it"


def _way(way: Condition) -> Iterator[str]:
    counts = "; ".join(f"{count.text} {count.has:g}, needs {count.needs:g}" for count in way.counts)
    yield from wrapped(counts, indent=" " * 17, first=f"  {way.tier:<10}{'yes' if way.holds else 'no':<5}")


def _facts(told: Explanation) -> Iterator[str]:
    for fact in told.facts:
        effects = [f"Lowers {', '.join(fact.lowers)}."] if fact.lowers else []
        effects += [f"Suppresses {', '.join(fact.suppresses)}."] if fact.suppresses else []
        lowers = " ".join(effects) or "It lowers none of the evidence."
        whose = "" if fact.account_id == told.account_id else f" (account {safe(fact.account_id)})"
        until = f" until {minute(fact.until)}" if fact.until else ""
        text = f"{fact.mitigator}{whose}: {fact.sentence} Since {minute(fact.since)}{until}. {lowers}"
        yield from wrapped(text, indent="    ", first="  - ")


def _changes(told: Explanation) -> Iterator[str]:
    """What lowers the tier in full; of what raises it a few of every kind, since any strong finding of another area would."""
    before = TIERS.index(told.reckoning.tier)
    lower = [item for item in told.changes if TIERS.index(item.tier) < before]
    more = [item for item in told.changes if TIERS.index(item.tier) > before]
    shown = [item for item in more if item.kind not in _PLENTY]
    shown += [item for item in more if item.kind in _PLENTY][: max(0, MOST_CHANGES - len(shown))]
    yield from bullets([item.text for item in (*lower, *shown)], indent="  ")
    if len(more) > len(shown):
        yield f"  - and {len(more) - len(shown)} more that would have raised it (all with --json)"
    if not told.changes:
        yield "  None: no single finding, fact, tie or threshold decides it."


def _names(rows: list[IndicatorExplained]) -> list[str]:
    return wrapped(", ".join(row.indicator for row in rows), indent="  ") if rows else []
