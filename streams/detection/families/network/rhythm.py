"""Hours of the week in which an account is active, and how alike two such weeks are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from operator import mul

BINS = 168


def week_of(active_hours: Mapping[int, int]) -> bytes:
    """How often each hour of the week was active, one byte an hour (UTC; five weeks at most, so a byte is plenty)."""
    week = bytearray(BINS)
    for day, mask in active_hours.items():
        start, rest = day % 7 * 24, mask
        while rest:
            hour = rest.bit_length() - 1
            rest ^= 1 << hour
            if week[start + hour] < 255:
                week[start + hour] += 1
    return bytes(week)


def hours_in(week: bytes) -> int:
    """Active hours counted in the week's profile."""
    return sum(week)


def alike(weeks: Sequence[bytes]) -> float:
    """Mean Pearson correlation of all pairs; 0 for a week without any variation, and for fewer than two weeks."""
    scaled = [_scaled(week) for week in weeks]
    pairs = [sum(map(mul, one, other)) for one, other in combinations(scaled, 2)]
    return sum(pairs) / len(pairs) if pairs else 0.0


def _scaled(week: bytes) -> list[float]:
    """Centred and of length 1, so that a correlation is one sum of products."""
    mean = sum(week) / len(week) if week else 0.0
    centred = [value - mean for value in week]
    length = math.sqrt(sum(map(mul, centred, centred)))
    return [value / length for value in centred] if length else [0.0] * len(week)
