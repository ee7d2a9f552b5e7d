"""Each indicator of the catalogue against one account: what it saw, and why it does or does not count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from streams.detection.account_state import AccountState
from streams.detection.catalogue.model import Catalogue, Indicator
from streams.detection.messages import Assessment, Evidence, Numbers
from streams.detection.scoring import CLUSTER, Weighed, decides, weigh
from streams.detection.timestamps import rfc3339
from streams.detection.verdict import Verdict
from streams.detection.windows import DAY
from streams.detection.wording.filling import filled
from streams.detection.wording.summary import sentence
from streams.explain.explanation import HeldBack, IndicatorExplained, Outcome, Saw, Seen
from streams.explain.found import found_with
from streams.explain.held_back import NOTHING, held_back, left_out, sentence_of
from streams.explain.intake import Intake
from streams.explain.limits import LIMITS
from streams.explain.needs import WORDS, days_needed, missing
from streams.explain.readings import readings
from streams.explain.recorder import Recorder


class Bench(msgspec.Struct):
    """What all indicators are held against."""

    catalogue: Catalogue
    account: AccountState
    own: Assessment
    verdict: Verdict
    recorder: Recorder
    intake: Intake
    company: dict[str, int]
    roles: tuple[str, ...]
    """Enrichment tables that were there."""


def explained(bench: Bench) -> tuple[IndicatorExplained, ...]:
    """Every indicator: those that count first, then the others by outcome, weightiest first."""
    best = _surest(bench.own.evidence)
    weighed = weigh(bench.catalogue, bench.own.evidence, bench.own.mitigations, bench.verdict.now)
    if CLUSTER in bench.verdict.weighed:
        best[CLUSTER] = bench.verdict.weighed[CLUSTER].evidence
        weighed[CLUSTER] = bench.verdict.weighed[CLUSTER]
    found = [
        _fired(bench, indicator, best[name], weighed[name]) if name in best else _silent(bench, indicator)
        for name, indicator in bench.catalogue.indicators.items()
    ]
    order = (
        "counts",
        "mitigated",
        "suppressed",
        "faded",
        "taken_back",
        "below",
        "too_short",
        "not_known",
        "off",
        "planned",
    )
    weights = bench.catalogue.indicators
    return tuple(
        sorted(
            found,
            key=lambda row: (
                order.index(row.outcome),
                -row.contribution,
                -weights[row.indicator].weight,
                row.indicator,
            ),
        )
    )


def _surest(evidence: Iterable[Evidence]) -> dict[str, Evidence]:
    best: dict[str, Evidence] = {}
    for item in evidence:
        held = best.get(item.indicator)
        if held is None or item.confidence > held.confidence:
            best[item.indicator] = item
    return best


def _fired(bench: Bench, indicator: Indicator, evidence: Evidence, item: Weighed) -> IndicatorExplained:
    verdict, name = bench.verdict, indicator.id
    counted = verdict.weighed[name]
    days = max(0, verdict.now - evidence.last) / DAY
    faded = 1.0 if decides(indicator, evidence.confidence) else 2.0 ** (-days / indicator.half_life_days)
    outcome: Outcome = "counts"
    words = [sentence(indicator, evidence.numbers)]
    if item.mitigated_by:
        words.append(
            f"Lowered by {', '.join(item.mitigated_by)}: {bench.catalogue.mitigators[item.mitigated_by[0]].sentence}"
        )
    if counted.confidence < NOTHING:
        outcome = "mitigated" if item.mitigated_by else "faded"
    if faded < 0.9:
        words.append(f"It was last seen {days:.0f} days before; time leaves {faded:.0%} of it.")
    if counted.confidence > item.confidence:
        words.append("An account tied to this one has it more strongly; that one's evidence is counted.")
    stronger = tuple(one for one in _held_back(bench, name) if one.confidence > evidence.confidence)
    words += [sentence_of(one, fired=True) for one in stronger]
    return IndicatorExplained(
        indicator=name,
        family=indicator.family,
        title=indicator.title,
        outcome=outcome,
        why=" ".join(words),
        saw=tuple(_saw(bench, name, evidence.numbers)),
        confidence=round(evidence.confidence, 3),
        effective=round(item.confidence, 3),
        contribution=round(verdict.score.contributions.get(name, 0.0), 2),
        faded_to=round(faded, 3),
        mitigated_by=item.mitigated_by,
        suppressed_by=stronger,
        last=rfc3339(evidence.last),
        left_out=left_out(indicator.id, bench.intake),
        threshold=indicator.threshold_text,
        window=indicator.window,
    )


def _silent(bench: Bench, indicator: Indicator) -> IndicatorExplained:
    saw = () if indicator.planned else tuple(_saw(bench, indicator.id))
    lacking = [] if indicator.planned else missing(indicator.id, bench.account, bench.intake, bench.roles)
    suppressed = _held_back(bench, indicator.id)
    outcome, why = _reason(bench, indicator, saw, lacking, suppressed)
    tied = bench.verdict.weighed.get(indicator.id)
    contribution = 0.0
    if tied is not None:
        outcome, contribution = "counts", bench.verdict.score.contributions.get(indicator.id, 0.0)
        why = "It did not fire here. It fired for an account tied to this one, and both are weighed together."
    return IndicatorExplained(
        indicator=indicator.id,
        family=indicator.family,
        title=indicator.title,
        outcome=outcome,
        why=why,
        saw=saw,
        missing=tuple(WORDS[name] for name in lacking),
        suppressed_by=suppressed,
        effective=round(tied.confidence, 3) if tied else 0.0,
        contribution=round(contribution, 2),
        left_out=left_out(indicator.id, bench.intake),
        threshold=indicator.threshold_text,
        window=indicator.window,
    )


def _held_back(bench: Bench, name: str) -> tuple[HeldBack, ...]:
    return held_back(bench.recorder.suppressed, bench.catalogue.indicators[name], bench.own, bench.verdict.now)


def _reason(
    bench: Bench, indicator: Indicator, saw: tuple[Saw, ...], lacking: list[str], suppressed: tuple[HeldBack, ...]
) -> tuple[Outcome, str]:
    if indicator.planned:
        return "planned", "Planned: it has a weight and sources, and no code yet."
    if not indicator.enabled:
        sign = " Switching it on needs the deployer's fairness sign-off." if indicator.needs_sign_off else ""
        return "off", f"Switched off in the catalogue.{sign}"
    if suppressed:
        return "suppressed", " ".join(map(sentence_of, suppressed))
    back = bench.recorder.taken_back.get(indicator.id)
    if back is not None:
        return "taken_back", f"It fired and was taken back when later events did not bear it out ({rfc3339(back)})."
    if lacking == ["closed_day"]:
        return "too_short", "No UTC day of this account is over, and shares are judged on closed days only."
    if lacking:
        return "not_known", f"It was never told of {', or of '.join(WORDS[name] for name in lacking)}."
    needed, days = days_needed(indicator.id, indicator.thresholds), len(bench.intake.days)
    if days < needed:
        counted = {"needed": needed, "days": days}
        return "too_short", filled(
            "It weighs {needed:.0f} days or more; sessions of {days:day|days} are known.", counted
        )
    short = [item.text for item in saw if not item.reached]
    if short:
        return "below", f"Below its threshold: {'; '.join(short)}."
    if saw:
        return "below", "What it counts was there, but did not contradict anything, or not all at once."
    return "below", "Nothing that it looks for occurred."


def _saw(bench: Bench, name: str, numbers: Numbers | None = None) -> Iterator[Saw]:
    """What was held against thresholds: the finding's own `numbers` where it kept them, otherwise what was seen over the whole stream."""
    when: Seen
    for key, words in LIMITS.items():
        compared = bench.recorder.compared.get(key)
        if key[0] != name or compared is None:
            continue
        kept = found_with(*key, numbers or {})
        most = compared.least if words.at_most else compared.most
        seen, when = (most, "ever") if kept is None else (kept, "found")
        if words.unit == "minutes":
            seen = max(0.0, seen)  # sessions that only touch overlap by less than nothing
        # findings keep rounded numbers, so that one just below a limit may read as the limit
        near = kept is not None and kept == compared.threshold
        reached = near or (seen < compared.threshold if words.at_most else seen >= compared.threshold)
        yield Saw(
            key[1], words.text, round(seen, 4), round(compared.threshold, 4), reached, words.unit, words.at_most, when
        )
    for reading in readings(name, bench.account, bench.catalogue, bench.company):
        kept = found_with(name, "", numbers or {})
        seen, when = (reading.seen, "end" if reading.at_end else "ever") if kept is None else (kept, "found")
        yield Saw("", reading.text, seen, reading.needed, seen >= reading.needed, when=when)
