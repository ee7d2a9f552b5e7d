"""From confidences to a score and a tier: catalogue §4.3, as pure functions.

A score says how well account activity matches a documented pattern and in how many independent areas; it never says who somebody is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from streams.detection.catalogue.model import Catalogue
from streams.detection.messages import Evidence, Mitigation
from streams.detection.windows import DAY

STRONG = 35.0
"""An effective contribution from here on is strong (catalogue §1)."""
TIERS = ("none", "watch", "review", "priority")
CLUSTER = "strong_edge_cluster"
TECHNICAL = frozenset({"network", "device"})
"""One VPN lights rules of both roots, so the gate counts them as one group."""


class Score(msgspec.Struct, frozen=True):
    """Total 0–100, tier, and how they came together."""

    total: float
    tier: str
    roots: dict[str, float]
    contributions: dict[str, float]
    strong: tuple[str, ...]
    groups: dict[str, float]
    hard: tuple[str, ...]
    protective: tuple[str, ...]
    """Indicators that send safety notices whatever the tier."""


class Weighed(msgspec.Struct, frozen=True):
    """One piece of evidence after decay and mitigators."""

    evidence: Evidence
    confidence: float
    mitigated_by: tuple[str, ...] = ()


def weigh(
    catalogue: Catalogue, evidence: Iterable[Evidence], mitigations: Iterable[Mitigation], now: int
) -> dict[str, Weighed]:
    """The strongest piece of evidence of each indicator, decayed to `now` (ms) and mitigated.

    A mitigating fact counts when it held at the evidence's time. Hard indicators neither fade nor are mitigated: a person decides
    those, and a case must not sink from `priority` unseen because nobody looked for five days.
    """
    held = list(mitigations)
    best: dict[str, Weighed] = {}
    for item in evidence:
        indicator = catalogue.indicators[item.indicator]
        confidence = item.confidence
        by: list[str] = []
        if not indicator.hard:
            confidence *= 2.0 ** (-max(0, now - item.last) / DAY / indicator.half_life_days)
            for mitigation in held:
                effects = catalogue.mitigators[mitigation.mitigator].effects
                factor = effects.get(indicator.id, effects.get(indicator.family))
                if factor is not None and (mitigation.until is None or mitigation.until >= item.last):
                    confidence *= factor
                    by.append(mitigation.mitigator)
        known = best.get(item.indicator)
        if known is None or confidence > known.confidence:
            best[item.indicator] = Weighed(item, confidence, tuple(sorted(by)))
    return best


def score(catalogue: Catalogue, confidences: Mapping[str, float]) -> Score:
    """Score and tier of effective confidences by indicator id."""
    confidences = {name: confidence for name, confidence in confidences.items() if confidence > 0}
    contributions = _contributions(catalogue, confidences)
    roots = _roots(catalogue, contributions)
    remainder = 1.0
    for value in roots.values():
        remainder *= 1 - value / 100
    total = 100 * (1 - remainder)
    groups: dict[str, float] = {}
    for root, value in roots.items():
        group = _group(root)
        groups[group] = max(groups.get(group, 0.0), value)
    strong = tuple(sorted(name for name, value in contributions.items() if value >= STRONG))
    strong_groups = {_group(_root(catalogue, name)) for name in strong}
    hard = tuple(
        sorted(name for name, value in confidences.items() if value >= 0.8 and catalogue.indicators[name].hard)
    )
    return Score(
        total=total,
        tier=_tier(total, groups, bool(strong), len(strong_groups), bool(hard)),
        roots=roots,
        contributions=contributions,
        strong=strong,
        groups=groups,
        hard=hard,
        protective=tuple(name for name in strong if catalogue.indicators[name].protective),
    )


def _contributions(catalogue: Catalogue, confidences: Mapping[str, float]) -> dict[str, float]:
    clustered = CLUSTER in confidences
    return {
        name: catalogue.indicators[name].weight
        * confidence
        * (0.5 if clustered and catalogue.indicators[name].explained_by_cluster else 1.0)
        for name, confidence in confidences.items()
    }


def _roots(catalogue: Catalogue, contributions: Mapping[str, float]) -> dict[str, float]:
    by_family: dict[str, list[float]] = {}
    hard_families = set()
    for name, value in contributions.items():
        indicator = catalogue.indicators[name]
        by_family.setdefault(indicator.family, []).append(value)
        if indicator.hard:
            hard_families.add(indicator.family)
    by_root: dict[str, list[float]] = {}
    for code, values in by_family.items():
        values.sort(reverse=True)
        # a hard fact must not be hidden below its family's cap
        cap = 99.0 if code in hard_families else catalogue.families[code].cap
        value = min(cap, values[0] + 0.35 * sum(values[1:2]) + 0.15 * sum(values[2:]))
        by_root.setdefault(catalogue.families[code].root, []).append(value)
    roots = {}
    for root, values in by_root.items():
        values.sort(reverse=True)
        roots[root] = min(90.0 if values[0] < 90 else 99.0, values[0] + 0.25 * sum(values[1:]))
    return roots


def _tier(total: float, groups: Mapping[str, float], has_strong: bool, strong_groups: int, hard: bool) -> str:
    counted = sum(value >= 12 for value in groups.values())
    gate = (
        (counted >= 2 and has_strong)
        or sum(v >= 30 for v in groups.values()) >= 2
        or sum(v >= 20 for v in groups.values()) >= 3
    )
    if hard or (total >= 85 and counted >= 3 and has_strong) or (total >= 80 and strong_groups >= 2):
        return "priority"
    if total >= 60 and gate:
        return "review"
    return "watch" if total >= 45 else "none"


def _root(catalogue: Catalogue, name: str) -> str:
    return catalogue.families[catalogue.indicators[name].family].root


def _group(root: str) -> str:
    return "technical" if root in TECHNICAL else root
