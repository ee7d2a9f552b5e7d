"""Location and time consistency (LOC): an account's places and clocks against each other and its own statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.events import BidSubmitted, LoginSucceeded, MessageSent, SessionStart
from streams.detection.families.location import claimed, clock, hours, sanctioned, sittings, trail, travel
from streams.detection.families.location.memory import LocationMemory, Sitting
from streams.detection.families.location.networks import kind_of
from streams.detection.family import Desk, Family, Moment
from streams.detection.remembered import forget, remember
from streams.detection.windows import DAY

if TYPE_CHECKING:
    from streams.detection.account_state import AccountState  # it imports this package's memory


_SEEN = (SessionStart, LoginSucceeded)  # built once: a union in `isinstance` is built for each event


def observe(moment: Moment, desk: Desk) -> None:
    """Take in where, and under which clock, a session began or a log-in worked."""
    account = moment.account
    memory = account.location
    if memory is None:
        memory = account.location = LocationMemory()
    event, facts = moment.event, moment.facts
    assert isinstance(event, _SEEN)
    kind = kind_of(facts.classes)
    offset = sittings.clock(event.tz, event.tz_offset_min, moment.ts)
    if memory.odd_days is not None:
        remember(memory.refs, hours.ID, moment.ref)
    sitting = sittings.note(memory, moment, kind, offset, desk)
    if sitting is not None:
        _remember(memory, moment, sitting, desk)
    travel.note(memory, moment, desk, kind)
    zone, territory = event.tz == sanctioned.ZONE, event.locale_territory == sanctioned.TERRITORY
    if zone or territory:
        sanctioned.note(memory, moment, desk, zone, territory)


def worked(moment: Moment, _desk: Desk) -> None:
    """Take in other work than a session: it counts in the hours."""
    memory = moment.account.location
    if memory is not None and memory.odd_days is not None:
        remember(memory.refs, hours.ID, moment.ref)


def _remember(memory: LocationMemory, moment: Moment, sitting: Sitting, desk: Desk) -> None:
    """Keep the raw event when a later judgement may rest on it."""
    profile, ts, country, offset = moment.account.profile, moment.ts, sitting.country, sitting.offset
    if not country or not (profile.claimed_country or profile.id_country):
        return
    at_home = country == profile.claimed_country  # as nearly everybody is
    if sitting.access and not at_home and desk.sovereign_of(country) not in claimed.stated(profile, ts, ts, desk):
        sittings.keep_ref(memory.refs, claimed.ID, moment.ref)
    if offset is None:
        return
    tolerance = desk.threshold(clock.ID, "tolerance_minutes")
    if clock.fits(offset, desk.offsets_of(country, ts), tolerance):
        return
    if not clock.fits(offset, clock.claimed_offsets(profile, ts, ts, desk), tolerance):
        sittings.keep_ref(memory.refs, clock.ID, moment.ref)


def daily(_account_id: str, account: AccountState, day: int, desk: Desk) -> None:
    """Judge what weighs shares of closed days."""
    hours.judge(account, day, desk)
    memory = account.location  # after the hours, which may be the first to need one
    if memory is None:
        return
    claimed.judge(account, memory, day, desk)
    clock.judge(account, memory, day, desk)
    forget(memory.refs, (day - 30) * DAY)


FAMILY = Family(
    "LOC",
    (trail.ID, claimed.ID, clock.ID, sanctioned.ID, hours.ID),
    observe={SessionStart: observe, LoginSucceeded: observe, BidSubmitted: worked, MessageSent: worked},
    daily=daily,
)
