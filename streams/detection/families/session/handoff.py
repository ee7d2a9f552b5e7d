"""`account_handoff_after_verification`: device, place and contact data change, and the old device stays away (§5.3).

Watched is the time after an anchor: the identity was verified, or the account woke after a long silence. A later anchor takes over
unless a hand-over seems under way; that is decided once all that may be late has arrived, so that order changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from streams.detection.families.location.networks import ACCESS, MOBILE
from streams.detection.families.session.memory import Device, SessionMemory
from streams.detection.family import REFS, Desk
from streams.detection.messages import Ref
from streams.detection.windows import DAY, SESSION_LATENESS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.detection.account_state import AccountState  # it imports this package's memory

ID = "account_handoff_after_verification"
_DAY = DAY // 1000
FIELDS = frozenset({"email", "phone", "password", "2fa"})
PAYOUT = "payout"
_AGAIN = "+"
"""Appended to a kind of data: its newest change, when there was one after the first. A later anchor needs it."""
_BEFORE = 2 * _DAY
"""Changes so shortly before the first device of an account that wakes belong to what woke it, such as a password reset."""
LATER = 4
_EVERYDAY = frozenset({ACCESS, MOBILE})
"""Sorts of network on which one person's phone and computer are."""


class _Move(NamedTuple):
    """What happened after the anchor: the kinds of data that changed, the new devices elsewhere, and those from before."""

    times: list[int]
    new: list[Device]
    old: list[Device]
    moved: int
    """First use of a new device elsewhere; `gone`: last use of an old one."""
    gone: int


def anchored(memory: SessionMemory, ts: int, desk: Desk, silent: int = 0) -> None:
    """Set the anchor at `ts` seconds, or have it wait while one is being watched; `silent` days of silence ended there."""
    watched = (desk.threshold(ID, "changes_days") + desk.threshold(ID, "absent_days_full")) * _DAY
    if ts < memory.anchor - _DAY:
        return
    held = [(memory.anchor, memory.silent), *memory.later] if memory.anchor else []
    held = sorted({*(one for one in held if ts - one[0] <= watched), (ts, silent)})
    if len(held) > 1 + LATER:
        desk.evict("session")
        del held[1]
    (memory.anchor, memory.silent), *memory.later = held


def wake(memory: SessionMemory, ts: int, desk: Desk) -> None:
    """Set the anchor when nobody was here for a month: a lateness earlier, so that late events lie behind it."""
    if not memory.devices:
        return
    quiet = ts - desk.threshold(ID, "dormant_days") * _DAY
    for held in memory.devices:
        if held.last > quiet:
            return
    silent = (ts - max(held.last for held in memory.devices)) // _DAY
    anchored(memory, ts - SESSION_LATENESS // 1000, desk, silent)


def since(memory: SessionMemory) -> int:
    """Give from when on changes count (s)."""
    return memory.anchor - _BEFORE if memory.silent else memory.anchor


def changed(memory: SessionMemory, what: str, ts: int, ref: Ref, desk: Desk) -> None:
    """Note that contact, security or payout data changed at `ts` seconds."""
    held = memory.changes.get(what)
    newest = max(ts, held or 0, memory.changes.get(what + _AGAIN, 0))
    if held is None:
        memory.changes[what] = ts
    elif memory.anchor and held >= since(memory):  # of the changes behind the anchor the first counts
        memory.changes[what] = min(held, ts) if ts >= since(memory) else held
    else:
        memory.changes[what] = max(held, ts)
    if memory.anchor and newest > memory.changes[what]:
        memory.changes[what + _AGAIN] = newest
    if not memory.anchor or memory.later or ts <= memory.anchor + desk.threshold(ID, "changes_days") * _DAY:
        memory.refs[ID] = sorted({*memory.refs.get(ID, ()), ref})[-REFS:]


def seen(memory: SessionMemory, device: Device, ts: int, account: AccountState, desk: Desk) -> None:
    """Take the finding back when a device from before the hand-over returns, however long after."""
    anchor = memory.handed or memory.anchor
    if ID not in account.fired or not device.key or not anchor or device.first > anchor:
        return
    newer = [held.first for held in memory.devices if held.key and held.first > anchor]
    if newer and ts > min(newer) + desk.threshold(ID, "overlap_hours") * 3600:
        desk.retract(account, ID)


def watched(memory: SessionMemory) -> list[Device]:
    """Give the devices whose return would matter: the last two from before the anchor, and from before a hand-over that was found."""
    found: list[Device] = []
    for anchor in {memory.anchor, memory.handed}:
        found += sorted(_before(memory, anchor), key=lambda held: (held.last, held.key))[-2:]
    return found


def _before(memory: SessionMemory, anchor: int) -> list[Device]:
    """Give the devices that the account had at `anchor`: also the one on which its identity was verified just then."""
    return [held for held in memory.devices if held.key and held.first <= anchor]


def judge(account: AccountState, memory: SessionMemory, day: int, desk: Desk) -> None:
    """Fire at day 3 with a provisional confidence, fully when the old devices stayed away for two weeks."""
    if not memory.anchor and not memory.changes and not memory.handed:
        return
    limits = desk.catalogue.indicators[ID].thresholds
    now = (day + 1) * _DAY
    full = limits["absent_days_full"]
    if ID not in account.fired:
        memory.handed = 0
    _forget(memory, now, limits)
    while memory.later and now >= memory.later[0][0] + _DAY and not _under_way(memory, now, limits):
        _next(memory)
    move = _move(memory, now, limits)
    if move is None:
        return
    last = max(move.moved, move.gone, move.times[int(limits["changes_min"]) - 1])
    if now - last < limits["absent_days_provisional"] * _DAY:
        return
    absent = (now - last) / _DAY
    confidence = 1.0 if absent >= full else limits["confidence_provisional"]
    numbers = {
        "after": f"a silence of {memory.silent} days" if memory.silent else "the verification",
        "changes": len(move.times),
        "new_devices": len(move.new),
        "where": _where(move),
        "absent_days": int(absent),
    }
    end = (memory.anchor + limits["changes_days"] * _DAY) * 1000
    refs = [ref for ref in memory.refs.get(ID, ()) if since(memory) * 1000 <= ref.ts < end]
    desk.fire(account, ID, confidence, now * 1000 - 1, numbers, *refs)
    if ID in account.fired and not memory.handed:
        memory.handed = memory.anchor


def _under_way(memory: SessionMemory, now: int, limits: Mapping[str, float]) -> bool:
    """Tell whether the anchor goes on being watched though there is a later one: something began before that, and may yet be all."""
    until = memory.anchor + limits["changes_days"] * _DAY
    if now >= until + _DAY:
        return _move(memory, now, limits) is not None
    before = min(memory.later[0][0], until)
    if any(since(memory) <= ts < before for ts in memory.changes.values()):
        return True
    old = _before(memory, memory.anchor)
    new = [held for held in memory.devices if held.key and memory.anchor < held.first < before]
    return any(any(_elsewhere(held, old)) for held in new)


def _move(memory: SessionMemory, now: int, limits: Mapping[str, float]) -> _Move | None:
    """Give what moved behind the anchor, when it is all that makes a hand-over but the time that the old devices stay away."""
    anchor, window = memory.anchor, limits["changes_days"] * _DAY
    if not anchor:
        return None
    until = min(now, anchor + window)
    times = _changes(memory, until)
    if len(times) < limits["changes_min"]:
        return None
    old = _before(memory, anchor)
    new = [held for held in memory.devices if held.key and anchor < held.first < until and any(_elsewhere(held, old))]
    if not old or not new:
        return None
    moved = min(held.first for held in new)
    gone = max(held.last for held in old)
    if gone > moved + limits["overlap_hours"] * 3600:
        return None
    return _Move(times, new, old, moved, gone)


def _elsewhere(device: Device, old: list[Device]) -> tuple[bool, bool]:
    """Tell whether the device was in a country, and on a sort of network, where no older device was; unknown is not elsewhere.

    Between a phone and a computer, a mobile network and one at home are no different sorts: verified by phone, worked at the desk.
    """
    countries = {place[0] for held in old for place in held.places if place[0]}
    kinds = {place[2] for held in old for place in held.places}
    if any(held.phone != device.phone and any(place[2] in _EVERYDAY for place in held.places) for held in old):
        kinds |= _EVERYDAY
    abroad = any(countries and country and country not in countries for country, _, _ in device.places)
    return abroad, any(kinds and kind not in kinds for _, _, kind in device.places)


def _where(move: _Move) -> str:
    abroad, unlike = (any(of) for of in zip(*(_elsewhere(held, move.old) for held in move.new), strict=True))
    told = ["in another country"] * abroad + ["on another sort of network"] * unlike
    return " and ".join(told)


def _changes(memory: SessionMemory, until: float) -> list[int]:
    """Give when each kind of data changed behind the anchor; password and second factor are one kind, both needed."""
    held = {what: ts for what, ts in memory.changes.items() if since(memory) <= ts < until}
    times = [held[what] for what in ("email", "phone", PAYOUT) if what in held]
    if "password" in held and "2fa" in held:
        times.append(max(held["password"], held["2fa"]))
    return sorted(times)


def _next(memory: SessionMemory) -> None:
    """Go on to the next anchor, or to none; of the changes behind it the first that is known counts."""
    (memory.anchor, memory.silent), *memory.later = memory.later or [(0, 0)]
    known = memory.changes
    memory.changes = {}
    for what in sorted({name.removesuffix(_AGAIN) for name in known}):  # a state's bytes are the same in every process
        times = sorted({known[name] for name in (what, what + _AGAIN) if name in known})
        behind = [ts for ts in times if ts >= since(memory)] if memory.anchor else times[-1:]
        for name, ts in zip((what, what + _AGAIN), behind, strict=False):
            memory.changes[name] = ts


def _forget(memory: SessionMemory, now: int, limits: Mapping[str, float]) -> None:
    """Drop what no anchor can need: changes of an unwatched account, and an anchor whose time is over."""
    watched = (limits["changes_days"] + limits["absent_days_full"] + 2) * _DAY
    while memory.anchor and now - memory.anchor > watched:
        _next(memory)
    if memory.anchor:
        return
    if memory.changes:
        memory.changes = {what: ts for what, ts in memory.changes.items() if now - ts < 2 * _DAY}
    if not memory.changes:
        memory.refs.pop(ID, None)
