"""Title, summary and evidence sentences. The same evidence always gives the same words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from streams.detection.catalogue.model import Indicator
from streams.detection.wording.filling import filled
from streams.detection.wording.views import EvidenceView

AREAS = {
    "network": "network access",
    "device": "sessions and devices",
    "identity": "identity and profile",
    "market": "bids and ratings",
    "interaction": "messages and meetings",
    "money": "payouts",
    "logistics": "deliveries",
    "client": "client-side activity",
    "corporate": "companies",
    "graph": "links between accounts",
}
"""Evidence roots in words."""
TIER_WORDS = {
    "priority": "Priority: please look at this first",
    "review": "Review: parts of this account do not fit together",
    "watch": "Watch: something is unusual, and it is not enough for a case",
    "none": "No case: the evidence no longer supports one",
    "expired": "No case any more: nothing new was seen for long",
    "joined": "No case of its own: it goes on as part of another one",
}
"""How a case stands → how urgent that is. What `standing` gives beyond the tiers has ended."""
OVER = frozenset({"none", "joined"})
"""Nothing more is asked of anybody, so nothing is left to check or to explain."""
DISCLAIMER = "This system does not determine who a person is or where they are from."
SAID = 2
"""Sentences of evidence, or of facts against it, in a summary: a reader needs the two that weigh most; the list has the rest."""
SHOWN = 0.05
"""Points below this are shown as 0.0: a finding of so little is not told as something that counts."""
REST = re.compile(r", with \d+ more findings? in the list")
"""What a summary says of findings that it leaves out; whoever shows them all leaves it out."""


def standing(tier: str, status: str, joined_to: str | None) -> str:
    """Tell how a case stands: by its tier, or as what it ended."""
    if joined_to:
        return "joined"
    if status != "retracted":
        return tier
    return "expired" if tier != "none" else "none"


def title(stands: str, roots: Iterable[str]) -> str:
    """Say how urgent it is and in which areas the evidence lies."""
    words = TIER_WORDS.get(stands, TIER_WORDS["watch"])
    areas = [] if stands in OVER else [AREAS.get(root, root) for root in sorted(set(roots))]
    return f"{words} ({', '.join(areas)})" if areas else words


def summary(stands: str, score: float, views: Sequence[EvidenceView], members: int) -> str:
    """Sum up in two to four sentences; the last one says what the system does not determine."""
    if stands == "joined":
        return f"This goes on as part of another case, which has all of its evidence. {DISCLAIMER}"
    if stands == "none":
        return " ".join([*_taken_back(score, views, members), DISCLAIMER])
    left = counting(views)
    said = [sentence(view.indicator, view.numbers) for view in left[:SAID]]
    if not said:
        return f"Nothing that still counts is left of the evidence on {_whom(members)}. {DISCLAIMER}"
    rest = len(left) - len(said)
    scale = f"The evidence on {_whom(members)} adds up to {score:.0f} of 100"
    if rest:
        scale += f", with {rest} more {'finding' if rest == 1 else 'findings'} in the list"
    if stands == "expired":
        scale += "; nothing new was seen for as long as a case is kept, and nobody has decided on it"
    if stands in ("review", "priority"):
        scale += "; the account holder may be a victim, and there may be an innocent explanation"
    return " ".join([*said, f"{scale}.", DISCLAIMER])


def sentence(indicator: Indicator, numbers: Mapping[str, Any]) -> str:
    """Fill the indicator's sentence; a number that is missing reads `an unknown number of`, and nothing raises."""
    template = indicator.sentence or f"{indicator.title}."
    try:
        return filled(template, numbers)
    except (ValueError, TypeError, AttributeError, LookupError):
        return f"{indicator.title}."  # a template that no number fits is a fault of the catalogue, not a lost alert


def counting(views: Iterable[EvidenceView]) -> list[EvidenceView]:
    """What still adds to the score, strongest first: a finding that a mitigating fact explains is not told as one."""
    return [view for view in strongest_first(views) if view.contribution >= SHOWN]


def strongest_first(views: Iterable[EvidenceView]) -> list[EvidenceView]:
    """Sort evidence by what it contributes, then by id."""
    return sorted(views, key=lambda view: (-view.contribution, view.indicator.id))


def _taken_back(score: float, views: Sequence[EvidenceView], members: int) -> list[str]:
    """Why a case was taken back: the facts that explain most of it, or that time or later events left too little."""
    explained = sorted(
        (view for view in views if view.facts), key=lambda view: (view.contribution >= SHOWN, -view.indicator.weight)
    )
    facts = list(dict.fromkeys(fact for view in explained for fact in view.facts))[:SAID]
    why = [fact[:1].lower() + fact[1:] for fact in facts] or ["the evidence has faded, or was itself taken back."]
    rest = f"What is left of the evidence on {_whom(members)} adds up to {score:.0f} of 100, too little for a case."
    if not counting(views):
        rest = f"Nothing that still counts is left of the evidence on {_whom(members)}."
    return [f"Taken back: {why[0]}", *(f"Besides, {text}" for text in why[1:]), rest]


def _whom(members: int) -> str:
    return "this account" if members == 1 else f"these {members} linked accounts"
