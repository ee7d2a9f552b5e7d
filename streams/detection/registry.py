"""The families that exist, what they want to see, and the proof that code and catalogue agree."""

from __future__ import annotations

from typing import Any

from streams.detection.catalogue.load import CatalogueError
from streams.detection.catalogue.model import Catalogue
from streams.detection.families import graph, identity, location, network, payments, session
from streams.detection.family import Daily, Family, Judge, Observe

FAMILIES: tuple[Family, ...] = (
    network.FAMILY,
    location.FAMILY,
    session.FAMILY,
    identity.FAMILY,
    payments.FAMILY,
    graph.FAMILY,
)
"""In the order in which they see an event."""


def observers() -> dict[type[Any], tuple[Observe, ...]]:
    """Event type → functions of all families that want it."""
    wanted: dict[type[Any], tuple[Observe, ...]] = {}
    for family in FAMILIES:
        for kind, function in family.observe.items():
            wanted[kind] = (*wanted.get(kind, ()), function)
    return wanted


def dailies() -> tuple[Daily, ...]:
    """Functions to call when a day closes."""
    return tuple(family.daily for family in FAMILIES if family.daily)


def judges() -> dict[str, tuple[Judge, ...]]:
    """Kind of shared thing → functions of all families that judge it."""
    wanted: dict[str, tuple[Judge, ...]] = {}
    for family in FAMILIES:
        for kind, function in family.judge.items():
            wanted[kind] = (*wanted.get(kind, ()), function)
    return wanted


def agree(catalogue: Catalogue) -> None:
    """Raise `CatalogueError` unless every indicator with code has data and every indicator with data has code."""
    coded = {name: family.code for family in FAMILIES for name in family.indicators}
    active = {name: indicator.family for name, indicator in catalogue.indicators.items() if not indicator.planned}
    faults = [f"{name}: has code in family {coded[name]}, but no data" for name in sorted(coded.keys() - active.keys())]
    faults += [
        f"{name}: has data in family {active[name]}, but no code" for name in sorted(active.keys() - coded.keys())
    ]
    faults += [
        f"{name}: data in family {active[name]}, code in {coded[name]}"
        for name in sorted(coded.keys() & active.keys())
        if coded[name] != active[name]
    ]
    if faults:
        raise CatalogueError("catalogue and code disagree:\n" + "\n".join(f"  - {fault}" for fault in faults))
