"""Least values that a scorecard must reach: `METRIC=NUMBER` of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from streams.scorecard.scorecard import Check, Expected, Measure

SHARES = ("precision", "recall", "f1")
TIERS = ("watch", "review", "priority")


class Least(NamedTuple):
    """One metric and its least value, 0 to 1."""

    metric: str
    value: float


def least(text: str) -> Least:
    """Read `recall.review=0.8`, or `expected=1`. Raises ValueError in words."""
    metric, equals, number = text.partition("=")
    name, _, tier = metric.partition(".")
    if not equals or not (metric == "expected" or (name in SHARES and tier in TIERS)):
        raise ValueError(f"{text!r}: expected METRIC=NUMBER with {'|'.join(SHARES)}.{'|'.join(TIERS)}, or expected")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ValueError(f"{text!r}: expected a number from 0 to 1 after the =")
    return Least(metric, value)


def check(wanted: Least, tiers: Sequence[Measure], expected: Expected | None) -> Check:
    """Hold one metric against its least value. What could not be measured is not met."""
    if wanted.metric == "expected":
        value = expected.share if expected else None
    else:
        name, _, tier = wanted.metric.partition(".")
        measured: float | None = getattr(next(item for item in tiers if item.name == tier), name)
        value = measured
    return Check(wanted.metric, value, wanted.value, value is not None and value >= wanted.value)
