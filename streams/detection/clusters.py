"""What the strong edges of a component say together, as one piece of evidence that fades like any other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from streams.detection.case_state import Edge, Node
from streams.detection.catalogue.model import Catalogue
from streams.detection.components import Component, Tie, edges_of
from streams.detection.families.graph import cluster_confidence, parts
from streams.detection.family import REFS
from streams.detection.messages import Evidence, Ref
from streams.detection.scoring import CLUSTER, Weighed, weigh

AGENCY = "MIT-AGENCY"


class Cluster(NamedTuple):
    """The evidence, and whose it is."""

    weighed: Weighed
    accounts: list[str]


def cluster_of(catalogue: Catalogue, component: Component, now: int) -> Cluster | None:
    """The most that can be said of the component's ties at `now` (ms), or None.

    What one verified agency shares explains itself and nobody else: what is left without it is judged part by part, so that an
    agency neither hides strangers nor dilutes them. Ties over the hubs of a component that was too large say nothing.
    """
    if not catalogue.indicators[CLUSTER].enabled:
        return None
    nodes = component.nodes
    ties, names = edges_of(nodes, now, component.hubs), [node.account for node in nodes]
    agencies = {node.account: agency for node in nodes if (agency := _agency(node, now))}
    found = [
        _judged(catalogue, part, ties, agencies, now)
        for part in (parts(names, ties, agencies) if agencies else [names])
    ]
    if fired := [cluster for cluster in found if cluster is not None]:
        return max(fired, key=lambda cluster: (cluster.weighed.confidence, len(cluster.accounts)))
    if not agencies or (whole := _judged(catalogue, names, ties, {}, now)) is None:
        return None
    effects = catalogue.mitigators[AGENCY].effects
    factor = effects.get(CLUSTER, effects.get(catalogue.indicators[CLUSTER].family, 1.0))
    lowered = msgspec.structs.replace(
        whole.weighed, confidence=whole.weighed.confidence * factor, mitigated_by=(AGENCY,)
    )
    return whole._replace(weighed=lowered)


def _judged(
    catalogue: Catalogue, accounts: list[str], ties: Mapping[Tie, list[Edge]], agencies: Mapping[str, str], now: int
) -> Cluster | None:
    """The evidence of some accounts and the ties among them; it is as old as the newest of the edges."""
    confidence, numbers = cluster_confidence(accounts, ties, catalogue.indicators[CLUSTER].thresholds, agencies)
    if confidence <= 0:
        return None
    told = {tie: edges for tie, edges in ties.items() if {tie[2], tie[3]} <= set(accounts)}
    held = [edge for edges in told.values() for edge in edges]
    first, last = min(edge.began for edge in held), max(edge.ts for edge in held)
    note = Evidence(CLUSTER, confidence, first, last, len(told), numbers, _refs(held))
    return Cluster(weigh(catalogue, [note], (), now)[CLUSTER], accounts)


def _agency(node: Node, now: int) -> str:
    """The verified agency that an account belongs to, or nothing."""
    told = node.assessment
    if told is None:
        return ""
    held = any(fact.mitigator == AGENCY and (fact.until is None or fact.until >= now) for fact in told.mitigations)
    return told.agency if held else ""


def _refs(edges: Iterable[Edge]) -> list[Ref]:
    """The newest event behind each kind of edge: a cluster is what several kinds say together."""
    newest: dict[str, Ref] = {}
    for edge in edges:
        if edge.ref is not None:
            newest[edge.edge_type] = max(newest.get(edge.edge_type, edge.ref), edge.ref)
    return sorted(newest.values())[-REFS:]
