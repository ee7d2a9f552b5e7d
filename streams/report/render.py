"""Report → HTML: one file that needs nothing else and asks nobody. The same report gives the same bytes."""

from __future__ import annotations

import base64
import functools
import hashlib
from importlib import resources
from typing import Any

import msgspec

from streams.cli.text import safe
from streams.report.model import Report

SCRIPTS = ("dom", "data", "score", "timeline", "graph", "events", "evidence", "case", "list", "overview", "main")
"""Parts of the page's script, in the order in which they build on each other."""
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def render(report: Report) -> bytes:
    """The page. Script and style are allowed by their hash and nothing else is; data cannot end its element (HTML §4.12.1)."""
    script, style = _script(), _file("page.css")
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"script-src {_hash(script)}; style-src {_hash(style)}"
    )
    parts = {"policy": policy, "style": style, "script": script, "data": _data(report)}
    pieces = _file("page.html").split("{{")
    page = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}}")
        page += [parts[name], rest]
    return "".join(page).encode()


def _data(report: Report) -> str:
    text = msgspec.json.encode(_safe(msgspec.to_builtins(report))).decode()
    for character, escape in _UNSAFE.items():
        text = text.replace(character, escape)
    return text


def _safe(value: Any) -> Any:
    """Replace control and direction characters: an id must not reorder what stands beside it."""
    if isinstance(value, str):
        return value if value.isprintable() else safe(value)
    if isinstance(value, dict):
        return {_safe(key): _safe(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_safe(inner) for inner in value]
    return value


@functools.cache
def _script() -> str:
    parts = "\n".join(_file(f"{name}.js") for name in SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


@functools.cache
def _file(name: str) -> str:
    return resources.files("streams.report").joinpath("page", name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
