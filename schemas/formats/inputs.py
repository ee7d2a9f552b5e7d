"""The decoders of the input topics, as a deployment sets them: the one place where a setting becomes code."""

from __future__ import annotations

from schemas.decoder import DecodeLimits, EventDecoder
from schemas.formats.decoder import FormatDecoder
from schemas.formats.model import DETECT, NATIVE, MapError
from schemas.formats.packaged import load_all, load_map
from schemas.formats.trust import Trust, read_prefixes


def read_trust(hops: int, proxies: str) -> Trust:
    """Which proxies are ours; `proxies` are networks with commas between them. Raises `MapError`."""
    try:
        return Trust(hops, read_prefixes([part for part in proxies.split(",") if part.strip()]))
    except ValueError as error:
        raise MapError([f"trusted proxies: {error}"]) from error


def decoder_of(name: str, trust: Trust | None = None, limits: DecodeLimits | None = None) -> EventDecoder:
    """The decoder of one format: `detect`, `native`, a packaged map's name or a file's path. Raises `MapError`."""
    if name == NATIVE:
        return EventDecoder(limits)
    if name == DETECT:
        return FormatDecoder(load_all(trust), limits)
    return FormatDecoder([], limits, only=load_map(name, trust))


def decoders(
    names: dict[str, str], trust: Trust | None = None, limits: DecodeLimits | None = None
) -> dict[str, EventDecoder]:
    """The decoder of each topic by its format's name. Raises `MapError` with the faults of all of them."""
    made: dict[str, EventDecoder] = {}
    faults: list[str] = []
    for topic, name in names.items():
        try:
            made[topic] = decoder_of(name, trust, limits)
        except MapError as error:
            faults += [f"{topic}: {fault}" for fault in error.faults]
    if faults:
        raise MapError(faults)
    return made
