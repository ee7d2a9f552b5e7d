"""For whom an account works, as contracts begin and end: a client is current until the last contract with them ends."""

from __future__ import annotations

from zlib import crc32

import schemas.events as ev
from enrichers.timezones import offset_of_zone
from streams.detection.account_state import Commitments, Profile
from streams.detection.contracts import END_NAMED, END_UNNAMED, START, UNTOLD, ClientLately, Standing, Told
from streams.detection.family import Desk, Moment
from streams.detection.lately import fold_oldest
from streams.detection.windows import DAY

_CLIENTS = 16
_EVENTS = 32
"""Kept to be put in order: far more than a person sees of contracts in two days."""
_STRANGERS = 32
"""Three times as many as tenure asks for."""


def contract_started(profile: Profile, event: ev.ContractStarted, moment: Moment, desk: Desk) -> None:
    """Count a client once, and have them current from now on."""
    client = event.client_id
    if not client:
        return
    mark, strangers = crc32(client.encode()), profile.strangers
    if mark not in strangers and client not in profile.related and len(strangers) < _STRANGERS:
        strangers.append(mark)
        profile.clients += 1
    offset = offset_of_zone(event.client_tz, moment.ts) if event.client_tz else None
    kept = profile.commitments = profile.commitments or Commitments()
    before = kept.contracts.get(client, ())
    _take(profile, kept, client, (moment.ts, START, _contract(event), offset), moment, desk)
    for _ in set(before).difference(kept.contracts.get(client, ())):
        desk.evict("client")
    if client in profile.client_zones:  # the last one heard of
        profile.client_zones[client] = profile.client_zones.pop(client)
    if len(profile.client_zones) > _CLIENTS:
        gone = next(iter(profile.client_zones))
        for known in (profile.client_zones, kept.contracts, kept.clients):
            known.pop(gone, None)
        desk.evict("client")


def contract_ended(profile: Profile, event: ev.ContractEnded, moment: Moment, desk: Desk) -> None:
    """Whose last contract ended is no current client; another contract of theirs brings them back."""
    if event.client_id:
        contract = _contract(event)
        what = END_UNNAMED if contract == UNTOLD else END_NAMED
        kept = profile.commitments = profile.commitments or Commitments()
        _take(profile, kept, event.client_id, (moment.ts, what, contract, None), moment, desk)


def _take(profile: Profile, kept: Commitments, client: str, told: Told, moment: Moment, desk: Desk) -> None:
    zones, contracts, known = profile.client_zones, kept.contracts, kept.clients
    lately = known.get(client)
    if lately is None:
        running = contracts.get(client, [UNTOLD]) if client in zones else []
        lately = ClientLately(Standing(zones.get(client), running))
    if moment.ts < moment.account.day * DAY:
        lately.add_before(told)
    else:
        lately.add(told)
        known[client] = lately
    now = lately.now()
    if now.open:
        zones[client] = now.zone
    else:
        zones.pop(client, None)
    if now.open and now.open != [UNTOLD]:
        contracts[client] = now.open
    else:
        contracts.pop(client, None)
    for _ in range(fold_oldest(known, _EVENTS)):
        desk.evict("client")


def _contract(event: ev.ContractStarted | ev.ContractEnded) -> int:
    return crc32(event.contract_id.encode()) if event.contract_id else UNTOLD


__all__ = ["contract_ended", "contract_started"]
