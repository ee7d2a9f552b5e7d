"""Which keys of an event may not occur twice: those that say whose it is, when, from which address, and what came of it.

Of a repeated key one reader takes the first value and another the last. For these keys that would be two different
events, so such a record is refused; of any other key the last value counts.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec

from schemas.events import EVENT_TYPES, Event
from schemas.events.fields import Moment, is_id

_NAMED = frozenset({"ip", "join_ip", "outcome"})


class FurtherKeys(NamedTuple):
    """What the events of one type have beyond every event's deciding keys."""

    ids: Callable[[Any], tuple[object, ...]]
    """Values of all ids but the obligatory two."""
    others: tuple[bytes, ...]
    """Keys that do not end in `_id`, as JSON writes them."""

    def ids_of(self, event: Event) -> int:
        """Count the keys ending in `_id` that the event was read from, unless some of them are null."""
        values = self.ids(event)
        return 2 + len(values) - values.count(None)

    def are_once(self, raw: bytes) -> bool:
        """Tell whether none of the others can be there twice; False = look closer."""
        return not self.others or all(raw.count(key) <= 1 for key in self.others)


def _deciding(struct: type[Event]) -> dict[str, str]:
    """Name the deciding keys of a type, each with its attribute."""
    hints = get_type_hints(struct, include_extras=True)
    return {
        field.encode_name: field.name
        for field in msgspec.structs.fields(struct)
        if is_id(field.encode_name)
        or field.encode_name in _NAMED
        or Moment in (hints[field.name], *get_args(hints[field.name]))
    }


_COMMON = _deciding(Event)


def _further(more: dict[str, str]) -> FurtherKeys:
    ids = [attribute for name, attribute in more.items() if name.endswith("_id")]
    others = tuple(f'"{name}"'.encode() for name in more if not name.endswith("_id"))
    return FurtherKeys(attrgetter("device_id", "session_id", *ids), others)


DECIDING_KEYS = {name: frozenset(_deciding(struct)) | {"type"} for name, struct in EVENT_TYPES.items()}
"""The deciding keys of every type of event."""
ANY_TYPES = frozenset[str]().union(*DECIDING_KEYS.values())
"""All of them together: what may not be repeated where it is not known yet which part is the event."""
ALWAYS = frozenset(_COMMON) | {"type"}
"""Those of every event, also of a type that is not known."""
FURTHER_KEYS = {
    struct: _further(more)
    for struct in EVENT_TYPES.values()
    if (more := {name: attribute for name, attribute in _deciding(struct).items() if name not in _COMMON})
}
"""Beyond `ALWAYS`, for the quick reader; log-ins and sessions, which are nearly all of the traffic, have nothing there."""
