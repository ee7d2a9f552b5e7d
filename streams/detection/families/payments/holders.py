"""Whose instrument it is: the account holder's own, another's, or unknown. Unknown is never "another's"."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Literal

from schemas.events import PayoutMethodAdded, PayoutRequested
from streams.detection.families.payments.memory import INSTRUMENTS, Instrument, PaymentsMemory
from streams.detection.family import Desk

if TYPE_CHECKING:
    from streams.detection.account_state import Profile  # it imports this package's memory

Holder = Literal["own", "other", "unknown"]


def short(instrument_h: str) -> int:
    """CRC-32 of an instrument's hash: enough to tell one account's dozen instruments apart."""
    return zlib.crc32(instrument_h.encode())


def note_instrument(memory: PaymentsMemory, event: PayoutMethodAdded | PayoutRequested, ts: int, desk: Desk) -> None:
    """Keep what the newest event that says anything about the holder says; the stalest instrument gives way."""
    if not event.instrument_h:
        return
    key = short(event.instrument_h)
    told = Instrument(ts, event.holder_name_match_score, event.holder_type == "company", event.holder_reg_id_h or "")
    held = memory.instruments.get(key)
    if held is not None and (_says_something(held), _rank(held)) > (_says_something(told), _rank(told)):
        return
    memory.instruments[key] = told
    desk.make_room(memory.instruments, INSTRUMENTS, "payment", lambda kept: kept.last)


def holder(instrument: Instrument | None, memory: PaymentsMemory, profile: Profile, least_match: float) -> Holder:
    """Tell whose `instrument` is, with a name match of `least_match` or more being the account holder's.

    A company is the account holder's own when its registration number was declared, when it is the account's own, or
    when the account belongs to a verified agency, which is paid for its members. Sole traders are such companies.
    """
    if instrument is None:
        return "unknown"
    if instrument.company and (profile.agency_verified or _declared(instrument.reg, memory, profile)):
        return "own"
    if instrument.match is not None:
        return "own" if instrument.match >= least_match else "other"
    return "other" if instrument.company and instrument.reg else "unknown"


def _declared(reg: str, memory: PaymentsMemory, profile: Profile) -> bool:
    return bool(reg) and (reg == memory.own_reg or reg in profile.related or f"employer:{reg}" in profile.related)


def _says_something(instrument: Instrument) -> bool:
    return instrument.match is not None or instrument.company or bool(instrument.reg)


def _rank(instrument: Instrument) -> tuple[int, float, str]:
    """Two statements of one moment: the higher match wins, whichever arrived first."""
    return instrument.last, -1.0 if instrument.match is None else instrument.match, instrument.reg
