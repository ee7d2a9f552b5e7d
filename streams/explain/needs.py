"""What each indicator must be told before it can say anything, and what it means when it was not.

Unknown never counts as evidence, so an account of which little is known is quiet for a reason that an analyst should see.
An indicator without an entry is only said to have been below its thresholds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from streams.detection.account_state import AccountState
from streams.explain.intake import Intake

_SESSIONS = ("session_address",)
NEEDS: dict[str, tuple[str, ...]] = {
    "dprk_range_login": ("address",),
    "dprk_linked_range_login": ("address",),
    "named_vpn_operator": ("session_address", "network_lists", "closed_day"),
    "anonymizer_at_identity_moment": ("moment", "network_lists", "created"),
    "vps_hosting_egress": ("session_address", "network_lists", "closed_day"),
    "residential_proxy_egress": ("session_address", "network_lists"),
    "multi_ip_multi_country_window": _SESSIONS,
    "shared_ip_multi_account": _SESSIONS,
    "shared_subnet_single_use_devices": ("session_address", "device"),
    "proxy_exit_cooccurrence": _SESSIONS,
    "impossible_travel": ("place",),
    "claimed_location_mismatch": ("country", "stated_country", "closed_day"),
    "tz_ip_claim_triple_mismatch": ("clock", "country", "stated_clock", "closed_day"),
    "sanctioned_locale_setting": ("clock",),
    "activity_hours_mismatch": ("stated_zone", "closed_day"),
    "concurrent_distant_sessions": ("place", "session", "device", "input"),
    "marathon_session": ("session", "input"),
    "operator_shift_pattern": ("device", "closed_day"),
    "shared_device_multi_account": ("device",),
    "antidetect_fingerprint": ("fingerprint", "closed_day"),
    "account_handoff_after_verification": ("device", "anchor", "closed_day"),
    "voip_or_disposable_contact": ("contact",),
    "payout_name_mismatch": ("holder",),
    "payout_instrument_shared": ("instrument",),
    "pass_through_fan_out": ("instrument", "payouts"),
}
"""Indicator → names of `WORDS` that all must be there."""

WORDS = {
    "address": "an event with a public network address",
    "session_address": "a session with a public network address",
    "network_lists": "a table of known proxies and hosting networks",
    "moment": "a sign-up, document, payout method or profile change with a network address",
    "created": "the time of the sign-up",
    "closed_day": "a UTC day that is over (shares are judged on closed days only)",
    "place": "a session whose address the geo table can place",
    "country": "a session whose country the geo tables agree on",
    "clock": "a session with the device's clock or time zone",
    "stated_country": "a stated country of residence or an identity document",
    "stated_clock": "a stated country or time zone, or an identity document",
    "stated_zone": "a stated time zone",
    "session": "a session event with its session id",
    "device": "a session with a device id",
    "input": "a heartbeat that counts input",
    "fingerprint": "a session start with user agent and fingerprint",
    "anchor": "a verified identity or a month of silence to count from",
    "contact": "the class of a phone line or mailbox",
    "holder": "a payout method with a score of its holder's name",
    "instrument": "a payout method or payout that names its instrument",
    "payouts": "a payout with its amount",
}
"""What is needed, as it reads after "never told of"."""

_FROM_STATE: dict[str, Callable[[AccountState], bool]] = {
    "created": lambda account: account.profile.created is not None,
    "closed_day": lambda account: account.day > 0,
    "stated_country": lambda account: bool(account.profile.claimed_country or account.profile.id_country),
    "stated_clock": lambda account: bool(
        account.profile.claimed_country or account.profile.id_country or account.profile.claimed_tz
    ),
    "stated_zone": lambda account: bool(account.profile.claimed_tz),
    "payouts": lambda account: account.payments is not None and bool(account.payments.payouts),
}


def missing(indicator: str, account: AccountState, intake: Intake, roles: Iterable[str]) -> list[str]:
    """Names of what `indicator` needs and was never told. `roles`: the enrichment tables that were there."""
    given = frozenset(roles)
    return [name for name in NEEDS.get(indicator, ()) if not _known(name, account, intake, given)]


def _known(name: str, account: AccountState, intake: Intake, roles: frozenset[str]) -> bool:
    if name == "network_lists" and "networks" in roles:
        return True
    if name == "anchor":
        return intake.types["kyc.approved"] > 0 or (account.session is not None and account.session.anchor > 0)
    held = _FROM_STATE.get(name)
    return held(account) if held else intake.carried[name] > 0


def days_needed(indicator: str, thresholds: dict[str, float]) -> float:
    """Least number of days of activity without which an indicator that weighs days can't fire; 0 = no such number."""
    if indicator == "operator_shift_pattern":
        return thresholds["active_share"] * thresholds["window_days"]
    name = {
        "claimed_location_mismatch": "span_days",
        "activity_hours_mismatch": "active_days_min",
        "account_handoff_after_verification": "absent_days_provisional",
        "sanctioned_locale_setting": "days_min",
    }.get(indicator, "")
    return thresholds.get(name, 0.0)
