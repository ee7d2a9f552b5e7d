"""Questions about raw JSON that a decoder into types cannot answer: one cheap, the others exact."""

from __future__ import annotations

import json
import re
from typing import NoReturn

_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[{]|[\]}]', re.DOTALL)
_INTEGER_ID = re.compile(rb'_id"[ \t\r\n]*:[ \t\r\n]*(-?(?:0|[1-9][0-9]*))(?=[ \t\r\n,}])')
"""JSON's own spaces and integers: what this takes for one becomes a text, and is then read without a look at its digits."""
_ID_KEY = re.compile(r'"[^"]*_id"')
_EXCERPT_LENGTH = 80


class _NotANumberError(Exception):
    """The text uses a constant that JSON does not have."""


class _Pairs(list[tuple[str, object]]):
    """An object as its keys and values in order, repeats included."""


def is_plain(raw: bytes, ids: int, max_depth: int) -> bool:
    """Tell cheaply that the text is UTF-8, cannot be too deep, and has no id nor any of `type`, `occurred_at` and `ip` twice.

    False = look closer: a key that appears twice may be inside of a nested value, and a backslash may spell one; both
    are rare. `ids`: how many ids were read; when so many `_id"` are there, each id is there once, and one count serves
    all. Fewer opening brackets than the limit cannot nest deeper. Searching for one character is a memchr, counting is
    not: hence the first two tests on brackets.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return False
    return (
        "\\" not in text
        and (text.count('_id"') == ids or _differ(_ID_KEY.findall(text)))
        and text.count('"occurred_at"') == 1
        and text.count('"type"') == 1
        and text.count('"ip"') <= 1
        and (("[" not in text and text.rfind("{") <= 0) or text.count("{") + text.count("[") <= max_depth)
    )


def _differ(keys: list[str]) -> bool:
    """Tell whether all are different: an id that is null, or one that we do not know, makes them more than the ids read."""
    return len(set(keys)) == len(keys)


def quote_integer_ids(raw: bytes) -> bytes:
    """Turn integers of keys that end in `_id` into texts of the same digits. Sound for text that `is_plain`.

    Without a backslash, a quote before a colon can only end a key.
    """
    return _INTEGER_ID.sub(rb'_id":"\1"', raw)


def depth(raw: bytes) -> int:
    """Count how deep arrays and objects nest; brackets inside of texts do not count. `raw` is valid JSON."""
    deepest = level = 0
    for match in _STRING_OR_BRACKET.finditer(raw):
        first = raw[match.start()]
        if first in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif first in b"]}":
            level -= 1
    return deepest


def repeated_keys(raw: bytes) -> set[str]:
    """Name the keys that the outermost object has more than once, however they are escaped. `raw` is valid JSON."""
    found = json.loads(raw, object_pairs_hook=_Pairs, parse_int=str)
    seen: set[str] = set()
    repeated: set[str] = set()
    if isinstance(found, _Pairs):
        for key, _ in found:
            (repeated if key in seen else seen).add(key)
    return repeated


def has_not_a_number(raw: bytes) -> bool:
    """Tell whether what keeps the text from being JSON is NaN or an infinity."""

    def refuse(constant: str) -> NoReturn:
        raise _NotANumberError(constant)

    try:
        json.loads(raw, parse_constant=refuse, parse_int=str)
    except _NotANumberError:
        return True
    except (ValueError, RecursionError):
        return False
    return False


def excerpt(raw: bytes) -> str:
    """Show the beginning of a value to a person: printable, short, marked where cut."""
    text = raw[: 4 * _EXCERPT_LENGTH].decode("utf-8", "replace")
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:_EXCERPT_LENGTH])
    return shown if len(raw) == len(shown.encode()) else shown + "…"
