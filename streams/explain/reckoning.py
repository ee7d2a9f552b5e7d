"""The way from contributions to the tier, laid open. Every number comes from the scoring itself."""

from __future__ import annotations

from typing import NamedTuple

from streams.detection.catalogue.model import Catalogue
from streams.detection.scoring import STRONG, TECHNICAL, Score, score
from streams.detection.wording.summary import AREAS
from streams.explain.explanation import Condition, Count, Part, Reckoning

COUNTS, CLEAR, FIRM = 12, 20, 30
"""From here on an area counts; three of `CLEAR` or two of `FIRM` open the gate without a strong finding (catalogue §4.3 step 5)."""


def reckoning(catalogue: Catalogue, reached: Score) -> Reckoning:
    """How `reached` came together."""
    families: dict[str, list[str]] = {}
    for name in sorted(reached.contributions, key=lambda name: (-reached.contributions[name], name)):
        families.setdefault(catalogue.indicators[name].family, []).append(name)
    parts = [_family(catalogue, reached, code, members) for code, members in families.items()]
    areas: dict[str, list[str]] = {}
    for part in sorted(parts, key=lambda part: (-part.value, part.code)):
        areas.setdefault(catalogue.families[part.code].root, []).append(part.code)
    return Reckoning(
        total=round(reached.total, 1),
        tier=reached.tier,
        families=tuple(sorted(parts, key=lambda part: (-part.value, part.code))),
        areas=tuple(
            Part(root, AREAS.get(root, root), round(reached.roots[root], 1), tuple(members))
            for root, members in sorted(areas.items(), key=lambda item: (-reached.roots[item[0]], item[0]))
        ),
        conditions=conditions(catalogue, reached),
    )


def _family(catalogue: Catalogue, reached: Score, code: str, members: list[str]) -> Part:
    """A family by itself is an area of one, so the scoring can be asked for its value."""
    family = catalogue.families[code]
    alone = score(
        catalogue, {name: reached.contributions[name] / catalogue.indicators[name].weight for name in members}
    )
    value = alone.roots.get(family.root, 0.0)
    hard = any(catalogue.indicators[name].hard for name in members)
    uncapped = sum(
        reached.contributions[name] * (1.0 if place == 0 else 0.35 if place == 1 else 0.15)
        for place, name in enumerate(members)
    )
    return Part(
        code, family.name, round(value, 1), tuple(members), None if hard else family.cap, value < uncapped - 1e-6
    )


def conditions(catalogue: Catalogue, reached: Score) -> tuple[Condition, ...]:
    """Every way to a tier with what is there and what it takes (catalogue §4.3 steps 5 and 6)."""
    strong_groups = {_group(catalogue, name) for name in reached.strong}
    strong = _Needed(f"strong findings ({STRONG:.0f} points or more)", len(reached.strong), 1)

    def total(least: int) -> _Needed:
        return _Needed("score", reached.total, least)

    def areas(line: int, least: int) -> _Needed:
        return _Needed(f"areas of {line} or more", sum(value >= line for value in reached.groups.values()), least)

    return (
        _way("priority", _Needed("decisive findings (0.8 or more)", len(reached.hard), 1)),
        _way("priority", total(85), areas(COUNTS, 3), strong),
        _way("priority", total(80), _Needed("areas with a strong finding", len(strong_groups), 2)),
        _way("review", total(60), areas(COUNTS, 2), strong),
        _way("review", total(60), areas(FIRM, 2)),
        _way("review", total(60), areas(CLEAR, 3)),
        _way("watch", total(45)),
    )


class _Needed(NamedTuple):
    text: str
    has: float
    needs: float


def _way(tier: str, *needed: _Needed) -> Condition:
    counts = tuple(Count(item.text, round(item.has, 1), item.needs) for item in needed)
    return Condition(tier, counts, all(item.has >= item.needs for item in needed))


def _group(catalogue: Catalogue, name: str) -> str:
    root = catalogue.families[catalogue.indicators[name].family].root
    return "technical" if root in TECHNICAL else root
