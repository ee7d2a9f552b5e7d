"""The verdict on an account and those tied to it, and the same verdict again with one thing otherwise."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from streams.detection.case_state import Node
from streams.detection.catalogue.model import Catalogue
from streams.detection.components import Component, around
from streams.detection.messages import Assessment
from streams.detection.scoring import Score
from streams.detection.verdict import Verdict, judge
from streams.explain.explanation import Change, ChangeKind

Edit = Callable[[Assessment], Assessment]
Things = frozenset[str]
NOTHING: Things = frozenset()


class Judgement(NamedTuple):
    """What was judged, and what came out."""

    catalogue: Catalogue
    account: str
    component: Component
    verdict: Verdict

    @property
    def own(self) -> Assessment:
        """The assessment of the account itself."""
        return next(told for told in self.assessments() if told.account == self.account)

    def assessments(self) -> Iterator[Assessment]:
        """Everybody's."""
        return (node.assessment for node in self.component.nodes if node.assessment is not None)

    def again(self, edit: Edit) -> Verdict:
        """Judge with every assessment as `edit` gives it."""
        nodes = [_edited(node, edit) for node in self.component.nodes]
        return self._judge(self.component._replace(nodes=nodes))

    def with_own(self, **fields: Any) -> Verdict:
        """Judge with some fields of the account's own assessment set otherwise."""
        return self.again(
            lambda told: msgspec.structs.replace(told, **fields) if told.account == self.account else told
        )

    def apart(self, of_it: Things, of_all: Things = NOTHING, unsaid: Things = NOTHING) -> Verdict:
        """Judge with no tie over things and no evidence from them, and only who is still tied.

        `of_it`: had the account itself kept away from them, whatever ties the others; `of_all`: had they tied nobody; `unsaid`: had
        they been evidence for nobody.
        """
        own, others = of_it | of_all, of_all | unsaid
        held = {}
        for node in self.component.nodes:
            its = node.account == self.account
            edges = [
                edge
                for edge in node.edges
                if edge.entity not in (own if its or edge.neighbour == self.account else of_all) | self.component.hubs
            ]
            without = functools.partial(_without, entities=own | unsaid if its else others)
            held[node.account] = msgspec.structs.replace(_edited(node, without), edges=edges)
        part = around(self.account, self.verdict.now, lambda name: held.get(name) or Node(name))
        return self._judge(self.component._replace(nodes=part.nodes))

    def under(self, catalogue: Catalogue) -> Verdict:
        """Judge under another catalogue."""
        return judge(catalogue, self.component, self.verdict.now)

    def _judge(self, component: Component) -> Verdict:
        return judge(self.catalogue, component, self.verdict.now)


def change(
    kind: ChangeKind, what: str, reached: Score, text: str, was: float | None = None, to: float | None = None
) -> Change:
    """One change and the tier that it gives."""
    tier = "no tier" if reached.tier == "none" else reached.tier
    total = round(reached.total, 1)
    return Change(kind, what, reached.tier, total, f"{text}: {tier} ({total:.0f} of 100).", was, to)


def _edited(node: Node, edit: Edit) -> Node:
    return msgspec.structs.replace(node, assessment=edit(node.assessment)) if node.assessment else node


def _without(told: Assessment, entities: Things) -> Assessment:
    return msgspec.structs.replace(told, evidence=[item for item in told.evidence if item.entity not in entities])
