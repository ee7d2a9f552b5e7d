"""What single change would have given another tier: the verdict, computed again with one thing otherwise.

Honest about its limits: everything else stays as it was at the end of the stream. A mitigating fact is taken away or added where the
evidence is weighed, and what it held back at a shared thing is then said; other things that it did earlier are not undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from streams.detection.catalogue.model import Catalogue
from streams.detection.messages import Assessment, Evidence, Mitigation
from streams.detection.scoring import PLACES, TIERS, score
from streams.detection.verdict import Verdict
from streams.explain.explanation import Change, ChangeKind
from streams.explain.held_back import stands_for
from streams.explain.judgement import Judgement, change
from streams.explain.suppression import REASONS, Suppressed


def in_order(found: Iterable[Change], verdict: Verdict) -> tuple[Change, ...]:
    """Those that give another tier: first what lowers it, then what raises it, by kind and score."""
    before = TIERS.index(verdict.score.tier)
    other = [item for item in found if item.tier != verdict.score.tier]
    return tuple(sorted(other, key=lambda item: (TIERS.index(item.tier) > before, item.kind, item.score, item.what)))


def of_evidence(catalogue: Catalogue, verdict: Verdict) -> Iterator[Change]:
    """Each finding gone, each one that is weaker grown to full, each one that is not there added in full."""
    confidences = {known: item.confidence for known, item in verdict.weighed.items()}
    for name, indicator in sorted(catalogue.indicators.items()):
        held = confidences.get(name)
        if held is not None:
            rest = {known: confidence for known, confidence in confidences.items() if known != name}
            yield change("evidence_gone", name, score(catalogue, rest), f"Had `{name}` not fired")
        elif indicator.planned or not indicator.enabled:
            continue
        if held is None or held < 1.0:
            reached = score(catalogue, {**confidences, name: 1.0})
            if held is None:
                yield change("evidence_added", name, reached, f"Had `{name}` fired in full")
            else:
                yield change("evidence_full", name, reached, f"Had `{name}` counted in full, not with {held:.2g}")


def of_mitigation(judgement: Judgement, suppressed: Mapping[tuple[str, str], Suppressed]) -> Iterator[Change]:
    """Each mitigating fact of anybody gone, and each one that the account has not, added; each other reason gone."""
    catalogue, own = judgement.catalogue, judgement.own
    having = {item.mitigator for item in own.mitigations}
    held = {item.mitigator for told in judgement.assessments() for item in told.mitigations}
    reasons = {item.reason for item in suppressed.values()}
    standing = {reason: stands_for(reason, having) for reason in reasons}

    def said(names: set[str]) -> list[Evidence]:
        return [item.evidence for item in suppressed.values() if item.reason in names]

    for name in sorted(held):
        freed = said({reason for reason, mitigator in standing.items() if mitigator == name})

        def dropped(told: Assessment, gone: str = name, more: list[Evidence] = freed) -> Assessment:
            kept = [item for item in told.mitigations if item.mitigator != gone]
            evidence = [*told.evidence, *more] if told.account == judgement.account else told.evidence
            return msgspec.structs.replace(told, mitigations=kept, evidence=evidence)

        yield _titled(judgement, "mitigation_gone", name, "Without {}", judgement.again(dropped))
    for reason in sorted(reason for reason, mitigator in standing.items() if not mitigator):
        loud = judgement.with_own(evidence=[*own.evidence, *said({reason})])
        names = ", ".join(sorted({f"`{item.indicator}`" for item in said({reason})}))
        text = f"Had {names} not been held back because {REASONS[reason].text}"
        yield change("suppression_gone", reason, loud.score, text)
    things = tuple(sorted({item.entity for item in own.evidence if item.entity}))
    for name in sorted(catalogue.mitigators.keys() - having):
        fact = Mitigation(name, 0, "", about=things if name in PLACES else ())
        gained = judgement.with_own(mitigations=[*own.mitigations, fact])
        yield _titled(judgement, "mitigation_added", name, "Had {} held", gained)


def _titled(judgement: Judgement, kind: ChangeKind, name: str, text: str, reached: Verdict) -> Change:
    title = judgement.catalogue.mitigators[name].title.lower()
    return change(kind, name, reached.score, text.format(name) + f" ({title})")
