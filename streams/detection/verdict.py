"""What a component adds up to, and what that does to its case."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from streams.detection.case_state import Case, Edge, Node
from streams.detection.catalogue.model import Catalogue
from streams.detection.components import edges_of
from streams.detection.families.graph import cluster_confidence
from streams.detection.family import REFS
from streams.detection.messages import Evidence, Ref
from streams.detection.scoring import CLUSTER, COUNTS, TIERS, Score, Weighed, score, weigh
from streams.detection.windows import DAY

CASE_DAYS = 90
"""Without new evidence an alert says nothing any more."""


class Verdict(msgspec.Struct):
    """Evidence of all members together: per indicator the strongest, each under its own account's mitigating facts."""

    now: int
    members: list[str]
    weighed: dict[str, Weighed]
    score: Score
    roots: list[str]
    last_evidence: int
    hidden: int
    """Neighbours beyond the size limit."""

    def is_news_to(self, case: Case) -> bool:
        """A higher tier or a root that nobody was told of."""
        return TIERS.index(self.score.tier) > TIERS.index(case.notified) or not set(self.roots) <= set(case.roots)


def judge(catalogue: Catalogue, nodes: list[Node], now: int, hidden: int) -> Verdict:
    """Weigh and score a component at `now` (ms)."""
    best: dict[str, Weighed] = {}
    for node in nodes:
        if node.assessment is None:
            continue
        for name, item in weigh(catalogue, node.assessment.evidence, node.assessment.mitigations, now).items():
            known = best.get(name)
            if known is None or item.confidence > known.confidence:
                best[name] = item
    members = [node.account for node in nodes]
    cluster = catalogue.indicators[CLUSTER]
    edges = edges_of(nodes, now)
    confidence, numbers = cluster_confidence(members, edges, cluster.thresholds)
    if confidence > 0 and cluster.enabled:
        held = [edge for node in nodes for edge in node.edges if edge.holds(now)]
        since = min(edge.ts for edge in held)
        note = Evidence(CLUSTER, confidence, since, now, len(edges), numbers, _refs(held))
        best[CLUSTER] = Weighed(note, confidence)
    reached = score(catalogue, {name: item.confidence for name, item in best.items()})
    return Verdict(
        now=now,
        members=members,
        weighed=best,
        score=reached,
        roots=sorted(root for root, value in reached.roots.items() if value >= COUNTS),
        last_evidence=max((item.evidence.last for item in best.values()), default=now),
        hidden=hidden,
    )


def _refs(edges: list[Edge]) -> list[Ref]:
    """The newest event behind each kind of edge: a cluster is what several kinds say together."""
    newest: dict[str, Ref] = {}
    for edge in edges:
        if edge.ref is not None:
            newest[edge.edge_type] = max(newest.get(edge.edge_type, edge.ref), edge.ref)
    return sorted(newest.values())[-REFS:]


def lifecycle(case: Case, verdict: Verdict) -> bool:
    """Bring `case` up to the verdict; True when there is a revision to publish.

    open → updated … → retracted (nothing is left of it). `resolved` comes from people only. An analyst is notified when the tier rises
    or a new root appears; other revisions only keep the alert true.
    """
    tier = verdict.score.tier
    case.tier = tier
    case.members = verdict.members
    case.expires = verdict.last_evidence + CASE_DAYS * DAY
    if tier == "none" or case.expires <= verdict.now:
        was_alert = case.alerted
        case.status = "retracted"
        case.revision += 1
        return was_alert or case.revision > 1
    alertable = TIERS.index(tier) >= TIERS.index("review")
    digest = [tier, *verdict.roots, *sorted(verdict.weighed), *verdict.members]
    if digest == case.digest:
        return False
    case.digest = digest
    if alertable and not case.alerted:
        case.alerted, case.status = True, "open"
    else:
        case.status = "updated" if case.alerted else "watch"
    case.revision += 1
    return True


def revivable(cases: Iterable[Case], verdict: Verdict) -> Case | None:
    """The retracted case that goes on when its evidence comes back while it would still be valid: one episode, one identity.

    What people decided stays decided, and what joined another case stays there.
    """
    for case in sorted(cases, key=lambda case: (case.opened, case.case_id)):
        if (
            case.status == "retracted"
            and not case.joined_to
            and case.anchor in verdict.members
            and verdict.now < case.expires
        ):
            case.digest = []
            return case
    return None


def notifies(case: Case, verdict: Verdict) -> bool:
    """Whether this revision is worth a person's attention; remembers that they were told."""
    if (
        not case.alerted
        or case.closed
        or TIERS.index(verdict.score.tier) < TIERS.index("review")
        or not verdict.is_news_to(case)
    ):
        return False
    case.notified = max(case.notified, verdict.score.tier, key=TIERS.index)
    case.roots = sorted({*case.roots, *verdict.roots})
    return True
