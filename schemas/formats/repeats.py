"""Keys that are twice in one object of a record in envelopes: once it is decoded, nobody can tell that they were."""

from __future__ import annotations

import json
from base64 import b64decode
from collections import Counter
from contextlib import suppress

from schemas.formats.prefix import without_prefix

_CONTENT = frozenset({"data", "payload"})
"""Where envelopes have what they are around, which may be JSON in a text or an array of such texts."""


def repeated_within(raw: bytes, keys: frozenset[str]) -> set[str]:
    """Name those of `keys` that any object has more than once, also in what an envelope has as a text or in base64.

    Any other text is somebody's words, a browser's name for one: whatever stands in it, it never becomes an event, and it
    must not be able to refuse one. Raises RecursionError for what is nested deeper than can be followed.
    """
    repeated: set[str] = set()
    pending: list[str | bytes] = [without_prefix(raw)]

    def look(pairs: list[tuple[str, object]]) -> None:
        if len(dict(pairs)) < len(pairs):
            counts = Counter(key for key, _ in pairs)
            repeated.update(key for key, count in counts.items() if count > 1 and key in keys)
        for key, value in pairs:
            if key == "data_base64" and isinstance(value, str):
                with suppress(ValueError):
                    pending.append(without_prefix(b64decode(value)))
            elif key in _CONTENT:
                pending.extend(_json_in(value))

    while pending:
        with suppress(ValueError):
            pending.extend(_json_in(json.loads(pending.pop(), object_pairs_hook=look, parse_int=str, parse_float=str)))
    return repeated


def _json_in(value: object) -> list[str]:
    """Texts that may be JSON: the value itself, or elements of an array, which is flat. Objects have been looked at."""
    texts = value if isinstance(value, list) else [value]
    return [text for text in texts if isinstance(text, str) and text.lstrip()[:1] in ("{", "[")]
