"""The alert: what an analyst reads. Every field of catalogue §8.3, complete in itself, fit for any broker's default size."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from streams.detection.case_state import Case, Node
from streams.detection.catalogue.model import Catalogue, Indicator
from streams.detection.messages import Ref, TableVersion
from streams.detection.scoring import COUNTS, Weighed, score
from streams.detection.timestamps import rfc3339
from streams.detection.verdict import HOLDERS, Verdict
from streams.detection.wording import notes, summary
from streams.detection.wording.views import EvidenceView


class EventRef(msgspec.Struct, frozen=True):
    """Where a raw event is."""

    topic: str
    partition: int
    offset: int
    event_id: str


class AlertEvidence(msgspec.Struct, frozen=True):
    """One indicator that fired, with what it saw against its threshold."""

    indicator: str
    family: str
    title: str
    sentence: str
    confidence: float
    weight: float
    contribution: float
    sources: tuple[str, ...]
    first_seen: str
    last_seen: str
    count: int
    threshold: str
    window: str
    mitigated_by: tuple[str, ...]
    false_positives: str
    base_rate: str
    weight_reason: str
    events: tuple[EventRef, ...]
    lists: tuple[str, ...] = ()
    """What the evidence takes from lists of networks: class, list and its date."""
    account_ids: tuple[str, ...] = ()
    """Accounts of the case that have this evidence, at most 50. The first is the one that the sentence, the confidence and the events
    are of; `first_seen` is the earliest of all. A finding about links between accounts names those that are tied."""


class Mitigating(msgspec.Struct, frozen=True):
    """One mitigating fact, whether or not it changed a number."""

    mitigator: str
    account_id: str
    sentence: str
    since: str


class Subject(msgspec.Struct, frozen=True):
    """An account, or a cluster of accounts. Never a person."""

    kind: str
    id: str
    account_ids: tuple[str, ...]
    accounts: int


class SnapshotVersion(msgspec.Struct, frozen=True):
    """The tables behind the newest facts of some of the accounts. Without tables: nobody told which they were."""

    snapshot: str
    tables: tuple[TableVersion, ...]


class AlertVersions(msgspec.Struct, frozen=True):
    """What produced the alert: hashes of the catalogue and the configuration, and the enrichment tables."""

    catalogue: str
    config: str
    tables: tuple[SnapshotVersion, ...]


class Alert(msgspec.Struct, frozen=True):
    """One revision of one alert. The newest revision of an `alert_id` replaces all earlier ones."""

    alert_id: str
    revision: int
    status: str
    tier: str
    notify: bool
    """True when the tier rose or a new area appeared: worth a person's attention now."""
    score: float
    score_interval: tuple[float, float]
    """If the strongest single item were wrong; if no mitigating fact held and nothing had faded with time."""
    subject: Subject
    title: str
    summary: str
    roots: dict[str, float]
    evidence: tuple[AlertEvidence, ...]
    mitigating: tuple[Mitigating, ...]
    innocent_explanations: tuple[str, ...]
    unknowns: tuple[str, ...]
    suggested_steps: tuple[str, ...]
    possible_victims: tuple[str, ...]
    welfare_note: str | None
    reviewer_checklist: tuple[str, ...]
    data_quality: tuple[str, ...]
    first_evidence: str
    last_evidence: str
    expires_at: str
    disposition: str | None
    joined_to: str | None
    versions: AlertVersions
    schema_version: int = 1


def build_alert(
    catalogue: Catalogue,
    case: Case,
    verdict: Verdict,
    nodes: list[Node],
    versions: AlertVersions,
    snapshots: Mapping[str, tuple[TableVersion, ...]],
    *,
    notify: bool,
) -> Alert:
    """The alert of a case as it stands now. Deterministic: the same case and verdict give the same bytes."""
    items = sorted(verdict.weighed.items(), key=lambda pair: (-verdict.score.contributions.get(pair[0], 0.0), pair[0]))
    sentences = {name: mitigator.sentence for name, mitigator in catalogue.mitigators.items()}
    views = [_view(catalogue.indicators[name], item, verdict, sentences) for name, item in items]
    points = round(verdict.score.total, 1)
    stands = summary.standing(case.tier, case.status, case.joined_to)
    asked = [] if stands in summary.OVER else summary.counting(views)
    heard = [node.assessment for node in nodes if node.assessment]
    unknown = sorted({name for assessment in heard for name in assessment.unknowns})
    quality = sorted({name for assessment in heard for name in assessment.data_quality})
    if verdict.hidden:
        quality.append(f"accounts_not_shown:{verdict.hidden}")
    used = sorted({assessment.tables for assessment in heard if assessment.tables})
    tables = tuple(SnapshotVersion(name, snapshots.get(name, ())) for name in used)
    roots = {root: round(value, 1) for root, value in sorted(verdict.score.roots.items())}
    areas = [root for root, value in verdict.score.roots.items() if value >= COUNTS]
    return Alert(
        alert_id=case.case_id,
        revision=case.revision,
        status=case.status,
        tier=case.tier,
        notify=notify,
        score=points,
        score_interval=_interval(catalogue, verdict, nodes),
        subject=_subject(case),
        title=summary.title(stands, sorted(areas)),
        summary=summary.summary(stands, points, views, len(case.members)),
        roots=roots,
        evidence=tuple(
            _evidence(view, item, verdict.holders[name]) for view, (name, item) in zip(views, items, strict=True)
        ),
        mitigating=_mitigating(catalogue, verdict),
        innocent_explanations=tuple(notes.innocent(asked)),
        unknowns=tuple(notes.unknowns(unknown)),
        suggested_steps=tuple(notes.suggested_steps(asked, stands)),
        possible_victims=tuple(notes.victims(asked)),
        welfare_note=notes.welfare(asked),
        reviewer_checklist=tuple(notes.checklist(asked, stands)),
        data_quality=tuple(notes.data_quality(quality)),
        first_evidence=rfc3339(case.first or min(verdict.firsts.values(), default=verdict.now)),
        last_evidence=rfc3339(verdict.last_evidence),
        expires_at=rfc3339(case.expires),
        disposition=case.disposition or None,
        joined_to=case.joined_to or None,
        versions=msgspec.structs.replace(versions, tables=tables),
    )


def encode_alert(alert: Alert) -> bytes:
    """JSON of an alert."""
    return msgspec.json.encode(alert)


def _view(indicator: Indicator, item: Weighed, verdict: Verdict, sentences: Mapping[str, str]) -> EvidenceView:
    evidence = item.evidence
    return EvidenceView(
        indicator,
        item.confidence,
        verdict.score.contributions.get(indicator.id, 0.0),
        verdict.firsts[indicator.id],
        evidence.last,
        evidence.count,
        evidence.numbers,
        tuple(sentences[name] for name in item.mitigated_by),
    )


def _evidence(view: EvidenceView, item: Weighed, holders: list[str]) -> AlertEvidence:
    indicator = view.indicator
    return AlertEvidence(
        indicator=indicator.id,
        family=indicator.family,
        title=indicator.title,
        sentence=summary.sentence(indicator, view.numbers),
        confidence=round(item.confidence, 3),
        weight=indicator.weight,
        contribution=round(view.contribution, 2),
        sources=indicator.sources,
        first_seen=rfc3339(view.first_ms),
        last_seen=rfc3339(view.last_ms),
        count=view.count,
        threshold=indicator.threshold_text,
        window=indicator.window,
        mitigated_by=item.mitigated_by,
        false_positives=indicator.false_positives,
        base_rate=indicator.base_rate,
        weight_reason=indicator.weight_reason,
        lists=tuple(view.numbers.get("lists", ())),
        events=tuple(_event(ref) for ref in item.evidence.refs if ref.origin),
        account_ids=tuple(holders[:HOLDERS]),
    )


def _event(ref: Ref) -> EventRef:
    assert ref.origin is not None
    return EventRef(ref.origin.topic, ref.origin.partition, ref.origin.offset, ref.event_id)


def _interval(catalogue: Catalogue, verdict: Verdict, nodes: list[Node]) -> tuple[float, float]:
    confidences = {name: item.confidence for name, item in verdict.weighed.items()}
    found = {name: item.evidence.confidence for name, item in verdict.weighed.items()}
    for told in (item for node in nodes if node.assessment for item in node.assessment.evidence):
        if told.indicator in found:  # the strongest of all, which a fact may have put behind another account's
            found[told.indicator] = max(found[told.indicator], told.confidence)
    contributions = verdict.score.contributions
    strongest = max(contributions, key=lambda name: (contributions[name], name), default=None)
    low = score(catalogue, {name: value for name, value in confidences.items() if name != strongest}).total
    high = score(catalogue, found).total
    return round(min(low, verdict.score.total), 1), round(max(high, verdict.score.total), 1)


def _subject(case: Case) -> Subject:
    kind = "account" if len(case.members) == 1 else "cluster"
    name = case.members[0] if kind == "account" else case.case_id
    return Subject(kind, name, tuple(case.members), len(case.members))


def _mitigating(catalogue: Catalogue, verdict: Verdict) -> tuple[Mitigating, ...]:
    return tuple(
        Mitigating(mitigator, account, catalogue.mitigators[mitigator].sentence, rfc3339(first))
        for (account, mitigator), first in verdict.mitigating.items()
    )
