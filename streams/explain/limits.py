"""Thresholds in words: what is counted, and which side of the number fires. A threshold without an entry is a mere setting.

`AT_LEAST`: the indicator needs this many or more. `AT_MOST`: it needs less.
"""

from __future__ import annotations

from math import isclose
from typing import NamedTuple


class Words(NamedTuple):
    """How one threshold reads."""

    text: str
    unit: str = ""
    at_most: bool = False


_SHARE = "%"
MOST = 7
"""Digits tried; beyond them two numbers are the same but for what floats leave."""
LIMITS: dict[tuple[str, str], Words] = {
    (indicator, name): words
    for indicator, table in {
        "named_vpn_operator": {
            "sessions": Words("sessions through a named operator"),
            "share": Words("share of all sessions", _SHARE),
        },
        "vps_hosting_egress": {
            "minutes": Words("session time", "minutes"),
            "share": Words("share of it from rented servers", _SHARE),
        },
        "residential_proxy_egress": {"exits": Words("residential exits within a week")},
        "multi_ip_multi_country_window": {
            "networks": Words("networks within an hour"),
            "asns": Words("providers within an hour"),
            "countries_day": Words("countries within a day"),
            "countries_week": Words("countries within a week"),
        },
        "anonymizer_at_identity_moment": {"moments": Words("kinds of identity step through an anonymizer")},
        "dprk_linked_range_login": {"full_days": Words("days within the range")},
        "shared_ip_multi_account": {"accounts": Words("unrelated accounts on one address, each in two sessions")},
        "shared_subnet_single_use_devices": {
            "accounts": Words("accounts with a device of their own on one network"),
            "same_setup": Words("share of devices set up alike", _SHARE),
            "correlation": Words("correlation of active hours"),
        },
        "proxy_exit_cooccurrence": {
            "exits": Words("rare exits shared with another account"),
            "rarity": Words("rarity of the shared exits"),
        },
        "impossible_travel": {
            "km_min": Words("distance between neighbouring sessions", "km"),
            "km_per_hour": Words("speed between them", "km/h"),
            "pairs_min": Words("pairs that no journey connects"),
        },
        "claimed_location_mismatch": {
            "sessions_min": Words("half-days with sessions on access networks"),
            "share_min": Words("share outside every stated country", _SHARE),
            "span_days": Words("days over which these are spread"),
        },
        "tz_ip_claim_triple_mismatch": {
            "sessions_min": Words("half-days with sessions"),
            "steady_share": Words("share under one clock", _SHARE),
            "mismatch_share": Words("share with a clock that fits neither side", _SHARE),
        },
        "sanctioned_locale_setting": {"days_min": Words("days with the setting")},
        "activity_hours_mismatch": {
            "active_days_min": Words("busy days"),
            "share_min": Words("share of them that rest in the stated daytime", _SHARE),
        },
        "concurrent_distant_sessions": {
            "overlap_minutes": Words("longest overlap of two devices", "minutes"),
            "inputs_min": Words("five-minute slots with input on one side"),
            "km_min": Words("distance between the two, unless in two countries", "km"),
            "overlaps_min": Words("overlaps within a week"),
        },
        "marathon_session": {
            "presence_hours": Words("hours of presence without a break"),
            "active_hours_min": Words("clock hours with input out of 24"),
        },
        "operator_shift_pattern": {
            "active_share": Words("share of days on which one device is used", _SHARE),
            "weekdays_min": Words("weekdays on which it is used"),
            "jitter_minutes": Words("spread of its starting time", "minutes", at_most=True),
            "overlap_share": Words("share of hours in which both devices are used", _SHARE, at_most=True),
        },
        "shared_device_multi_account": {"entropy_bits_min": Words("how identifying the device id is", "bits")},
        "antidetect_fingerprint": {
            "contradictions_min": Words("contradictions in one fingerprint"),
            "sessions_min": Words("half-days with a contradictory fingerprint"),
            "share_min": Words("share of half-days of use", _SHARE),
        },
        "account_handoff_after_verification": {
            "absent_days_provisional": Words("days without the earlier devices", "days"),
        },
        "payout_name_mismatch": {"least_match": Words("match of the holder's name", "", at_most=True)},
        "strong_edge_cluster": {
            "accounts": Words("accounts tied to this one, itself included"),
            "edge_types": Words("kinds of strong tie"),
            "density": Words("density of the ties"),
        },
    }.items()
    for name, words in table.items()
}
"""(indicator, threshold) → words, in the order in which an indicator looks at them."""


def number(value: float, unit: str, digits: int = 0) -> str:
    """One number for people: shares in per cent, the rest with two digits at most; `digits` more of them where these hide something."""
    if unit == _SHARE:
        return f"{_plain(value * 100, digits)}%"
    text = _plain(value, digits + 2 if abs(value) < 100 else digits)
    return f"{text} {unit.removesuffix('s') if text == '1' else unit}".strip()


def exact(value: float, unit: str) -> str:
    """A number that somebody sets: all its digits, so that what is set is what was tried."""
    shown = value * 100 if unit == _SHARE else value
    digits = next((digits for digits in range(MOST) if isclose(round(shown, digits), shown, rel_tol=1e-12)), MOST)
    return number(value, unit, digits if unit == _SHARE or abs(value) >= 100 else max(0, digits - 2))


def beside(seen: float, needed: float, unit: str) -> tuple[str, str]:
    """What was seen and what it takes, with digits enough that they differ when they do."""
    limit = exact(needed, unit)
    texts = (number(seen, unit, digits) for digits in range(MOST))
    return next((text for text in texts if text != limit or seen == needed), number(seen, unit)), limit


def _plain(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text
