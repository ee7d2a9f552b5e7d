"""What the session family remembers of one account."""

from __future__ import annotations

import msgspec


class SessionMemory(msgspec.Struct, array_like=True):
    """Bounded and small; every field has a default."""

    day: int = 0
