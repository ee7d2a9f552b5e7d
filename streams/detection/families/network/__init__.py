"""Network and access (NET): from where an account is used, and who else is there.

`sessions` is the hot path; `registered`, `moments`, `spread`, `proxies` and `egress` judge one account; `sharing`,
`subnets` and `cooccurrence` judge at what accounts share, fed by `links`.

No strong edges come from here: `strong_edge_cluster` asks for two kinds of device, document, payout, address or
contact, and a subnet with an exit would be one network counted as two kinds.
"""

from __future__ import annotations

from schemas.events import (
    AccountCreated,
    DocumentSubmitted,
    LoginFailed,
    LoginSucceeded,
    MeetingHeld,
    PayoutMethodAdded,
    PayoutRequested,
    ProfileUpdated,
    SessionEnd,
    SessionHeartbeat,
    SessionStart,
)
from streams.detection.families.network import cooccurrence, egress, moments, sessions, sharing, subnets
from streams.detection.family import Family

FAMILY = Family(
    "NET",
    (
        "dprk_range_login",
        "dprk_linked_range_login",
        "named_vpn_operator",
        "anonymizer_at_identity_moment",
        "vps_hosting_egress",
        "residential_proxy_egress",
        "multi_ip_multi_country_window",
        "shared_ip_multi_account",
        "shared_subnet_single_use_devices",
        "proxy_exit_cooccurrence",
    ),
    observe={
        LoginSucceeded: sessions.began,
        SessionStart: sessions.began,
        SessionHeartbeat: sessions.heard,
        SessionEnd: sessions.heard,
        LoginFailed: sessions.passed,
        PayoutRequested: sessions.passed,
        MeetingHeld: sessions.joined,
        AccountCreated: moments.observe,
        DocumentSubmitted: moments.observe,
        PayoutMethodAdded: moments.observe,
        ProfileUpdated: moments.observe,
    },
    daily=egress.daily,
    judge={
        "ip": sharing.judge,
        "subnet": subnets.judge,
        "exit": cooccurrence.judge_exit,
        "pair": cooccurrence.judge_pair,
    },
)

__all__ = ["FAMILY"]
