"""`anonymizer_at_identity_moment`: the few moments at which a platform fixes identity or money."""

from __future__ import annotations

from enrichers.facts import ANONYMIZERS
from schemas.events import AccountCreated, DocumentSubmitted, PayoutMethodAdded, ProfileUpdated
from streams.detection.families.network import lists
from streams.detection.families.network.memory import NetworkMemory
from streams.detection.families.network.places import anonymized
from streams.detection.families.network.registered import judge as registered
from streams.detection.families.network.registered import noted
from streams.detection.family import REFS, Desk, Moment
from streams.detection.remembered import recall
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
    signing_up = type(event) is AccountCreated
    created = moment.ts if signing_up else account.profile.created
    until = None if created is None else created + int(desk.threshold(MOMENTS, "first_days")) * DAY
    noted_now = False
    if anonymized(moment.facts) and (until is None or moment.ts <= until) and _fixes_identity(moment):
        noted_now = _note(moment, KINDS.get(type(event), PROFILE))
    if account.network is not None and until is not None and (noted_now or signing_up):
        _judge(moment, account.network, until, desk)


def _note(moment: Moment, kind: str) -> bool:
    """Keep the earliest event of a kind; whether this is it."""
    account = moment.account
    memory = account.network = account.network or NetworkMemory()
    lists.note(memory, moment.facts)
    if moment.ts >= memory.moments.get(kind, moment.ts + 1):
        return False
    memory.moments[kind] = moment.ts
    earliest = set(memory.moments.values())
    memory.refs[MOMENTS] = sorted(ref for ref in {*memory.refs.get(MOMENTS, ()), moment.ref} if ref.ts in earliest)
    return True


def _judge(moment: Moment, memory: NetworkMemory, until: int, desk: Desk) -> None:
    """Count kinds, not events: an afternoon of profile edits is one moment. Without a known sign-up, count none."""
    kinds = sorted(kind for kind, ts in memory.moments.items() if ts <= until)
    if len(kinds) < desk.threshold(MOMENTS, "moments"):
        return
    confidence = 1.0 if len(kinds) >= desk.threshold(MOMENTS, "full_moments") else desk.threshold(MOMENTS, "confidence")
    last = max(memory.moments[kind] for kind in kinds)
    numbers = {"moments": len(kinds), "which": ", ".join(kinds), "lists": lists.said_by(memory, *ANONYMIZERS)}
    refs = recall(memory.refs, MOMENTS, until)
    desk.fire(moment.account, MOMENTS, confidence, last, numbers, *refs[:1], *refs[1:][-REFS + 1 :])


def _fixes_identity(moment: Moment) -> bool:
    event = moment.event
    if isinstance(event, ProfileUpdated):
        return not FIXING.isdisjoint(event.changed_fields)
    return not (isinstance(event, DocumentSubmitted) and event.doc_type in PAPERS)
