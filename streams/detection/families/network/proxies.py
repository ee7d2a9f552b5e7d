"""`residential_proxy_egress`: rotating through other people's home lines."""

from __future__ import annotations

from streams.detection.families.network import lists
from streams.detection.families.network.memory import Exit, NetworkMemory
from streams.detection.families.network.places import checksum
from streams.detection.families.network.spread import mark
from streams.detection.family import Desk, Moment
from streams.detection.windows import DAY, Presence

PROXIES = "residential_proxy_egress"
EXITS = 16
"""Six exits are full confidence; more need not be kept, the rest is room for late ones."""


def observe(moment: Moment, memory: NetworkMemory, desk: Desk) -> None:
    """Note the exit and judge every week that holds this event.

    One stable exit, however long it is used, stays below the threshold: that person *is* the exit.
    """
    facts = moment.facts
    day = moment.ts // DAY
    key = checksum(facts.shared_key or "")
    held = memory.proxies.get(key)
    if held is None:
        desk.make_room(memory.proxies, EXITS - 1, "network", lambda known: known.days.newest)
        memory.proxies[key] = Exit(Presence(day), facts.agreed_country or "")
    elif not mark(held.days, day):
        return
    limits = desk.catalogue.indicators[PROXIES].thresholds
    if len(memory.proxies) < float(limits["exits"]):  # those of weeks; the week's own are counted next
        return
    span = int(limits["days"]) - 1
    newest = max(day, *(known.days.newest for known in memory.proxies.values()))
    for last in range(day, min(day + span, newest) + 1):
        within = [known for known in memory.proxies.values() if known.days.count(last - span, last)]
        countries = {known.country for known in within if known.country}
        if len(within) < limits["exits"]:
            continue
        full = len(within) >= limits["full_exits"] or len(countries) >= limits["full_countries"]
        said = lists.said_by(memory, "residential_proxy")
        numbers = {"exits": len(within), "countries": len(countries), "days": span + 1, "lists": said}
        confidence = 1.0 if full else limits["confidence"]
        desk.fire(moment.account, PROXIES, confidence, max(moment.ts, last * DAY), numbers, moment.ref)
