"""Alerts as the page has them: what many of them share is kept once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from streams.detection.alert import Alert, AlertEvidence, AlertVersions, EventRef
from streams.detection.case_state import Node
from streams.detection.catalogue.model import Catalogue
from streams.detection.timestamps import rfc3339
from streams.report.composition import compose
from streams.report.model import CaseView, EvidenceView, IndicatorView
from streams.report.ties import ties


class Texts:
    """Each text once, by number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The text's number, a new one for a new text."""
        return self._numbers.setdefault(text, len(self._numbers))

    def numbers(self, texts: Iterable[str]) -> tuple[int, ...]:
        """The same of several."""
        return tuple(self.number(text) for text in texts)

    def all(self) -> tuple[str, ...]:
        """All of them in the order of their numbers."""
        return tuple(self._numbers)


class CaseViews:
    """Makes the views of one run's alerts, and collects which indicators and mitigators they name."""

    def __init__(
        self, catalogue: Catalogue, nodes: Mapping[str, Node], events: Mapping[EventRef, int], texts: Texts
    ) -> None:
        self._catalogue = catalogue
        self._nodes = nodes
        self._events = events
        self._texts = texts
        self._indicators: dict[str, IndicatorView] = {}
        self._mitigators: set[str] = set()

    @property
    def mitigators(self) -> list[str]:
        """Mitigators named so far."""
        return sorted(self._mitigators)

    def indicators(self) -> dict[str, IndicatorView]:
        """Indicators named so far, by id."""
        return dict(sorted(self._indicators.items()))

    def view(self, alert: Alert) -> CaseView:
        """One alert."""
        texts = self._texts.numbers
        accounts = alert.subject.account_ids
        place = {account: number for number, account in enumerate(accounts)}
        self._mitigators.update(found.mitigator for found in alert.mitigating)
        return CaseView(
            id=alert.alert_id,
            revision=alert.revision,
            status=alert.status,
            tier=alert.tier,
            score=alert.score,
            interval=alert.score_interval,
            accounts=accounts,
            size=alert.subject.accounts,
            title=alert.title,
            summary=alert.summary,
            evidence=tuple(self._evidence(item, place) for item in alert.evidence),
            composition=compose(self._catalogue, {item.indicator: item.confidence for item in alert.evidence}),
            mitigating=tuple((found.mitigator, found.account_id, found.since) for found in alert.mitigating),
            ties=ties(self._nodes, accounts),
            innocent=texts(alert.innocent_explanations),
            unknowns=texts(alert.unknowns),
            steps=texts(alert.suggested_steps),
            victims=texts(alert.possible_victims),
            welfare=texts([alert.welfare_note] if alert.welfare_note else []),
            checklist=texts(alert.reviewer_checklist),
            quality=texts(alert.data_quality),
            first=alert.first_evidence,
            last=alert.last_evidence,
            expires=alert.expires_at,
            disposition=alert.disposition,
            joined_to=alert.joined_to,
            versions=texts(_versions(alert.versions)),
        )

    def _evidence(self, item: AlertEvidence, place: Mapping[str, int]) -> EvidenceView:
        self._mitigators.update(item.mitigated_by)
        self._indicators.setdefault(
            item.indicator,
            IndicatorView(
                title=item.title,
                family=item.family,
                weight=item.weight,
                sources=item.sources,
                threshold=item.threshold,
                window=item.window,
                false_positives=item.false_positives,
                base_rate=item.base_rate,
                weight_reason=item.weight_reason,
            ),
        )
        return EvidenceView(
            indicator=item.indicator,
            sentence=item.sentence,
            confidence=item.confidence,
            contribution=item.contribution,
            first=item.first_seen,
            last=item.last_seen,
            count=item.count,
            mitigated=tuple((name, self._factor(name, item)) for name in item.mitigated_by),
            events=tuple(self._events[ref] for ref in item.events),
            lists=item.lists,
            accounts=tuple(place[account] for account in item.account_ids) if len(place) > 1 else (),
        )

    def _factor(self, mitigator: str, item: AlertEvidence) -> float:
        known = self._catalogue.mitigators.get(mitigator)
        return known.effects.get(item.indicator, known.effects.get(item.family, 1.0)) if known else 1.0


def _versions(versions: AlertVersions) -> Iterable[str]:
    yield f"catalogue {versions.catalogue}"
    if versions.config != versions.catalogue:
        yield f"configuration {versions.config}"
    for used in versions.tables:
        yield f"tables {used.snapshot}"
        for table in used.tables:
            yield f"{table.role}: {table.type}, built {rfc3339(table.epoch * 1000)}, sha256 {table.sha256}"
