"""`anonymizer_at_identity_moment`: the few moments at which a platform fixes identity or money."""

from __future__ import annotations

from enrichers.facts import ANONYMIZERS
from schemas.events import AccountCreated, DocumentSubmitted, PayoutMethodAdded, ProfileUpdated
from streams.detection.families.network import lists
from streams.detection.families.network.memory import NetworkMemory
from streams.detection.families.network.places import anonymized
from streams.detection.families.network.registered import judge as registered
from streams.detection.families.network.registered import noted
from streams.detection.family import Desk, Moment
from streams.detection.windows import DAY

MOMENTS = "anonymizer_at_identity_moment"
KINDS = {AccountCreated: "sign-up", DocumentSubmitted: "document", PayoutMethodAdded: "payout method"}
PROFILE = "profile change"
FIXING = frozenset({"name", "country", "email", "phone"})
"""Profile fields that say who somebody is or how to reach them; the rest is a portfolio."""
PAPERS = frozenset({"company", "invoice", "sow", "reference_letter"})
"""Documents about work, not about the person."""


def observe(moment: Moment, desk: Desk) -> None:
    """Sign-up, document, payout method or profile change, from wherever it came."""
    if noted(moment.facts):
        registered(moment, moment.facts, desk)
    account, event = moment.account, moment.event
    memory = account.network
    if anonymized(moment.facts) and _fixes_identity(moment):
        if memory is None:
            memory = account.network = NetworkMemory()
        lists.note(memory, moment.facts)
        kind = KINDS.get(type(event), PROFILE)
        memory.moments[kind] = min(moment.ts, memory.moments.get(kind, moment.ts))
    elif type(event) is not AccountCreated:
        return
    created = moment.ts if type(event) is AccountCreated else account.profile.created
    if memory is not None and created is not None:
        _judge(moment, memory, created, desk)


def _judge(moment: Moment, memory: NetworkMemory, created: int, desk: Desk) -> None:
    """Count kinds, not events: an afternoon of profile edits is one moment. Without a known sign-up, count none."""
    until = created + int(desk.threshold(MOMENTS, "first_days")) * DAY
    kinds = sorted(kind for kind, ts in memory.moments.items() if ts <= until)
    if len(kinds) < desk.threshold(MOMENTS, "moments"):
        return
    confidence = 1.0 if len(kinds) >= desk.threshold(MOMENTS, "full_moments") else desk.threshold(MOMENTS, "confidence")
    last = max(memory.moments[kind] for kind in kinds)
    numbers = {"moments": len(kinds), "which": ", ".join(kinds), "lists": lists.said_by(memory, *ANONYMIZERS)}
    desk.fire(moment.account, MOMENTS, confidence, last, numbers, moment.ref)


def _fixes_identity(moment: Moment) -> bool:
    event = moment.event
    if isinstance(event, ProfileUpdated):
        return not FIXING.isdisjoint(event.changed_fields)
    return not (isinstance(event, DocumentSubmitted) and event.doc_type in PAPERS)
