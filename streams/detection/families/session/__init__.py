"""Sessions and devices (SES): who can be at an account, judged by its devices, and by accounts on one device."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from schemas.events import (
    AccountCreated,
    DocumentSubmitted,
    KycApproved,
    LoginSucceeded,
    PayoutMethodAdded,
    ProfileUpdated,
    SessionEnd,
    SessionHeartbeat,
    SessionStart,
)
from streams.detection.families.session import (
    concurrent,
    devices,
    fingerprints,
    handoff,
    marathon,
    shared,
    shifts,
    sittings,
)
from streams.detection.families.session.memory import Device, SessionMemory
from streams.detection.family import REFS, Desk, Family, Moment
from streams.detection.windows import DAY, Presence

if TYPE_CHECKING:
    from streams.detection.account_state import AccountState  # it imports this package's memory

_SESSION = (SessionHeartbeat, SessionStart, SessionEnd)  # built once: a union in `isinstance` is built for each event
_NO_HINTS: dict[str, str] = {}
_IDENTITY_DOCUMENTS = frozenset({"passport", "id_card", "driving_licence", "residence_permit"})


def _memory(moment: Moment) -> SessionMemory:
    account = moment.account
    if account.session is None:
        account.session = SessionMemory()
    return account.session


def heard(moment: Moment, desk: Desk) -> None:
    """Take in that a session began, goes on or ended: device (the last of the list from here on), presence, overlap."""
    memory = moment.account.session or _memory(moment)
    event = moment.event
    assert isinstance(event, _SESSION)
    ts = moment.ts // 1000
    inputs = event.active_input_count
    session = crc32(event.session_id.encode()) if event.session_id is not None else 0
    if event.device_id is not None:
        key = crc32(event.device_id.encode())
    else:
        held = sittings.find(memory, session) if session else None
        key = held.device if held is not None else 0
    active = inputs is not None and inputs > 0
    device = devices.touch(memory, moment, desk, key, ts, active or inputs is None)
    marathon.note(memory, moment, desk, ts, active)
    if session:
        sitting = concurrent.note(memory, moment, desk, session, key, ts, active)
        if ts // 86400 > device.stayed:
            devices.stay(device, moment, desk, sittings.since(memory, sitting), ts)


def started(moment: Moment, desk: Desk) -> None:
    """Take in a session start: as any session event, and what the browser shows of itself."""
    event = moment.event
    assert isinstance(event, SessionStart)
    heard(moment, desk)
    device = _memory(moment).devices[-1]
    if event.device_entropy_bits is not None:
        devices.entropy(device, moment, desk, event.device_entropy_bits)
    _fingerprint(moment, desk, event, device)


def _fingerprint(moment: Moment, desk: Desk, event: SessionStart, device: Device) -> None:
    """Mark the half-day when the fingerprint contradicts itself enough."""
    facts, hints = moment.facts, event.client_hints or _NO_HINTS
    if facts.agent is None:
        return
    brands = hints.get("sec-ch-ua")
    ja4 = None if "corporate" in facts.classes else event.ja4  # a company's TLS inspection shows its own
    shown = (hints.get("sec-ch-ua-platform"), brands, event.fonts_os, event.gpu_renderer, ja4, event.screen)
    found = fingerprints.contradictions(facts.agent, shown)
    if not found or found < desk.threshold(fingerprints.ID, "contradictions_min"):
        return
    if fingerprints.private(facts.agent, brands, event.tz, facts.classes):
        return
    half = moment.ts // 1000 // devices.HALF_DAY
    if device.odd is None:
        device.odd = Presence(half)
    device.odd.mark(half)
    refs = _memory(moment).refs
    refs[fingerprints.ID] = sorted({*refs.get(fingerprints.ID, ()), moment.ref})[-REFS:]


def signed_in(moment: Moment, desk: Desk) -> None:
    """Take in a log-in: it shows the device, though not that anybody works."""
    event = moment.event
    assert isinstance(event, LoginSucceeded)
    device = _present(moment, desk)
    if device is not None and event.device_entropy_bits is not None:
        devices.entropy(device, moment, desk, event.device_entropy_bits)


def _present(moment: Moment, desk: Desk) -> Device | None:
    """Note the device of an event that is no session event."""
    device_id = moment.event.device_id
    if device_id is None:
        return None
    return devices.touch(_memory(moment), moment, desk, crc32(device_id.encode()), moment.ts // 1000, True)


def created(moment: Moment, desk: Desk) -> None:
    """Take in the device on which the account was opened."""
    _present(moment, desk)


def approved(moment: Moment, desk: Desk) -> None:
    """Take in that the identity was verified: from here on a hand-over is watched for."""
    device = _present(moment, desk)
    if device is not None:
        devices.identified(device, moment, desk)
    handoff.anchored(_memory(moment), moment.ts // 1000, desk)


def documented(moment: Moment, desk: Desk) -> None:
    """Take in the device from which an identity document was uploaded."""
    event = moment.event
    assert isinstance(event, DocumentSubmitted)
    device = _present(moment, desk)
    if device is not None and event.doc_type in _IDENTITY_DOCUMENTS:
        devices.identified(device, moment, desk)


def updated(moment: Moment, desk: Desk) -> None:
    """Take in changes of contact and security data."""
    event = moment.event
    assert isinstance(event, ProfileUpdated)
    _present(moment, desk)
    for field in event.changed_fields:
        if field in handoff.FIELDS:
            handoff.changed(_memory(moment), field, moment.ts // 1000, moment.ref, desk)


def paid_elsewhere(moment: Moment, desk: Desk) -> None:
    """Take in a new payout method."""
    _present(moment, desk)
    handoff.changed(_memory(moment), handoff.PAYOUT, moment.ts // 1000, moment.ref, desk)


def daily(_account_id: str, account: AccountState, day: int, desk: Desk) -> None:
    """Judge what weighs closed days."""
    memory = account.session
    if memory is None:
        return
    handoff.judge(account, memory, day, desk)
    shifts.judge(account, memory, day, desk)
    fingerprints.judge(account, memory, day, desk)
    for slot in (fingerprints.ID, concurrent.ID):
        held = memory.refs.get(slot)
        if held and held[-1].ts < (day - 30) * DAY:
            del memory.refs[slot]


FAMILY = Family(
    "SES",
    (concurrent.ID, marathon.ID, shifts.ID, shared.ID, fingerprints.ID, handoff.ID),
    observe={
        SessionStart: started,
        SessionHeartbeat: heard,
        SessionEnd: heard,
        LoginSucceeded: signed_in,
        AccountCreated: created,
        KycApproved: approved,
        DocumentSubmitted: documented,
        ProfileUpdated: updated,
        PayoutMethodAdded: paid_elsewhere,
    },
    daily=daily,
    judge={"device": shared.judge},
)
