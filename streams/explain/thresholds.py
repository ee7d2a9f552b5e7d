"""Which threshold, set otherwise, would have given another tier: tried at the nearest value that was seen, and run again to be sure.

Tried is what can matter: an indicator that did not fire at the value it fell short of, one that counts just beyond what it saw. Every
indicator has its own run of the same code with one threshold changed; a change is told when the verdict on that differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from math import floor, log10
from typing import NamedTuple

from streams.detection.scoring import CLUSTER, Score, score
from streams.explain.explanation import Change
from streams.explain.judgement import Judgement, change
from streams.explain.limits import LIMITS, Words, exact
from streams.explain.recorder import Compared
from streams.explain.rehearsal import Tuned, rehearse, tuned
from streams.explain.watching import Watch

DIGITS = 3
"""Figures of a threshold that is told."""

READ_TOO = {"payout_name_mismatch": ("pass_through_fan_out",)}
"""Indicator → others that read its thresholds. For the rest one run serves many: evidence of one does not depend on another's."""


class Trial(NamedTuple):
    """One threshold set otherwise."""

    indicator: str
    name: str
    words: Words
    was: float
    to: float


def of_thresholds(watch: Watch, judgement: Judgement) -> Iterator[Change]:
    """Each threshold of one indicator that gives another tier when it alone is otherwise."""
    trials = _trials(watch, judgement)
    for trial in trials.pop(CLUSTER, []):
        reached = judgement.under(tuned(judgement.catalogue, {CLUSTER: {trial.name: trial.to}}))
        yield _told(trial, reached.score)
    alone = [[trial] for name in READ_TOO for trial in trials.pop(name, [])]
    together = [[trial for trial in several if trial is not None] for several in zip_longest(*trials.values())]
    for run in (*alone, *together):
        unchanged: Tuned = {name: {} for trial in run for name in _readers(trial.indicator)}
        found = rehearse(watch, {**unchanged, **{trial.indicator: {trial.name: trial.to} for trial in run}})
        for trial in run:
            readers = _readers(trial.indicator)
            rest = [item for item in judgement.own.evidence if item.indicator not in readers]
            reached = judgement.with_own(evidence=[*rest, *(item for name in readers for item in found[name])])
            yield _told(trial, reached.score)


def _readers(indicator: str) -> tuple[str, ...]:
    """Whose evidence the indicator's thresholds decide."""
    return indicator, *READ_TOO.get(indicator, ())


def _trials(watch: Watch, judgement: Judgement) -> dict[str, list[Trial]]:
    """Indicator → what is worth trying: nothing when even a full finding, or none, leaves the tier as it is."""
    catalogue, verdict = judgement.catalogue, judgement.verdict
    confidences = {name: item.confidence for name, item in verdict.weighed.items()}
    found: dict[str, list[Trial]] = {}
    for (indicator, name), words in LIMITS.items():
        compared = watch.recorder.compared.get((indicator, name))
        if compared is None or not catalogue.indicators[indicator].enabled:
            continue
        fired, readers = indicator in confidences, _readers(indicator)
        rest = {known: value for known, value in confidences.items() if known not in readers}
        extreme = score(catalogue, rest if fired else {**rest, **dict.fromkeys(readers, 1.0)})
        to = extreme.tier != verdict.score.tier and nearest(compared, words, fired=fired)
        if to:
            was = catalogue.indicators[indicator].thresholds[name]
            found.setdefault(indicator, []).append(Trial(indicator, name, words, was, to))
    return found


def nearest(compared: Compared, words: Words, *, fired: bool) -> float:
    """The value at which this threshold would have decided otherwise; 0 when there is none worth telling.

    A threshold that was reached can be no reason not to fire, and nothing seen at all is no reason for a threshold of nothing.
    """
    reached = compared.least < compared.threshold if words.at_most else compared.most >= compared.threshold
    if reached is not fired:
        return 0.0
    if words.at_most:
        return below(compared.least) if fired else above(compared.least)
    return above(compared.most) if fired else below(max(0.0, compared.most))


def below(value: float) -> float:
    """`value` itself when it is whole, otherwise rounded down to a few figures."""
    return float(value) if value == int(value) else floor(value * _scale(value)) / _scale(value)


def above(value: float) -> float:
    """The next whole number when `value` is whole, otherwise rounded up to a few figures, and never `value` itself."""
    return float(value) + 1 if value == int(value) else (floor(value * _scale(value)) + 1) / _scale(value)


def _scale(value: float) -> float:
    return 10.0 ** (DIGITS - 1 - floor(log10(abs(value))))


def _told(trial: Trial, reached: Score) -> Change:
    was, to = exact(trial.was, trial.words.unit), exact(trial.to, trial.words.unit)
    text = f"Threshold `{trial.name}` of `{trial.indicator}` at {to} instead of {was} ({trial.words.text})"
    return change("threshold", f"{trial.indicator}.{trial.name}", reached, text, trial.was, trial.to)
