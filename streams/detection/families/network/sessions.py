"""What the family does at log-ins and session events: the hot path. Most events end after a few comparisons."""

from __future__ import annotations

from enrichers.facts import Facts
from streams.detection.families.network import lists, proxies, registered, spread, stable
from streams.detection.families.network.egress import HELD, HOSTING, QUARTER, count, counted
from streams.detection.families.network.links import exits, is_new, send, subnet_of
from streams.detection.families.network.memory import (
    CORPORATE,
    HOSTED,
    MIXED,
    MOBILE,
    NAMED,
    QUARTERS,
    RELAY,
    REMOTE,
    SESSIONS,
    NetworkMemory,
    Seen,
)
from streams.detection.families.network.places import (
    EXITS,
    OFFICES,
    counted_as,
    country_of,
    on_hosting,
    operator_of,
)
from streams.detection.family import Desk, Moment
from streams.detection.remembered import remember
from streams.detection.windows import DAY, Presence

BUCKET = spread.BUCKET
IDLE_NETWORK = 60
"""Buckets without a session after which a network makes room for a new one: all that its presence can tell."""
SOFTWARE_SCREENS = ("swiftshader", "basic render", "llvmpipe", "remote display")
"""Renderers of machines without a screen."""
SERVERS = ("windows server", "winserver")
CARRIERS = frozenset({"mobile", "cgnat"})
JUMPS = ("impossible_travel", "interview_network_mismatch")
"""What MIT-CORP explains of single sessions: both compare one place with another."""


def passed(moment: Moment, desk: Desk) -> None:
    """Take an event of which only the address registry matters: a failed log-in, a payout request."""
    if registered.noted(moment.facts):
        registered.judge(moment, moment.facts, desk)


def joined(moment: Moment, desk: Desk) -> None:
    """Take a meeting: the address that joined, and the address that told."""
    passed(moment, desk)
    facts = moment.join_facts
    if facts is not None and registered.noted(facts):
        registered.judge(moment, facts, desk)


def heard(moment: Moment, desk: Desk) -> None:
    """Take a heartbeat or a session's end: minutes, not log-ins. A tab without input is nobody's minute."""
    facts = moment.facts
    if registered.noted(facts):
        registered.judge(moment, facts, desk)
    if facts.network is None or moment.event.active_input_count == 0:  # type: ignore[union-attr]  # only such events
        return
    account = moment.account
    memory = account.network
    if memory is None:
        memory = account.network = NetworkMemory()
    _minutes(moment, memory, facts)
    if facts.classes and not EXITS.isdisjoint(facts.classes):
        exits(moment, desk)


def began(moment: Moment, desk: Desk) -> None:
    """Take a log-in or a session's start."""
    facts = moment.facts
    network = facts.network
    if network is None:
        return
    if registered.noted(facts):
        registered.judge(moment, facts, desk)
    account = moment.account
    memory = account.network
    if memory is None:
        memory = account.network = NetworkMemory()
    bucket = moment.ts // BUCKET
    if not facts.classes:
        seen = memory.networks.get(network)
        if seen is not None and seen.at.newest == bucket and not is_new(seen, moment.event.device_id):
            return
    _minutes(moment, memory, facts)
    _arrived(moment, memory, facts, bucket, desk)


def _arrived(moment: Moment, memory: NetworkMemory, facts: Facts, bucket: int, desk: Desk) -> None:
    """Note a session on a network in five minutes: one cell, whether log-in, start or both told of it."""
    if facts.classes:
        key, operator, country = counted_as(facts), operator_of(facts), country_of(facts)
    else:
        key, operator, country = facts.network or "", "", facts.agreed_country or ""
    seen = memory.networks.get(key)
    if seen is None:
        _forget(memory, bucket)
        seen = Seen(Presence(bucket), facts.asn or 0, operator)
        spread.add_network(memory, key, seen, desk)
        new = True
    else:
        new = spread.mark(seen.at, bucket)
    moved = spread.note_place(memory, country, operator, moment.ts, desk) if country else False
    session = new and spread.begins(seen.at, bucket)
    if session:
        count(memory, moment.ts // DAY, SESSIONS)
    if facts.classes:
        _classed(moment, memory, facts, operator, session, desk)
    if new or moved:
        spread.judge(moment, memory, desk)
    send(moment, seen, desk)


def _classed(moment: Moment, memory: NetworkMemory, facts: Facts, operator: str, session: bool, desk: Desk) -> None:
    """Add what the class of the network says: tallies, habits, mitigating facts."""
    classes = facts.classes
    day = moment.ts // DAY
    lists.note(memory, facts)
    if operator:
        stable.note(moment, memory, operator, desk)
        if f"operator:{operator}" in desk.catalogue.indicators[stable.NAMED_VPN].thresholds:
            remember(memory.refs, stable.NAMED_VPN, moment.ref)
            if session:
                count(memory, day, NAMED)
    if session and "mobile" in classes:
        count(memory, day, MOBILE)
    if session and "relay" in classes:
        count(memory, day, RELAY)
    if "corporate" in classes:
        if session:
            count(memory, day, CORPORATE)
        _gateway(moment, day, desk)
    if not OFFICES.isdisjoint(classes):
        _place(moment, "MIT-OFFICE", "the address is a registered shared workplace", desk)
    elif not CARRIERS.isdisjoint(classes) and f"ip:{facts.shared_key}" in moment.account.links:
        _place(moment, "MIT-CGNAT", "the address is a mobile carrier's", desk)  # which the tables did not know then
    if "residential_proxy" in classes and "relay" not in classes:
        proxies.observe(moment, memory, desk)


def _gateway(moment: Moment, day: int, desk: Desk) -> None:
    """One session through a gateway explains jumps to and from it, which take less than a day; not where other sessions live."""
    held = moment.account.mitigations.get("MIT-CORP|session")
    until = (day + 2) * DAY
    if held is None or held.until is None or held.until < until:
        reason = "a session came through a company's security gateway"
        desk.mitigate(moment.account, "MIT-CORP", day * DAY, reason, until, JUMPS, "session")
    elif day * DAY < held.first <= until:  # an earlier day, heard of late
        held.first, desk.touched = day * DAY, True


def _place(moment: Moment, mitigator: str, reason: str, desk: Desk) -> None:
    """Establish at once what the class of an address says of it and of its network, extended once a day."""
    address = f"ip:{moment.facts.shared_key}"
    held = moment.account.mitigations.get(f"{mitigator}|{address}")
    until = moment.ts + HELD
    if held is None or (held.until is not None and held.until < until - DAY):
        about = (address, f"subnet:{subnet_of(moment.facts)}")
        desk.mitigate(moment.account, mitigator, moment.ts, reason, until, about, address)


def _minutes(moment: Moment, memory: NetworkMemory, facts: Facts) -> None:
    """Count the event's quarter of an hour, once whatever was heard in it, and on hosting space once more as such."""
    quarter, new = moment.ts // QUARTER, False
    presence = memory.heard
    if presence is None:
        memory.heard, new = Presence(quarter), True
    elif quarter > presence.newest:
        presence.mark(quarter)
        new = True
    elif quarter < presence.newest:
        new = spread.mark(presence, quarter)
    if new:
        count(memory, moment.ts // DAY, QUARTERS)
    if facts.classes and on_hosting(facts):
        _hosted(moment, memory, quarter, new)
    elif memory.hosted is not None and not new and memory.hosted.count(quarter, quarter):
        _mixed(memory, quarter)


def _hosted(moment: Moment, memory: NetworkMemory, quarter: int, new: bool) -> None:
    """Count a quarter on hosting space; one that was heard of already, though not there, was spent elsewhere too."""
    day = moment.ts // DAY
    remember(memory.refs, HOSTING, moment.ref)
    if memory.hosted is None:
        memory.hosted, first = Presence(quarter), True
    else:
        first = spread.mark(memory.hosted, quarter)
    if first:
        lists.note(memory, moment.facts)
        count(memory, day, HOSTED)
        if not new:
            _mixed(memory, quarter)
    if not counted(memory, day, REMOTE) and _remote_desktop(moment):
        count(memory, day, REMOTE)


def _mixed(memory: NetworkMemory, quarter: int) -> None:
    if memory.mixed is None:
        memory.mixed = Presence(quarter)
    elif not spread.mark(memory.mixed, quarter):
        return
    count(memory, quarter * QUARTER // DAY, MIXED)


def _remote_desktop(moment: Moment) -> bool:
    """Tell a renderer without a graphics card or a server's browser; every size of screen is somebody's."""
    renderer = str(getattr(moment.event, "gpu_renderer", None) or "").lower()
    agent = f"{moment.event.user_agent or ''} {moment.facts.agent or ''}".lower()
    return any(word in renderer for word in SOFTWARE_SCREENS) or any(word in agent for word in SERVERS)


def _forget(memory: NetworkMemory, bucket: int) -> None:
    if len(memory.networks) > 1:
        idle = [key for key, seen in memory.networks.items() if bucket - seen.at.newest >= IDLE_NETWORK]
        for key in idle:
            del memory.networks[key]
