"""Values of a record as we want them; None for anything empty, out of range or of another type."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]

_NOTHING = frozenset({"", "-", "?", "unknown", "Unknown"})


def text(value: object) -> str | None:
    """Text that says something: some providers write `-` or an empty string for "not known"."""
    return value if isinstance(value, str) and value not in _NOTHING else None


def printable(text: str) -> str:
    """Replace what could steer a terminal: it comes from outside and is shown to people."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def country_code(value: object) -> str | None:
    """Two capital ISO letters. `ZZ` (unknown) and `XX` (disputed or anonymous) are no countries."""
    found = text(value)
    if found is None or len(found) != 2 or not found.isascii() or not found.isalpha():
        return None
    found = found.upper()
    return None if found in {"ZZ", "XX"} else found


def number(value: object, low: float, high: float) -> float | None:
    """Read a finite number within the bounds; IPinfo's older files have numbers as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) and low <= found <= high else None


def flag(value: object) -> bool:
    """Tell true, "true" and "1" from all else: older IPinfo files have "true" and "", and "false" is true in Python."""
    return value is True or (isinstance(value, str) and value.lower() in {"true", "1"})


def texts(value: object) -> list[str]:
    """Read a list's texts that say something; of anything else none."""
    return [found for found in map(text, value) if found] if isinstance(value, list) else []


def inner(record: Record, key: str) -> Record:
    """Answer a nested map, or an empty one."""
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def english(record: Record) -> str | None:
    """Read the name in `{names: {en: …}}`; other languages are no substitute, places must compare equal."""
    return text(inner(record, "names").get("en"))
