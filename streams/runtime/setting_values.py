"""One setting: the environment variable that gives it, and its text as a value of its type and within its bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field
from pathlib import Path
from typing import Any

PREFIX = "PERSONAWATCH_"


def variable(item: Field[Any]) -> str:
    """The environment variable of a setting."""
    return PREFIX + item.name.upper()


def text_of(item: Field[Any], environment: Mapping[str, str], faults: list[str]) -> str | None:
    """What the environment, or a secret's file, says of a setting; None where it says nothing or a fault was noted."""
    name = variable(item)
    text = environment.get(name)
    path = environment.get(name + "_FILE") if item.metadata["secret"] else None
    if path is None:
        return text
    if text is not None:
        faults.append(f"{name}: given twice, as it is and by {name}_FILE; keep one of them")
        return None
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{name}_FILE: cannot read {path}: {error}")
        return None


def read(item: Field[Any], wanted: type, text: str, faults: list[str]) -> Any:
    """The text as a value of the type `wanted`, or None when a fault was noted."""
    name, facts = variable(item), item.metadata
    if wanted is bool:
        value: Any = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(text.lower())
        if value is None:
            faults.append(f"{name}: found {text!r}, expected true or false")
        return value
    if wanted in (int, float):
        try:
            value = wanted(text)
        except ValueError:
            kind = "a whole number" if wanted is int else "a number"
            faults.append(f"{name}: found {text!r}, expected {kind}")
            return None
        least, most = facts["least"], facts["most"]
        # Written this way round so that "nan" is a fault too.
        if not ((least is None or value >= least) and (most is None or value <= most)):
            faults.append(f"{name}: found {text}, expected {_bounds(least, most)}")
            return None
        return value
    if facts["choices"] and text not in facts["choices"]:
        faults.append(f"{name}: found {text!r}, expected one of {', '.join(facts['choices'])}")
        return None
    return text


def _bounds(least: float | None, most: float | None) -> str:
    if most is None:
        return f"at least {least:g}"
    return f"{least or 0:g} to {most:g}"
