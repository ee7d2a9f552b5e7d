"""From confidences to a score and a tier: catalogue §4.3, as pure functions.

A score says how well account activity matches a documented pattern and in how many independent areas; it never says who somebody is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from streams.detection.catalogue.model import Catalogue, Indicator
from streams.detection.messages import Evidence, Mitigation
from streams.detection.windows import DAY

STRONG = 35.0
"""An effective contribution from here on is strong (catalogue §1)."""
TIERS = ("none", "watch", "review", "priority")
CLUSTER = "strong_edge_cluster"
TECHNICAL = frozenset({"network", "device"})
"""One VPN lights rules of both roots, so the gate counts them as one group."""
COUNTS, CLEAR, FIRM = 12.0, 20.0, 30.0
"""From here on an area counts; three of `CLEAR` or two of `FIRM` open the gate without a strong finding."""
SHARES = (1.0, 0.35, 0.15)
"""What a family's strongest, second, and every further contribution count."""
FAMILY_SHARE = 0.25
"""What every family of a root but its strongest counts."""
HARD_CAP = 99.0
"""Of a family or root with a hard fact, which must not be hidden below an ordinary cap."""
DECISIVE = 0.8
"""A hard indicator decides from this confidence on."""
PLACES = frozenset({"MIT-OFFICE", "MIT-CGNAT", "MIT-PUBTERM"})
"""Facts about one address or device: a library's computer explains nothing about a laptop at home."""
TUNNELS = frozenset({"MIT-STABLEVPN"})
"""Facts about a VPN: they explain nothing of findings that say that none was in use."""
FROM_START = frozenset({"MIT-TRAVEL", "MIT-CORP"})
"""Facts that explain nothing before they began. Every other one also explains what came before it: a live proof (MIT-LIVE), a document
or a verified agency is what settles an open case, and a habit is older than the day on which it is recognised."""


class Score(msgspec.Struct, frozen=True):
    """Total 0–100, tier, and how they came together."""

    total: float
    tier: str
    roots: dict[str, float]
    contributions: dict[str, float]
    strong: tuple[str, ...]
    groups: dict[str, float]
    strong_groups: frozenset[str]
    hard: tuple[str, ...]
    protective: tuple[str, ...]
    """Indicators that send safety notices whatever the tier."""


class Way(NamedTuple):
    """One way to a tier: everything that it asks for (catalogue §4.3 steps 5 and 6)."""

    tier: str
    total: float = 0.0
    areas: int = 0
    """So many groups of roots …"""
    of: float = 0.0
    """… of at least this much."""
    strong: int = 0
    """Strong findings."""
    strong_areas: int = 0
    """Groups of roots with a strong finding."""
    hard: int = 0
    """Decisive findings."""

    def asks(self, reached: Score) -> list[tuple[str, float, float]]:
        """What it asks for: in words, what there is, what it takes."""
        found = (
            (f"decisive findings ({DECISIVE:g} or more)", float(len(reached.hard)), float(self.hard)),
            ("score", reached.total, self.total),
            (
                f"areas of {self.of:g} or more",
                float(sum(v >= self.of for v in reached.groups.values())),
                float(self.areas),
            ),
            (f"strong findings ({STRONG:g} points or more)", float(len(reached.strong)), float(self.strong)),
            ("areas with a strong finding", float(len(reached.strong_groups)), float(self.strong_areas)),
        )
        return [item for item in found if item[2]]

    def leads(self, reached: Score) -> bool:
        """Whether there is everything."""
        return all(has >= needs for _, has, needs in self.asks(reached))


WAYS = (
    Way("priority", hard=1),
    Way("priority", total=85, areas=3, of=COUNTS, strong=1),
    Way("priority", total=80, strong_areas=2),
    Way("review", total=60, areas=2, of=COUNTS, strong=1),
    Way("review", total=60, areas=2, of=FIRM),
    Way("review", total=60, areas=3, of=CLEAR),
    Way("watch", total=45),
)
"""Every way to a tier, the highest tier first."""


class Weighed(msgspec.Struct, frozen=True):
    """One piece of evidence after decay and mitigators."""

    evidence: Evidence
    confidence: float
    mitigated_by: tuple[str, ...] = ()


def decides(indicator: Indicator, confidence: float) -> bool:
    """Whether a finding of `indicator` waits for a person to decide: hard, and sure enough to open a case."""
    return indicator.hard and confidence >= DECISIVE


def weigh(
    catalogue: Catalogue, evidence: Iterable[Evidence], mitigations: Iterable[Mitigation], now: int
) -> dict[str, Weighed]:
    """The strongest piece of evidence of each indicator, decayed to `now` (ms) and mitigated.

    A decisive finding of a hard indicator neither fades nor is mitigated: a person decides those, and a case must not sink from
    `priority` unseen because nobody looked for five days. A faint one (a geo database's tag) is evidence like any other.
    """
    held = list(mitigations)
    best: dict[str, Weighed] = {}
    for item in evidence:
        indicator = catalogue.indicators[item.indicator]
        confidence = item.confidence
        by: list[str] = []
        if not decides(indicator, confidence):
            confidence *= 2.0 ** (-max(0, now - item.last) / DAY / indicator.half_life_days)
            for mitigation in held:
                factor = factor_of(catalogue, mitigation, item)
                if factor is not None and mitigation.mitigator not in by:
                    confidence *= factor
                    by.append(mitigation.mitigator)
        known = best.get(item.indicator)
        if known is None or confidence > known.confidence:
            best[item.indicator] = Weighed(item, confidence, tuple(sorted(by)))
    return best


def factor_of(catalogue: Catalogue, mitigation: Mitigation, item: Evidence) -> float | None:
    """By what a mitigating fact multiplies the confidence of `item`; None when it says nothing of it."""
    effects = catalogue.mitigators[mitigation.mitigator].effects
    factor = effects.get(item.indicator, effects.get(catalogue.indicators[item.indicator].family))
    return factor if factor is not None and _explains(mitigation, item) else None


def _explains(mitigation: Mitigation, item: Evidence) -> bool:
    """Whether a mitigating fact is about `item`: it held at its time, and at its place where it is a place's."""
    if mitigation.until is not None and mitigation.until < item.last:
        return False
    if mitigation.mitigator in FROM_START and mitigation.first > item.last:
        return False
    if mitigation.mitigator in PLACES:
        return not item.entity or item.entity in mitigation.about
    if mitigation.mitigator in TUNNELS and item.numbers.get("one_side_hidden") == 0:
        return False
    return not mitigation.about or item.indicator in mitigation.about


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
        group = group_of(root)
        groups[group] = max(groups.get(group, 0.0), value)
    strong = tuple(sorted(name for name, value in contributions.items() if value >= STRONG))
    hard = tuple(sorted(name for name, value in confidences.items() if decides(catalogue.indicators[name], value)))
    reached = Score(
        total=total,
        tier="none",
        roots=roots,
        contributions=contributions,
        strong=strong,
        groups=groups,
        strong_groups=frozenset(group_of(_root(catalogue, name)) for name in strong),
        hard=hard,
        protective=tuple(name for name in strong if catalogue.indicators[name].protective),
    )
    tier = next((way.tier for way in WAYS if way.leads(reached)), "none")
    return msgspec.structs.replace(reached, tier=tier)


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
        cap = HARD_CAP if code in hard_families else catalogue.families[code].cap
        value = min(cap, values[0] + SHARES[1] * sum(values[1:2]) + SHARES[2] * sum(values[2:]))
        by_root.setdefault(catalogue.families[code].root, []).append(value)
    roots = {}
    for root, values in by_root.items():
        values.sort(reverse=True)
        roots[root] = min(90.0 if values[0] < 90 else HARD_CAP, values[0] + FAMILY_SHARE * sum(values[1:]))
    return roots


def _root(catalogue: Catalogue, name: str) -> str:
    return catalogue.families[catalogue.indicators[name].family].root


def group_of(root: str) -> str:
    """The group as which the gate counts a root."""
    return "technical" if root in TECHNICAL else root
