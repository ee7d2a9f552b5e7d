"""Sources of a field, compiled once into functions from an element to a value; None is "not there"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from schemas.events.fields import is_id
from schemas.formats.model import Field, OutcomeRule, Source, Word
from schemas.formats.paths import Getter, Scope, compile_path
from schemas.formats.times import time_reader
from schemas.formats.trust import MAX_CHAIN, Trust, read_prefixes

Extract = Callable[[Any, Scope], Any]
Judge = Callable[[Any], str]
_LARGEST_ID = 10**256
_NUMBERED = frozenset({"reason_code"})
"""Texts, besides ids, that some producers number."""
_MANY = 64
"""Elements of an array, and letters, that are compared with words."""


class ValueCompiler:
    """Compiles the sources of one map."""

    def __init__(self, name: str, trust: Trust, *, lower_case_too: bool) -> None:
        self._name = name
        self._trust = trust
        self._lower_case_too = lower_case_too

    def field(self, name: str, field: Field) -> Extract:
        """Give the function for a field. Raises ValueError that says what is wrong with its source."""
        parts = field if isinstance(field, list) else [field]
        if not parts:
            raise ValueError("names no source")
        sources = [self._source(name, Source(path=part) if isinstance(part, str) else part) for part in parts]
        return sources[0] if len(sources) == 1 else _first_of(sources)

    def paths(self, path: str | Sequence[str]) -> list[Getter]:
        """Give the functions of one path or several."""
        texts = [path] if isinstance(path, str) else path
        return [compile_path(text, lower_case_too=self._lower_case_too) for text in texts]

    def _source(self, name: str, source: Source) -> Extract:
        given = [bool(source.path), source.constant is not msgspec.UNSET, bool(source.join), bool(source.digest)]
        if sum(given) != 1:
            raise ValueError("expected exactly one of path, constant, join, digest")
        if source.constant is not msgspec.UNSET:
            constant = tuple(source.constant) if isinstance(source.constant, list) else source.constant
            return lambda _element, _scope: constant
        if source.digest:
            return _digest(self._name, self.paths(source.digest))
        if source.join:
            return _join(self.paths(source.join), source.separator)
        extract = _first_value(
            self.paths(source.path), frozenset(map(word_of, source.unless)), as_text=is_id(name) or name in _NUMBERED
        )
        if source.words:
            extract = _translated(extract, {word_of(word): meaning for word, meaning in source.words.items()})
        return self._converted(name, source, extract)

    def _converted(self, name: str, source: Source, extract: Extract) -> Extract:
        if name == "occurred_at":
            read = time_reader(source.unit, source.zone)
            return lambda element, scope: None if (value := extract(element, scope)) is None else read(value)
        if name in ("ip", "join_ip"):
            return _client(extract, self._trusted(source), chain=source.chain)
        return _without_gaps(extract) if "[*]" in str(source.path) else extract

    def _trusted(self, source: Source) -> Trust:
        hops = self._trust.hops if source.trusted_hops is None else source.trusted_hops
        if hops < 1:
            raise ValueError(f"trusted_hops: found {hops}, expected at least 1")
        prefixes = self._trust.prefixes if source.trusted is None else read_prefixes(source.trusted)
        return Trust(hops, prefixes)


def word_of(value: Word) -> str:
    """A word as it is compared: text, lower case, no space around it."""
    return value.strip().lower() if type(value) is str else str(value).lower()


def both_spellings(words: Iterable[Word]) -> frozenset[str]:
    """The words as they are compared, and as the map spells them: the usual text is then found without lowering it."""
    return frozenset(word_of(word) for word in words) | {word for word in words if isinstance(word, str)}


def words_in(value: Any) -> list[str]:
    """The words of a value: of a text, a number, or each element of an array; nothing of an object."""
    if type(value) is str:
        return [value.strip().lower()]
    if type(value) is list:
        return [word for member in value[:_MANY] if type(member) is not list for word in words_in(member)]
    if type(value) is int:
        return [str(value)] if abs(value) < _LARGEST_ID else []
    return [str(value).lower()] if type(value) in (bool, float) else []


def judge(rule: OutcomeRule) -> Judge:
    """Give the function from an outcome's value to `succeeded`, `failed`, `neither` or an empty text. Raises re.error.

    All words of a list must be known and mean the same: of a log-in that worked and failed nobody can say what it was. An element
    that has none, null, says nothing.
    """
    meaning = {word_of(word): "neither" for word in rule.neither}
    meaning |= {word_of(word): "failed" for word in rule.failure} | {
        word_of(word): "succeeded" for word in rule.success
    }
    pattern = re.compile(rule.failure_pattern, re.IGNORECASE) if rule.failure_pattern else None

    def by_pattern(word: str) -> str:
        return "failed" if pattern and len(word) <= _MANY and pattern.fullmatch(word) else ""

    def of(value: Any) -> str:
        if type(value) is str and value in meaning:
            return meaning[value]
        if type(value) is list:
            value = [member for member in value if member is not None]
        words = words_in(value)
        if type(value) is list and len(words) < len(value):
            return ""
        found = {meaning.get(word) or by_pattern(word) for word in words}
        return found.pop() if len(found) == 1 else ""

    return of


def _first_of(sources: list[Extract]) -> Extract:
    def extract(element: Any, scope: Scope) -> Any:
        for source in sources:
            value = source(element, scope)
            if value is not None:
                return value
        return None

    return extract


def _first_value(getters: list[Getter], unless: frozenset[str], *, as_text: bool) -> Extract:
    """The first value that is one.

    `as_text`: an integer becomes its decimal text; one longer than any id stays a number, for the reader of ids to refuse.
    """
    if len(getters) == 1 and not unless:
        (get,) = getters

        def only(element: Any, scope: Scope) -> Any:
            value = get(element, scope)
            if as_text and type(value) is int and abs(value) < _LARGEST_ID:
                return str(value)
            return None if value == "" else value

        return only

    def extract(element: Any, scope: Scope) -> Any:
        for get in getters:
            value = get(element, scope)
            if value is None or value == "":
                continue
            if unless and not unless.isdisjoint(words_in(value)):
                continue
            return str(value) if as_text and type(value) is int and abs(value) < _LARGEST_ID else value
        return None

    return extract


def _translated(extract: Extract, words: dict[str, Word]) -> Extract:
    def translated(element: Any, scope: Scope) -> Any:
        for word in words_in(extract(element, scope)):
            if word in words:
                return words[word]
        return None

    return translated


def _without_gaps(extract: Extract) -> Extract:
    """Of all elements those that have something; only among addresses does the place of one that has nothing count."""

    def found(element: Any, scope: Scope) -> Any:
        value = extract(element, scope)
        return [member for member in value if member is not None] if type(value) is list else value

    return found


def _client(extract: Extract, trust: Trust, *, chain: bool) -> Extract:
    def client(element: Any, scope: Scope) -> Any:
        value = extract(element, scope)
        if type(value) is str:
            if chain or "," in value:
                return trust.client(value.rsplit(",", MAX_CHAIN))
            return trust.single(value) if trust.prefixes else value
        return trust.client(value) if type(value) is list else value

    return client


def _join(getters: list[Getter], separator: str) -> Extract:
    def joined(element: Any, scope: Scope) -> Any:
        parts = [words[0] for get in getters if (words := _text_of(get(element, scope)))]
        return separator.join(parts) if len(parts) == len(getters) else None

    return joined


def _digest(name: str, getters: list[Getter]) -> Extract:
    def digest(element: Any, scope: Scope) -> Any:
        values = [_text_of(get(element, scope)) for get in getters]
        if not any(values):
            return None
        return f"{name}-{blake2b(msgspec.json.encode(values), digest_size=16).hexdigest()}"

    return digest


def _text_of(value: Any) -> list[str]:
    """A plain value as the one text of a list; nothing else has one."""
    return [value] if type(value) is str and value else words_in(value) if type(value) is not str else []
