"""Events of every type with anything in them that their schema allows, and the texts among it that no capture may show."""

from __future__ import annotations

import functools
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from schemas.events import EVENT_TYPES, AnyEvent

PATTERNS = {
    "^[A-Z]{2}$": ["DE", "US", "KP"],
    "^([A-Z]{2}|[0-9]{3})$": ["US", "419"],
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": ["2026-03-01"],
}
LETTERS = string.ascii_letters + string.digits + "äß李 .@-_/:"
addresses = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6, network="2000::/3").map(str),
    st.ip_addresses(v=4).map(lambda ip: f"[::ffff:{ip}]:443"),
)
prefixes = st.one_of(
    st.tuples(st.ip_addresses(v=4), st.integers(8, 32)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
    st.tuples(st.ip_addresses(v=6), st.integers(32, 128)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
)


def secrets(limit: int | None) -> st.SearchStrategy[str]:
    """Texts that occur by no accident."""
    longest = min(limit or 60, 60) - 12
    return st.builds(
        lambda number, tail: f"Zq{number:08x}{tail}X", st.integers(0, 2**32 - 1), st.text(LETTERS, max_size=longest)
    )


def value(kind: inspect.Type, name: str) -> st.SearchStrategy[Any]:
    """Any value of a field's type."""
    if isinstance(kind, inspect.UnionType):
        return st.one_of([value(inner, name) for inner in kind.types])
    if isinstance(kind, inspect.StrType):
        return _text(kind, name)
    if isinstance(kind, inspect.IntType):
        return st.integers(int(kind.ge or 0), int(kind.le or 2**31))
    if isinstance(kind, inspect.FloatType):
        return st.floats(float(kind.ge or 0), float(kind.le or 1e9), allow_nan=False)
    if isinstance(kind, inspect.VarTupleType):
        return st.lists(value(kind.item_type, name), max_size=min(3, kind.max_length or 3)).map(tuple)
    if isinstance(kind, inspect.DictType):
        headers = st.sampled_from(["sec-ch-ua", "sec-ch-ua-platform", "sec-ch-ua-model"]) | secrets(40)
        return st.dictionaries(headers, secrets(40) | st.just('"Windows"'), max_size=3)
    if isinstance(kind, inspect.NoneType):
        return st.none()
    if isinstance(kind, inspect.BoolType):
        return st.booleans()
    if isinstance(kind, inspect.DateTimeType):
        return st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 (bounds have none)
    return st.sampled_from(_literal(kind))


def _text(kind: inspect.StrType, name: str) -> st.SearchStrategy[str]:
    if kind.pattern is not None:
        return st.sampled_from(PATTERNS[kind.pattern])
    if name in ("ip", "join_ip"):
        return addresses | secrets(None)
    if name == "prefix":
        return prefixes | secrets(None)
    return secrets(kind.max_length)


def _literal(kind: inspect.Type) -> tuple[str, ...]:
    assert isinstance(kind, inspect.LiteralType), kind
    return tuple(map(str, kind.values))


@functools.cache
def event(name: str) -> st.SearchStrategy[AnyEvent]:
    """Any event of a type."""
    struct: Any = EVENT_TYPES[name]
    return st.builds(
        struct,
        **{field.name: value(inspect.type_info(field.type), field.name) for field in msgspec.structs.fields(struct)},
    )


events = st.sampled_from(sorted(EVENT_TYPES)).flatmap(event)


def texts(told: AnyEvent) -> Iterator[str]:
    """All texts of an event that name something: not the words of closed lists, countries and days, which stay."""
    for field in msgspec.structs.fields(told):
        held = getattr(told, field.name)
        for text in _leaves(held):
            if text.startswith("Zq") or field.name in ("ip", "join_ip", "prefix"):
                yield text


def _leaves(held: object) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    elif isinstance(held, tuple):
        for inner in held:
            yield from _leaves(inner)
    elif isinstance(held, dict):
        yield from _leaves((*held.keys(), *held.values()))
