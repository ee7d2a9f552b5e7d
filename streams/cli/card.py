"""An alert as a card that an analyst reads from top to bottom: what, why, what else it could be, what to do, what is not known."""

from __future__ import annotations

from typing import NamedTuple

from streams.cli.text import WIDTH, bullets, minute, safe, wrapped
from streams.detection.alert import Alert, AlertEvidence
from streams.detection.wording.summary import REST, SHOWN

EVIDENCE = 4
"""As many findings as fit a screen together with the rest; the NDJSON has all."""
EXPLANATIONS = 3
STEPS = 2
UNKNOWNS = 3
NAMES = 4
"""Account ids named in the heading of a cluster."""


class Section(NamedTuple):
    """One part of a card; a renderer may emphasise its heading."""

    heading: str
    lines: list[str]


def heading(alert: Alert) -> str:
    """One line: tier, score with its interval, what happened to the case."""
    low, high = alert.score_interval
    first, happened = (
        ("retracted", []) if alert.status == "retracted" else (alert.tier, [alert.status])
    )  # a case that ended has no tier to look at first
    happened += [f"revision {alert.revision}"] if alert.revision > 1 else []
    return (
        f"{first.upper()}  {alert.score:.0f} of 100 (between {low:.0f} and {high:.0f})  {', '.join(happened)}".rstrip()
    )


def subject(alert: Alert) -> str:
    """Say whom it is about."""
    shown = ", ".join(alert.subject.account_ids[:NAMES])
    more = alert.subject.accounts - NAMES
    if alert.subject.kind == "account":
        return f"account {safe(shown)}"
    return f"{alert.subject.accounts} linked accounts: {safe(shown)}" + (f" and {more} more" if more > 0 else "")


def conclusion(alert: Alert) -> str:
    """The summary without the findings that it repeats: a card lists them right below."""
    text = alert.summary
    for item in alert.evidence:
        text = text.replace(item.sentence, "")
    return " ".join(REST.sub("", text).split())


def sections(alert: Alert, width: int = WIDTH) -> list[Section]:
    """Wrap every part of the card that has something to say, in reading order."""
    hidden = len(alert.evidence) - EVIDENCE
    several = alert.subject.kind != "account"
    evidence = [line for item in alert.evidence[:EVIDENCE] for line in _evidence(item, width, several=several)]
    if hidden > 0:
        evidence.append(f"  and {hidden} more")
    roles = [text.partition(":")[0].lower() for text in alert.possible_victims]
    parts = [
        Section(
            alert.title,
            [*wrapped(subject(alert), indent="  ", width=width), *wrapped(conclusion(alert), indent="  ", width=width)],
        ),
        Section("Evidence: points, finding, threshold", evidence),
        Section("Speaks against it", _list([item.sentence for item in alert.mitigating], EXPLANATIONS, width)),
        Section("Check first: innocent explanations", _list(alert.innocent_explanations, EXPLANATIONS, width)),
        Section("Next step, least harm first", _list(alert.suggested_steps, STEPS, width)),
        Section("May be victims", wrapped(", ".join(roles), indent="  ", width=width) if roles else []),
        Section("Welfare", wrapped(alert.welfare_note or "", indent="  ", width=width) if alert.welfare_note else []),
        Section("Not known", _list(alert.unknowns, UNKNOWNS, width)),
        Section("Data quality", _list(alert.data_quality, UNKNOWNS, width)),
    ]
    return [part for part in parts if part.lines]


def card(alert: Alert, width: int = WIDTH) -> list[str]:
    """Write the card as plain lines between two rules."""
    top = f"== {heading(alert)} "
    lines = [top + "=" * max(0, width - len(top))]
    for part in sections(alert, width):
        lines += [*wrapped(part.heading, width=width), *part.lines]
    closing = f"-- {alert.alert_id}, evidence {minute(alert.first_evidence)} to {minute(alert.last_evidence)} UTC "
    return [*lines, safe(closing) + "-" * max(0, width - len(closing))]


def _evidence(item: AlertEvidence, width: int, *, several: bool) -> list[str]:
    """One finding; of a case of several accounts also whose it is."""
    told = wrapped(item.sentence, indent=" " * 8, first=f"  {item.contribution:>4.1f}  ", width=width)
    if item.contribution < SHOWN and item.mitigated_by:
        limit = f"explained by {', '.join(item.mitigated_by)}; threshold: {item.threshold}"
    else:
        limit = f"{item.confidence:.0%} sure; threshold: {item.threshold}"
        if item.mitigated_by:
            limit += f"; lowered by {', '.join(item.mitigated_by)}"
    if several and item.account_ids:
        more = len(item.account_ids) - 1
        limit += f"; account {safe(item.account_ids[0])}" + (f" and {more} more" if more else "")
    return told + wrapped(limit, indent=" " * 10, width=width)


def _list(texts: tuple[str, ...] | list[str], most: int, width: int) -> list[str]:
    distinct = list(dict.fromkeys(texts))
    lines = bullets(distinct[:most], indent="  ", width=width)
    return [*lines, f"  and {len(distinct) - most} more"] if len(distinct) > most else lines
