"""A score taken apart: indicators → families → independent areas → score, and the conditions of each tier (catalogue §4.3)."""

from __future__ import annotations

from collections.abc import Mapping

from streams.detection.catalogue.model import Catalogue
from streams.detection.scoring import STRONG, TECHNICAL, Score, score
from streams.detection.wording.summary import AREAS
from streams.report.model import Composition, Condition, FamilyPart, Item, RootPart

SHARES = (1.0, 0.35, 0.15)
"""Of a family's strongest, second, and every further contribution."""
HARD_CAP = 99.0


def compose(catalogue: Catalogue, confidences: Mapping[str, float]) -> Composition:
    """How effective confidences by indicator come to their score; the largest part first."""
    found = score(catalogue, confidences)
    parts: dict[str, list[FamilyPart]] = {}
    for part in _families(catalogue, found.contributions):
        parts.setdefault(catalogue.families[part.code].root, []).append(part)
    roots, left = [], 100.0
    for root, value in sorted(found.roots.items(), key=lambda pair: (-pair[1], pair[0])):
        adds = left * value / 100
        left -= adds
        families = tuple(sorted(parts[root], key=lambda part: (-part.value, part.code)))
        roots.append(RootPart(root, AREAS.get(root, root), round(value, 1), round(adds, 2), families))
    return Composition(tuple(roots), _conditions(catalogue, found))


def _families(catalogue: Catalogue, contributions: Mapping[str, float]) -> list[FamilyPart]:
    by_family: dict[str, list[tuple[float, str]]] = {}
    for name, value in contributions.items():
        by_family.setdefault(catalogue.indicators[name].family, []).append((value, name))
    found = []
    for code, pairs in by_family.items():
        pairs.sort(key=lambda pair: (-pair[0], pair[1]))
        cap = catalogue.families[code].cap
        if any(catalogue.indicators[name].hard for _, name in pairs):
            cap = HARD_CAP
        items = tuple(
            Item(name, round(value, 2), SHARES[min(place, len(SHARES) - 1)])
            for place, (value, name) in enumerate(pairs)
        )
        total = sum(value * item.share for (value, _), item in zip(pairs, items, strict=True))
        found.append(FamilyPart(code, catalogue.families[code].name, round(min(cap, total), 2), cap, items))
    return found


def _conditions(catalogue: Catalogue, found: Score) -> tuple[Condition, ...]:
    groups = sorted(found.groups.values(), reverse=True)
    strong_groups = {_group(catalogue.families[catalogue.indicators[name].family].root) for name in found.strong}
    strong = bool(found.strong)

    def areas(least: float) -> int:
        return sum(value >= least for value in groups)

    gate = (
        (f"two areas of 12 or more, with one finding of {STRONG:g} or more", areas(12) >= 2 and strong),
        ("two areas of 30 or more", areas(30) >= 2),
        ("three areas of 20 or more", areas(20) >= 3),
    )
    return (
        Condition("watch", "a score of 45 or more", found.total >= 45),
        *(Condition("review", f"a score of 60 or more and {words}", found.total >= 60 and met) for words, met in gate),
        Condition("priority", "a finding that a person must see even alone", bool(found.hard)),
        Condition(
            "priority",
            f"a score of 85 or more, three areas of 12 or more, and one finding of {STRONG:g} or more",
            found.total >= 85 and areas(12) >= 3 and strong,
        ),
        Condition(
            "priority",
            f"a score of 80 or more, and findings of {STRONG:g} or more in two areas",
            found.total >= 80 and len(strong_groups) >= 2,
        ),
    )


def _group(root: str) -> str:
    return "technical" if root in TECHNICAL else root
