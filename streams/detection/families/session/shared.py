"""`shared_device_multi_account`: one device signs in to accounts of different people; judged there (§5.3)."""

from __future__ import annotations

from streams.detection.entity_state import HUB, EntityDesk, EntityState, Member, silent
from streams.detection.messages import Link, Numbers, Ref, Who
from streams.detection.ties import tie
from streams.detection.windows import DAY

ID = "shared_device_multi_account"
_CROWD = "crowd"
"""Key in the device's memory: some account reported an id that is too common to be one device."""


def judge(entity: EntityState, link: Link, desk: EntityDesk) -> None:
    """Tell every account on the device what the others make of it; tie strangers with a strong edge."""
    bits = link.data.get("bits")
    if bits is not None and bits < desk.threshold(ID, "entropy_bits_min"):
        entity.memory[_CROWD] = True
    if silent(entity) and not entity.memory:
        return
    since = entity.watermark - desk.threshold(ID, "window_days") * DAY
    present = {name: held for name, held in entity.members.items() if held.last >= since}
    if entity.hub or len(entity.members) > HUB or entity.memory.get(_CROWD):
        _crowd(entity, present, desk)
        desk.suppressed(entity, link, ID, "common" if entity.memory.get(_CROWD) else "hub")
        return
    for name, member in entity.members.items():
        if name in present:
            _tell(entity, name, member, present, desk)
        elif member.sent.get(ID, [0.0])[0] > 0:
            desk.find(entity, name, ID, 0.0, {}, [])
    if len(present) > 1:
        desk.suppressed(entity, link, ID, "related")
    tie(entity, link, present, desk)


def _crowd(entity: EntityState, present: dict[str, Member], desk: EntityDesk) -> None:
    """Take back what a hub or a common id seemed to say of anyone; many strangers make it a public terminal."""
    desk.untie(entity)
    for name, member in entity.members.items():
        if member.sent.get(ID, [0.0])[0] > 0:
            desk.find(entity, name, ID, 0.0, {}, [])
    if not entity.memory.get(_CROWD):
        return
    visitors = {name: held for name, held in present.items() if "stays" not in held.data}
    people = {held.who.identity or name for name, held in visitors.items()}
    if len(people) >= desk.threshold(ID, "terminal_accounts_min"):
        reason = f"a public terminal: {len(people)} unrelated accounts use it for short times"
        for name, member in visitors.items():
            address = member.data.get("ip")  # where it stands, as this account told last
            desk.mitigate(entity, name, "MIT-PUBTERM", reason, *([f"ip:{address}"] if address else []))


def _tell(entity: EntityState, name: str, member: Member, present: dict[str, Member], desk: EntityDesk) -> None:
    """Find how many people besides this account's own are on the device; 0 takes an earlier finding back."""
    others = {
        other: held
        for other, held in present.items()
        if other != name and not _same_person(member.who, held.who) and not _declared(member.who, held.who, name, other)
    }
    people = 1 + len({held.who.identity or other for other, held in others.items()})
    refs: list[Ref] = [*member.refs[-1:], *(held.refs[-1] for held in others.values() if held.refs)]
    days = int(desk.threshold(ID, "window_days"))
    numbers: Numbers = {"accounts": people, "days": days, "relation": _relation(member, others)}
    desk.find(entity, name, ID, _confidence(member, others, people, desk), numbers, refs)


def _confidence(member: Member, others: dict[str, Member], people: int, desk: EntityDesk) -> float:
    """By number of people; full when two identities were verified from it; a household counts little."""
    if not others:
        return 0.0
    elsewhere = [held for held in others.values() if not _same_home(member.who, held.who)]
    if not elsewhere:
        return desk.threshold(ID, "confidence_same_address")
    verified = bool(member.data.get("kyc")) and any(held.data.get("kyc") for held in elsewhere)
    if verified or people >= desk.threshold(ID, "accounts_full"):
        return 1.0
    return desk.threshold(ID, "confidence_three" if people > 2 else "confidence_two")


def _relation(member: Member, others: dict[str, Member]) -> str:
    """Say what is known of this account and the others, in the words of the sentence."""
    who = member.who
    homes = sum(_same_home(who, held.who) for held in others.values())
    agency = sum(not _same_home(who, held.who) and _same_agency(who, held.who) for held in others.values())
    known = " or ".join((["one verified address"] if homes else []) + (["one verified agency"] if agency else []))
    if homes + agency < len(others):
        return f"with no declared link, some of them with {known}" if known else "with no declared link"
    return f"with {known}" if agency else f"with {known} (counted low for that reason)"


def _same_person(one: Who, other: Who) -> bool:
    """Tell whether it is known to be one identity; accounts whose identity is not known count as different people."""
    return bool(one.identity) and one.identity == other.identity


def _same_home(one: Who, other: Who) -> bool:
    return bool(one.address) and one.address == other.address


def _same_agency(one: Who, other: Who) -> bool:
    return bool(one.agency) and one.agency == other.agency


def _declared(one: Who, other: Who, a: str, b: str) -> bool:
    """Tell whether a relation was declared; a verified agency lowers the finding as MIT-AGENCY instead."""
    return a in other.related or b in one.related or bool(set(one.related) & set(other.related))
