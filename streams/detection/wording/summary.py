"""Title, summary and evidence sentences. The same evidence always gives the same words."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from streams.detection.catalogue.model import Indicator
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
}
DISCLAIMER = "This system does not determine who a person is or where they are from."
SAID = 2
"""Evidence sentences in a summary: a reader needs the two that weigh most; the list has the rest."""


def title(tier: str, roots: Iterable[str]) -> str:
    """Say how urgent it is and in which areas the evidence lies."""
    words = TIER_WORDS.get(tier, TIER_WORDS["watch"])
    areas = [AREAS.get(root, root) for root in sorted(set(roots))]
    return f"{words} ({_listed(areas)})" if areas else words


def summary(tier: str, score: float, views: Sequence[EvidenceView], members: int) -> str:
    """Sum up in two to four sentences; the last one says what the system does not determine."""
    said = [sentence(view.indicator, view.numbers) for view in strongest_first(views)[:SAID]]
    if not said:
        return f"Nothing that still counts is left of the evidence on {_whom(members)}. {DISCLAIMER}"
    rest = len(views) - len(said)
    scale = f"The evidence on {_whom(members)} adds up to {score:.0f} of 100"
    if rest:
        scale += f", with {rest} more {'finding' if rest == 1 else 'findings'} in the list"
    if tier in ("review", "priority"):
        scale += "; the account holder may be a victim, and there may be an innocent explanation"
    return " ".join([*said, f"{scale}.", DISCLAIMER])


def sentence(indicator: Indicator, numbers: Mapping[str, Any]) -> str:
    """Fill the indicator's sentence; a number that is missing reads `an unknown number of`, and nothing raises."""
    template = indicator.sentence or f"{indicator.title}."
    try:
        return _Forgiving().vformat(template, (), numbers)
    except (ValueError, TypeError, AttributeError, LookupError):
        return f"{indicator.title}."  # a template that no number fits is a fault of the catalogue, not a lost alert


def strongest_first(views: Iterable[EvidenceView]) -> list[EvidenceView]:
    """Sort evidence by what it contributes, then by id."""
    return sorted(views, key=lambda view: (-view.contribution, view.indicator.id))


class _Forgiving(string.Formatter):
    """Formats numbers for people and survives missing ones. Attributes and indexes are refused: templates are data."""

    def get_field(self, field_name: str, _args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        return kwargs.get(field_name), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            return "an unknown number of"
        if isinstance(value, float) and not format_spec:
            return f"{value:.2f}".rstrip("0").rstrip(".")
        if isinstance(value, list | tuple):
            return _listed([str(item) for item in value])
        try:
            return format(value, format_spec)
        except (ValueError, TypeError):
            return str(value)


def _whom(members: int) -> str:
    return "this account" if members == 1 else f"these {members} linked accounts"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
