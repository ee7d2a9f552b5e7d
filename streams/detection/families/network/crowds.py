"""How many devices an address carries within an hour, from what accounts tell it once a day, and visitors once.

Links that carried every hour would cost more than all others together; hours that come a day later tell the same of a place.
A visitor is one device in one hour and nothing else: no account that uses the address, and so none of its members.
"""

from __future__ import annotations

from streams.detection.entity_state import VISIT, EntityDesk, EntityState
from streams.detection.messages import Link, Numbers
from streams.detection.windows import DAY, HOUR

COMPANY = 3
"""Accounts ever seen on a line from which visitors are told of: with fewer there is nobody to point at."""
RECOUNT = 24
"""Hours for which a crowd is not counted again: it is one for a month."""
_VISITS = "visits"
"""Key in an address's memory: hour → devices of visitors, since the day before, which is what members' links still tell of."""


def forward(entity: EntityState, link: Link, accounts: int, desk: EntityDesk) -> None:
    """Tell the address of somebody's first session there in a week, which reached only the exit of that name.

    On a line on which only one or two `accounts` were ever seen there is nothing to count, and nothing is sent.
    """
    visit = link.data.get(VISIT)
    if not visit or accounts < COMPANY:
        return
    device, hour = visit
    data = {"network": link.data.get("network"), "device": device, "hour": hour, VISIT: True}
    desk.links.append(Link("ip", entity.key, link.account, link.ts, link.ref, link.who, data))


def count_devices(entity: EntityState, link: Link, crowd: float) -> None:
    """Note under `crowd` the newest hour in which there were more devices than that: more than a household has."""
    enough = float(crowd)  # of accounts and of a day's devices; what is held against the threshold is an hour's devices
    if link.data.get(VISIT):
        _note_visit(entity, link, int(crowd))
    memory, members = entity.memory, entity.members.values()
    visits: dict[int, list[int]] = memory.get(_VISITS, {})
    if len(members) + sum(map(len, visits.values())) <= enough or link.ts // HOUR - memory.get("crowd", 0) < RECOUNT:
        return
    for day, mask in _hours(link.data).items():
        devices: dict[int, int] = {}
        for member in members:
            if (device := member.data.get("device")) and (theirs := _hours(member.data).get(day, 0) & mask):
                devices[device] = devices.get(device, 0) | theirs
        for hour in [hour for hour in visits if hour // 24 == day and mask >> hour % 24 & 1]:
            for device in visits[hour]:
                devices[device] = devices.get(device, 0) | 1 << hour % 24
        if len(devices) <= enough:
            continue
        for hour in range(24):
            if sum(theirs >> hour & 1 for theirs in devices.values()) > crowd:
                memory["crowd"] = max(24 * day + hour, memory.get("crowd", 0))


def _note_visit(entity: EntityState, link: Link, crowd: int) -> None:
    """Keep a visitor's device for its hour. One more than a `crowd` needs no others, and hours before yesterday go."""
    hour, oldest = link.data.get("hour", 0), (entity.watermark // DAY - 1) * 24
    visits = {at: devices for at, devices in entity.memory.get(_VISITS, {}).items() if at >= oldest}
    devices = visits.get(hour, [])
    if hour >= oldest and len(devices) <= crowd and link.data["device"] not in devices:
        visits[hour] = [*devices, link.data["device"]]
    entity.memory[_VISITS] = visits


def _hours(data: Numbers) -> dict[int, int]:
    """Give the UTC days of which a link tells, with a mask of the hours: that of its session, and the day before's."""
    days: dict[int, int] = {}
    if stay := data.get("stay"):
        days[stay[0]] = stay[1]
    if hour := data.get("hour"):
        days[hour // 24] = days.get(hour // 24, 0) | 1 << hour % 24
    return days
