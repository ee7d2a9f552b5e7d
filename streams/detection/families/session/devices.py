"""Which devices an account is used from, when, and on which networks; the link to other accounts of the same device."""

from __future__ import annotations

from zlib import crc32

from streams.detection.families.location.networks import ACCESS, kind_of
from streams.detection.families.session import handoff, shared, shifts
from streams.detection.families.session.memory import Device, SessionMemory
from streams.detection.families.session.sittings import PHONES
from streams.detection.family import Desk, Moment
from streams.detection.messages import Numbers
from streams.detection.windows import DAY, Presence

HALF_DAY = DAY // 2000
"""Seconds."""
DEVICES = 8
PLACES = 4
REFRESH = 7 * DAY
"""A shared device is judged over 30 days, so that a weekly link keeps it alive."""


def touch(memory: SessionMemory, moment: Moment, desk: Desk, key: int, ts: int, active: bool) -> Device:
    """Note that the device `key` was seen at `ts` seconds; `active`: somebody was at it."""
    devices = memory.devices
    device = devices[-1] if devices else None
    if device is None or device.key != key or device.halves.newest != ts // HALF_DAY:
        device = _news(memory, moment, desk, key, ts)
    if ts > device.last:
        device.last = ts
    elif ts < device.first:
        device.first = ts
    facts = moment.facts
    if facts.asn is not None:
        kind = kind_of(facts.classes) if facts.classes else ACCESS  # no call for nearly every heartbeat
        place = (facts.agreed_country or "", facts.asn, kind)
        if not device.places or device.places[-1] != place:
            _place(device, place)
    if active:
        bit = 1 << ts % 86400 // 1800
        if device.day != ts // 86400:
            _other_day(device, ts // 86400, bit)
        elif not device.slots & bit:
            device.slots |= bit
    if memory.rota and device.arcs:
        shifts.keep(memory, device, moment.ref)
    return device


def _news(memory: SessionMemory, moment: Moment, desk: Desk, key: int, ts: int) -> Device:
    """Another device than last time, or another half-day."""
    handoff.wake(memory, ts, desk)
    devices = memory.devices
    half = ts // HALF_DAY
    device = None
    for held in devices:
        if held.key == key:
            device = held
            break
    fresh = True
    if device is None:
        device = Device(key, ts, ts, Presence(half))
        devices.append(device)
        if len(devices) > DEVICES:
            _evict(memory, device)
            desk.evict("device")
    else:
        fresh = device.halves.count(half, half) == 0
        device.halves.mark(half)
        if devices[-1] is not device:
            devices.remove(device)
            devices.append(device)
    if not device.agent and moment.facts.agent:
        device.agent = crc32(moment.facts.agent.encode())
        device.phone = moment.facts.agent.endswith(PHONES)
    if fresh:
        handoff.seen(memory, device, ts, moment.account, desk)
        if key:
            link(moment, desk, device, REFRESH)
    return device


def _evict(memory: SessionMemory, newcomer: Device) -> None:
    """Drop the least recently used device, but not one whose absence is watched."""
    watched = handoff.watched(memory)
    others = [held for held in memory.devices if held is not newcomer and held not in watched]
    memory.devices.remove(min(others, key=lambda held: (held.last, held.key)))


def _place(device: Device, place: tuple[str, int, int]) -> None:
    if place in device.places:
        device.places.remove(place)
    device.places.append(place)
    if len(device.places) > PLACES:
        del device.places[0]


def _other_day(device: Device, day: int, bit: int) -> None:
    """Mark a half-hour of a day that is not the device's newest; only the day before is kept beside it."""
    if day > device.day:
        device.before = device.slots if day == device.day + 1 else 0
        device.day, device.slots = day, bit
    elif day == device.day - 1:
        device.before |= bit


def identified(device: Device, moment: Moment, desk: Desk) -> None:
    """Note that an identity was verified, or its document uploaded, from here, and tell what shares the device."""
    if not device.kyc:
        device.kyc = True
        link(moment, desk, device, 0)


def entropy(device: Device, moment: Moment, desk: Desk, bits: float) -> None:
    """Note how identifying the device id is: the lowest figure heard counts. Too common an id is told at once."""
    whole = int(bits)
    if device.bits is None or whole < device.bits:
        device.bits = whole
        if whole < desk.threshold(shared.ID, "entropy_bits_min"):
            link(moment, desk, device, 0)


def stay(device: Device, moment: Moment, desk: Desk, start: int, ts: int) -> None:
    """Note a session that began at `start` and still goes on at `ts` (s) when nobody sits at a public computer for so long."""
    if ts - start >= desk.threshold(shared.ID, "terminal_minutes") * 60:
        device.stayed = ts // 86400
        if _common(device, desk):
            link(moment, desk, device, 0)


def link(moment: Moment, desk: Desk, device: Device, refresh: int) -> None:
    """Tell the shared device of this account."""
    device_id = moment.event.device_id
    if device_id is not None:
        desk.link(moment, "device", device_id, refresh, lambda: _data(device, moment, desk))


def _common(device: Device, desk: Desk) -> bool:
    return device.bits is not None and device.bits < desk.threshold(shared.ID, "entropy_bits_min")


def _data(device: Device, moment: Moment, desk: Desk) -> Numbers:
    """Give what others on the device are told; of a public computer, it may be, also where it is and whether one stays."""
    data: Numbers = {}
    if _common(device, desk):
        if moment.facts.shared_key is not None:
            data["ip"] = moment.facts.shared_key
        if moment.ts // DAY - device.stayed <= desk.threshold(shared.ID, "window_days"):
            data["stays"] = 1
    if device.bits is not None:
        data["bits"] = device.bits
    if device.kyc:
        data["kyc"] = 1
    return data
