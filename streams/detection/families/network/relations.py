"""Who on a shared thing belongs together, and taking back what was said when the thing turns out to be everybody's."""

from __future__ import annotations

from collections.abc import Mapping

from streams.detection.entity_state import EntityDesk, EntityState, Member, strangers


def related(a: str, one: Member, b: str, other: Member) -> bool:
    """Tell whether two belong together: declared, of one verified agency, or the same verified identity."""
    same = bool(one.who.identity) and one.who.identity == other.who.identity
    return same or not strangers(one.who, other.who, a, b)


def groups_of(members: Mapping[str, Member]) -> list[list[str]]:
    """Members in groups that belong together; strangers are groups of one. An agency of 25 is one group."""
    groups: list[list[str]] = []
    for name in sorted(members):
        apart: list[list[str]] = []
        joined = [name]
        for group in groups:
            if any(related(name, members[name], known, members[known]) for known in group):
                joined += group
            else:
                apart.append(group)
        groups = [*apart, joined]
    return groups


def recent(entity: EntityState, span: int) -> dict[str, Member]:
    """Members seen within `span` ms before the newest link."""
    return {name: member for name, member in entity.members.items() if entity.watermark - member.last <= span}


def withdraw(entity: EntityState, indicator: str, desk: EntityDesk) -> None:
    """Take an earlier finding back from everybody who got it."""
    for name in entity.members:
        desk.find(entity, name, indicator, 0.0, {}, [])
