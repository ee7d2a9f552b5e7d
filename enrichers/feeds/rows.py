"""What loaders of rows share: fields of a CSV line, objects of NDJSON, members that may have any type."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

import orjson

from enrichers.feeds.source import Source
from enrichers.feeds.statement import Notes

NOT_AN_OBJECT = "not-an-object"
WRONG_FIELDS = "wrong-fields"
NO_ADDRESS = "no-address"


def fields(text: str, delimiter: str = ",") -> list[str]:
    """Split one CSV line, with or without quotes; nothing for a line that is no CSV."""
    try:
        return [field.strip() for field in next(csv.reader([text], delimiter=delimiter), [])]
    except csv.Error:
        return []


def objects(source: Source, notes: Notes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Objects of NDJSON with their line numbers; what is none is rejected."""
    for number, text in source.lines(notes):
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            notes.reject(number, "not-json")
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            notes.reject(number, NOT_AN_OBJECT)


def members(value: object) -> list[Any]:
    """A list, or none: a member of another type says nothing."""
    return value if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """The texts of a list."""
    return [item for item in members(value) if isinstance(item, str)]
