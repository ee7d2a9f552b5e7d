"""`multi_ip_multi_country_window`: how many networks and countries one account uses within an hour, a day, a week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from streams.detection.families.network import lists
from streams.detection.families.network.memory import NetworkMemory, Place, Seen
from streams.detection.families.network.places import IPV6, one_vpn
from streams.detection.family import Desk, Moment
from streams.detection.messages import Numbers
from streams.detection.windows import DAY, HOUR, MINUTE, Presence

SPREAD = "multi_ip_multi_country_window"
BUCKET = 5 * MINUTE
"""Twelve of them are never longer than the 60 minutes of the rule."""
ROW = 48
NETWORKS = 24
PLACES = 24

Best = tuple[float, int, Numbers]
Named = tuple[str, str, Place]
"""A country (a territory is its state), the VPN operator with an exit there or nothing, and when."""


def mark(presence: Presence, bucket: int) -> bool:
    """Mark a bucket; False when it was marked already or is too old, so that nothing has to be judged again."""
    back = presence.newest - bucket
    if back >= 0 and (back >= 60 or presence.mask >> back & 1):
        return False
    presence.mark(bucket)
    return True


def begins(presence: Presence, bucket: int) -> bool:
    """Whether a bucket just marked is one more session: buckets in a row are sessions two by two.

    A log-in and the session that follows it often lie on both sides of an edge. How many pairs there are does not depend on
    which bucket was marked first. Rows end every four hours, so that the horizon holds them.
    """
    marks, place = presence.mask >> (presence.newest - bucket), bucket % ROW
    before = after = 0
    while before < place and marks >> (before + 1) & 1:
        before += 1
    while after < ROW - 1 - place and presence.count(bucket + after + 1, bucket + after + 1):
        after += 1
    return before % 2 == 0 and after % 2 == 0


def note_place(memory: NetworkMemory, country: str, operator: str, ts: int, desk: Desk) -> bool:
    """Mark the hour and the day of a country; whether one of them is new."""
    key = f"{country}|{operator}" if operator else country
    hour = ts // HOUR
    place = memory.places.get(key)
    if place is None:
        desk.make_room(memory.places, PLACES - 1, "network", lambda held: held.hours.newest)
        memory.places[key] = Place(Presence(hour), Presence(ts // DAY))
        return True
    if place.hours.newest == hour:
        return False
    new_hour, new_day = mark(place.hours, hour), mark(place.days, ts // DAY)
    return new_hour or new_day


def add_network(memory: NetworkMemory, key: str, seen: Seen, desk: Desk) -> None:
    """Keep a network; the one idle longest makes room."""
    desk.make_room(memory.networks, NETWORKS - 1, "network", lambda held: held.at.newest)
    memory.networks[key] = seen


def judge(moment: Moment, memory: NetworkMemory, desk: Desk) -> None:
    """Judge every window that holds this event, also those that end later: what arrives late changes nothing."""
    limits = desk.catalogue.indicators[SPREAD].thresholds
    found: list[Best] = []
    if len(memory.networks) >= float(limits["networks"]):  # those of hours; the hour's own are counted next
        found += _hour(memory, moment.ts // BUCKET, limits)
    if len(memory.places) >= float(limits["countries_day"]):
        places = [
            (desk.sovereign_of(country), operator, place)
            for key, place in memory.places.items()
            for country, _, operator in (key.partition("|"),)
        ]
        for unit, span, text, least, of in (
            (HOUR, int(limits["day_hours"]), "a day", limits["countries_day"], _hours),
            (DAY, int(limits["week_days"]), "a week", limits["countries_week"], _days),
        ):
            found += _countries(places, moment.ts // unit, unit, span, text, least, limits["one_vpn"], of)
    if found:
        confidence, ts, numbers = max(found, key=lambda best: best[:2])
        if confidence < 1.0:  # that it is one VPN is what a list says
            numbers["lists"] = lists.said_by(memory, "vpn")
        desk.fire(moment.account, SPREAD, confidence, max(ts, moment.ts), numbers, moment.ref)


def _hour(memory: NetworkMemory, bucket: int, limits: dict[str, float]) -> Iterable[Best]:
    span = int(limits["minutes"]) * MINUTE // BUCKET - 1
    newest = max(seen.at.newest for seen in memory.networks.values())
    for last in range(bucket, min(bucket + span, max(newest, bucket)) + 1):
        within = {key: seen for key, seen in memory.networks.items() if seen.at.count(last - span, last)}
        if _scattered(within, limits):
            networks, asns = networks_in(within), providers_in(within)
            own = {key: seen for key, seen in within.items() if not seen.operator}
            hopping = one_vpn({seen.operator for seen in within.values()}) and not _scattered(own, limits)
            numbers: Numbers = {
                "spread": f"{networks} networks of {asns} providers",
                "span": "an hour",
                "networks": networks,
                "asns": asns,
            }
            yield limits["one_vpn"] if hopping else 1.0, last * BUCKET, numbers


def _scattered(within: dict[str, Seen], limits: dict[str, float]) -> bool:
    return networks_in(within) >= limits["networks"] and providers_in(within) >= limits["asns"]


def networks_in(within: dict[str, Seen]) -> int:
    """How many; an IPv4 and an IPv6 network of one provider, or of unknown ones, are one: a line that has both shows either."""
    new = Counter(seen.asn for key, seen in within.items() if key.endswith(IPV6))
    old = Counter(seen.asn for key, seen in within.items() if not key.endswith(IPV6))
    return (new | old).total()


def providers_in(within: dict[str, Seen]) -> int:
    """How many; all unknown ones are none."""
    return len({seen.asn for seen in within.values()} - {0})


def _countries(
    places: list[Named],
    bucket: int,
    unit: int,
    span: int,
    text: str,
    least: float,
    explained: float,
    of: Callable[[Place], Presence],
) -> Iterable[Best]:
    """One VPN explains the spread when without its exits the rule would not hold; several operators do not."""
    newest = max(of(place).newest for _, _, place in places)
    for last in range(bucket, min(bucket + span - 1, max(newest, bucket)) + 1):
        within = [named for named in places if of(named[2]).count(last - span + 1, last)]
        countries = {country for country, _, _ in within}
        if len(countries) >= least:
            own = {country for country, operator, _ in within if not operator}
            hopping = one_vpn({operator for _, operator, _ in within}) and len(own) < least
            numbers: Numbers = {"spread": f"{len(countries)} countries", "span": text, "countries": len(countries)}
            yield explained if hopping else 1.0, last * unit, numbers


def _hours(place: Place) -> Presence:
    return place.hours


def _days(place: Place) -> Presence:
    return place.days
