"""Numbers that look random and follow from other numbers: cheaper than seeding a generator for each person and day."""

from __future__ import annotations

_MASK = (1 << 64) - 1


def mixed(first: int, second: int) -> int:
    """Mix two numbers to 64 bits (multiply and fold, after the finaliser of SplitMix64)."""
    bits = (first * 0x9E3779B97F4A7C15 ^ second * 0xC2B2AE3D27D4EB4F) & _MASK
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB & _MASK
    return bits ^ bits >> 31
