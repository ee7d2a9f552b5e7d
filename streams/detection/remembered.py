"""Raw events remembered for a judgement that comes when the day has closed: the newest event of each day."""

from __future__ import annotations

from streams.detection.messages import Ref
from streams.detection.windows import DAY

DAYS = 4
"""Three days that evidence can name, and the one that is still open, whose events push nothing out."""


def remember(refs: dict[str, list[Ref]], key: str, ref: Ref) -> None:
    """Keep `ref` when it is the newest of its UTC day: a maximum, hence the same in any order within the lateness."""
    held = refs.get(key)
    if held is None:
        refs[key] = [ref]
        return
    day = ref.ts // DAY
    if day == held[-1].ts // DAY:
        if ref > held[-1]:
            held[-1] = ref
        return
    days = {known.ts // DAY: known for known in held}
    days[day] = max(days.get(day, ref), ref)
    refs[key] = sorted(days.values())[-DAYS:]


def recall(refs: dict[str, list[Ref]], key: str, until: int) -> list[Ref]:
    """Give what is kept under `key` up to `until` (ms), oldest first: nothing of a day that is still open."""
    return [ref for ref in refs.get(key, ()) if ref.ts <= until]


def forget(refs: dict[str, list[Ref]], before: int) -> None:
    """Drop what was last kept before `before` (ms)."""
    for key in [key for key, held in refs.items() if held[-1].ts < before]:
        del refs[key]
