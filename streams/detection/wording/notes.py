"""What goes with the evidence: innocent explanations, next steps, possible victims, unknowns, data quality."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from streams.detection.wording.filling import filled
from streams.detection.wording.phrases import (
    ASKING,
    CHECKLIST,
    DUTIES,
    MOST_HARM,
    OTHERWISE,
    QUALITY,
    ROLES,
    STEP_ORDER,
    TIER_STEPS,
    UNKNOWNS,
    WELFARE,
)
from streams.detection.wording.summary import OVER, strongest_first
from streams.detection.wording.views import EvidenceView

INNOCENT = 6
"""As many as a person checks before deciding; strongest evidence first."""
STEPS = 8


def innocent(views: Sequence[EvidenceView]) -> list[str]:
    """List innocent explanations to check first: the likeliest of each indicator before the second of any."""
    columns = [view.indicator.innocent for view in strongest_first(views)]
    return _distinct(text for place in range(4) for column in columns for text in column[place : place + 1])[:INNOCENT]


def suggested_steps(views: Sequence[EvidenceView], stands: str) -> list[str]:
    """List next steps, least harm first (REQ-H05): look, ask, re-verify, protect clients, hold new contracts, restrict.

    Restricting is only ever named as a decision of a person and a second person, and only for `priority`.
    """
    most = MOST_HARM.get(stands, MOST_HARM["watch"])
    own = _distinct(step for view in strongest_first(views) for step in view.indicator.steps if _harm(step) <= most)
    general = TIER_STEPS.get(stands, TIER_STEPS["watch"])
    # a question to the holder is not dropped for one more look at the data: both are mild, and only it can be answered
    kept = sorted(own, key=lambda step: max(_harm(step), ASKING))[: STEPS - len(general)]
    first = [step for step in general if _harm(step) < ASKING]
    # a stable sort: what the tier says of looking comes first, its other steps stand at the end of their own rank
    return _distinct(sorted([*first, *kept, *general], key=_harm))


def victims(views: Sequence[EvidenceView]) -> list[str]:
    """Name the roles that may be victims, each with what that means (REQ-H04)."""
    roles = _distinct(role for view in strongest_first(views) for role in view.indicator.victims)
    return [ROLES.get(role, f"{role}: may be a victim") for role in roles]


def welfare(views: Sequence[EvidenceView]) -> str | None:
    """Give the note on possible coercion when an indicator asks for it (REQ-H03). It never changes a score."""
    return WELFARE if any(view.indicator.welfare for view in views) else None


def checklist(views: Sequence[EvidenceView], stands: str) -> list[str]:
    """List what the reviewer confirms before deciding (REQ-H02); empty when there is nothing to decide."""
    if stands in OVER:
        return []
    items = list(CHECKLIST)
    if any(view.indicator.scope == "cross-account" for view in views):
        items.append(DUTIES["linked"])
    if any(view.indicator.hard for view in views):
        items.append(DUTIES["hard"])
    if any(view.indicator.protective for view in views):
        items.append(DUTIES["protective"])
    if any(view.indicator.welfare for view in views):
        items.append(DUTIES["welfare"])
    if stands == "priority":
        items.append(DUTIES["priority"])
    return items


def unknowns(names: Iterable[str]) -> list[str]:
    """Say what is not known and could therefore not be compared."""
    return [UNKNOWNS.get(name, f"Not known: {name.replace('_', ' ')}.") for name in sorted(set(names))]


def data_quality(marks: Iterable[str]) -> list[str]:
    """Say what makes the facts less certain. A mark is `name` or `name:number`; the largest of one name counts."""
    largest: dict[str, str] = {}
    for mark in sorted(set(marks)):
        name, _, value = mark.partition(":")
        held = largest.get(name)
        if held is None or _number(value) >= _number(held):
            largest[name] = value
    return [_quality(name, value) for name, value in sorted(largest.items())]


def _quality(name: str, value: str) -> str:
    template = QUALITY.get(name)
    if template is None:
        return f"{name.replace('_', ' ')} {value}".strip() + "."
    # whole numbers: what is placed within 212.4 km is not placed to 100 m
    return filled(template, {"value": round(_number(value))})


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _harm(step: str) -> int:
    """Rank of a step by its first word."""
    return STEP_ORDER.get(step.split(" ", 1)[0].rstrip(":,").lower(), OTHERWISE)


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
