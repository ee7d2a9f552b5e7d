"""Numbers that no comparison shows: where detection counts to two in code, or needs a whole number before it compares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from streams.detection.account_state import AccountState
from streams.detection.catalogue.model import Catalogue
from streams.detection.families.payments.holders import Holder, holder
from streams.detection.families.payments.memory import Instrument
from streams.detection.families.payments.splits import splits
from streams.detection.families.session import handoff
from streams.detection.windows import HOUR

_PLACES = {
    "shared_ip_multi_account": ("ip", "accounts on one address of this account, related or not"),
    "shared_subnet_single_use_devices": ("subnet", "accounts on one network of this account, related or not"),
}


class Reading(NamedTuple):
    """What was counted, and what it takes."""

    text: str
    seen: float
    needed: float
    at_end: bool = False
    """Read from what the account remembers at the end, which forgets; otherwise the most that was ever seen."""


def readings(indicator: str, account: AccountState, catalogue: Catalogue, company: Mapping[str, int]) -> list[Reading]:
    """Readings beside the comparisons; empty for indicators whose comparisons say it all."""
    limits = catalogue.indicators[indicator].thresholds
    if indicator == "payout_instrument_shared":
        return [Reading("accounts on one payout instrument of this account", company.get("payout", 1), 2)]
    if indicator == "shared_device_multi_account":
        return [Reading("accounts on one device of this account", company.get("device", 1), 2)]
    if indicator in _PLACES:
        kind, text = _PLACES[indicator]
        return [Reading(text, company.get(kind, 1), limits["accounts"])]
    if indicator == "proxy_exit_cooccurrence" and "pair" not in company:
        return [Reading("rare exits shared with another account", 0, limits["exits"])]
    if indicator == "dprk_range_login":
        held = account.fired.get(indicator)
        return [Reading("events from a range of the registry", held.count if held else 0, 1)]
    if indicator == "operator_shift_pattern" and account.session is not None:
        return [Reading("devices in use", sum(device.key > 0 for device in account.session.devices), 2, at_end=True)]
    if indicator == "voip_or_disposable_contact":
        return [Reading("contact points of such a class", 1 if indicator in account.fired else 0, 1, at_end=True)]
    if indicator == "pass_through_fan_out" and account.payments is not None:
        return [Reading("payouts split between holders", _splits(account, catalogue), limits["credits"], at_end=True)]
    if indicator == "account_handoff_after_verification" and account.session is not None:
        return [
            Reading(
                "kinds of contact or payout data changed since", _changes(account), limits["changes_min"], at_end=True
            )
        ]
    return []


def _splits(account: AccountState, catalogue: Catalogue) -> int:
    memory = account.payments
    assert memory is not None
    least = catalogue.indicators["payout_name_mismatch"].thresholds["least_match"]

    def holds(instrument: Instrument | None) -> Holder:
        return holder(instrument, memory, account.profile, least)

    hours = catalogue.indicators["pass_through_fan_out"].thresholds["hours"]
    return len(splits(memory, holds, int(hours * HOUR)))


def _changes(account: AccountState) -> int:
    """Password and second factor are one kind, both needed (`families/session/handoff.py`)."""
    memory = account.session
    assert memory is not None
    changed = {what for what, ts in memory.changes.items() if memory.anchor and ts >= handoff.since(memory)}
    return len(changed & {"email", "phone", "payout"}) + ({"password", "2fa"} <= changed)
