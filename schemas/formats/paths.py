"""Paths into decoded JSON, compiled once into functions that never raise: what is not there is None.

actor.id                    keys, outermost first
'source.ip'                 a key that has dots in it
events[0].name  ips[-1]     one element of an array
authenticators[].type       its first element
parameters[name=ip].value   the first object whose `name` is `ip`
ipChain[*].ip               all elements: an array of what they have, null for nothing
/id.time                    from the record that the element was split out of
$envelope.id                of the envelope: id, type, time, source, subject, as CloudEvents calls them
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

MAX_SEGMENTS = 12


class Scope(NamedTuple):
    """What an element was taken out of."""

    record: Any
    """The record without its envelopes."""
    envelope: dict[str, Any]
    """What the envelopes said, inner ones over outer ones."""


NOWHERE = Scope(None, {})
"""Of paths that start at what they are given."""

Getter = Callable[[Any, Scope], Any]
Step = Callable[[Any], Any]


class PathError(ValueError):
    """The text is not a path; says where it stops being one."""


_SEGMENT = re.compile(r"(?:'(?P<quoted>[^']+)'|(?P<key>[^.\[\]'/$=]+))(?P<picks>(?:\[[^\]]*\])*)(?:\.|$)")
_PICK = re.compile(r"\[(?:(?P<index>-?\d{1,4})|(?P<all>\*)|(?P<key>[^=\]*]+)=(?P<value>[^\]]+))?\]")
_ENVELOPE = "$envelope."
ATTRIBUTES = ("id", "type", "time", "source", "subject")
"""What an envelope may say, whatever the envelope calls it."""


def compile_path(text: str, *, lower_case_too: bool = False) -> Getter:
    """Give the function that finds a path's value. `lower_case_too`: a key also counts when written all in lower case."""
    if text.startswith(_ENVELOPE):
        return _of_envelope(text.removeprefix(_ENVELOPE))
    from_record = text.startswith("/")
    steps = _steps(text.removeprefix("/"), text, lower_case_too)
    keys = tuple(step for step in steps if isinstance(step, str))
    if len(keys) != len(steps):
        get = _of_steps([_key(step, lower_case_too) if isinstance(step, str) else step for step in steps])
    elif lower_case_too and any(key != key.lower() for key in keys):
        get = _of_either(tuple((key, key.lower()) for key in keys))
    else:
        get = _of_keys(keys)
    return (lambda _, scope: get(scope.record, scope)) if from_record else get


def first_keys(text: str, *, lower_case_too: bool = False) -> set[str]:
    """Keys of which a record must have one for the path to lead anywhere."""
    key = next(step for step in _steps(text.removeprefix("/"), text, lower_case_too) if isinstance(step, str))
    return {key, key.lower()} if lower_case_too else {key}


def _steps(path: str, whole: str, lower_case_too: bool) -> list[str | Step]:
    """Cut a path into keys (texts) and picks out of arrays (functions)."""
    steps: list[str | Step] = []
    at = 0
    while at < len(path):
        segment = _SEGMENT.match(path, at)
        if segment is None:
            raise PathError(f"path {whole!r} cannot be read from {path[at:]!r} on")
        steps.append(segment["quoted"] or segment["key"])
        picks = segment["picks"]
        taken = list(_PICK.finditer(picks))
        if "".join(pick[0] for pick in taken) != picks:
            raise PathError(f"path {whole!r}: expected [0], [-1], [], [*] or [key=value], found {picks!r}")
        for number, pick in enumerate(taken):
            if pick["all"]:
                if number + 1 < len(taken):
                    raise PathError(f"path {whole!r}: nothing in brackets can follow [*]")
                rest = _steps(path[segment.end() :], whole, lower_case_too)
                return [*steps, _every([_key(r, lower_case_too) if isinstance(r, str) else r for r in rest])]
            steps.append(_selecting(pick["key"], pick["value"]) if pick["key"] else _at(int(pick["index"] or 0)))
        at = segment.end()
    if not steps or path.endswith("."):
        raise PathError(f"path {whole!r} ends before it names a key")
    if len(steps) > MAX_SEGMENTS:
        raise PathError(f"path {whole!r} has {len(steps)} steps; expected at most {MAX_SEGMENTS}")
    return steps


def _of_keys(keys: tuple[str, ...]) -> Getter:
    if len(keys) == 1:
        (only,) = keys
        return lambda element, _: element.get(only) if type(element) is dict else None

    def get(element: Any, _: Scope) -> Any:
        for key in keys:
            if type(element) is not dict:
                return None
            element = element.get(key)
        return element

    return get


def _of_either(keys: tuple[tuple[str, str], ...]) -> Getter:
    def get(element: Any, _: Scope) -> Any:
        for key, lower in keys:
            if type(element) is not dict:
                return None
            value = element.get(key)
            element = element.get(lower) if value is None else value
        return element

    return get


def _of_steps(walk: list[Step]) -> Getter:
    def get(element: Any, _: Scope) -> Any:
        for step in walk:
            element = step(element)
            if element is None:
                return None
        return element

    return get


def _of_envelope(name: str) -> Getter:
    if name not in ATTRIBUTES:
        raise PathError(f"{_ENVELOPE}{name}: expected one of {', '.join(ATTRIBUTES)}")
    return lambda _, scope: scope.envelope.get(name)


def _key(key: str, lower_case_too: bool) -> Step:
    lower = key.lower()
    if not lower_case_too or lower == key:
        return lambda node: node.get(key) if type(node) is dict else None

    def step(node: Any) -> Any:
        if type(node) is not dict:
            return None
        value = node.get(key)
        return node.get(lower) if value is None else value

    return step


def _at(index: int) -> Step:
    def step(node: Any) -> Any:
        if type(node) is not list or not -len(node) <= index < len(node):
            return None
        return node[index]

    return step


def _selecting(key: str, value: str) -> Step:
    def step(node: Any) -> Any:
        if type(node) is list:
            for member in node:
                if type(member) is dict and str(member.get(key)) == value:
                    return member
        return None

    return step


def _every(rest: list[Step]) -> Step:
    get = _of_steps(rest)

    def step(node: Any) -> Any:
        if type(node) is not list:
            return None
        return [get(member, NOWHERE) for member in node]

    return step
