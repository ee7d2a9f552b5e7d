"""Which links an account sends: `ip`, `subnet` and `exit`, seldom, and only where company means something.

The times at which links were last sent double as "this address is known": the first session on an address sends `exit`,
the second within a week sends `ip`, and so does the first one of every further day. So two sessions a week are needed,
no list of addresses is kept, and an address learns in the morning who was there at which hours of the day before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from enrichers.facts import Facts
from streams.detection.entity_state import VISIT
from streams.detection.families.network.builds import build_of
from streams.detection.families.network.lists import saying
from streams.detection.families.network.memory import Seen
from streams.detection.families.network.places import CROWDS, EXITS, NEVER_SHARED, checksum, plain_name
from streams.detection.families.network.rhythm import week_of
from streams.detection.families.network.subnets import SUBNET
from streams.detection.family import Desk, Moment
from streams.detection.messages import Numbers
from streams.detection.windows import DAY, HOUR, MINUTE
from streams.detection.workplaces import covering

if TYPE_CHECKING:
    from streams.detection.account_state import AccountState

EXIT_REFRESH = 30 * MINUTE
"""While a session goes on at an anonymizer's exit. One that begins there is told of at once: being there within half an hour is judged."""
WEEK = 7 * DAY
REFRESH = DAY
SECOND = 5 * MINUTE
"""A log-in and the session that follows it are one session."""
DEVICES = 4


def send(moment: Moment, seen: Seen, desk: Desk) -> None:
    """Send what is due for this address. What was sent lately is asked here, before anything is built for a link."""
    facts = moment.facts
    key, classes = facts.shared_key, facts.classes
    if key is None or not CROWDS.isdisjoint(classes):
        return
    sent, ts = moment.account.links, moment.ts
    known, last = sent.get(f"exit:{key}"), sent.get(f"ip:{key}")
    shareable = NEVER_SHARED.isdisjoint(classes)
    earlier = max([at for at in (known, last) if at is not None and SECOND <= abs(ts - at) <= WEEK], default=None)
    if known is None or classes or ts - known >= WEEK:
        exits(moment, desk, SECOND, first=shareable and earlier is None)
    if shareable and earlier is not None and (last is None or ts // DAY > last // DAY):
        desk.link(moment, "ip", key, 0, lambda: _ip(moment, earlier))
    _tell_subnet(moment, seen, desk)


def _tell_subnet(moment: Moment, seen: Seen, desk: Desk) -> None:
    """Send `subnet` at once for a new device, daily while what it carries changes, and weekly in any case.

    The weekly one begins the list of devices anew: one in use is told again, one that was replaced is not.
    """
    subnet = subnet_of(moment.facts)
    last = moment.account.links.get(f"subnet:{subnet}")
    new_device = is_new(seen, moment.event.device_id)
    if new_device:
        seen.devices += _marks(moment.event.device_id)
    age = WEEK if last is None else moment.ts - last
    if age < REFRESH and not new_device:
        return
    told = _told(moment, desk)
    if age >= WEEK or new_device or told != seen.told:
        if age >= WEEK:
            seen.devices = _marks(moment.event.device_id)
        seen.told = told
        desk.link(moment, "subnet", subnet, 0, lambda: _subnet(moment, seen))


def exits(moment: Moment, desk: Desk, refresh: int = EXIT_REFRESH, *, first: bool = False) -> None:
    """Send `exit`: for each session and every half hour on an anonymizer, otherwise when the address is new for the account.

    The `first` session in a week on an address that accounts may share carries its device: visitors make a place, too.
    """
    facts = moment.facts
    key, classes = facts.shared_key, facts.classes
    if key is not None and CROWDS.isdisjoint(classes):
        hidden = bool(classes) and not EXITS.isdisjoint(classes)
        desk.link(moment, "exit", key, refresh if hidden else WEEK, lambda: _exit(moment, hidden, first))


def subnet_of(facts: Facts) -> str:
    """Name the network, or for a VPN the operator and city: its exits lie in many networks."""
    if "vpn" not in facts.classes:
        return facts.network or ""
    operator = plain_name(facts.operator or "")
    country = facts.country if facts.city else facts.agreed_country
    place = ", ".join(filter(None, (facts.city, country)))
    return f"{operator}+{place}" if operator and place else facts.network or ""


def is_new(seen: Seen, device: str | None) -> bool:
    """Whether a device is to be told of that was not seen in this network lately."""
    return device is not None and len(seen.devices) < DEVICES and checksum(device) not in seen.devices


def _marks(device: str | None) -> list[int]:
    return [checksum(device)] if device else []


def _ip(moment: Moment, earlier: int) -> Numbers:
    return {
        "network": moment.facts.network,
        "device": _counted_device(moment),
        "hour": moment.ts // HOUR,
        "earlier": earlier,
        "stay": _stay(moment.account, earlier),
        "declared": covering(moment.account.profile.affiliations, moment.facts.ip, moment.ts),
        "week": week_of(moment.account.active_hours),
    }


def _stay(account: AccountState, arrived: int) -> list[int]:
    """Give the UTC day of the session before this one, and a mask of its active hours from that session on.

    Hours spent elsewhere later that day are among them. Only a crowd of one day on one address is ever told by them.
    """
    day, hour = arrived // DAY, arrived // HOUR % 24
    return [day, (account.active_hours.get(day, 0) | 1 << hour) >> hour << hour]


def _told(moment: Moment, desk: Desk) -> int:
    """Give a checksum of set-up, declarations, and active hours up to the number that makes them comparable."""
    enough = int(desk.threshold(SUBNET, "hours"))
    hours = min(enough, sum([mask.bit_count() for mask in moment.account.active_hours.values()]))
    profile = moment.account.profile
    declared = covering(profile.affiliations, moment.facts.ip, moment.ts)
    belongs = f"{profile.identity}|{profile.agency if profile.agency_verified else ''}|{profile.relations()}"
    return checksum(f"{moment.facts.agent}|{_build(moment)}|{_zone(moment)}|{declared}|{belongs}|{hours}")


def _build(moment: Moment) -> str:
    return build_of(moment.event.user_agent or "")


def _zone(moment: Moment) -> str:
    event = moment.event
    return event.tz or ("" if event.tz_offset_min is None else str(event.tz_offset_min))


def _subnet(moment: Moment, seen: Seen) -> Numbers:
    return {
        "devices": list(seen.devices),
        "agent": moment.facts.agent or "",
        "build": _build(moment),
        "tz": _zone(moment),
        "declared": covering(moment.account.profile.affiliations, moment.facts.ip, moment.ts),
        "week": week_of(moment.account.active_hours),
    }


def _exit(moment: Moment, hidden: bool, first: bool) -> Numbers:
    """On ordinary lines the provider is the exit: a household whose address changes daily has one, not thirty."""
    facts = moment.facts
    name = f"{checksum(facts.shared_key or ''):08x}" if hidden else f"as{facts.asn}" if facts.asn else ""
    about: Numbers = {"exit": name, "network": facts.network}
    if hidden:
        about["lists"] = saying(facts, EXITS)
        about["provider"] = facts.asn or 0
    if first:
        about[VISIT] = [_counted_device(moment), moment.ts // HOUR]
    return about


def _counted_device(moment: Moment) -> int:
    """Name the device by which a place is recognised; one that the platform does not name is at least its account's."""
    return checksum(moment.event.device_id or moment.account_id)
