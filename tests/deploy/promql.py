"""As much of PromQL as the house rules need: selectors, aggregations and what is inside them, ranges. The parser is promtool."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

SELECTOR = re.compile(r"\b(?P<name>(?:personawatch|process)_\w+)\{(?P<matchers>[^}]*)\}")
MATCHER = re.compile(r'(?P<label>\w+)(?P<how>=~|!~|!=|=)"(?P<value>[^"]*)"')
AGGREGATION = re.compile(r"\b(?P<how>sum|max|min|count|topk)(?: by \((?P<by>[^)]*)\) )?\(")
RANGE = re.compile(r"\[(\w+|\$\w+)(?::(\w*))?\]")
OFFSET = re.compile(r"\boffset (\w+)")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Selector(NamedTuple):
    """One metric in an expression and the (label, operator, value) that choose its series."""

    name: str
    matchers: tuple[tuple[str, str, str], ...]
    at: int


class Aggregation(NamedTuple):
    """One `sum by (…) (…)`."""

    how: str
    by: tuple[str, ...]
    begin: int
    inside: str


def selectors(expression: str) -> list[Selector]:
    found = []
    for match in SELECTOR.finditer(expression):
        matchers = tuple((m["label"], m["how"], m["value"]) for m in MATCHER.finditer(match["matchers"]))
        found.append(Selector(match["name"], matchers, match.start()))
    return found


def aggregations(expression: str) -> Iterator[Aggregation]:
    for match in AGGREGATION.finditer(expression):
        by = tuple(label.strip() for label in (match["by"] or "").split(",") if label.strip())
        yield Aggregation(match["how"], by, match.end(), _until_closed(expression, match.end()))


def ranges_s(expression: str) -> list[int]:
    """Fixed ranges in seconds; Grafana's own variable is none."""
    return [_seconds(text) for text, _ in RANGE.findall(expression) if not text.startswith("$")]


def looks_back_s(expression: str) -> int:
    """For how long, at most, an expression needs Prometheus to remember, without what a graph shows before now."""
    offsets = [_seconds(text) for text in OFFSET.findall(expression)]
    return max(ranges_s(expression), default=0) + max(offsets, default=0)


def plain(expression: str, rate_interval: str = "1m", shown: str = "1h") -> str:
    """The expression as Grafana sends it for the one deployment of the tests, `shown` long."""
    filled = expression.replace("$__rate_interval", rate_interval).replace("$__range", shown)
    return filled.replace("$job", "personawatch")


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """Panels that ask for data."""
    return [panel for panel in dashboard["panels"] if panel["type"] not in ("row", "text")]


def expressions(panel: dict[str, Any]) -> list[str]:
    return [target["expr"] for target in panel["targets"]]


def _seconds(duration: str) -> int:
    return int(duration[:-1]) * SECONDS[duration[-1]]


def _until_closed(expression: str, begin: int) -> str:
    depth = 1
    for at in range(begin, len(expression)):
        depth += {"(": 1, ")": -1}.get(expression[at], 0)
        if depth == 0:
            return expression[begin:at]
    raise AssertionError(f"unbalanced: {expression}")
