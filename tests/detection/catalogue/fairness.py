"""Static rules over detection code and data: names that must not occur (REQ-F01), countries in conditions (REQ-F02)."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from streams.detection.wording.origins import country_codes

DENIED = re.compile(
    r"nationality|citizenship|ethnic|racial|religio|native_?(?:language|speaker)|mother_?tongue|accent_|_accent"
    r"|place_?of_?birth|birth_?place|birth_?country|surname_?origin|name_?origin|gender|disabilit|\bage_?(?:years|group)\b"
    r"|skin_|face_?embedding|emotion|voice_?stress",
    re.IGNORECASE,
)
"""Names that stand for what REQ-F01 and REQ-F07 keep out. Matched in identifiers, fields and literals, not in prose."""
COUNTRY_CONSTANTS = frozenset({("network/registered.py", "GEO_TAG"), ("location/sanctioned.py", "TERRITORY")})
"""File and name of the only constants that may name a country, each with its licence in the catalogue: the geo tag of
NET-8 (§6.1), which only lowers confidence, and the setting of a sanctioned jurisdiction, which is off unless signed off
(REQ-F04)."""


def python_faults(source: str, where: str) -> list[str]:
    """List denied names and literal country codes in Python source; docstrings and comments are prose."""
    tree = ast.parse(source)
    prose = {id(node) for node in _docstrings(tree)}
    allowed = {id(node) for node in _allowed(tree, where)}
    found = []
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        found += [f"{where}:{line}: {name!r} (REQ-F01)" for name in _names(node) if DENIED.search(name)]
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            if DENIED.search(node.value):
                found.append(f"{where}:{node.lineno}: {node.value!r} (REQ-F01)")
            if node.value in country_codes() and id(node) not in allowed:
                found.append(f"{where}:{node.lineno}: country {node.value!r} in code (REQ-F02)")
    return found


def toml_faults(source: str, where: str) -> list[str]:
    """List denied keys, and country codes standing as values or keys, in a catalogue file."""
    found = []
    for key, value in _leaves(tomllib.loads(source), ""):
        name = key.rsplit(".", 1)[-1]
        if DENIED.search(name):
            found.append(f"{where}: {key} (REQ-F01)")
        if name in country_codes() or value in country_codes():
            found.append(f"{where}: {key} = {value!r}: a country in a condition (REQ-F02)")
    return found


def sources(folder: Path, pattern: str) -> Iterator[tuple[str, str]]:
    """Give name and text of every file below `folder`."""
    for path in sorted(folder.rglob(pattern)):
        yield str(path.relative_to(folder)), path.read_text("utf-8")


def _names(node: ast.AST) -> list[str]:
    return [value for field in ("id", "attr", "name", "arg") if isinstance(value := getattr(node, field, None), str)]


def _docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _allowed(tree: ast.AST, where: str) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        if any(isinstance(target, ast.Name) and (where, target.id) in COUNTRY_CONSTANTS for target in targets):
            yield from ast.walk(node)


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path)
    else:
        yield path, value
