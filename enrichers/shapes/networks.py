"""What kind of network an address is in: our compiled records, MaxMind's products, IPinfo's, and Spur's export."""

from __future__ import annotations

import math
from typing import NamedTuple

from enrichers.facts import ListEntry
from enrichers.shapes.values import Record, flag, inner, number, text, texts


class Kind(NamedTuple):
    """What a networks record says. No class is a fact too: the address is in the table and nothing is set."""

    classes: frozenset[str] = frozenset()
    operator: str | None = None
    lists: tuple[ListEntry, ...] = ()


NO_KIND = Kind()

_MAXMIND = {
    "is_anonymous_vpn": "vpn",
    "is_hosting_provider": "hosting",
    "is_public_proxy": "public_proxy",
    "is_residential_proxy": "residential_proxy",
    "is_tor_exit_node": "tor",
}
_IPINFO = {"hosting": "hosting", "proxy": "public_proxy", "relay": "relay", "tor": "tor", "vpn": "vpn"}
_IPINFO_BUNDLE = {
    "is_hosting": "hosting",
    "is_mobile": "mobile",
    "is_proxy": "public_proxy",
    "is_relay": "relay",
    "is_satellite": "satellite",
    "is_tor": "tor",
    "is_vpn": "vpn",
}
_FLAGS = _MAXMIND | _IPINFO | _IPINFO_BUNDLE
_CONNECTION = {"Cellular": "mobile", "Satellite": "satellite"}
"""MaxMind's "Corporate" is a company's own line, not the secure access service that cancels VPN: not taken."""
_USER_TYPE = {"cellular": "mobile", "hosting": "hosting"}
"""Of MaxMind Enterprise; the other types are people's lines, or say who runs a place and not what it is used for."""
_CARRIER = ({"mcc", "mnc"}, {"mobile_country_code", "mobile_network_code"})
"""IPinfo Carrier; MaxMind ISP and Enterprise. Only addresses of a mobile network have these codes."""
_USERS = ("ipv4_32", "ipv6_64")
"""MaxMind User Count: people seen on the very address within a day."""
CROWD = 15
"""More users than this on one address are strangers behind a carrier's gateway (catalogue: shared above 15 devices)."""
TUNNELS = {"VPN": "vpn", "TOR": "tor", "PROXY": "public_proxy"}
"""Spur's. A tunnel of another or of no type has no class: what it is, is not said."""
INFRASTRUCTURE = {"DATACENTER": "hosting", "MOBILE": "mobile", "SATELLITE": "satellite"}
_SPUR = frozenset({"tunnels", "infrastructure", "client"})
_OTHER = frozenset(
    {
        "is_anonymous",
        "connection_type",
        "user_type",
        "isp",  # MaxMind ISP: a carrier's codes are far apart in it
        "residential",
        "percent_days_seen",
        "anonymizer_confidence",
        *_USERS,
        *_SPUR,
    }
)


def recognises(record: Record) -> bool:
    """Whether the record speaks of network classes in one of the known shapes."""
    if _is_compiled(record):
        return True
    record = inner(record, "traits") or record
    known = not _FLAGS.keys().isdisjoint(record) or not _OTHER.isdisjoint(record)
    return known or any(codes <= record.keys() for codes in _CARRIER)


def read(record: Record, source: str, dated: str = "") -> Kind:
    """Classes, operator and list entries of a record of any shape.

    `source` and `dated` name the table and its day in the entries of other people's records that state neither.
    """
    if _is_compiled(record):
        return _compiled(record)
    if not _SPUR.isdisjoint(record):
        return _spur(record, source, dated)
    record = inner(record, "traits") or record
    found = {network_class for key, network_class in _FLAGS.items() if flag(record.get(key))}
    connection = _CONNECTION.get(str(record.get("connection_type", "")))
    if connection:
        found.add(connection)
    user_type = _USER_TYPE.get(str(record.get("user_type", "")))
    if user_type:
        found.add(user_type)
    if any(codes <= record.keys() for codes in _CARRIER):
        found.add("mobile")
    if any((number(record.get(key), 0, math.inf) or 0) > CROWD for key in _USERS):
        found.add("cgnat")
    if _residential(record):
        found.add("residential_proxy")
    if not found:
        return NO_KIND
    nested = dict(inner(record, "residential"))
    operator = text(record.get("provider_name")) or text(record.get("service")) or text(nested.get("provider_name"))
    about = {"residential_proxy": nested | {"anonymizer_confidence": nested.get("confidence")}} if nested else {}
    entries = tuple(_entry(name, source, about.get(name, record), dated) for name in sorted(found))
    return Kind(frozenset(found), operator, entries)


def _is_compiled(record: Record) -> bool:
    return isinstance(record.get("classes"), list)


def _compiled(record: Record) -> Kind:
    """Our own: `{classes, operator?, lists: [[class, source, dated, confidence], …]}`; what is not of that form says nothing.

    Facts are written and read again by the next stage: a number among the classes would be no facts there.
    """
    stated = record.get("lists")
    lists = filter(None, map(_listed, stated)) if isinstance(stated, list) else ()
    return Kind(frozenset(texts(record["classes"])), text(record.get("operator")), tuple(lists))


def _listed(entry: object) -> ListEntry | None:
    match entry:
        case [str(network_class), str(source), str(dated), int() | float() as confidence] if 0 <= confidence <= 1:
            return ListEntry(network_class, source, dated, float(confidence))
    return None


def _spur(record: Record, source: str, dated: str) -> Kind:
    """Spur's: tunnels with their operators, proxies that run on the address, infrastructure; every field is optional."""
    named: dict[str, str | None] = {}
    tunnels = record.get("tunnels")
    for tunnel in tunnels if isinstance(tunnels, list) else ():
        network_class = TUNNELS.get(str(tunnel.get("type"))) if isinstance(tunnel, dict) else None
        if network_class:
            named[network_class] = named.get(network_class) or text(tunnel.get("operator"))
    for proxy in texts(inner(record, "client").get("proxies")):
        named.setdefault("residential_proxy", proxy)
    infrastructure = INFRASTRUCTURE.get(str(record.get("infrastructure")))
    if infrastructure:
        named.setdefault(infrastructure, None)
    entries = tuple(ListEntry(name, source, dated) for name in sorted(named))
    return Kind(frozenset(named), next(filter(None, named.values()), None), entries)


def _residential(record: Record) -> bool:
    """Tell a residential-proxy product's record: it has no flag, being in the table is the statement.

    IPinfo's have `percent_days_seen`. MaxMind's have only a date, a provider and perhaps a confidence, and may be
    nested in an Anonymous Plus record; the IP Risk product has these too, but always with a risk or a flag.
    """
    if "percent_days_seen" in record or inner(record, "residential"):
        return True
    dated = "network_last_seen" in record or "anonymizer_confidence" in record
    return dated and "ip_risk" not in record and not any(key.startswith("is_") for key in record)


def _entry(network_class: str, source: str, record: Record, dated: str) -> ListEntry:
    """Take date and confidence as stated; IPinfo's `confidence` is a level without a scale, so not taken."""
    seen = text(record.get("network_last_seen")) or text(record.get("last_seen"))
    percent = number(record.get("anonymizer_confidence"), 0, 100)
    return ListEntry(network_class, source, seen or dated, 1.0 if percent is None else percent / 100)
