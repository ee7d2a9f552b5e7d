"""Hears every comparison with a threshold while detection runs, without a line in the detection's code.

A `Limit` is a float that tells a recorder what it was compared with. A catalogue whose thresholds are limits thus shows the numbers
that indicators saw, also those that were too small to fire. Only `explain` builds such a catalogue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from streams.detection.catalogue.model import Catalogue

if TYPE_CHECKING:
    from streams.explain.suppression import Suppressed  # it takes numbers in plain from here


class Compared(msgspec.Struct):
    """What one threshold was compared with, in the threshold's own unit."""

    threshold: float
    least: float
    most: float
    last: float
    times: int = 1


class Recorder:
    """Notes comparisons while `listening`, which is as long as a record is about the account that is explained."""

    def __init__(self) -> None:
        self.listening = False
        self.now = 0
        """Timestamp of the record at hand, ms."""
        self.compared: dict[tuple[str, str], Compared] = {}
        self.taken_back: dict[str, int] = {}
        """Indicator → when its evidence was last withdrawn."""
        self.suppressed: dict[tuple[str, str], Suppressed] = {}
        """(Indicator, shared thing) → what it would have said when it was last judged."""

    def note(self, indicator: str, name: str, threshold: float, value: float) -> None:
        """Remember that `value` met this threshold."""
        if not self.listening:
            return
        held = self.compared.get((indicator, name))
        if held is None:
            self.compared[indicator, name] = Compared(threshold, value, value, value)
            return
        held.least, held.most, held.last = min(held.least, value), max(held.most, value), value
        held.times += 1


class Limit(float):
    """A threshold that hears what it is compared with. Multiplied it stays one, so that `share < limit * total` tells the share."""

    __slots__ = ("factor", "indicator", "name", "recorder")

    factor: float
    indicator: str
    name: str
    recorder: Recorder

    def __lt__(self, value: float) -> bool:
        self._hear(value)
        return float(self) < float(value)

    def __le__(self, value: float) -> bool:
        self._hear(value)
        return float(self) <= float(value)

    def __gt__(self, value: float) -> bool:
        self._hear(value)
        return float(self) > float(value)

    def __ge__(self, value: float) -> bool:
        self._hear(value)
        return float(self) >= float(value)

    def __mul__(self, other: float) -> float:
        return self._scaled(other)

    def __rmul__(self, other: float) -> float:
        return self._scaled(other)

    def _scaled(self, other: float) -> float:
        product = float(self) * other
        if isinstance(product, float) and other > 0:
            return limit(self.recorder, self.indicator, self.name, product, self.factor * other)
        return product

    def _hear(self, value: float) -> None:
        factor = self.factor
        self.recorder.note(self.indicator, self.name, float(self) / factor, float(value) / factor)


def limit(recorder: Recorder, indicator: str, name: str, value: float, factor: float = 1.0) -> Limit:
    """One threshold as a limit; `value / factor` is what the catalogue says."""
    made = Limit(value)
    made.recorder, made.indicator, made.name, made.factor = recorder, indicator, name, factor
    return made


def heard(catalogue: Catalogue, recorder: Recorder) -> Catalogue:
    """The same catalogue, version and all, with every threshold heard by `recorder`."""
    indicators = {
        name: msgspec.structs.replace(
            indicator,
            thresholds={key: limit(recorder, name, key, value) for key, value in indicator.thresholds.items()},
        )
        for name, indicator in catalogue.indicators.items()
    }
    return msgspec.structs.replace(catalogue, indicators=indicators)


def plain(value: Any) -> Any:
    """A value without limits in it: evidence travels as msgpack, which knows plain floats only."""
    if isinstance(value, float):
        return float(value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return value
