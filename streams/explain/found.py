"""What a finding was found with, threshold by threshold. Over the whole stream larger numbers may have been seen: it is not about those."""

from __future__ import annotations

from collections.abc import Callable

from streams.detection.messages import Numbers

Read = Callable[[Numbers], float | None]


def found_with(indicator: str, name: str, numbers: Numbers) -> float | None:
    """The finding's own number for one threshold, in the threshold's unit; None when it did not keep one."""
    read = _FOUND.get((indicator, name))
    return None if read is None else read(numbers)


def _number(key: str, times: float = 1.0) -> Read:
    def read(numbers: Numbers) -> float | None:
        value = numbers.get(key)
        return value * times if isinstance(value, int | float) else None

    return read


def _share(part: str, whole: str) -> Read:
    """A share from its two counts: a rounded one could seem to fall short."""

    def read(numbers: Numbers) -> float | None:
        one, all_of = numbers.get(part), numbers.get(whole)
        return one / all_of if one is not None and all_of else None

    return read


def _within(span: str) -> Read:
    """Countries, when it was this span in which they were counted."""

    def read(numbers: Numbers) -> float | None:
        return numbers.get("countries") if numbers.get("span") == span else None

    return read


_PERCENT = _number("percent", 0.01)
_FOUND: dict[tuple[str, str], Read] = {
    ("named_vpn_operator", "sessions"): _number("sessions"),
    ("named_vpn_operator", "share"): _share("sessions", "total"),
    ("vps_hosting_egress", "minutes"): _number("hours", 60),
    ("vps_hosting_egress", "share"): _PERCENT,
    ("residential_proxy_egress", "exits"): _number("exits"),
    ("multi_ip_multi_country_window", "networks"): _number("networks"),
    ("multi_ip_multi_country_window", "asns"): _number("asns"),
    ("multi_ip_multi_country_window", "countries_day"): _within("a day"),
    ("multi_ip_multi_country_window", "countries_week"): _within("a week"),
    ("anonymizer_at_identity_moment", "moments"): _number("moments"),
    ("dprk_linked_range_login", "full_days"): _number("days"),
    ("shared_ip_multi_account", "accounts"): _number("accounts"),
    ("shared_subnet_single_use_devices", "accounts"): _number("accounts"),
    ("shared_subnet_single_use_devices", "same_setup"): _PERCENT,
    ("shared_subnet_single_use_devices", "correlation"): _number("correlation"),
    ("proxy_exit_cooccurrence", "exits"): _number("exits"),
    ("proxy_exit_cooccurrence", "rarity"): _number("rarity"),
    ("impossible_travel", "pairs_min"): _number("pairs"),
    ("claimed_location_mismatch", "sessions_min"): _number("sessions"),
    ("claimed_location_mismatch", "share_min"): _share("elsewhere", "sessions"),
    ("tz_ip_claim_triple_mismatch", "sessions_min"): _number("sessions"),
    ("tz_ip_claim_triple_mismatch", "steady_share"): _share("steady", "sessions"),
    ("tz_ip_claim_triple_mismatch", "mismatch_share"): _share("apart", "sessions"),
    ("sanctioned_locale_setting", "days_min"): _number("days_seen"),
    ("activity_hours_mismatch", "active_days_min"): _number("active_days"),
    ("activity_hours_mismatch", "share_min"): _share("odd_days", "active_days"),
    ("concurrent_distant_sessions", "km_min"): _number("km"),
    ("concurrent_distant_sessions", "overlaps_min"): _number("overlaps"),
    ("marathon_session", "presence_hours"): _number("hours"),
    ("marathon_session", "active_hours_min"): _number("active_hours"),
    ("operator_shift_pattern", "jitter_minutes"): _number("jitter_minutes"),
    ("antidetect_fingerprint", "sessions_min"): _number("odd"),
    ("antidetect_fingerprint", "share_min"): _share("odd", "sessions"),
    ("account_handoff_after_verification", "absent_days_provisional"): _number("absent_days"),
    ("payout_name_mismatch", "least_match"): _number("match"),
    ("strong_edge_cluster", "accounts"): _number("accounts"),
    ("strong_edge_cluster", "edge_types"): _number("edge_types"),
    ("strong_edge_cluster", "density"): _number("density"),
    # what is counted in code and has no threshold of its own (`readings.py`)
    ("voip_or_disposable_contact", ""): _number("contacts"),
    ("operator_shift_pattern", ""): _number("profiles"),
    ("pass_through_fan_out", ""): _number("splits"),
    ("account_handoff_after_verification", ""): _number("changes"),
}
"""(indicator, threshold) → how its finding's numbers are read. What is not here is told as seen over the whole stream."""
