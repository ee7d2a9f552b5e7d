"""The cases stage: accounts tied by strong edges become one case; a case opens, grows, is decided by people, or is taken back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

import msgspec

from schemas.topics import ALERTS, ASSESSMENTS, SAFETY_NOTICES, WATCHLIST
from streams.detection import case_graph as graph
from streams.detection import components
from streams.detection.alert import AlertVersions, build_alert, encode_alert
from streams.detection.case_state import (
    DECIDED,
    POSITION,
    SNAPSHOTS,
    Case,
    CaseRecord,
    Node,
    Position,
    States,
    case_key,
    case_of,
    joined_into,
    node_key,
    node_of,
    snapshots_of,
)
from streams.detection.catalogue.model import Catalogue
from streams.detection.lifecycle import decide, join, know, lifecycle, notifies, over, revivable, revive
from streams.detection.messages import Assessment, CaseInput, Disposition, EdgeRemoved, StrongEdge, TablesUsed
from streams.detection.scoring import TIERS
from streams.detection.stage import Output, Result, SourceRecord
from streams.detection.unreadable import unreadable
from streams.detection.verdict import Verdict, alone, judge, most_evidence, within

_decode = msgspec.msgpack.Decoder(CaseInput).decode


class CasesStage:
    """One partition: what reaches it is rare by design, and one order makes components and lifecycles simple."""

    name = "cases"
    inputs: tuple[str, ...] = (ASSESSMENTS.name,)
    stateful = True
    state_type: Any = CaseRecord

    def __init__(self, catalogue: Catalogue, config_version: str = "") -> None:
        self._catalogue = catalogue
        self._versions = AlertVersions(catalogue.version, config_version or catalogue.version, ())

    def process(self, input_name: str, records: Iterable[SourceRecord], states: States) -> Result:
        """Handle assessments, edges and dispositions in their one order."""
        del input_name  # there is one input
        result, times, caused = Result([], {}), [], []
        position = states.get(POSITION)
        if not isinstance(position, Position):
            position = Position()
        for record in records:
            if record.offset <= position.offset or record.value is None:
                continue
            position.offset = record.offset
            states.put(POSITION, position)
            made = len(result.outputs)
            try:
                told = _decode(record.value)
                self._take(told, states, result)
            except msgspec.DecodeError as error:
                unreadable(self.name, record, str(error), result)
                continue
            if not isinstance(told, TablesUsed):
                ts = told.newest if isinstance(told, Assessment | StrongEdge) else told.ts
                times.append(ts)
                caused += [ts for output in result.outputs[made:] if output.topic != SAFETY_NOTICES.name]
        return result.at(times)._replace(revisions_ms=caused)

    def _take(self, told: CaseInput, states: States, result: Result) -> None:
        if isinstance(told, Assessment):
            self._lapse((told.account,), told.newest, states, result)
            node = node_of(states, told.account)
            if node.assessment is None or told.ts >= node.assessment.ts:
                node.assessment = told
                states.put(node_key(told.account), node)
            self._evaluate(told.account, told.ts, states, result)
        elif isinstance(told, StrongEdge):
            self._lapse((told.a, told.b), told.newest, states, result)
            result.add("evictions", "case_edge", graph.tie(told, states))
            self._evaluate_each((told.a, told.b), told.newest, states, result)
        elif isinstance(told, EdgeRemoved):
            self._evaluate_each(graph.untie(told, states), told.ts, states, result)
        elif isinstance(told, TablesUsed):
            snapshots = snapshots_of(states)
            if snapshots.note(told):
                states.put(SNAPSHOTS, snapshots)
        else:
            self._decide(told, states, result)

    def _lapse(self, accounts: Iterable[str], now: int, states: States, result: Result) -> None:
        """End cases that expired while nobody asked, before anything new is noted: it would be no news to them."""
        for account in accounts:
            case = case_of(states, node_of(states, account).case_id)
            if case is not None and not case.closed and case.expires <= now:
                self._evaluate(account, now, states, result)

    def _evaluate_each(self, accounts: Iterable[str], ts: int, states: States, result: Result) -> None:
        """Judge the components of some accounts, each once."""
        judged = set[str]()
        for account in accounts:
            if account not in judged:
                judged |= self._evaluate(account, ts, states, result)

    def _evaluate(self, account: str, ts: int, states: States, result: Result) -> set[str]:
        """Judge the component around `account` and bring its case up to date; gives all accounts that were judged.

        So are those of whom it has parted, or they would be in no alert or in two. Where too little is found comes last: a case that would
        end there may go on elsewhere, whatever the names are.
        """
        parts, judged, waiting = list[tuple[list[Node], Verdict]](), set[str](), deque([(account, ts)])
        while waiting:
            name, asked = waiting.popleft()
            if name not in judged:
                nodes, verdict = self._judged(name, asked, states)
                parts.append((nodes, verdict))
                judged.update(verdict.members)
                waiting += [(other, verdict.now) for other in self._apart(nodes, {*verdict.members}, states)]
        for nodes, verdict in sorted(parts, key=lambda part: over(part[1])):
            self._bring_up(nodes, verdict, states, result)
        return judged

    def _bring_up(self, nodes: list[Node], verdict: Verdict, states: States, result: Result) -> None:
        """Bring the case of a component up to its verdict, where there is or must be one."""
        case = self._case_of(nodes, verdict, states, result)
        if case is None:
            return
        if lifecycle(case, verdict):
            self._publish(case, verdict, nodes, states, result)
        states.put(case_key(case.case_id), case)
        for node in nodes:
            if node.case_id != case.case_id:
                node.case_id = case.case_id
                states.put(node_key(node.account), node)

    def _apart(self, nodes: list[Node], members: set[str], states: States) -> list[str]:
        """Accounts that are named in one case with some of these, and are no longer tied to them."""
        named = (case_of(states, case_id) for case_id in {node.case_id for node in nodes})
        shared = (case.members for case in named if case and not case.closed and not members.isdisjoint(case.members))
        return sorted(set[str]().union(*shared) - members)

    def _judged(self, account: str, ts: int, states: States) -> tuple[list[Node], Verdict]:
        component, now = components.as_of_newest(account, ts, lambda name: node_of(states, name))
        return component.nodes, judge(self._catalogue, component, now)

    def _around(self, account: str, ts: int, states: States) -> components.Component:
        return components.around(account, ts, lambda name: node_of(states, name))

    def _case_of(self, nodes: list[Node], verdict: Verdict, states: States, result: Result) -> Case | None:
        """The one active case of a component: the oldest survives, younger ones join it; a new one when the tier asks for it."""
        named = {case_id for node in nodes for case_id in (node.case_id, components.last_case(node), *node.decided)}
        cases = [
            case
            for case_id in sorted(named)
            if (case := case_of(states, case_id)) is not None
            and (case.closed or case.anchor in verdict.members or self._follows(case, nodes, verdict, states))
        ]
        active = sorted((case for case in cases if not case.closed), key=lambda case: (case.opened, case.case_id))
        for joined in active[1:]:
            self._join(joined, active[0], verdict.now, states, result)
        if active:
            return active[0]
        if over(verdict):
            return None
        members = {*verdict.members}
        decided = [case for case in cases if case.status == "resolved" and not members.isdisjoint(case.members)]
        begins = nodes
        if decided and not all(verdict.is_news_to(case) for case in decided):
            begins = self._not_seen(nodes, decided, verdict.now)
            if not begins:
                return None
        if revived := revivable(cases, verdict):
            revive(revived)
            return revived
        anchor = most_evidence(self._catalogue, begins, verdict.now)
        case = Case(components.case_id(anchor.account, anchor.episodes), verdict.now, anchor.account)
        anchor.episodes += 1
        states.put(node_key(anchor.account), anchor)
        return case

    def _follows(self, case: Case, nodes: list[Node], verdict: Verdict, states: States) -> bool:
        """Whether a case goes on here, because the account at which it began is no longer tied and has too little evidence itself."""
        if over(verdict) or {*case.members}.isdisjoint(verdict.members):
            return False
        _, rest = self._judged(case.anchor, verdict.now, states)
        if not over(rest):
            return False
        case.anchor = most_evidence(self._catalogue, nodes, verdict.now).account
        return True

    def _not_seen(self, nodes: list[Node], cases: list[Case], now: int) -> list[Node]:
        """Accounts that were in none of these cases and whose own evidence is worth `watch` or more."""
        seen = {name for case in cases for name in case.members}
        return [node for node in nodes if node.account not in seen and alone(self._catalogue, node, now).tier != "none"]

    def _join(self, joined: Case, older: Case, now: int, states: States, result: Result) -> None:
        """End a case that became part of an older one; its last revision has its own accounts and what is found of them."""
        join(joined, older)
        states.put(case_key(joined.case_id), joined)
        nodes, verdict = self._as_it_stands(joined, now, states)
        self._publish(joined, verdict, nodes, states, result)

    def _decide(self, told: Disposition, states: States, result: Result) -> None:
        """A person decided: the episode is over, whatever they decided; only news opens another one."""
        case = self._meant(told, states)
        if case is None:
            result.add("dispositions", "unknown_case")
            return
        if case.status == "resolved":
            self._correct(case, told, states, result)
            return
        nodes, verdict = self._as_it_stands(case, told.ts, states)
        for indicator in verdict.weighed:
            result.add("indicator_dispositions", f"{indicator}/{told.outcome}")
        decide(case, verdict, told)
        self._decided(case, verdict, nodes, states, result)
        for node in nodes:
            if len(node.decided) >= DECIDED:
                result.add("evictions", "case_decision")
            node.decided = [*node.decided, case.case_id][-DECIDED:]
            states.put(node_key(node.account), node)

    def _correct(self, case: Case, told: Disposition, states: States, result: Result) -> None:
        """A later decision takes the place of an earlier one; when it was made counts, not when it arrived.

        What was found in other areas since is left out: nobody had it before them, and it opens a case of its own.
        """
        if told.ts <= case.decided:
            return
        corrected = told.outcome != case.disposition
        case.decided = told.ts
        states.put(case_key(case.case_id), case)
        if corrected:
            case.disposition, case.revision = told.outcome, case.revision + 1
            nodes, verdict = self._as_it_stands(case, told.ts, states)
            self._decided(case, within(self._catalogue, verdict, case.digest[2:]), nodes, states, result)

    def _as_it_stands(self, case: Case, now: int, states: States) -> tuple[list[Node], Verdict]:
        """Judge the members of a case, whoever is tied to them now; what is a hub around them ties nobody here either."""
        nodes = [node_of(states, name) for name in case.members]
        around = self._around(case.anchor, now, states)
        return nodes, judge(self._catalogue, around._replace(nodes=nodes), now)

    def _decided(self, case: Case, verdict: Verdict, nodes: list[Node], states: States, result: Result) -> None:
        result.add("dispositions", case.disposition)
        self._publish(case, verdict, nodes, states, result)
        states.put(case_key(case.case_id), case)

    def _meant(self, told: Disposition, states: States) -> Case | None:
        """The case that a decision is about: also one that had just ended; of one that joined another, that one.

        The other one stays open where it has accounts with evidence of their own that whoever decided did not have before them.
        """
        case = case_of(states, told.case_id) or case_of(states, node_of(states, told.account).case_id)
        while case is not None and case.status == "retracted" and case.joined_to:
            older = case_of(states, case.joined_to)
            if older is None or self._not_seen([node_of(states, name) for name in older.members], [case], told.ts):
                return case
            case = older
        return case

    def _let_know(self, case: Case, nodes: list[Node], now: int, states: States) -> None:
        """Let the cases that joined this one know what is told of their accounts: when they leave again, it is no news."""
        for node in nodes:
            joined = case_of(states, components.last_case(node))
            if joined is not None and joined.case_id != case.case_id and joined_into(joined, states) == case.case_id:
                _, theirs = self._as_it_stands(joined, now, states)
                tier = min(theirs.score.tier, case.notified, key=TIERS.index)  # alone it may come to more than was told
                know(joined, tier, {*theirs.roots} & {*case.roots})
                states.put(case_key(joined.case_id), joined)

    def _publish(self, case: Case, verdict: Verdict, nodes: list[Node], states: States, result: Result) -> None:
        notify, known = notifies(case, verdict), snapshots_of(states).known
        alert = build_alert(self._catalogue, case, verdict, nodes, self._versions, known, notify=notify)
        topic = ALERTS.name if case.alerted else WATCHLIST.name
        result.outputs.append(Output(topic, case.case_id.encode(), encode_alert(alert)))
        result.add("alerts", f"{case.tier}/{case.status}")
        if notify:
            self._let_know(case, nodes, verdict.now, states)
            result.add("notifications", case.tier)
            for indicator in verdict.weighed:
                result.add("indicator_notifications", f"{indicator}/{case.tier}")
        if verdict.score.protective and not case.closed:
            result.outputs.append(Output(SAFETY_NOTICES.name, case.case_id.encode(), encode_alert(alert)))
