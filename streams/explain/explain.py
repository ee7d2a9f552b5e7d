"""From a stream that was heard to the explanation of one account. Everything is weighed as it stands at the end."""

from __future__ import annotations

import msgspec

from streams.detection.account_state import AccountState
from streams.detection.assessing import standing
from streams.detection.case_state import Case, Node, case_key, node_key
from streams.detection.catalogue.model import Catalogue
from streams.detection.components import Component, as_of_newest
from streams.detection.messages import Assessment, Mitigation
from streams.detection.scoring import decides, factor_of
from streams.detection.timestamps import rfc3339
from streams.detection.verdict import Verdict, judge
from streams.detection.wording import notes
from streams.explain.changes import in_order, of_evidence, of_mitigation
from streams.explain.explanation import CaseSeen, Change, Explanation, Fact
from streams.explain.held_back import silenced_by_class, stands_for
from streams.explain.indicators import Bench, explained
from streams.explain.intake import Intake
from streams.explain.judgement import Judgement
from streams.explain.reckoning import reckoning
from streams.explain.thresholds import of_thresholds
from streams.explain.ties import of_ties
from streams.explain.watching import Watch
from streams.replay.states import PARTITIONS
from streams.runtime.local import LocalRuntime
from streams.runtime.partitioner import partition_of

FACTS = {"geo": "country", "asn": "provider", "networks": "network_lists"}
"""Enrichment table → what an event carries when such a table answered."""
HONEST = (
    "All of this is computed from the state at the end of the stream. A published case keeps its tier until something"
    " changes, while evidence fades; so the two may differ."
)
NEAREST = (
    "A number held against a threshold is the finding's own. One that says most or least seen is the nearest to firing over"
    " the whole stream, and several of those need not have been seen together."
)


def explain(watch: Watch, runtime: LocalRuntime, catalogue: Catalogue, roles: tuple[str, ...]) -> Explanation | None:
    """Explain the account of `watch` from what `runtime` holds; None when no event was about it.

    `roles` are the enrichment tables that were there. `runtime` must have `PARTITIONS` partitions.
    """
    key = watch.account.encode()
    account = runtime.states("accounts", partition_of(key, PARTITIONS)).get(key)
    if not isinstance(account, AccountState) or not watch.intake.events:
        return None
    cases, own = runtime.states("cases", 0), standing(catalogue, watch.account, account)

    def node_of(name: str) -> Node:
        held = cases.get(node_key(name))
        node = held if isinstance(held, Node) else Node(name)
        return msgspec.structs.replace(node, assessment=own) if name == watch.account else node

    component, now = as_of_newest(watch.account, own.ts, node_of)
    verdict = _judged(watch, component, now)
    case = cases.get(case_key(node_of(watch.account).case_id))
    intake = watch.intake
    bench = Bench(catalogue, account, own, verdict, watch.recorder, intake, watch.company, roles)
    return Explanation(
        account_id=watch.account,
        at=rfc3339(now),
        events=intake.events,
        first_event=rfc3339(intake.first),
        last_event=rfc3339(intake.last),
        event_types=dict(sorted(intake.types.items())),
        accounts=len(component.nodes),
        case=CaseSeen(case.case_id, case.tier, case.status, case.revision) if isinstance(case, Case) else None,
        reckoning=reckoning(catalogue, verdict.score),
        indicators=explained(bench),
        facts=_facts(watch, component.nodes, verdict),
        changes=_changes(watch, Judgement(catalogue, watch.account, component, verdict)),
        notes=_notes(own, component.hidden, intake, roles),
        catalogue=catalogue.version,
        tables=account.tables,
    )


def _judged(watch: Watch, component: Component, now: int) -> Verdict:
    """Judge once with open ears, so that the graph's own thresholds are heard too."""
    watch.recorder.listening = True
    try:
        return judge(watch.catalogue, component, now)
    finally:
        watch.recorder.listening = False


def _changes(watch: Watch, judgement: Judgement) -> tuple[Change, ...]:
    found = [
        *of_evidence(judgement.catalogue, judgement.verdict),
        *of_mitigation(judgement, watch.recorder.suppressed),
        *of_ties(judgement),
        *of_thresholds(watch, judgement),
    ]
    return in_order(found, judgement.verdict)


def _facts(watch: Watch, nodes: list[Node], verdict: Verdict) -> tuple[Fact, ...]:
    return tuple(
        _fact(watch, node.account, held, node.assessment, verdict)
        for node in nodes
        if node.assessment
        for held in node.assessment.mitigations
    )


def _fact(watch: Watch, account: str, held: Mitigation, assessment: Assessment, verdict: Verdict) -> Fact:
    catalogue = watch.plain_catalogue
    mitigator = catalogue.mitigators[held.mitigator]
    lowers = {
        item.indicator
        for item in assessment.evidence
        if not decides(catalogue.indicators[item.indicator], item.confidence)
        and factor_of(catalogue, held, item) is not None
        and item.indicator in verdict.weighed
    }
    until = None if held.until is None else rfc3339(held.until)
    silences = {
        indicator
        for (indicator, _), item in watch.recorder.suppressed.items()
        if account == watch.account and stands_for(item.reason, [held.mitigator])
    }
    if account == watch.account:
        silences |= silenced_by_class(mitigator, watch.intake)
    return Fact(
        mitigator.id,
        account,
        mitigator.sentence,
        rfc3339(held.first),
        until,
        tuple(sorted(lowers)),
        tuple(sorted(silences)),
    )


def _notes(own: Assessment, hidden: int, intake: Intake, roles: tuple[str, ...]) -> tuple[str, ...]:
    found = [HONEST, NEAREST, *notes.unknowns(own.unknowns), *notes.data_quality(own.data_quality)]
    # events that were enriched elsewhere carry their facts with them
    lacking = [role for role, fact in FACTS.items() if role not in roles and not intake.carried[fact]]
    if lacking:
        found.append(f"No table for {', '.join(lacking)}: these facts were unknown, and unknown is never evidence.")
    if hidden:
        found += notes.data_quality([f"accounts_not_shown:{hidden}"])
    if intake.unreadable:
        noun = "event" if intake.unreadable == 1 else "events"
        found.append(f"{intake.unreadable} enriched {noun} of this account could not be read.")
    return tuple(found)
