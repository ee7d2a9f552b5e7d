"""The way from contributions to the tier, laid open. Every number comes from the scoring itself."""

from __future__ import annotations

from math import floor

from streams.detection.catalogue.model import Catalogue
from streams.detection.scoring import SHARES, WAYS, Score, score
from streams.detection.wording.summary import AREAS
from streams.explain.explanation import Condition, Count, Part, Reckoning


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
        conditions=conditions(reached),
    )


def _family(catalogue: Catalogue, reached: Score, code: str, members: list[str]) -> Part:
    """A family by itself is an area of one, so the scoring can be asked for its value."""
    family = catalogue.families[code]
    alone = score(
        catalogue, {name: reached.contributions[name] / catalogue.indicators[name].weight for name in members}
    )
    value = alone.roots.get(family.root, 0.0)
    hard = any(catalogue.indicators[name].hard for name in members)
    uncapped = sum(reached.contributions[name] * SHARES[min(place, 2)] for place, name in enumerate(members))
    return Part(
        code, family.name, round(value, 1), tuple(members), None if hard else family.cap, value < uncapped - 1e-6
    )


def conditions(reached: Score) -> tuple[Condition, ...]:
    """Every way to a tier with what is there and what it takes (catalogue §4.3 steps 5 and 6)."""
    return tuple(
        Condition(
            way.tier,
            tuple(Count(text, _beside(has, needs), needs) for text, has, needs in way.asks(reached)),
            way.leads(reached),
        )
        for way in WAYS
    )


def _beside(has: float, needs: float) -> float:
    """To one digit, which must not make up what is missing: 59.97 is no 60."""
    near = round(has, 1)
    return near if (near >= needs) is (has >= needs) else floor(has * 10) / 10
