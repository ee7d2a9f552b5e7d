"""The register of formats: name in feeds.toml, loader, what it reads. A new provider is one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from enrichers.feeds import addresses, base, clouds, domains, geofeed, ip2proxy, mullvad, records, spamhaus, spur, tor
from enrichers.feeds.source import Source
from enrichers.feeds.statement import Notes, Statement

Loader = Callable[[Source, Notes], Iterator[Statement]]


class Format(NamedTuple):
    """One kind of file."""

    load: Loader
    about: str


FORMATS = {
    "addresses": Format(addresses.load, "an address or prefix a line: Tor bulk list, X4BNet, FireHOL (#1, #4, #5)"),
    "tor-exit-addresses": Format(tor.load_exit_addresses, "TorDNSEL's exit-addresses (#2)"),
    "onionoo": Format(tor.load_onionoo, "Onionoo's details document (#3)"),
    "mmdb": Format(records.load_mmdb, "MaxMind, IPinfo, DB-IP and GeoLite2 mmdb (#6, #7, #15)"),
    "ipinfo-csv": Format(records.load_csv, "IPinfo CSV with a header (#7)"),
    "ipinfo-json": Format(records.load_json, "IPinfo NDJSON (#7)"),
    "spur": Format(spur.load, "Spur NDJSON (#8)"),
    "ip2proxy": Format(ip2proxy.load, "IP2Proxy CSV, PX2 to PX12 (#9)"),
    "spamhaus": Format(spamhaus.load, "Spamhaus DROP and ASN-DROP JSON lines (#10)"),
    "geofeed": Format(geofeed.load, "RFC 8805 CSV: Apple Private Relay, Starlink, others (#11, #13)"),
    "mullvad": Format(mullvad.load, "Mullvad's relays, web or app (#12)"),
    "aws": Format(clouds.load_aws, "AWS ip-ranges.json (#14)"),
    "gcp": Format(clouds.load_gcp, "Google cloud.json (#14)"),
    "azure": Format(clouds.load_azure, "Azure ServiceTags (#14)"),
    "iptoasn": Format(base.load_iptoasn, "IPtoASN TSV (#15)"),
    "dbip": Format(base.load_dbip, "DB-IP Lite CSV: country, ASN or city (#15)"),
    "delegated": Format(base.load_delegated, "RIR delegated-extended (#15)"),
    "domains": Format(domains.load, "disposable-mail domains (#17)"),
}
"""Numbers are those of the catalogue's §7."""
