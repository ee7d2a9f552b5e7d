"""A score taken apart: indicators → families → independent areas → score, and the conditions of each tier (catalogue §4.3)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from streams.detection.catalogue.model import Catalogue
from streams.detection.scoring import FAMILY_SHARE, HARD_CAP, SHARES, score
from streams.detection.wording.summary import AREAS
from streams.explain.reckoning import conditions
from streams.report.model import Composition, FamilyPart, Item, RootPart


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
        families = tuple(
            msgspec.structs.replace(part, share=FAMILY_SHARE if at else 1.0)
            for at, part in enumerate(sorted(parts[root], key=lambda part: (-part.value, part.code)))
        )
        roots.append(RootPart(root, AREAS.get(root, root), round(value, 1), round(adds, 2), families))
    return Composition(tuple(roots), conditions(found))


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
        found.append(FamilyPart(code, catalogue.families[code].name, round(min(cap, total), 2), cap, 1.0, items))
    return found
