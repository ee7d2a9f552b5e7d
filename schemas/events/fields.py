"""The shapes that event fields share: identifiers, keyed hashes, countries, scores, counts.

Bounds are part of the contract. They stop a value that no producer can mean at the door, with the field named:
an empty id would link everybody who has one, a number beyond 64 bits would not fit the state's encoding.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

MAX_ID_LENGTH = 256
"""A SHA-512 in hex or a UUID behind two prefixes fits; ids are state keys, so twice that is not free."""

Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID_LENGTH)]
"""An identifier of the platform, pseudonymous. JSON integers are accepted too and become their decimal text."""
Hash = Annotated[str, Meta(min_length=1, max_length=MAX_ID_LENGTH)]
"""A keyed hash (HMAC, catalogue REQ-P01) or perceptual hash as text; never the raw value."""
Moment = Annotated[datetime, Meta(tz=True)]
"""RFC 3339 with its offset from UTC."""
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", max_length=2)]
"""ISO 3166-1 alpha-2, capital letters, so that two of them can be compared."""
Territory = Annotated[str, Meta(pattern="^([A-Z]{2}|[0-9]{3})$", max_length=3)]
"""Territory part of a locale (`US`, or UN M49 `419`). What stands before it is dropped at the edge (REQ-F01)."""
Day = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", max_length=10)]
"""A calendar day, `2026-03-01`."""
Score = Annotated[float, Meta(ge=0, le=1)]
Amount = Annotated[float, Meta(ge=0, le=1e12)]
"""Money in units of its currency. The bound keeps sums finite."""
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Seconds = Annotated[float, Meta(ge=0, le=1e9)]
Hours = Annotated[float, Meta(ge=0, le=24 * 366)]
MinHash = Annotated[tuple[Annotated[int, Meta(ge=0, le=2**32 - 1)], ...], Meta(max_length=256)]
"""MinHash signature of a text: unsigned 32-bit minima, 128 of them (catalogue section 4.2); empty = none."""
Names = Annotated[tuple[Annotated[str, Meta(max_length=MAX_ID_LENGTH)], ...], Meta(max_length=64)]
"""A short list of words of a vocabulary: flags, changed fields, domains, reason codes."""
Hashes = Annotated[tuple[Hash, ...], Meta(max_length=64)]


def is_id(field: str) -> bool:
    """Tell by its JSON name whether a field holds an `Id`; a test compares the names with the types."""
    return field.endswith("_id") or field in {"from", "to"}
