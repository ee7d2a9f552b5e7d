"""Address space by its registration: `dprk_range_login` and `dprk_linked_range_login`.

REQ-F02: the AS number and the country tag below are the only literals of their kind in the code, and they are facts of
the registry entries NET-1 and NET-8, not properties of a person. Registration decides; a geo database alone gives 0.2.
"""

from __future__ import annotations

from enrichers.facts import Facts
from streams.detection.families.network.memory import NetworkMemory
from streams.detection.family import Desk, Moment
from streams.detection.messages import Numbers
from streams.detection.windows import DAY, Presence

RANGE = "dprk_range_login"
LINKED = "dprk_linked_range_login"
REGISTRY = "NET-1"
REGISTRATION = "APNIC: 175.45.176.0/22, AS131279"
AS_NUMBER = 131279
GEO_TAG = "KP"
"""NET-8: outside the registered range this tag is mostly a geo database's error or a VPN's virtual location."""


def noted(facts: Facts) -> bool:
    """Whether `judge` has anything to say; three comparisons, since every event passes here."""
    return facts.registry is not None or facts.asn == AS_NUMBER or facts.agreed_country == GEO_TAG


def judge(moment: Moment, facts: Facts, desk: Desk) -> None:
    """Fire on what the registration, or only a geo database, says about the address of this event."""
    if facts.registry == REGISTRY or facts.asn == AS_NUMBER:
        confidence = facts.registry_confidence if facts.registry == REGISTRY else 1.0
        numbers = _numbers(moment, facts, REGISTRY, REGISTRATION)
        desk.fire(moment.account, RANGE, confidence, moment.ts, numbers, moment.ref)
    elif facts.registry is not None:
        _linked(moment, facts, facts.registry, desk)
    elif facts.agreed_country == GEO_TAG:
        numbers = _numbers(moment, facts, "NET-8", "no registration, a geo database only")
        desk.fire(moment.account, RANGE, desk.threshold(RANGE, "geo_only"), moment.ts, numbers, moment.ref)


def _linked(moment: Moment, facts: Facts, entry: str, desk: Desk) -> None:
    """Count distinct days within the window that holds this one, whichever arrived first."""
    if not desk.enabled(LINKED):
        return
    account = moment.account
    memory = account.network = account.network or NetworkMemory()
    day = moment.ts // DAY
    held = memory.linked.get(entry)
    if held is None:
        held = memory.linked[entry] = Presence(day)
    held.mark(day)
    span = int(desk.threshold(LINKED, "days")) - 1
    newest = min(held.newest, day + span)
    days, last = max((held.count(last - span, last), last) for last in range(day, newest + 1))
    several = days >= desk.threshold(LINKED, "full_days")
    confidence = facts.registry_confidence * (1.0 if several else desk.threshold(LINKED, "one_day"))
    numbers = _numbers(moment, facts, entry, f"range {entry} of the reviewed list") | {"days": days}
    desk.fire(account, LINKED, confidence, max(moment.ts, last * DAY), numbers, moment.ref)


def _numbers(moment: Moment, facts: Facts, entry: str, registration: str) -> Numbers:
    action = str(moment.event.__struct_config__.tag)
    return {
        "registry": entry,
        "registration": registration,
        "network": facts.network or "",
        "asn": facts.asn,
        "action": action,
    }
