"""What kind of network an address is in, and under which name it is counted."""

from __future__ import annotations

import zlib

from enrichers.facts import ANONYMIZERS, Facts

COLLAPSED = ("relay", "corporate", "mobile", "cgnat", "satellite")
"""Classes whose many addresses are one network per operator: the network changes them, not the person."""
PLACELESS = frozenset({"corporate", "satellite", "tor"})
"""Classes whose exit says nothing about where the person is, and which people do not choose by country."""
OFFICES = frozenset({"office", "coworking", "university", "education", "library"})
"""Places that many people use, each on their own account."""
NEVER_SHARED = OFFICES | {
    "relay",
    "tor",
    "vpn",
    "mobile",
    "cgnat",
    "satellite",
    "corporate",
    "public_proxy",
    "residential_proxy",
    "hotel",
}
"""Classes on which meeting other accounts is no news: no `ip` link is sent. Proxies are judged by exits."""
PASSED = frozenset({"vpn", "tor", "corporate", "relay"})
"""Classes of servers that pass on the traffic of people who are elsewhere."""
INHABITED = OFFICES | {"mobile", "cgnat", "satellite", "hotel"}
"""Access networks: where people sit. A hosting list that has one, usually by its AS number, says nothing about them."""
HIDING = ANONYMIZERS - {"hosting"}
EXITS = frozenset({"vpn", "hosting", "residential_proxy", "public_proxy"})
"""Anonymizer-like classes: being on one address in the same minutes means more than on a home line."""
CROWDS = frozenset({"relay", "tor", "mobile", "cgnat", "satellite", "corporate"}) | OFFICES
"""Classes whose address is dealt out to whoever comes: co-use says nothing, so no `exit` or `subnet` link is sent."""


IPV6 = "/48"
"""How the name of an IPv6 network ends."""
UNNAMED = "unnamed"
"""Operator of all VPN exits whose operator nobody names."""


def checksum(text: str) -> int:
    """Give a short name to an address or a device: four bytes of state, no way back without the original."""
    return zlib.crc32(text.encode())


def counted_as(facts: Facts) -> str:
    """Name the network as it is counted: itself, or its operator when that deals out many."""
    return dealer_of(facts) or facts.network or ""


def dealer_of(facts: Facts) -> str:
    """Name the operator that deals out many networks as one; empty for any other network.

    A consumer relay lends its exits from several partners' networks, so that its AS number does not stand for the operator.
    """
    classes = facts.classes
    for name in COLLAPSED:
        if name in classes:
            dealer = facts.operator or ("" if name == "relay" else facts.asn or facts.network)
            return f"{name}:{dealer}"
    return ""


def operator_of(facts: Facts) -> str:
    """Give the VPN operator's name in a form that two providers of data write alike; empty when it is no VPN.

    Tor counts as one operator. An exit whose operator nobody names may be any operator's: see `one_vpn`.
    """
    classes = facts.classes
    if not classes:
        return ""
    if "tor" in classes:
        return "tor"
    if "vpn" not in classes or "relay" in classes or "corporate" in classes:
        return ""
    return plain_name(facts.operator or "") or UNNAMED


def one_vpn(operators: set[str]) -> bool:
    """Whether a VPN was used and no second operator is known; empty names are of other networks."""
    used = operators - {""}
    return bool(used) and len(used - {UNNAMED}) <= 1


def plain_name(name: str) -> str:
    """`ASTRILL_VPN`, `Astrill VPN` and `astrill` are one operator."""
    return "".join(filter(str.isalnum, name.casefold())).removesuffix("vpn")


def country_of(facts: Facts) -> str:
    """Give the country to count, or empty when it is unknown or says nothing about the person."""
    country = facts.agreed_country
    return "" if country is None or not PLACELESS.isdisjoint(facts.classes) else country


def on_hosting(facts: Facts) -> bool:
    """Hosting space of which no list says that people sit there, or that it passes on the traffic of people who are elsewhere."""
    classes = facts.classes
    return "hosting" in classes and PASSED.isdisjoint(classes) and INHABITED.isdisjoint(classes)


def anonymized(facts: Facts) -> bool:
    """Whether the address hides the person's own; consumer relays and company gateways do not count."""
    classes = facts.classes
    return on_hosting(facts) or (
        not HIDING.isdisjoint(classes) and "relay" not in classes and "corporate" not in classes
    )
