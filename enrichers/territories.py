"""Which state a territory with an ISO code of its own belongs to, by the reviewed file `data/territories.toml`."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources

from enrichers.timezones import zones_of


def sovereign_of(country: str) -> str:
    """Give the state that a territory belongs to (ISO codes); any other country is its own."""
    return _sovereigns().get(country, country)


def territorial_zones() -> frozenset[str]:
    """Give the IANA zones of all territories."""
    return frozenset(zone for territory in _sovereigns() for zone in zones_of(territory))


@functools.cache
def _sovereigns() -> dict[str, str]:
    text = resources.files("enrichers").joinpath("data/territories.toml").read_text("utf-8")
    states: dict[str, list[str]] = tomllib.loads(text)["territories"]
    return {territory: state for state, territories in states.items() for territory in territories}
