"""`account_handoff_after_verification`: device, place and contact data change, and the old device stays away (§5.3).

Watched is the time after an anchor: the identity was verified, or the account woke after a long silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.detection.families.session.memory import Device, SessionMemory
from streams.detection.family import REFS, Desk
from streams.detection.messages import Ref
from streams.detection.windows import DAY, SESSION_LATENESS

if TYPE_CHECKING:
    from streams.detection.account_state import AccountState  # it imports this package's memory

ID = "account_handoff_after_verification"
_DAY = DAY // 1000
FIELDS = frozenset({"email", "phone", "password", "2fa"})
PAYOUT = "payout"


def anchored(memory: SessionMemory, ts: int, desk: Desk) -> None:
    """Set the anchor at `ts` seconds unless one is being watched; of two within a day the earlier counts."""
    watched = (desk.threshold(ID, "changes_days") + desk.threshold(ID, "absent_days_full")) * _DAY
    held = memory.anchor
    if held == 0 or ts - held > watched or 0 < held - ts <= _DAY:
        memory.anchor = ts


def wake(memory: SessionMemory, ts: int, desk: Desk) -> None:
    """Set the anchor when nobody was here for a month: a lateness earlier, so that late events lie behind it."""
    if not memory.devices:
        return
    since = ts - desk.threshold(ID, "dormant_days") * _DAY
    for held in memory.devices:
        if held.last > since:
            return
    anchored(memory, ts - SESSION_LATENESS // 1000, desk)


def changed(memory: SessionMemory, what: str, ts: int, ref: Ref, desk: Desk) -> None:
    """Note that contact, security or payout data changed at `ts` seconds."""
    window = desk.threshold(ID, "changes_days") * _DAY
    if memory.anchor and ts > memory.anchor + window:
        return
    held = memory.changes.get(what)
    if held is None:
        memory.changes[what] = ts
    elif memory.anchor and held >= memory.anchor:  # of the changes behind the anchor the first counts
        memory.changes[what] = min(held, ts) if ts >= memory.anchor else held
    else:
        memory.changes[what] = max(held, ts)
    if memory.anchor and ts >= memory.anchor:
        memory.refs[ID] = sorted({*memory.refs.get(ID, ()), ref})[-REFS:]


def seen(memory: SessionMemory, device: Device, ts: int, account: AccountState, desk: Desk) -> None:
    """Take the finding back when a device from before the anchor returns."""
    if ID not in account.fired or not memory.anchor or device.first >= memory.anchor:
        return
    newer = [held.first for held in memory.devices if held.first >= memory.anchor]
    if newer and ts > min(newer) + desk.threshold(ID, "overlap_hours") * 3600:
        desk.retract(account, ID)


def judge(account: AccountState, memory: SessionMemory, day: int, desk: Desk) -> None:
    """Fire at day 3 with a provisional confidence, fully when the old devices stayed away for two weeks."""
    if not memory.anchor and not memory.changes:
        return
    limits = desk.catalogue.indicators[ID].thresholds
    now = (day + 1) * _DAY
    window, full, needed = limits["changes_days"] * _DAY, limits["absent_days_full"], int(limits["changes_min"])
    _forget(memory, now, window, full)
    anchor = memory.anchor
    if not anchor or len(memory.changes) < needed or now - anchor > window + (full + 2) * _DAY:
        return
    until = min(now, anchor + window)
    times = _changes(memory, anchor, until)
    if len(times) < needed:
        return
    old = [held for held in memory.devices if held.key and held.first < anchor]
    new = [held for held in memory.devices if held.key and anchor <= held.first < until and _elsewhere(held, old)]
    if not old or not new:
        return
    moved = min(held.first for held in new)
    gone = max(held.last for held in old)
    if gone > moved + limits["overlap_hours"] * 3600:
        return
    if now - max(moved, gone, times[needed - 1]) < limits["absent_days_provisional"] * _DAY:
        return
    absent = (now - max(moved, gone)) / _DAY
    confidence = 1.0 if absent >= full else limits["confidence_provisional"]
    numbers = {"changes": len(times), "new_devices": len(new), "absent_days": int(absent)}
    desk.fire(account, ID, confidence, now * 1000 - 1, numbers, *memory.refs.get(ID, ()))


def _elsewhere(device: Device, old: list[Device]) -> bool:
    """Tell whether the device was on a country or a sort of network where no older device was; unknown is not elsewhere."""
    countries = {place[0] for held in old for place in held.places if place[0]}
    kinds = {place[2] for held in old for place in held.places}
    return any(
        (countries and country and country not in countries) or (kinds and kind not in kinds)
        for country, _, kind in device.places
    )


def _changes(memory: SessionMemory, anchor: int, until: float) -> list[int]:
    """Give when each kind of data changed behind the anchor; password and second factor are one kind, both needed."""
    held = {what: ts for what, ts in memory.changes.items() if anchor <= ts < until}
    times = [held[what] for what in ("email", "phone", PAYOUT) if what in held]
    if "password" in held and "2fa" in held:
        times.append(max(held["password"], held["2fa"]))
    return sorted(times)


def _forget(memory: SessionMemory, now: int, window: float, full: float) -> None:
    """Drop what no anchor can need: changes of an unwatched account, and an anchor whose time is over."""
    if memory.anchor and now - memory.anchor > window + (full + 2) * _DAY:
        memory.anchor = 0
        memory.refs.pop(ID, None)
    if not memory.anchor and memory.changes:
        memory.changes = {what: ts for what, ts in memory.changes.items() if now - ts < 2 * _DAY}
