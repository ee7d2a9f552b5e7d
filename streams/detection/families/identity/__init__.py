"""Identity and documents (IDD): contact points that are easy to get by the hundred."""

from __future__ import annotations

from typing import Any

from schemas.events import AccountCreated, ProfileUpdated
from streams.detection.families.identity.memory import Contact, IdentityMemory
from streams.detection.family import Desk, Family, Moment
from streams.detection.messages import Evidence, Ref

INDICATOR = "voip_or_disposable_contact"
VOIP = frozenset({"nonFixedVoip"})
"""Numbers of a fixed line over VoIP and prepaid mobiles are ordinary and do not count."""
DISPOSABLE = frozenset({"disposable"})
"""Privacy aliases (`alias`) are not disposable: they protect people and reach a real mailbox."""


def observe_contacts(moment: Moment, desk: Desk) -> None:
    """Judge the present phone and mailbox together; replacing them by ordinary ones takes the evidence back."""
    event: Any = moment.event
    phone = _stated(event.phone_h, event.phone_line_type, moment.ref)
    email = _stated(event.email_norm_h, event.email_domain_class, moment.ref)
    if phone is None and email is None:
        return
    memory = moment.account.identity
    if memory is None:
        memory = moment.account.identity = IdentityMemory()
    memory.phone = _newer(memory.phone, phone)
    memory.email = _newer(memory.email, email)
    _judge(moment, memory, desk)


def _stated(value: str | None, kind: str | None, ref: Ref) -> Contact | None:
    """Read a contact point from an event; None when it says nothing, unknown class when it only gives a new one."""
    if not value and not kind:
        return None
    # of an ordinary contact point only the time is needed: which event stated it is evidence of nothing
    return Contact(kind or "", ref if kind in VOIP | DISPOSABLE else Ref(ref.ts, ""))


def _newer(held: Contact | None, told: Contact | None) -> Contact | None:
    if held is None or told is None:
        return held or told
    return max(held, told, key=lambda contact: (contact.ref, contact.kind))


def _judge(moment: Moment, memory: IdentityMemory, desk: Desk) -> None:
    voip = memory.phone if memory.phone and memory.phone.kind in VOIP else None
    disposable = memory.email if memory.email and memory.email.kind in DISPOSABLE else None
    refs = sorted({contact.ref for contact in (voip, disposable) if contact})
    # read afresh, so that the evidence is about contacts in use and not about past ones
    held = moment.account.fired.get(INDICATOR)
    if not refs:
        desk.retract(moment.account, INDICATOR)
    elif desk.enabled(INDICATOR) and (held is None or held.refs != refs):
        desk.retract(moment.account, INDICATOR)
        both = voip is not None and disposable is not None
        what = [name for name, contact in (("phone", voip), ("mailbox", disposable)) if contact]
        numbers = {"contacts": len(what), "which": " and ".join(what)}
        confidence = desk.threshold(INDICATOR, "both" if both else "one")
        note = Evidence(INDICATOR, confidence, refs[0].ts, refs[-1].ts, 1, numbers, refs)
        desk.keep(moment.account, INDICATOR, note)


FAMILY = Family("IDD", (INDICATOR,), {AccountCreated: observe_contacts, ProfileUpdated: observe_contacts})
