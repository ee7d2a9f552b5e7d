"""`payout_instrument_shared`: one payout instrument used by several accounts (PAY, judged at the instrument)."""

from __future__ import annotations

from streams.detection.entity_state import EntityDesk, EntityState, Member, silent, strangers
from streams.detection.messages import Link
from streams.detection.windows import DAY

INDICATOR = "payout_instrument_shared"
KIND = "payout"


def judge_instrument(entity: EntityState, link: Link, desk: EntityDesk) -> None:
    """Tell every active account of the instrument how many strangers use it too, and tie strangers with strong edges.

    Couples and declared family say little; a verified agency, a hub and an instrument shared by design say nothing.
    """
    if silent(entity):
        return
    since = entity.watermark - desk.threshold(INDICATOR, "active_days") * DAY
    active = {name: member for name, member in sorted(entity.members.items()) if member.last >= since}
    if entity.hub or any(member.data.get("omnibus") for member in entity.members.values()):
        for name in active:
            desk.find(entity, name, INDICATOR, 0.0, {}, [])
        desk.untie(entity)
        desk.suppressed(entity, link, INDICATOR, "hub" if entity.hub else "omnibus")
        return
    for name, member in active.items():
        unrelated = [other for other in active if _relation(name, member, other, active[other]) == "strangers"]
        household = [other for other in active if _relation(name, member, other, active[other]) == "household"]
        confidence = _confidence(len(unrelated) + 1, bool(household), desk)
        together = [name, *(unrelated or household)]
        numbers = {"accounts": len(together), "days": desk.threshold(INDICATOR, "active_days")}
        refs = sorted({ref for known in together for ref in active[known].refs})
        desk.find(entity, name, INDICATOR, confidence, numbers, refs)
    if len(active) > 1:
        desk.suppressed(entity, link, INDICATOR, "related")
    _tie(entity, desk)


def _relation(name: str, member: Member, other: str, known: Member) -> str:
    """Name the relation: `self`, `none` (one verified agency, or one identity), `household`, or `strangers`."""
    one, two = member.who, known.who
    if name == other:
        return "self"
    if (one.agency and one.agency == two.agency) or (one.identity and one.identity == two.identity):
        return "none"
    if (one.address and one.address == two.address) or not strangers(one, two, name, other):
        return "household"
    return "strangers"


def _confidence(accounts: int, household: bool, desk: EntityDesk) -> float:
    if accounts >= 4:
        return desk.threshold(INDICATOR, "four_accounts")
    if accounts >= 2:
        return desk.threshold(INDICATOR, "two_accounts" if accounts == 2 else "three_accounts")
    return desk.threshold(INDICATOR, "household") if household else 0.0


def _tie(entity: EntityState, desk: EntityDesk) -> None:
    """Tie every account to the earliest stranger, a star; edges that no longer belong to it are taken back first."""
    members = entity.members
    by_age = sorted(members, key=lambda name: (members[name].first, name))
    wanted: dict[str, tuple[str, str]] = {}
    for place, name in enumerate(by_age):
        for earlier in by_age[:place]:
            if _relation(name, members[name], earlier, members[earlier]) == "strangers":
                wanted["|".join(sorted((earlier, name)))] = (earlier, name)
                break
    if entity.edged.keys() - wanted.keys():
        desk.untie(entity)
    for name in sorted(wanted):
        desk.edge(entity, *wanted[name])
