"""A finished replay → the report of it."""

from __future__ import annotations

from collections.abc import Sequence

from streams.detection.alert import Alert, EventRef
from streams.detection.case_state import Node
from streams.detection.catalogue.model import Catalogue
from streams.detection.scoring import TIERS, WAYS
from streams.detection.timestamps import rfc3339
from streams.replay.comparison import Comparison
from streams.replay.judgement import Ruling
from streams.replay.replayer import Replayer
from streams.replay.shadows import Difference
from streams.report.cases import CaseViews, Texts
from streams.report.model import RawEvent, Report, RunView
from streams.report.raw_events import RawEvents
from streams.report.shown import shown

LAST_MS = 253_402_300_799_999
"""The end of the year 9999: a producer can give a record a time that no calendar here has."""


def report_of(
    run: Replayer,
    catalogue: Catalogue,
    sources: Sequence[str],
    raw_events: RawEvents | None = None,
    comparison: Comparison | None = None,
    rulings: Sequence[Ruling] = (),
    gone: int = 0,
    shadows: Sequence[Difference] = (),
) -> Report:
    """The report of a run under its catalogue. Without `raw_events` the page names the events and does not show them."""
    alerts = sorted(run.alerts(), key=lambda alert: (-alert.score, alert.alert_id))
    view = _view(run, gone)
    return report_on(alerts, catalogue, view, _nodes(run), sources, raw_events, comparison, rulings, shadows)


def report_on(
    alerts: Sequence[Alert],
    catalogue: Catalogue,
    run: RunView,
    nodes: dict[str, Node],
    sources: Sequence[str] = (),
    raw_events: RawEvents | None = None,
    comparison: Comparison | None = None,
    rulings: Sequence[Ruling] = (),
    shadows: Sequence[Difference] = (),
) -> Report:
    """The same of alerts at hand; `nodes`: the accounts as the cases stage sees them, by id."""
    refs = sorted({ref for alert in alerts for item in alert.evidence for ref in item.events}, key=_position)
    texts = Texts()
    views = CaseViews(catalogue, nodes, {ref: number for number, ref in enumerate(refs)}, texts)
    cases = tuple(views.view(alert) for alert in alerts)
    indicators = views.indicators()
    return Report(
        sources=tuple(sources),
        catalogue=catalogue.version,
        marks=tuple(
            sorted((min(way.total for way in WAYS if way.tier == tier and way.total), tier) for tier in TIERS[1:])
        ),
        run=run,
        cases=cases,
        indicators=indicators,
        titles={name: catalogue.indicators[name].title for name in run.fired if name not in indicators},
        mitigators={
            name: (known.title, known.sentence)
            for name in views.mitigators
            if (known := catalogue.mitigators.get(name))
        },
        events=_events(refs, raw_events),
        texts=texts.all(),
        comparison=comparison,
        rulings=tuple(rulings),
        shadows=tuple(shadows),
    )


def _position(ref: EventRef) -> tuple[str, int, int, str]:
    return ref.topic, ref.partition, ref.offset, ref.event_id


def _events(refs: Sequence[EventRef], raw_events: RawEvents | None) -> tuple[RawEvent, ...]:
    kept = raw_events.find(refs) if raw_events is not None else {}
    found = []
    for ref in refs:
        position = f"{ref.topic}/{ref.partition}/{ref.offset}"
        record = kept.get(ref)
        if record is None:
            found.append(RawEvent(position, ref.event_id, None, None))
            continue
        at = rfc3339(record.at) if 0 <= record.at <= LAST_MS else None
        found.append(RawEvent(position, ref.event_id, at, *shown(record.value, ref.event_id)))
    return tuple(found)


def _nodes(run: Replayer) -> dict[str, Node]:
    return {state.account: state for _, state in run.states("cases") if isinstance(state, Node)}


def _view(run: Replayer, gone: int) -> RunView:
    refused = sorted(run.refused.items(), key=lambda item: (-item[1].times, item[0]))
    return RunView(
        events=run.events,
        records=run.records,
        left_out=run.left_out,
        gone=gone,
        revisions=run.revisions,
        notices=run.notices,
        refused=tuple((reason, found.times, found.where, found.detail) for reason, found in refused),
        besides=run.besides,
        fired=dict(sorted(run.counts("indicator_firings").items(), key=lambda item: (-item[1], item[0]))),
    )
