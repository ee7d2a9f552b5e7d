"""`residential_proxy_egress`: rotating through other people's home lines."""

from __future__ import annotations

import functools
from datetime import date

from enrichers.facts import Facts
from streams.detection.families.network import lists
from streams.detection.families.network.memory import Exit, NetworkMemory
from streams.detection.families.network.places import checksum, dealer_of
from streams.detection.families.network.spread import mark
from streams.detection.family import Desk, Moment
from streams.detection.windows import DAY, Presence

PROXIES = "residential_proxy_egress"
CLASS = "residential_proxy"
EXITS = 16
"""Six exits are full confidence; more need not be kept, the rest is room for late ones."""


def observe(moment: Moment, memory: NetworkMemory, desk: Desk) -> None:
    """Note the exit and judge every week that holds this event.

    One stable exit, however long it is used, stays below the threshold: that person *is* the exit.
    """
    facts = moment.facts
    day = moment.ts // DAY
    limits = desk.catalogue.indicators[PROXIES].thresholds
    if not fresh(facts, day, limits["tag_days"]):
        return
    key = checksum(dealer_of(facts) or facts.shared_key or "")  # a carrier's gateway is tagged for any of its customers
    held = memory.proxies.get(key)
    if held is None:
        desk.make_room(memory.proxies, EXITS - 1, "network", lambda known: known.days.newest)
        memory.proxies[key] = Exit(Presence(day), facts.agreed_country or "")
    elif not mark(held.days, day):
        return
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
        said = lists.said_by(memory, CLASS)
        numbers = {"exits": len(within), "countries": len(countries), "days": span + 1, "lists": said}
        confidence = 1.0 if full else limits["confidence"]
        desk.fire(moment.account, PROXIES, confidence, max(moment.ts, last * DAY), numbers, moment.ref)


def fresh(facts: Facts, day: int, days: float) -> bool:
    """Whether a list named the exit within `days` of the UTC day `day`: tomorrow the line is its household's again (§5.1).

    A list that states no day is taken at its word.
    """
    said = [_day(entry.dated) for entry in facts.lists if entry.network_class == CLASS]
    return not said or any(listed is None or abs(day - listed) <= days for listed in said)


@functools.lru_cache(1024)
def _day(dated: str) -> int | None:
    try:
        return date.fromisoformat(dated[:10]).toordinal() - _EPOCH
    except ValueError:
        return None


_EPOCH = date(1970, 1, 1).toordinal()
