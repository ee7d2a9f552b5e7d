"""Which accounts on a shared thing are tied by strong edges, and what takes a tie back."""

from __future__ import annotations

from collections.abc import Mapping

from streams.detection.entity_state import EntityDesk, EntityState, Member, ends_of, keep_ms, pair_of, strangers
from streams.detection.messages import Link, Who


def apart(a: str, one: Who, b: str, other: Who) -> bool:
    """Whether nothing is known that two accounts have in common: person, verified home, verified agency, or a declaration."""
    if one.identity and one.identity == other.identity:
        return False
    if one.address and one.address == other.address:
        return False
    return strangers(one, other, a, b)


def tie(entity: EntityState, link: Link, here: Mapping[str, Member], desk: EntityDesk) -> None:
    """Tie each account of `here` to the earliest one it is `apart` from: a star is as good as all pairs for components, and linear.

    An edge is taken back when a relation of its two accounts has become known, or when a link that came late shows that the star begins
    elsewhere; by then the other star is told, so that nobody is untied in between. One to somebody who is away stays until it expires.
    """
    since = entity.watermark - keep_ms(entity.kind)
    by_age = sorted((name for name in here if here[name].last >= since), key=lambda name: (here[name].first, name))
    wanted: dict[str, tuple[str, str]] = {}
    for place, name in enumerate(by_age):
        for earlier in by_age[:place]:
            if apart(name, here[name].who, earlier, here[earlier].who):
                wanted[pair_of(earlier, name)] = (earlier, name)
                break
    for pair in sorted(wanted):
        desk.edge(entity, *wanted[pair])
    desk.untie(entity, [pair for pair in entity.edged if pair in wanted or not _void(pair, entity, link, by_age)])


def _void(pair: str, entity: EntityState, link: Link, by_age: list[str]) -> bool:
    a, b = ends_of(pair)
    one, other = entity.members.get(a), entity.members.get(b)
    if one is None or other is None:
        return False
    if not apart(a, one.who, b, other.who):
        return True
    # in the order of time an account joins as the youngest, and its coming changes nothing between the others
    own = entity.members.get(link.account)
    came_late = own is not None and own.first == link.ts and by_age[-1:] != [link.account]
    return came_late and a in by_age and b in by_age
