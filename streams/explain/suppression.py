"""What a shared thing would have said of an account, had a reason not held it back: the family's own code, run on a copy without it.

Families name the reason where they return early (`EntityDesk.suppressed`). Here the reason is lifted from a copy of the thing, which is
judged again; only when that says more than was said is anything suppressed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from streams.detection import registry
from streams.detection.catalogue.model import Catalogue
from streams.detection.entity_state import HUB, EntityDesk, EntityState, Member
from streams.detection.messages import Evidence, Link
from streams.detection.states import StateCodec
from streams.explain.recorder import plain

Thing = tuple[EntityState, Link]
Lift = Callable[[EntityState, Link, str], None]
"""Takes one reason away from a thing and its newest link; the account that is explained stays on it."""
_CODEC: StateCodec[EntityState] = StateCodec(EntityState)


class Suppressed(msgspec.Struct, frozen=True):
    """One finding that was not made, or made weaker."""

    reason: str
    """Key of `REASONS`."""
    entity: str
    evidence: Evidence
    """What would have been said without the reason."""


class Reason(msgspec.Struct, frozen=True):
    """One thing that holds a finding back, in words, and how it is lifted."""

    text: str
    lift: Lift
    mitigator: str = ""
    """The mitigating fact of the catalogue that stands for it."""
    exact: bool = True
    """Its numbers are true without it; false where lifting takes relations away that there are."""


def _set_aside(entity: EntityState, link: Link, *keys: str) -> None:
    for key in keys:
        entity.memory.pop(key, None)
        link.data.pop(key, None)


def _shrink(entity: EntityState, link: Link, account: str) -> None:
    """A hub is judged as if it ended at the limit; the newest stay."""
    needed = (link.account, account)
    newest = sorted(entity.members, key=lambda name: (name in needed, entity.members[name].last, name))[-HUB:]
    entity.members = {name: member for name, member in entity.members.items() if name in newest}
    entity.hub = False


def _office(entity: EntityState, link: Link, account: str) -> None:
    del account
    _set_aside(entity, link, "declared")


def _forget_crowd(entity: EntityState, link: Link, account: str) -> None:
    del account
    _set_aside(entity, link, "crowd", "hour", "stay", "compared", "diverse")


def _name_instruments(entity: EntityState, link: Link, account: str) -> None:
    del link, account
    for member in entity.members.values():
        member.data.pop("omnibus", None)


def _count_bits(entity: EntityState, link: Link, account: str) -> None:
    del account
    _set_aside(entity, link, "crowd", "bits")


def _without(**fields: Any) -> Lift:
    def lift(entity: EntityState, link: Link, account: str) -> None:
        del link, account
        for member in entity.members.values():
            member.who = msgspec.structs.replace(member.who, **fields)

    return lift


_RELATIONS: dict[str, dict[str, Any]] = {
    "agency": {"agency": ""},
    "declared_relation": {"related": ()},
    "identity": {"identity": ""},
    "household": {"address": ""},
}
REASONS: dict[str, Reason] = {
    "declared": Reason("the address was declared as a workplace", _office, "MIT-OFFICE"),
    "crowd": Reason("more devices use the address within an hour than a household has", _forget_crowd, "MIT-OFFICE"),
    "hub": Reason(f"more than {HUB} accounts use it, so that it says nothing about any of them", _shrink),
    "omnibus": Reason("the payout instrument is shared by design", _name_instruments),
    "common": Reason("the device id is too common to be one device", _count_bits, "MIT-PUBTERM"),
    "agency": Reason("they belong to one verified agency", _without(agency=""), "MIT-AGENCY", exact=False),
    "declared_relation": Reason("they declared a relation or an employer in common", _without(related=()), exact=False),
    "identity": Reason("they have one verified identity", _without(identity=""), exact=False),
    "household": Reason("they have one verified residence", _without(address=""), exact=False),
    "related": Reason(
        "they belong together for more than one reason",
        _without(**{key: value for fields in _RELATIONS.values() for key, value in fields.items()}),
        exact=False,
    ),
}
"""Reason → what it is. `related` is what families say; the single relation that decides is found by lifting one at a time."""


def suppressed(
    account: str, indicator: str, reason: str, thing: Thing, catalogues: tuple[Catalogue, Catalogue]
) -> Suppressed | None:
    """What `indicator` would have said of `account` at `thing` without `reason`; None when that is no more than was said.

    `catalogues`: one whose thresholds are heard, for reasons under which numbers are true, and a deaf one for the rest.
    """
    entity, _ = thing
    member = entity.members.get(account)
    if member is None:
        return None
    said = member.sent.get(indicator, [0.0])[0]
    for name in (*_RELATIONS, "related") if reason == "related" else (reason,):
        if name in _RELATIONS and not _tells(entity.members, _RELATIONS[name]):
            continue
        told = REASONS[name]
        found = judged(account, indicator, thing, catalogues[0 if told.exact else 1], told.lift)
        if found is not None and found.confidence > said:
            return Suppressed(name, entity.name, found)
    return None


def judged(account: str, indicator: str, thing: Thing, catalogue: Catalogue, lift: Lift | None) -> Evidence | None:
    """What `thing` says of `account` when it is judged on a copy under `catalogue`, with `lift` done to it; None for nothing."""
    entity, link = copied(thing)
    if lift is not None:
        lift(entity, link, account)
    for member in entity.members.values():
        member.sent = {}
    desk = EntityDesk(catalogue)
    for judge in registry.judges().get(entity.kind, ()):
        judge(entity, link, desk)
    for item in desk.findings:
        if (item.account, item.indicator) == (account, indicator) and item.confidence > 0:
            return Evidence(
                indicator, float(item.confidence), item.first, item.ts, item.count, plain(item.numbers), [], item.entity
            )
    return None


def copied(thing: Thing) -> Thing:
    """A copy that can be changed without a trace."""
    entity, link = thing
    return _CODEC.decode(_CODEC.encode(entity)), msgspec.structs.replace(link, data=dict(link.data))


def _tells(members: dict[str, Member], fields: dict[str, Any]) -> bool:
    return any(getattr(member.who, name) != none for member in members.values() for name, none in fields.items())
