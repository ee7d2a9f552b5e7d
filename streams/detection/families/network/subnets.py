"""`shared_subnet_single_use_devices`: one network, one device an account, alike and at the same hours."""

from __future__ import annotations

from collections import Counter

from streams.detection.entity_state import EntityDesk, EntityState
from streams.detection.families.network.relations import groups_of, recent, withdraw
from streams.detection.families.network.rhythm import alike, hours_in
from streams.detection.messages import Link
from streams.detection.windows import DAY

SUBNET = "shared_subnet_single_use_devices"
DEVICES = 4
COMPARED = 24
"""Accounts compared pair by pair, the newest: 276 pairs, about 2 ms, and more say the same."""


def judge(entity: EntityState, link: Link, desk: EntityDesk) -> None:
    """Look at the network each time an account refreshes its link: once a day, or with a new device."""
    memory = entity.memory
    limits = desk.catalogue.indicators[SUBNET].thresholds
    days = int(limits["days"])
    _remember_devices(entity, link, days * DAY)
    if link.data.get("declared"):
        memory["declared"] = True
    if memory.get("declared") or entity.hub:
        withdraw(entity, SUBNET, desk)
        desk.suppressed(entity, link, SUBNET, "declared" if memory.get("declared") else "hub")
        return
    least = float(limits["accounts"])  # of strangers: members that may belong together are not held against it
    if len(entity.members) < least:
        return
    names = _dedicated(entity, days * DAY, limits["hours"])
    if len(names) < least:
        return
    groups = groups_of({name: entity.members[name] for name in names})
    names = sorted(group[0] for group in groups)
    if len(names) < limits["accounts"]:
        withdraw(entity, SUBNET, desk)
        desk.suppressed(entity, link, SUBNET, "related")
        return
    data = [entity.members[name].data for name in names]
    setups = Counter(
        (known["agent"], known.get("build", ""), known["tz"])
        for known in data
        if known.get("agent") and known.get("tz")
    )
    same = max(setups.values(), default=0) / len(names)
    if same < limits["same_setup"]:
        return
    likeness = alike([known["week"] for known in data])
    if likeness < limits["correlation"]:
        return
    numbers = {
        "accounts": len(names),
        "network": _told_as(entity.key),
        "percent": round(100 * same),
        "correlation": round(likeness, 2),
        "days": days,
    }
    for name in names:
        desk.find(entity, name, SUBNET, 1.0, numbers, list({*entity.members[name].refs, link.ref}))


def _told_as(key: str) -> str:
    """Name the network, or the operator and the place of exits that lie in many networks (`links.subnet_of`)."""
    operator, grouped, place = key.partition("+")
    return f"{operator} (exits in {place})" if grouped else key


def _remember_devices(entity: EntityState, link: Link, span: int) -> None:
    """Keep when each device of an account was last told of, the newest; accounts that left are forgotten."""
    used: dict[str, dict[int, int]] = entity.memory.setdefault("used", {})
    held = used.setdefault(link.account, {})
    for device in link.data.get("devices", ()):
        held[device] = max(link.ts, held.get(device, 0))
    newest = sorted(((at, device) for device, at in held.items() if entity.watermark - at <= span), reverse=True)
    used[link.account] = {device: at for at, device in newest[:DEVICES]}
    if len(used) > len(entity.members):  # each member has an entry
        for name in [name for name in used if name not in entity.members]:
            del used[name]


def _dedicated(entity: EntityState, span: int, hours: float) -> list[str]:
    """Find accounts with one device here that no other has, and enough hours to compare; newest first."""
    devices = {
        name: [device for device, at in held.items() if entity.watermark - at <= span]
        for name, held in entity.memory["used"].items()
    }
    users = Counter(device for held in devices.values() for device in held)
    members = recent(entity, span)
    found = [
        name
        for name, member in members.items()
        if len(held := devices.get(name, [])) == 1
        and users[held[0]] == 1
        and hours_in(member.data.get("week") or b"") >= hours
    ]
    return sorted(found, key=lambda name: (-members[name].last, name))[:COMPARED]
