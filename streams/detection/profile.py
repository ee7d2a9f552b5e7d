"""What an account states and proves about itself, kept as the events tell it; and the mitigating facts that follow at once.

Countries are stored to be compared with each other, never to be judged (REQ-F02).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from zlib import crc32

import msgspec

import schemas.events as ev
from streams.detection.account_state import HALVES, AccountState, Commitments, Profile
from streams.detection.clients import contract_ended, contract_started
from streams.detection.days import closes, day_ms
from streams.detection.family import Desk, Moment
from streams.detection.lately import fold_before, fold_oldest
from streams.detection.messages import Mitigation
from streams.detection.trips import TRIPS, Told, began, declare, forget_oldest, home_until, travelled
from streams.detection.windows import DAY, HOUR
from streams.detection.workplaces import is_place, place

ACTIVITY_DAYS = 35
"""Four weeks are judged; one more covers lateness and a week that began before."""
LIVE_DAYS = 180
TENURE_DAYS = 730
TENURE_CLIENTS = 10
_IDENTITY_DOCUMENTS = frozenset({None, "passport", "id_card", "driving_licence", "residence_permit"})
_LIVE_METHODS = frozenset({"chip", "live", "notary", "in_person"})
_PLACES = 8


def note_activity(account: AccountState, event: Any, ts: int) -> None:
    """Set the hour of `ts` in the activity mask, unless the event is a heartbeat or end without input."""
    if type(event) in _IDLE_POSSIBLE and not event.active_input_count:
        return
    hour = ts // HOUR
    if hour == account.active_hour:
        return
    account.active_hour = hour
    day = ts // DAY
    bit = 1 << (hour % 24)
    hours = account.active_hours
    mask = hours.get(day, 0)
    if not mask & bit:
        hours[day] = mask | bit
        if not mask and len(hours) > ACTIVITY_DAYS:
            for old in [known for known in hours if known <= max(hours) - ACTIVITY_DAYS]:
                del hours[old]


def _created(profile: Profile, event: ev.AccountCreated, moment: Moment, desk: Desk) -> None:
    if profile.created is None or moment.ts < profile.created:  # whoever tells it anew has not signed up again
        profile.created = moment.ts
        profile.account_type = event.account_type or ""
    _claims(profile, event, moment, desk)


def _claims(profile: Profile, event: ev.AccountCreated | ev.ProfileUpdated, moment: Moment, desk: Desk) -> None:
    _live_in(profile, "claimed_country", event.claimed_country, moment, desk)
    _state(profile, "claimed_tz", event.claimed_tz, moment)
    _state(profile, "address", event.verified_address_h, moment)


def _state(profile: Profile, field: str, value: str | None, moment: Moment) -> None:
    """Set a field, unless what it says was stated later; whichever arrived first. What comes too late only fills a blank."""
    if value and _newest(profile, field, moment, blank=not getattr(profile, field)):
        setattr(profile, field, value)


def _live_in(profile: Profile, field: str, country: str | None, moment: Moment, desk: Desk) -> None:
    """State a country. The former one was stated until now: weeks that fitted it are not held against whoever is about to move."""
    former, ts = getattr(profile, field), moment.ts
    _state(profile, field, country, moment)
    if former and getattr(profile, field) != former and former not in travelled(profile.travel, ts, ts):
        _declare(profile, (former,), home_until(ts), moment)
        _bound(profile, desk)


def _newest(profile: Profile, what: str, moment: Moment, *, blank: bool) -> bool:
    """Whether nothing newer is known of `what`. Remembers when it was stated."""
    held = profile.stated.get(what, 0)
    if moment.ts < held or (moment.late and not held and not blank):
        return False
    profile.stated[what] = moment.ts
    return True


def settle(profile: Profile, day: int) -> None:
    """Forget when things were stated that no event can precede in time any more: before the closed UTC day `day`."""
    since = day * DAY
    profile.stated = {what: ts for what, ts in profile.stated.items() if ts >= since}
    kept = profile.commitments
    if kept is not None:
        kept.clients, kept.travel = fold_before(kept.clients, since), fold_before(kept.travel, since)
        if not (kept.contracts or kept.clients or kept.travel):
            profile.commitments = None


def _verified(profile: Profile, event: ev.KycApproved, moment: Moment, desk: Desk) -> None:
    if profile.kyc_approved is not None:
        _proved(profile, event, moment, desk)
    profile.kyc_approved = moment.ts


def _proved(profile: Profile, event: ev.KycApproved | ev.KycLivenessResult, moment: Moment, desk: Desk) -> None:
    """A live proof of the same person explains what happened before it, so only the newest counts."""
    if event.same_person is not True or event.method not in _LIVE_METHODS:
        return
    if profile.live_proof is None or moment.ts > profile.live_proof:
        profile.live_proof = moment.ts
        until = moment.ts + LIVE_DAYS * DAY
        moment.account.mitigations["MIT-LIVE"] = Mitigation(
            "MIT-LIVE", moment.ts, "a live proof showed the verified person", until
        )
        desk.touched = True


def _document(profile: Profile, event: ev.DocumentSubmitted, moment: Moment, desk: Desk) -> None:
    if event.doc_type not in _IDENTITY_DOCUMENTS:
        return
    _live_in(profile, "id_country", event.doc_country, moment, desk)
    _state(profile, "identity", event.doc_number_h or event.name_h, moment)
    _state(profile, "address", event.address_h, moment)


def _paid(profile: Profile, event: ev.PayoutMethodAdded | ev.PayoutRequested, _moment: Moment, _desk: Desk) -> None:
    country = event.bank_country
    if country and country not in profile.payout_countries:
        profile.payout_countries = [*profile.payout_countries[-7:], country]


def _affiliated(profile: Profile, event: ev.AffiliationDeclared, moment: Moment, desk: Desk) -> None:
    for related in (event.related_account_id, event.employer_h and f"employer:{event.employer_h}"):
        if related and related not in profile.related:
            profile.related = [*profile.related[-15:], related]
            if (mark := crc32(related.encode())) in profile.strangers:
                profile.strangers.remove(mark)
                profile.clients -= 1
    if event.prefix and is_place(event.prefix):
        _works_at(profile, event.affiliation_type or "office", event.prefix, day_ms(event.until_date), moment, desk)
    if event.agency_id:
        _agency(profile, event.agency_id, moment, desk, registered=event.registry_verified is True)


def _works_at(profile: Profile, kind: str, prefix: str, until: int | None, moment: Moment, desk: Desk) -> None:
    """Keep the place until the last day that was declared of it, by the newest declaration."""
    name = place(kind, prefix, None)
    others = [held for held in profile.affiliations if held.partition("|")[0] != name]
    if _newest(profile, f"place:{name}", moment, blank=len(others) == len(profile.affiliations)):
        if len(others) == _PLACES:
            profile.stated.pop(f"place:{others.pop(0).partition('|')[0]}", None)
            desk.evict("network")
        profile.affiliations = [*others, place(kind, prefix, until)]


def _member(profile: Profile, event: ev.AgencyMemberAdded, moment: Moment, desk: Desk) -> None:
    if event.member_account_id in (None, moment.account_id):
        _agency(profile, event.agency_id, moment, desk, confirmed=set(event.confirmed_by) == {"agency", "member"})


def _agency(
    profile: Profile, agency: str, moment: Moment, desk: Desk, *, registered: bool = False, confirmed: bool = False
) -> None:
    """Both halves of MIT-AGENCY, in either order: the registration, and the membership confirmed by both sides.

    What was declared of another agency before the present one was is of the past.
    """
    newest = _newest(profile, "agency", moment, blank=not profile.agency)
    if profile.agency != agency and not newest:
        return
    if profile.agency != agency:
        profile.agency, profile.agency_verified = agency, False
        profile.related = [*profile.relations()]
        left = moment.account.mitigations.get("MIT-AGENCY")
        if left is not None:  # what the former agency explains ends here
            moment.account.mitigations["MIT-AGENCY"] = msgspec.structs.replace(left, until=moment.ts)
            desk.touched = True
    halves = [f"{half}{agency}" for half in HALVES]
    for holds, mark in zip((registered, confirmed), halves, strict=True):
        if holds and mark not in profile.related:
            profile.related = [*profile.related[-15:], mark]
    if set(halves) <= set(profile.related) and not profile.agency_verified:
        profile.agency_verified = True
        desk.mitigate(moment.account, "MIT-AGENCY", moment.ts, "a registered agency, confirmed by both sides")


def _travels(profile: Profile, event: ev.TravelDeclared, moment: Moment, desk: Desk) -> None:
    start = day_ms(event.from_date) or moment.ts
    end = day_ms(event.until_date)
    until = None if end is None else end + DAY
    changed = _declare(profile, event.countries, (moment.ts, start, until), moment)
    for day in sorted({begin // DAY for begin in changed}):  # facts of their own: two trips explain nothing in between
        first, last = began(profile.travel, day * DAY, (day + 1) * DAY)
        reason = "travel or a second country was declared"
        desk.restate(moment.account, "MIT-TRAVEL", first, reason, last, one=str(day))
    _bound(profile, desk)


def _declare(profile: Profile, countries: Iterable[str], told: Told, moment: Moment) -> set[int]:
    """Add a trip to each country; gives the starts of trips that changed."""
    kept = profile.commitments = profile.commitments or Commitments()
    late = moment.ts < moment.account.day * DAY
    changed: set[int] = set()
    for country in countries:
        changed |= declare(profile.travel, kept.travel, country, told, late=late)
    return changed


def _bound(profile: Profile, desk: Desk) -> None:
    """Forget the oldest of too many trips, and of what was told of them."""
    kept = profile.commitments or Commitments()
    gone = forget_oldest(profile.travel, kept.travel)
    for _ in range(gone + fold_oldest(kept.travel, TRIPS)):
        desk.evict("network")


def _disputed(profile: Profile, _event: Any, _moment: Moment, _desk: Desk) -> None:
    profile.disputes += 1


def _renamed(_profile: Profile, _event: Any, moment: Moment, desk: Desk) -> None:
    desk.mitigate(moment.account, "MIT-NAMECHANGE", moment.ts, "a change of name or address was documented")


def _accommodated(_profile: Profile, event: ev.AccommodationGranted, moment: Moment, desk: Desk) -> None:
    last = day_ms(event.until_date)
    until = None if last is None else closes(last + DAY)
    desk.mitigate(moment.account, "MIT-ACCESS", moment.ts, "an accommodation is on file", until)


def _suspended(profile: Profile, event: ev.AccountSuspended, moment: Moment, _desk: Desk) -> None:
    _state(profile, "status", f"suspended:{event.reason_code or ''}", moment)


_IDLE_POSSIBLE = frozenset({ev.SessionHeartbeat, ev.SessionEnd})
ACTIVITY: frozenset[type[Any]] = frozenset(
    {ev.LoginSucceeded, ev.SessionStart, ev.SessionHeartbeat, ev.SessionEnd, ev.BidSubmitted, ev.MessageSent}
)
"""Events that say somebody was at work."""
UPKEEP: dict[type[Any], Callable[[Profile, Any, Moment, Desk], None]] = {
    ev.AccountCreated: _created,
    ev.ProfileUpdated: _claims,
    ev.KycApproved: _verified,
    ev.KycLivenessResult: _proved,
    ev.DocumentSubmitted: _document,
    ev.PayoutMethodAdded: _paid,
    ev.PayoutRequested: _paid,
    ev.AffiliationDeclared: _affiliated,
    ev.AgencyMemberAdded: _member,
    ev.TravelDeclared: _travels,
    ev.ContractStarted: contract_started,
    ev.ContractEnded: contract_ended,
    ev.MilestoneDisputed: _disputed,
    ev.NameChangeDocumented: _renamed,
    ev.AccommodationGranted: _accommodated,
    ev.AccountSuspended: _suspended,
}


def tenured(account: AccountState) -> bool:
    """MIT-TENURE: two years, ten clients to whom no relation was declared, no dispute."""
    profile = account.profile
    if profile.created is None:
        return False
    return (
        account.watermark - profile.created >= TENURE_DAYS * DAY
        and profile.clients >= TENURE_CLIENTS
        and not profile.disputes
    )


__all__ = ["ACTIVITY", "UPKEEP", "note_activity", "settle", "tenured"]
