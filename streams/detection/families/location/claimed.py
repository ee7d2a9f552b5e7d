"""`claimed_location_mismatch`: for weeks, an account's networks lie in no country that it stated (catalogue §5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.detection.families.location.memory import LocationMemory
from streams.detection.families.location.sittings import halves, within
from streams.detection.family import Desk
from streams.detection.trips import travelled
from streams.detection.windows import DAY

if TYPE_CHECKING:
    from streams.detection.account_state import AccountState, Profile  # it imports this package's memory

ID = "claimed_location_mismatch"


def stated(profile: Profile, since: int, until: int, desk: Desk) -> set[str]:
    """Give the countries that the person stated: claim, document, payout, travel of that time. Only ever compared.

    For a territory stands its state, as it must for the place that is compared: tables and people name either of them.
    """
    known = {
        profile.claimed_country,
        profile.id_country,
        *profile.payout_countries,
        *travelled(profile.travel, since, until),
    }
    return {desk.sovereign_of(country) for country in known} - {""}


def judge(account: AccountState, memory: LocationMemory, day: int, desk: Desk) -> None:
    """Fire when most half-days on access networks lie outside every stated country; take back when that is over."""
    profile = account.profile
    if not (profile.claimed_country or profile.id_country):
        return
    days = int(desk.threshold(ID, "window_days"))
    first, last = halves(day, days)
    known = stated(profile, (day - days + 1) * DAY, (day + 1) * DAY - 1, desk)
    stated_halves = other_halves = 0
    for sitting in memory.sittings:
        if not sitting.access or not sitting.country:
            continue
        if desk.sovereign_of(sitting.country) in known:
            stated_halves |= within(sitting.seen, first, last)
        else:
            other_halves |= within(sitting.seen, first, last)
    total = (stated_halves | other_halves).bit_count()
    elsewhere = other_halves & ~stated_halves  # a half-day that was also spent in a stated country is none elsewhere
    if total < desk.threshold(ID, "sessions_min"):
        return
    share = elsewhere.bit_count() / total
    if share < desk.threshold(ID, "share_taken_back"):
        desk.retract(account, ID)
        memory.refs.pop(ID, None)
    if share < desk.threshold(ID, "share_min"):
        return
    span = (elsewhere.bit_length() - (elsewhere & -elsewhere).bit_length()) / 2
    if span < desk.threshold(ID, "span_days"):
        return
    refs = memory.refs.get(ID)
    if not refs:  # all fitted what was stated then
        return
    full = share >= desk.threshold(ID, "share_full")
    numbers = {"elsewhere": elsewhere.bit_count(), "sessions": total, "percent": round(100 * share), "days": days}
    confidence = 1.0 if full else desk.threshold(ID, "confidence_partial")
    desk.fire(account, ID, confidence, (day + 1) * DAY - 1, numbers, *refs)
