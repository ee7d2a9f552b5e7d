"""Keys that are twice in one object of a record in envelopes: once it is decoded, nobody can tell that they were."""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from contextlib import suppress
from json import JSONDecoder

from schemas.formats.envelopes import is_around_payload
from schemas.formats.prefix import without_prefix

_SHORTEST = len('{"a":1,"a":2}')


def repeated_within(raw: bytes, keys: frozenset[str]) -> set[str]:
    """Name those of `keys` that any object has more than once, also in what an envelope has as a text or in base64.

    Any other text is somebody's words, a browser's name for one: whatever stands in it, it never becomes an event, and it
    must not be able to refuse one. Raises RecursionError for what is nested deeper than can be followed.
    """
    repeated: set[str] = set()
    pending: list[str | bytes] = [raw]

    def look(pairs: list[tuple[str, object]]) -> None:
        fields = dict(pairs)
        if len(fields) < len(pairs):
            counts = Counter(key for key, _ in pairs)
            repeated.update(key for key, count in counts.items() if count > 1 and key in keys)
        if "specversion" in fields:
            pending.extend(_json_in(fields.get("data")))
            pending.extend(_from_base64(fields.get("data_base64")))
        elif "payload" in fields and is_around_payload(fields):
            pending.extend(_json_in(fields["payload"]))

    # one decoder for all texts: a record of 4 MB has room for a million
    read = JSONDecoder(object_pairs_hook=look, parse_int=str, parse_float=str).decode
    while pending:
        found = pending.pop()
        with suppress(ValueError):
            pending.extend(_json_in(read(found if isinstance(found, str) else without_prefix(found).decode())))
    return repeated


def _json_in(value: object) -> list[str]:
    """Texts that may be JSON: the value itself, or elements of an array, which is flat. Objects have been looked at."""
    texts = value if isinstance(value, list) else [value]
    return [
        text for text in texts if isinstance(text, str) and len(text) >= _SHORTEST and text.lstrip()[:1] in ("{", "[")
    ]


def _from_base64(value: object) -> list[bytes]:
    """What the text stands for; nothing of what is no base64, which is not read as an event either."""
    with suppress(ValueError):
        return [b64decode(value)] if isinstance(value, str) else []
    return []
