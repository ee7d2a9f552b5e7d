"""A field map, compiled: elements of one producer become events, with the checks of our own format.

Everything that a map says is turned into functions once. An event is put together from what they find and checked by its Struct;
what that refuses goes to the careful reader of our own format (`schemas.diagnosis`), which repairs or names the fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from schemas.diagnosis import READ_FAULTS, read_carefully
from schemas.events import EVENT_TYPES, AnyEvent, LoginFailed
from schemas.events.envelope import Event
from schemas.formats.model import MapText
from schemas.formats.paths import NOWHERE, Getter, Scope
from schemas.formats.times import UnfitError
from schemas.formats.values import Extract, Judge, words_in
from schemas.json_text import excerpt
from schemas.reasons import Reject, RejectReason

Fault = tuple[RejectReason, str]
LOGIN = "login"
"""Stands in maps for a log-in whose outcome decides which event it is."""
_REQUIRED = ("event_id", "occurred_at", "account_id")


class Plan(NamedTuple):
    """How one of our event types is put together."""

    tag: str
    struct: type[Event]
    fields: tuple[tuple[str, Extract], ...]


class Plans(NamedTuple):
    """What a word of the producer's event types means: one plan, or two between which the outcome decides."""

    plain: Plan | None
    succeeded: Plan | None = None
    failed: Plan | None = None


class FieldMap:
    """One producer's format. Holds no state between records."""

    def __init__(
        self,
        text: MapText,
        *,
        detect: tuple[Sequence[Sequence[Getter]], frozenset[str]],
        split: Sequence[Getter],
        only: Sequence[tuple[str, Getter, frozenset[str]]],
        types: tuple[Sequence[Getter], dict[str, Plans], Plans | None],
        outcome: tuple[Sequence[Getter], Judge] | None,
    ) -> None:
        self.text = text
        self.name = text.name
        self._marks, self._first_keys = detect
        self._split = split
        self._only = only
        self._type_paths, self._types, self._every_type = types
        self._outcome = outcome

    def recognises(self, record: dict[str, Any]) -> bool:
        """Whether the record is this producer's, by its first element."""
        if self._first_keys.isdisjoint(record):  # most maps end here
            return False
        elements = self.elements(record)
        first = elements[0] if elements else None
        if type(first) is not dict:
            return False
        scope = Scope(record, {})
        return any(all(get(first, scope) is not None for get in marks) for marks in self._marks)

    def elements(self, record: Any) -> list[Any]:
        """The record's elements: each may become one event."""
        if type(record) is dict:
            for get in self._split:
                found = get(record, NOWHERE)
                if type(found) is list:
                    return found
                if type(found) is dict:
                    return [found]
        return [record]

    def alone(self, record: Any, element: Any) -> Any:
        """A record like this one that has the element and no other: what can be mended and sent again."""
        if record is element:
            return element
        for path, get in zip(self.text.split, self._split, strict=True):
            if type(get(record, NOWHERE)) in (list, dict):
                return _replaced(record, path.split("."), [element])
        return element

    def event(self, element: Any, scope: Scope, max_depth: int) -> AnyEvent | Fault:
        """Put one element's event together, or say why it is none. Never raises."""
        if type(element) is not dict:
            return RejectReason.NOT_AN_OBJECT, f"{self.name}: found {_shown(element)}; expected an object"
        plan = self._plan(element, scope)
        if not isinstance(plan, Plan):
            return plan
        try:
            fields = {name: value for name, extract in plan.fields if (value := extract(element, scope)) is not None}
        except UnfitError as unfit:
            reason, detail = unfit.fault
            return reason, f"{self.name}: {detail}"
        try:
            event: AnyEvent = msgspec.convert(fields, plan.struct)  # type: ignore[assignment] # one of them, by its plan
        except READ_FAULTS:
            return self._careful(plan, fields, max_depth)
        return event

    def found(self, element: Any, scope: Scope) -> dict[str, Any]:
        """What is there of the event's fields, also when the whole is no event: for people who write maps."""
        plan = self._plan(element, scope) if type(element) is dict else None
        if not isinstance(plan, Plan):
            return {}
        fields = {"type": plan.tag}
        for name, extract in plan.fields:
            try:
                value = extract(element, scope)
            except UnfitError:
                continue
            if value is not None:
                fields[name] = value
        return fields

    def _plan(self, element: dict[str, Any], scope: Scope) -> Plan | Fault:
        for path, get, words in self._only:
            value = get(element, scope)
            if value is None or (type(value) is str and value in words):
                continue
            if words.isdisjoint(words_in(value)):
                return self._no_event(f"{path} is {_shown(value)}, which the map leaves out")
        plans = self._every_type
        if plans is None:
            value = _first(self._type_paths, element, scope)
            if value is None:
                return RejectReason.MISSING_FIELD, f"{self.name}: absent: type ({_paths(self.text.type.path)})"
            plans = self._types.get(value) if type(value) is str else None
            if plans is None:
                plans = next((self._types[word] for word in words_in(value) if word in self._types), None)
            if plans is None:
                return self._no_event(f"type {_shown(value)} is not mapped")
        return plans.plain or self._by_outcome(plans, element, scope)

    def _by_outcome(self, plans: Plans, element: dict[str, Any], scope: Scope) -> Plan | Fault:
        assert self._outcome is not None
        getters, judge = self._outcome
        value = _first(getters, element, scope)
        word = judge(value)
        plan = plans.succeeded if word == "succeeded" else plans.failed if word == "failed" else None
        if plan is not None:
            return plan
        if word == "neither":
            return self._no_event(f"outcome {_shown(value)} is neither success nor failure")
        rule = self.text.outcome
        assert rule is not None
        if value is None:
            return RejectReason.UNKNOWN_OUTCOME, f"{self.name}: absent: outcome ({_paths(rule.path)})"
        return RejectReason.UNKNOWN_OUTCOME, f"{self.name}: outcome {_shown(value)} is in none of the map's lists"

    def _no_event(self, why: str) -> Fault:
        return RejectReason.UNKNOWN_TYPE, f"{self.name}: {why}"

    def _careful(self, plan: Plan, fields: dict[str, Any], max_depth: int) -> AnyEvent | Fault:
        missing = [name for name in _REQUIRED if name not in fields]
        if missing:
            if plan.struct is LoginFailed and missing == ["account_id"]:
                return RejectReason.NO_ACCOUNT, f"{self.name}: a failed log-in without account_id"
            where = "; ".join(f"{name} ({_paths(self.text.fields.get(name))})" for name in missing)
            return RejectReason.MISSING_FIELD, f"{self.name}: absent: {where}"
        try:
            raw = msgspec.json.encode({"type": plan.tag, **fields})
        except READ_FAULTS as error:
            return RejectReason.WRONG_VALUE, f"{self.name}: {error}"
        event = read_carefully(raw, max_depth)
        return (event.reason, f"{self.name}: {event.detail}") if isinstance(event, Reject) else event


def _replaced(node: Any, keys: list[str], value: Any) -> Any:
    """A copy of `node` with another value at a path where there is one, whatever the case of its keys."""
    if not keys:
        return value
    key = keys[0] if node.get(keys[0]) is not None else keys[0].lower()  # as paths are followed
    return {**node, key: _replaced(node[key], keys[1:], value)}


def _first(getters: Sequence[Getter], element: dict[str, Any], scope: Scope) -> Any:
    for get in getters:
        value = get(element, scope)
        if value is not None and value != "":
            return value
    return None


def _shown(value: Any) -> str:
    try:
        return excerpt(msgspec.json.encode(value))
    except READ_FAULTS:
        return type(value).__name__


def _paths(source: Any) -> str:
    """The places of a source in words, for an error."""
    parts = source if isinstance(source, list) else [source]
    named: list[str] = []
    for part in parts:
        if isinstance(part, str):
            named.append(part)
        elif part is not None:
            inner = part.path or part.join or part.digest
            named += [inner] if isinstance(inner, str) else inner
    return "nothing at " + ", ".join(named) if named else "no source"


def event_types() -> frozenset[str]:
    """Names that a map may give as a type."""
    return frozenset(EVENT_TYPES) | {LOGIN}
