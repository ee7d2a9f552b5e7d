"""What kind of network an address is in: our compiled records, MaxMind's anonymizer and IPinfo's privacy products."""

from __future__ import annotations

from typing import NamedTuple

from enrichers.facts import ListEntry
from enrichers.shapes.values import Record, flag, inner, number, text


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
_OTHER = frozenset(
    {"classes", "is_anonymous", "connection_type", "residential", "percent_days_seen", "anonymizer_confidence"}
)


def recognises(record: Record) -> bool:
    """Whether the record speaks of network classes in one of the known shapes."""
    return not _FLAGS.keys().isdisjoint(record) or not _OTHER.isdisjoint(record) or {"mcc", "mnc"} <= record.keys()


def read(record: Record, source: str) -> Kind:
    """Classes, operator and list entries; `source` names the table in the entries of other people's records."""
    if "classes" in record:
        return _compiled(record)
    found = {network_class for key, network_class in _FLAGS.items() if flag(record.get(key))}
    connection = _CONNECTION.get(str(record.get("connection_type", "")))
    if connection:
        found.add(connection)
    if {"mcc", "mnc"} <= record.keys():
        found.add("mobile")
    if _residential(record):
        found.add("residential_proxy")
    if not found:
        return NO_KIND
    nested = dict(inner(record, "residential"))
    operator = text(record.get("provider_name")) or text(record.get("service")) or text(nested.get("provider_name"))
    about = {"residential_proxy": nested | {"anonymizer_confidence": nested.get("confidence")}} if nested else {}
    entries = tuple(_entry(name, source, about.get(name, record)) for name in sorted(found))
    return Kind(frozenset(found), operator, entries)


def _compiled(record: Record) -> Kind:
    """Our own: `{classes, operator?, lists: [[class, source, dated, confidence], …]}`."""
    lists = tuple(ListEntry(str(c), str(s), str(d), float(p)) for c, s, d, p in record.get("lists", ()))
    return Kind(frozenset(record["classes"]), text(record.get("operator")), lists)


def _residential(record: Record) -> bool:
    """Tell a residential-proxy product's record: it has no flag, being in the table is the statement.

    IPinfo's have `percent_days_seen`. MaxMind's have only a date, a provider and perhaps a confidence, and may be
    nested in an Anonymous Plus record; the IP Risk product has these too, but always with a risk or a flag.
    """
    if "percent_days_seen" in record or inner(record, "residential"):
        return True
    dated = "network_last_seen" in record or "anonymizer_confidence" in record
    return dated and "ip_risk" not in record and not any(key.startswith("is_") for key in record)


def _entry(network_class: str, source: str, record: Record) -> ListEntry:
    """Take date and confidence as stated; IPinfo's `confidence` is a level without a scale, so not taken."""
    dated = text(record.get("network_last_seen")) or text(record.get("last_seen")) or ""
    percent = number(record.get("anonymizer_confidence"), 0, 100)
    return ListEntry(network_class, source, dated, 1.0 if percent is None else percent / 100)
