"""The entities stage: for each thing that accounts can share, who else uses it, and what that says."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import msgspec

from schemas.topics import ASSESSMENTS, FINDINGS, LINKS
from streams.detection import registry
from streams.detection.catalogue.model import Catalogue
from streams.detection.entity_state import (
    EXIT,
    HUB,
    LASTING,
    MEMBERS,
    VISIT,
    EntityDesk,
    EntityState,
    Member,
    keep_ms,
    over,
)
from streams.detection.messages import Link, Ref
from streams.detection.stage import Output, Result, SourceRecord
from streams.detection.states import PartitionStates
from streams.detection.unreadable import unreadable

REFS = 2
_GONE = "gone"
"""Key in an exit's memory: CRC-32 of accounts that left, so that one that comes back is not counted twice."""

_encode = msgspec.msgpack.Encoder().encode
_decode_link = msgspec.msgpack.Decoder(Link).decode


class EntitiesStage:
    """One state a shared thing. Input: links, keyed by the thing."""

    name = "entities"
    inputs: tuple[str, ...] = (LINKS.name,)
    stateful = True
    state_type: Any = EntityState

    def __init__(self, catalogue: Catalogue, desk: EntityDesk | None = None) -> None:
        self._desk = EntityDesk(catalogue) if desk is None else desk
        self._judges = registry.judges()

    def process(self, input_name: str, records: Iterable[SourceRecord], states: PartitionStates[EntityState]) -> Result:
        """Handle links of one partition, one by one."""
        del input_name  # there is one input
        result, times = Result([], {}), []
        for record in records:
            if record.value is None:
                continue
            try:
                link = _decode_link(record.value)
            except msgspec.DecodeError as error:
                unreadable(self.name, record, str(error), result)
                continue
            times.append(link.ts)
            self._link(link, record.offset, states, result)
        return result.at(times)

    def over(self, state: EntityState, now_ms: int) -> bool:
        """Whether a thing has been quiet for so long that nothing is left of it."""
        return over(state, now_ms)

    def _link(self, link: Link, offset: int, states: PartitionStates[EntityState], result: Result) -> None:
        key = link.entity
        entity = states.get(key)
        if entity is None:
            entity = EntityState(link.kind, link.key)
        if offset <= entity.offset:
            return
        if over(entity, link.ts):
            entity = EntityState(link.kind, link.key)
        entity.offset = offset
        entity.watermark = max(entity.watermark, link.ts)
        if entity.kind in LASTING or link.account not in entity.members:
            _expire(entity, link, self._desk)
        if note(entity, link):
            result.add("evictions", "entity_member")
        desk = self._desk
        for judge in self._judges.get(link.kind, ()):
            judge(entity, link, desk)
        states.put(key, entity)
        if desk.findings or desk.edges or desk.links:
            self._deliver(key, result)

    def _deliver(self, key: bytes, result: Result) -> None:
        desk = self._desk
        for finding in desk.findings:
            result.outputs.append(Output(FINDINGS.name, finding.account.encode(), _encode(finding)))
        for edge in desk.edges:
            result.outputs.append(Output(ASSESSMENTS.name, key, _encode(edge)))
        for onward in desk.links:
            result.outputs.append(Output(LINKS.name, onward.entity, _encode(onward)))
        desk.findings, desk.edges, desk.links = [], [], []


def note(entity: EntityState, link: Link) -> bool:
    """Keep the account as a member; above the hub size only count. Whether one made room.

    A visit makes no member, takes no member's place, and changes nothing of what a member's own links told.
    """
    if link.data.get(VISIT) is True:
        return False
    member, full = entity.members.get(link.account), False
    if member is None:
        _return(entity, link.account)
        full = len(entity.members) >= MEMBERS
        if full:
            stalest = min(entity.members, key=lambda name: (entity.members[name].last, name))
            del entity.members[stalest]
            entity.evicted += 1
        entity.members[link.account] = Member(link.ts, link.ts, link.who, [link.ref], link.data)
    else:
        member.first = min(member.first, link.ts)
        if link.ts >= member.last:
            member.last, member.who, member.data = link.ts, link.who, link.data
        member.refs = _few(member.refs, link.ref)
    entity.hub = len(entity.members) > HUB
    return full


def _expire(entity: EntityState, link: Link, desk: EntityDesk) -> None:
    """Forget who was not seen for long, and edges that have ended with that. An exit goes on counting those it forgets."""
    before = entity.watermark - keep_ms(entity.kind)
    for name in [name for name, held in entity.members.items() if held.last < before and name != link.account]:
        if entity.kind in LASTING:
            desk.leave(entity, name)
        elif entity.kind == EXIT:
            _leave(entity, name)
        del entity.members[name]
    if any(both < before for both in entity.edged.values()):
        entity.edged = {pair: both for pair, both in entity.edged.items() if both >= before}


def _leave(entity: EntityState, account: str) -> None:
    """Go on counting an account among those ever seen on an exit. As many can come back as are kept: beyond that it is popular."""
    gone = entity.memory.setdefault(_GONE, [])
    if len(gone) < MEMBERS:
        gone.append(zlib.crc32(account.encode()))
    entity.evicted += 1


def _return(entity: EntityState, account: str) -> None:
    gone = entity.memory.get(_GONE)
    if gone and (mark := zlib.crc32(account.encode())) in gone:
        gone.remove(mark)
        entity.evicted -= 1


def _few(refs: list[Ref], ref: Ref) -> list[Ref]:
    """The first event and the newest."""
    if ref > refs[-1]:  # in order of time, as nearly always
        return [refs[0], ref]
    ordered = sorted({*refs, ref})
    return ordered if len(ordered) <= REFS else [ordered[0], ordered[-1]]
