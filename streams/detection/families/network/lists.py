"""Which list said what an account's networks are: evidence that rests on a network class names the list and its date."""

from __future__ import annotations

from enrichers.facts import Facts
from streams.detection.families.network.memory import NetworkMemory


def note(memory: NetworkMemory, facts: Facts) -> None:
    """Remember for each class the newest list that gave it; the same whatever the order of events."""
    lists = memory.lists
    for entry in facts.lists:
        said = [entry.dated, entry.source]
        held = lists.get(entry.network_class)
        if held is None or said > held:
            lists[entry.network_class] = said


def saying(facts: Facts, classes: frozenset[str]) -> list[str]:
    """Name the lists that gave an address one of `classes`."""
    return [
        _named(entry.network_class, entry.source, entry.dated)
        for entry in facts.lists
        if entry.network_class in classes
    ]


def said_by(memory: NetworkMemory, *classes: str) -> list[str]:
    """Name the lists behind classes, e.g. `vpn: GeoIP2-Anonymous-IP of 2026-11-24`."""
    named = []
    for network_class in sorted(classes):
        dated, source = memory.lists.get(network_class, ("", ""))
        if source:
            named.append(_named(network_class, source, dated))
    return named


def _named(network_class: str, source: str, dated: str) -> str:
    return f"{network_class}: {source} of {dated}" if dated else f"{network_class}: {source}"
