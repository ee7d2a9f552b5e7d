"""`payout_instrument_shared`: one payout instrument used by several accounts (PAY, judged at the instrument)."""

from __future__ import annotations

from streams.detection.entity_state import EntityDesk, EntityState, Member, silent, strangers
from streams.detection.messages import Link, Numbers
from streams.detection.ties import apart, tie
from streams.detection.windows import DAY

INDICATOR = "payout_instrument_shared"
KIND = "payout"
_HOUSEHOLD = {"home": "of one verified address", "declared": "with a declared relation"}
"""Relations that lower what is said, in the words of the sentence."""


def judge_instrument(entity: EntityState, link: Link, desk: EntityDesk) -> None:
    """Tell every active account of the instrument how many strangers use it too, and tie strangers with strong edges.

    Couples and declared family say little; a verified agency, a hub and an instrument shared by design say nothing.
    """
    if silent(entity):
        return
    since = entity.watermark - desk.threshold(INDICATOR, "active_days") * DAY
    active = {name: member for name, member in sorted(entity.members.items()) if member.last >= since}
    if entity.hub or any(member.data.get("omnibus") for member in entity.members.values()):
        for name in entity.members:
            desk.find(entity, name, INDICATOR, 0.0, {}, [])
        desk.untie(entity)
        desk.suppressed(entity, link, INDICATOR, "hub" if entity.hub else "omnibus")
        return
    for name in sorted(entity.members):
        if name in active:
            _tell(entity, name, active, desk)
        else:  # has not used it for as long as it counts: nothing is said of this account any more
            desk.find(entity, name, INDICATOR, 0.0, {}, [])
    if len(active) > 1:
        desk.suppressed(entity, link, INDICATOR, "related")
    tie(entity, link, entity.members, desk)


def _tell(entity: EntityState, name: str, active: dict[str, Member], desk: EntityDesk) -> None:
    """Find how many strangers use the instrument too, or else that people who belong together do; 0 takes an earlier finding back.

    Another one's accounts count once: a couple with two accounts each is not four who share an instrument.
    """
    relations = {other: _relation(name, active[name], other, known) for other, known in active.items() if other != name}
    unrelated = [other for other, relation in relations.items() if relation == "strangers"]
    household = [other for other, relation in relations.items() if relation in _HOUSEHOLD]
    together = [name, *(unrelated or household)]
    people = {active[other].who.identity or other for other in together[1:]}
    numbers: Numbers = {
        "accounts": 1 + len(people),
        "days": desk.threshold(INDICATOR, "active_days"),
        "relation": "without a known relation",
        "lowered": "",
    }
    if not unrelated:
        known = [words for relation, words in _HOUSEHOLD.items() if relation in relations.values()]
        numbers |= {"relation": " or ".join(known), "lowered": "; counted low for that reason"}
    refs = sorted({ref for other in together for ref in active[other].refs})
    strange = len(people) if unrelated else 0
    desk.find(entity, name, INDICATOR, _confidence(1 + strange, bool(household), desk), numbers, refs)


def _relation(name: str, member: Member, other: str, known: Member) -> str:
    """Name the relation: `none` (one verified agency, or one identity: nothing to tell), `home`, `declared`, or `strangers`."""
    one, two = member.who, known.who
    if (one.agency and one.agency == two.agency) or (one.identity and one.identity == two.identity):
        return "none"
    if apart(name, one, other, two):
        return "strangers"
    return "home" if strangers(one, two, name, other) else "declared"


def _confidence(accounts: int, household: bool, desk: EntityDesk) -> float:
    if accounts >= 4:
        return desk.threshold(INDICATOR, "four_accounts")
    if accounts >= 2:
        return desk.threshold(INDICATOR, "two_accounts" if accounts == 2 else "three_accounts")
    return desk.threshold(INDICATOR, "household") if household else 0.0
