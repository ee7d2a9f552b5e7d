"""`shared_ip_multi_account`, judged at the address; and places recognised by how many devices they carry."""

from __future__ import annotations

from streams.detection.entity_state import VISIT, EntityDesk, EntityState, Member
from streams.detection.families.network.crowds import count_devices
from streams.detection.families.network.relations import groups_of, withdraw
from streams.detection.families.network.rhythm import alike
from streams.detection.messages import Link
from streams.detection.windows import DAY, HOUR

SHARED = "shared_ip_multi_account"
SAMPLE = 16
"""Members compared to tell an office from a team; 120 pairs."""


def judge(entity: EntityState, link: Link, desk: EntityDesk) -> None:
    """How many unrelated accounts used this address within a week, each in two sessions or more."""
    count_devices(entity, link, desk.threshold(SHARED, "crowd_devices"))
    reason = _everybodys(entity, link, desk) or ("hub" if entity.hub else "")
    if reason:
        withdraw(entity, SHARED, desk)
        desk.suppressed(entity, link, SHARED, reason)
        return
    if link.data.get(VISIT):  # of a place, not of those who use it; nor is it an event behind what is said of them
        return
    limits = desk.catalogue.indicators[SHARED].thresholds
    least = float(limits["accounts"])  # of strangers: members that may belong together are not held against it
    if len(entity.members) < least:  # others were forgotten, if ever there were enough
        return
    days = int(limits["days"])
    members = twice(entity, days * DAY)
    groups = groups_of(members) if len(members) >= least else []
    if len(groups) < limits["accounts"]:
        if len(members) >= least:
            desk.suppressed(entity, link, SHARED, "related")
        if len(groups_of(entity.members)) < least:  # declared since; not merely gone quiet, which decays by itself
            withdraw(entity, SHARED, desk)
        return
    confidence, close = confidence_of(members, groups, limits)
    numbers = {
        "accounts": len(groups),
        "days": days,
        "network": link.data.get("network") or "",
        "signups": f", signed up within {int(limits['signup_hours'])} hours of each other" if close else "",
    }
    for name, member in members.items():
        desk.find(entity, name, SHARED, confidence, numbers, list({*member.refs, link.ref}))


def twice(entity: EntityState, span: int) -> dict[str, Member]:
    """Members with two sessions within `span` ms before the newest link, by what their own newest links tell."""
    return {
        name: member
        for name, member in entity.members.items()
        if entity.watermark - member.data.get("earlier", member.last) <= span
    }


def confidence_of(members: dict[str, Member], groups: list[list[str]], limits: dict[str, float]) -> tuple[float, bool]:
    """Confidence by the number of unrelated groups, and whether enough of them signed up at about the same time."""
    size = len(groups)
    base = 1.0 if size >= limits["full_accounts"] else limits["some" if size >= limits["some_accounts"] else "few"]
    created = sorted(
        min(times)
        for group in groups
        if (times := [at for at in (members[name].who.created for name in group) if at is not None])
    )
    least = int(limits["accounts"])
    span = limits["signup_hours"] * HOUR
    close = any(late - early <= span for early, late in zip(created, created[least - 1 :], strict=False))
    return min(1.0, base + (limits["signup_bonus"] if close else 0.0)), close


def _everybodys(entity: EntityState, link: Link, desk: EntityDesk) -> str:
    """Tell a `declared` workplace, or a `crowd`: more devices at an address within an hour than a household has.

    One declaration serves all on the address: it is a fact about the place. Only a crowd that keeps its own hours
    is taken for an office; a crowd in step may be a team, so it merely does not count here.
    """
    memory, network = entity.memory, f"subnet:{link.data.get('network') or ''}"
    if link.data.get("declared"):
        memory["declared"] = link.data["declared"]
    if memory.get("declared"):
        for name in entity.members:
            reason = f"the address was declared as a workplace: {memory['declared']}"
            desk.mitigate(entity, name, "MIT-OFFICE", reason, network)
        return "declared"
    crowd = memory.get("crowd")
    if crowd is None or entity.watermark - crowd * HOUR > desk.threshold(SHARED, "crowd_days") * DAY:
        return ""
    if memory.get("compared", -1) < link.ts // DAY:
        memory["compared"] = link.ts // DAY
        known = [member for member in entity.members.values() if member.data.get("week")]
        newest = sorted(known, key=lambda member: -member.last)[:SAMPLE]
        weeks = [member.data["week"] for member in newest]
        memory["diverse"] = len(weeks) > 1 and alike(weeks) < desk.threshold(SHARED, "in_step")
    if memory["diverse"]:
        for name in entity.members:
            desk.mitigate(entity, name, "MIT-OFFICE", "many devices use the address at their own hours", network)
    return "crowd"
