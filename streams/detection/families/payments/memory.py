"""What is remembered of an account's money: whose instruments it used, its last payouts, and the credits that they followed.

Bounded: 12 instruments, 32 payouts, a credit for each payout and for each hour in which a payout may still follow it; an ordinary account
has two or three instruments and a payout a week.
"""

from __future__ import annotations

import msgspec

from streams.detection.messages import Ref

INSTRUMENTS = 12
RING = 32
"""Four splits to three instruments each are 12 payouts; twice that and more leaves room for ordinary ones between."""
CREDITS = 96
"""One for each payout, one for each of the 48 hours in which a payout of the next 24 may still arrive, and room for longer thresholds."""
SPLITS = 8
"""Payouts of splits named at most: one each of the last splits, and those that may still become one."""


class Instrument(msgspec.Struct, array_like=True, gc=False):
    """One payout instrument as it was last described."""

    last: int
    match: float | None = None
    """How well the holder's name matches the verified one; None = unknown."""
    company: bool = False
    reg: str = ""
    """Keyed hash of the holder's registration number."""


class Payout(msgspec.Struct, array_like=True, gc=False, frozen=True, order=True):
    """One payout. The instrument is a CRC-32: the hash itself would be ten times longer."""

    ts: int
    instrument: int
    amount: float
    currency: str = ""


class PaymentsMemory(msgspec.Struct, array_like=True, gc=False):
    """Instruments, mismatching additions and the payout and credit rings of one account."""

    instruments: dict[int, Instrument] = {}
    """CRC-32 of the instrument → what is known of its holder."""
    mismatches: dict[int, tuple[int, float]] = {}
    """CRC-32 of an instrument added in another name → event time of its newest such addition, and the name match then. Whether that still
    holds is read from `instruments` and the profile."""
    payouts: list[Payout] = []
    """Sorted by event time."""
    credits: list[int] = []
    """Event times, sorted; the first of each hour, as long as a payout followed or may follow."""
    first_credit: int | None = None
    """Since when the platform is known to send credits for this account."""
    own_reg: str = ""
    """Registration number the account itself stated; a company with it is the account holder's own."""
    passed_on: list[Ref] = []
    """Payouts that show splits, the newest of each; empty while everything goes to the account holder."""
    since: int = 0
    """Event time from which on all payouts are held; 0 = none was forgotten yet."""
