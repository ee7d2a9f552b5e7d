"""What a component adds up to: the evidence of its members together, and whose it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from streams.detection.case_state import Case, Node
from streams.detection.catalogue.model import Catalogue
from streams.detection.clusters import cluster_of
from streams.detection.components import Component
from streams.detection.scoring import CLUSTER, COUNTS, TIERS, Score, Weighed, decides, score, weigh
from streams.detection.windows import DAY

MITIGATED_SHOWN = 50
"""Accounts of a case whose mitigating facts are listed. Their ids are all there: a component has 200 at most."""
HOLDERS = 50
"""Accounts named at one piece of evidence."""
STEADY_DAYS = 14
"""Evidence that goes on is told again about once a week, each piece at its own time: so much fading says nothing yet."""
LEAST = 0.01
"""Evidence that faded or was explained to less than this is not said of an account."""


class Verdict(msgspec.Struct):
    """Evidence of all members together: per indicator the strongest, each under its own account's mitigating facts."""

    now: int
    members: list[str]
    weighed: dict[str, Weighed]
    score: Score
    roots: list[str]
    last_evidence: int
    """Time of the newest evidence of any account: what only faded keeps a case going, what facts leave nothing of does not."""
    hidden: int
    """Accounts that were left out because the group was too large."""
    holders: dict[str, list[str]]
    """Indicator → accounts whose evidence of it counts, the one with the strongest first."""
    firsts: dict[str, int]
    """Indicator → when it first held for one of them."""
    mitigating: dict[tuple[str, str], int]
    """(account, mitigator) → since when, of as many accounts as an alert shows."""
    steady: Score
    """What it would come to had nothing faded that was last seen within `STEADY_DAYS`."""

    def is_news_to(self, case: Case) -> bool:
        """A higher tier or a root that nobody was told of."""
        return TIERS.index(self.score.tier) > TIERS.index(case.notified) or not set(self.roots) <= set(case.roots)


def judge(catalogue: Catalogue, component: Component, now: int) -> Verdict:
    """Weigh and score a component at `now` (ms)."""
    nodes = component.nodes
    held: dict[str, list[tuple[float, str, Weighed]]] = {}
    firsts: dict[tuple[str, str], int] = {}
    for node in nodes:
        for name, item in _own(catalogue, node, now).items():
            held.setdefault(name, []).append((-item.confidence, node.account, item))
        for told in node.assessment.evidence if node.assessment else ():
            slot = told.indicator, node.account
            firsts[slot] = min(told.first, firsts.get(slot, told.first))
    found = [item for items in held.values() for _, _, item in items]
    best: dict[str, Weighed] = {}
    holders: dict[str, list[str]] = {}
    for name, items in held.items():
        _, winner, best[name] = min(items, key=lambda item: (item[0], -item[2].evidence.last, item[1]))
        others = [account for confidence, account, _ in items if -confidence >= LEAST and account != winner]
        holders[name] = [winner, *others]
    first = {name: min(firsts[name, account] for account in accounts) for name, accounts in holders.items()}
    cluster = cluster_of(catalogue, component, now)
    if cluster is not None:
        best[CLUSTER], holders[CLUSTER] = cluster
        first[CLUSTER] = cluster.weighed.evidence.first
        found.append(cluster.weighed)
    reached = score(catalogue, {name: item.confidence for name, item in best.items()})
    return Verdict(
        now=now,
        members=[node.account for node in nodes],
        weighed=best,
        score=reached,
        roots=areas_of(reached),
        last_evidence=_newest(catalogue, found, now, now),
        hidden=component.hidden,
        holders=holders,
        firsts=first,
        mitigating=_mitigating(nodes),
        steady=score(catalogue, {name: _steady(catalogue, item, now) for name, item in best.items()}),
    )


def within(catalogue: Catalogue, verdict: Verdict, areas: Sequence[str]) -> Verdict:
    """The same verdict, without what counts in other areas than these."""
    if {*verdict.roots} <= {*areas}:
        return verdict
    weighed = {
        name: item
        for name, item in verdict.weighed.items()
        if catalogue.families[catalogue.indicators[name].family].root in areas
    }
    reached = score(catalogue, {name: item.confidence for name, item in weighed.items()})
    last = _newest(catalogue, weighed.values(), verdict.now, verdict.last_evidence)
    return msgspec.structs.replace(verdict, weighed=weighed, score=reached, roots=areas_of(reached), last_evidence=last)


def areas_of(reached: Score) -> list[str]:
    """The roots that count."""
    return sorted(root for root, value in reached.roots.items() if value >= COUNTS)


def alone(catalogue: Catalogue, node: Node, now: int) -> Score:
    """What the evidence of one account is worth without anybody else's."""
    return score(catalogue, {name: item.confidence for name, item in _own(catalogue, node, now).items()})


def most_evidence(catalogue: Catalogue, nodes: list[Node], now: int) -> Node:
    """The account whose own evidence is worth most; of equals the first by name."""
    return min(nodes, key=lambda node: (-alone(catalogue, node, now).total, node.account))


def _newest(catalogue: Catalogue, found: Collection[Weighed], now: int, default: int) -> int:
    """When the newest was last seen of which facts leave something; where they leave nothing, the newest at all."""
    left = [item for item in found if not _explained(catalogue, item, now)]
    return max((item.evidence.last for item in left or found), default=default)


def _own(catalogue: Catalogue, node: Node, now: int) -> dict[str, Weighed]:
    told = node.assessment
    return weigh(catalogue, told.evidence, told.mitigations, now) if told else {}


def _steady(catalogue: Catalogue, item: Weighed, now: int) -> float:
    steady = now - item.evidence.last <= STEADY_DAYS * DAY
    return item.confidence / _fading(catalogue, item, now) if steady else item.confidence


def _explained(catalogue: Catalogue, item: Weighed, now: int) -> bool:
    """Whether mitigating facts leave nothing of it, whatever time does."""
    return item.confidence <= 0 or item.confidence < LEAST * _fading(catalogue, item, now)


def _fading(catalogue: Catalogue, item: Weighed, now: int) -> float:
    """What time alone leaves of it."""
    indicator, days = catalogue.indicators[item.evidence.indicator], max(0, now - item.evidence.last) / DAY
    left: float = 2.0 ** (-days / indicator.half_life_days)
    return 1.0 if decides(indicator, item.evidence.confidence) else left


def _mitigating(nodes: list[Node]) -> dict[tuple[str, str], int]:
    """One entry for an account and mitigator, however many offices or trips there are; since the earliest."""
    since: dict[tuple[str, str], int] = {}
    for node in nodes[:MITIGATED_SHOWN]:
        for fact in node.assessment.mitigations if node.assessment else ():
            slot = node.account, fact.mitigator
            since[slot] = min(fact.first, since.get(slot, fact.first))
    return since
