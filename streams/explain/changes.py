"""What single change would have given another tier: the verdict, computed again with one thing otherwise.

Honest about its limits: everything else stays as it was at the end of the stream. A mitigating fact is taken away or added where the
evidence is weighed; what it did earlier (an address that was never linked because it was declared) is not undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from streams.detection.case_state import Node
from streams.detection.catalogue.model import Catalogue
from streams.detection.messages import Assessment, Mitigation
from streams.detection.scoring import TIERS, Score, score
from streams.detection.verdict import Verdict, judge
from streams.explain.explanation import Change, ChangeKind

Edit = Callable[[Assessment], Assessment]


def changes(catalogue: Catalogue, nodes: list[Node], verdict: Verdict, account: str) -> tuple[Change, ...]:
    """Every single change that gives another tier: first what lowers it, then what raises it, strongest first."""
    found = [
        *_without_evidence(catalogue, verdict),
        *_without_mitigation(catalogue, nodes, verdict),
        *_with_evidence(catalogue, verdict),
        *_with_mitigation(catalogue, nodes, verdict, account),
    ]
    before = TIERS.index(verdict.score.tier)
    other = [change for change in found if change.tier != verdict.score.tier]
    return tuple(
        sorted(other, key=lambda change: (TIERS.index(change.tier) > before, change.kind, change.score, change.what))
    )


def _without_evidence(catalogue: Catalogue, verdict: Verdict) -> Iterator[Change]:
    for name in sorted(verdict.weighed):
        rest = {known: item.confidence for known, item in verdict.weighed.items() if known != name}
        yield _change("evidence_gone", name, score(catalogue, rest), f"Had `{name}` not fired")


def _with_evidence(catalogue: Catalogue, verdict: Verdict) -> Iterator[Change]:
    confidences = {known: item.confidence for known, item in verdict.weighed.items()}
    for name, indicator in sorted(catalogue.indicators.items()):
        if not indicator.planned and indicator.enabled and name not in verdict.weighed:
            reached = score(catalogue, {**confidences, name: 1.0})
            yield _change("evidence_added", name, reached, f"Had `{name}` fired in full")


def _without_mitigation(catalogue: Catalogue, nodes: list[Node], verdict: Verdict) -> Iterator[Change]:
    held = {item.mitigator for node in nodes if node.assessment for item in node.assessment.mitigations}
    for name in sorted(held):

        def dropped(told: Assessment, gone: str = name) -> Assessment:
            kept = [item for item in told.mitigations if item.mitigator != gone]
            return msgspec.structs.replace(told, mitigations=kept)

        reached = _judged(catalogue, nodes, verdict, dropped)
        yield _change("mitigation_gone", name, reached, f"Without {name} ({catalogue.mitigators[name].title.lower()})")


def _with_mitigation(catalogue: Catalogue, nodes: list[Node], verdict: Verdict, account: str) -> Iterator[Change]:
    own = next(node.assessment for node in nodes if node.account == account)
    held = {item.mitigator for item in own.mitigations} if own else set()
    for name in sorted(catalogue.mitigators.keys() - held):

        def added(told: Assessment, gained: str = name) -> Assessment:
            if told.account != account:
                return told
            return msgspec.structs.replace(told, mitigations=[*told.mitigations, Mitigation(gained, 0, "")])

        reached = _judged(catalogue, nodes, verdict, added)
        yield _change(
            "mitigation_added", name, reached, f"Had {name} held ({catalogue.mitigators[name].title.lower()})"
        )


def _judged(catalogue: Catalogue, nodes: list[Node], verdict: Verdict, edit: Edit) -> Score:
    edited = [
        msgspec.structs.replace(node, assessment=edit(node.assessment) if node.assessment else None) for node in nodes
    ]
    return judge(catalogue, edited, verdict.now, verdict.hidden).score


def _change(kind: ChangeKind, what: str, reached: Score, text: str) -> Change:
    tier = "no tier" if reached.tier == "none" else reached.tier
    total = round(reached.total, 1)
    return Change(kind, what, reached.tier, total, f"{text}: {tier} ({total:.0f} of 100).")
