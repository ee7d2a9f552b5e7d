"""Turns a map's text into a `FieldMap`; every fault of it is found here, none at the first event."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from schemas.events import EVENT_TYPES
from schemas.formats.field_map import LOGIN, FieldMap, Plan, Plans, event_types
from schemas.formats.model import DETECT, NATIVE, Field, MapError, MapText, OutcomeRule, Target, TypeRule
from schemas.formats.paths import Getter, first_keys
from schemas.formats.trust import Trust
from schemas.formats.values import Extract, Judge, ValueCompiler, both_spellings, judge, word_of

T = TypeVar("T")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_PLAIN = re.compile(r"[^.\[\]'/$=]+(?:\.[^.\[\]'/$=]+)*")


def compile_map(text: MapText, trust: Trust | None = None, file: str = "") -> FieldMap:
    """Compile a map under a deployment's trust in addresses. Raises `MapError` with every fault."""
    return _Compiler(text, trust or Trust(), file or text.name).compile()


class _Compiler:
    def __init__(self, text: MapText, trust: Trust, file: str) -> None:
        self._text = text
        self._file = file
        self._values = ValueCompiler(text.name, trust, lower_case_too=text.lower_case_too)
        self._faults: list[str] = []

    def compile(self) -> FieldMap:
        text = self._text
        if not _NAME.fullmatch(text.name) or text.name in (NATIVE, DETECT):
            self._fault(
                "name", f"found {text.name!r}, expected small letters, digits and dashes, not {NATIVE} or {DETECT}"
            )
        marks = [self._paths("detect", list(paths)) for paths in text.detect]
        split = self._paths("split", text.split)
        for paths in text.detect:
            if not paths or paths[0].startswith("$"):
                self._fault("detect", f"found {paths}, expected sets of paths that begin with one into the record")
        for path in text.split:
            if not _PLAIN.fullmatch(path):
                self._fault("split", f"found {path!r}, expected keys with dots between them")
        only = [
            (path, getters[0], both_spellings(words))
            for path, words in text.only.items()
            if (getters := self._paths("only", [path]))
        ]
        types = self._types(text.type)
        outcome = self._outcome(text.outcome) if text.outcome else None
        if self._faults:
            raise MapError(self._faults)
        leading = [*text.split, *(paths[0] for paths in text.detect)]
        first = [first_keys(path, lower_case_too=text.lower_case_too) for path in leading]
        detect = marks, frozenset[str]().union(*first)
        return FieldMap(text, detect=detect, split=split, only=only, types=types, outcome=outcome)

    def _types(self, rule: TypeRule) -> tuple[list[Getter], dict[str, Plans], Plans | None]:
        if bool(rule.constant) is bool(rule.path) or bool(rule.words) is not bool(rule.path):
            self._fault("type", "expected either `constant`, or `path` together with `words`")
        paths = self._paths("type.path", rule.path) if rule.path else []
        fields = {name: self._extract(f"fields.{name}", name, field) for name, field in self._text.fields.items()}
        used: set[str] = set()
        words = {}
        for word, meaning in rule.words.items():
            words[word] = words[word_of(word)] = self._plans(f"type.words.{word!r}", meaning, fields, used)
        every = self._plans("type.constant", rule.constant, fields, used) if rule.constant else None
        for name in fields.keys() - used:
            self._fault(f"fields.{name}", f"no type of this map has such a field{_near(name, used)}")
        return paths, words, every

    def _plans(self, place: str, meaning: str | Target, fields: dict[str, Extract | None], used: set[str]) -> Plans:
        target = Target(type=meaning) if isinstance(meaning, str) else meaning
        if target.type not in event_types():
            self._fault(place, f"no event type {target.type!r}{_near(target.type, event_types())}")
            return Plans(None)
        own = {name: self._extract(f"{place}.fields.{name}", name, field) for name, field in target.fields.items()}
        if target.type != LOGIN:
            return Plans(self._plan(place, target.type, fields, own, used))
        if self._text.outcome is None:
            self._fault(place, "type `login` needs an [outcome] that says which log-ins worked")
        succeeded, failed = (self._plan(place, f"login.{end}", fields, own, used) for end in ("succeeded", "failed"))
        return Plans(None, succeeded, failed)

    def _plan(
        self,
        place: str,
        event_type: str,
        fields: dict[str, Extract | None],
        own: dict[str, Extract | None],
        used: set[str],
    ) -> Plan:
        struct = EVENT_TYPES[event_type]
        known = {field.encode_name: field.required for field in msgspec.structs.fields(struct)}
        given = {name: extract for name, extract in {**fields, **own}.items() if name in known}
        used.update(known.keys() & fields.keys())
        for name in own.keys() - known.keys():
            # `reason_code` of a log-in is of the failed one alone: what one half has is enough
            if not event_type.startswith("login."):
                self._fault(f"{place}.fields.{name}", f"{event_type} has no such field{_near(name, known)}")
        missing = sorted(name for name, required in known.items() if required and name not in given)
        if missing:
            self._fault(place, f"{event_type} needs a source for {', '.join(missing)}")
        return Plan(event_type, struct, tuple((name, extract) for name, extract in given.items() if extract))

    def _outcome(self, rule: OutcomeRule) -> tuple[list[Getter], Judge]:
        lists = {"success": rule.success, "failure": rule.failure, "neither": rule.neither}
        seen: dict[str, str] = {}
        for name, words in lists.items():
            for word in map(word_of, words):
                if seen.setdefault(word, name) != name:
                    self._fault("outcome", f"{word!r} is in {seen[word]} and in {name}")
        found = self._try("outcome.failure_pattern", lambda: judge(rule))
        return self._paths("outcome.path", rule.path), found or (lambda _: "")

    def _extract(self, place: str, name: str, field: Field) -> Extract | None:
        return self._try(place, lambda: self._values.field(name, field))

    def _paths(self, place: str, paths: str | list[str]) -> list[Getter]:
        return self._try(place, lambda: self._values.paths(paths)) or []

    def _try(self, place: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except (ValueError, re.error) as error:
            self._fault(place, str(error))
            return None

    def _fault(self, place: str, what: str) -> None:
        self._faults.append(f"{self._file}: {place}: {what}")


def _near(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
