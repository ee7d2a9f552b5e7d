"""The demo's invented networks: `DemoNetworks` gives generators addresses, `build` writes the three mmdb files."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from enrichers import compiled
from enrichers.demo_source import City, DemoSource, Operator, demo_source

NETWORKS_PER_OPERATOR = 256
"""/48s of one operator in one country."""
SUBSCRIBERS = 0xFFFF
"""/64s used in one /48: number 0 is left out, it would be written differently (`::`)."""


class DemoNetworks:
    """Documentation addresses of invented operators: the same arguments always give the same address.

    `n` chooses the subscriber, that is the /64, which is what accounts can share. Consecutive `n` lie in one /48
    (65,535 of them, then the next /48), unless `network` names the /48: 0 to 127 in the country's first city, 128 to
    255 in its second. `host` chooses one of several addresses of the same subscriber. A country is an ISO code, or a
    letter A to H of the catalogue's scenarios. Text is already in the normal form. What does not exist is a KeyError.
    """

    def __init__(self, source: DemoSource | None = None) -> None:
        self._source = source or demo_source()
        self._countries = {c.letter: iso for iso, c in self._source.countries.items() if c.letter}
        self._stems: dict[tuple[str, str, str | int], tuple[str, int, int]] = {}
        for operator in self._source.operators:
            names: set[str | int] = {operator.partner or operator.operator or "", ""}
            homes = operator.kind == "home"
            span = (240 if homes else NETWORKS_PER_OPERATOR) - operator.first_network
            for iso, country in self._source.countries.items():
                stem = f"2001:db8:{operator.block:x}{country.slot:x}"
                for name in names:
                    self._stems.setdefault((operator.kind, iso, name), (stem, operator.first_network, span))

    @property
    def countries(self) -> tuple[str, ...]:
        """ISO codes of all countries, in the order of the file."""
        return tuple(self._source.countries)

    def country(self, name: str) -> str:
        """ISO code of a letter of the catalogue; an ISO code is returned as it is."""
        return self._countries.get(name, name)

    def city(self, country: str, network: int = 0) -> City:
        """Answer the city in which a country's /48 of that number is."""
        return self._source.countries[self.country(country)].cities[network >= NETWORKS_PER_OPERATOR // 2]

    def pick(
        self, kind: str, country: str, index: int, *, tag: str | int = "", network: int | None = None, host: int = 1
    ) -> str:
        """Choose the address; `tag` is the operator of a VPN or the partner number of a relay."""
        stem, first, span = self._stems[kind, self._countries.get(country, country), tag]
        if network is None:
            network = index // SUBSCRIBERS
        return f"{stem}{first + network % span:02x}:{index % SUBSCRIBERS + 1:x}::{host:x}"

    def home(self, country: str, n: int, *, network: int | None = None, host: int = 1) -> str:
        """Choose a home line of an access network (240 /48s a country)."""
        return self.pick("home", country, n, network=network, host=host)

    def mobile(self, country: str, n: int, *, network: int | None = None, host: int = 1) -> str:
        """Choose a mobile carrier's address. Use the same `n` for many people to model a shared one."""
        return self.pick("mobile", country, n, network=network, host=host)

    def hosting(self, country: str, n: int, *, network: int | None = None, host: int = 1) -> str:
        """Choose a rented server."""
        return self.pick("hosting", country, n, network=network, host=host)

    def vpn(self, operator: str, country: str, n: int, *, network: int | None = None, host: int = 1) -> str:
        """Choose an exit of `ASTRILL` or `EXAMPLE_VPN`."""
        return self.pick("vpn", country, n, tag=operator, network=network, host=host)

    def residential_proxy(self, country: str, n: int, *, network: int | None = None, host: int = 1) -> str:
        """Choose an exit of `EXAMPLE_PROXY`: somebody's home line (16 /48s a country)."""
        return self.pick("residential_proxy", country, n, network=network, host=host)

    def relay(self, partner: int, n: int, *, country: str = "US", network: int | None = None, host: int = 1) -> str:
        """Choose an egress of the consumer relay, run by partner 1, 2 or 3 for people in that country."""
        return self.pick("relay", country, n, tag=partner, network=network, host=host)

    def corporate(self, country: str, n: int, *, network: int | None = None, host: int = 1) -> str:
        """Choose an egress of a company's secure access service."""
        return self.pick("corporate", country, n, network=network, host=host)

    def office(self, country: str, n: int, *, network: int | None = None, host: int = 1) -> str:
        """Choose a coworking office: `n` is the office, `host` a desk behind its one /64."""
        return self.pick("office", country, n, network=network, host=host)

    def satellite(self, country: str, n: int, *, network: int | None = None, host: int = 1) -> str:
        """Choose a satellite line: position known to 500 km only."""
        return self.pick("satellite", country, n, network=network, host=host)

    def tor(self, country: str, n: int, *, network: int | None = None, host: int = 1) -> str:
        """Choose a Tor exit."""
        return self.pick("tor", country, n, network=network, host=host)

    def ipv4(self, kind: str, n: int) -> str:
        """One of 254 IPv4 addresses of `home` (PT), `mobile` (IN) or `office` (DE)."""
        prefix = next(entry.prefix for entry in self._source.ipv4 if entry.kind == kind)
        return f"{prefix.rpartition('.')[0]}.{n % 254 + 1}"

    def dprk(self, n: int) -> str:
        """One of the 1,022 usable addresses of NET-1."""
        first = int(ipaddress.ip_network(self._source.dprk.prefix)[1])
        return str(ipaddress.ip_address(first + n % 1022))


def build(folder: Path, source: DemoSource | None = None) -> dict[str, Path]:
    """Write `geo`, `asn` and `networks` tables into the folder, the same bytes every time; answer role → path."""
    source = source or demo_source()
    epoch = int(datetime.fromisoformat(source.dated).replace(tzinfo=UTC).timestamp())
    folder.mkdir(parents=True, exist_ok=True)
    paths = {role: folder / f"demo-{role}.mmdb" for role in ("geo", "asn", "networks")}
    geo, asn, rows = _tables(source)
    about = "Persona Watch demo: invented networks on documentation addresses"
    compiled.write(geo, paths["geo"], "PersonaWatch-Demo-City", epoch, about)
    compiled.write(asn, paths["asn"], "PersonaWatch-Demo-ASN", epoch, about)
    compiled.write_networks(rows, paths["networks"], epoch, about)
    return paths


Records = list[tuple[compiled.Network, dict[str, Any]]]


def _tables(source: DemoSource) -> tuple[Records, Records, list[compiled.Row]]:
    """Geo records, ASN records and list rows of the whole source."""
    geo: Records = []
    asn: Records = []
    rows: list[compiled.Row] = []
    for operator in source.operators:
        for iso, country in source.countries.items():
            third = (operator.block << 12) | (country.slot << 8)
            if operator.inside:
                rows += _rows(source, operator, f"2001:db8:{third | operator.first_network:x}::/44")
                continue
            for half, city in enumerate(country.cities):
                prefix = ipaddress.ip_network(f"2001:db8:{third | half << 7:x}::/41")
                geo.append((prefix, _city_record(iso, city, operator.radius_km)))
            prefix = ipaddress.ip_network(f"2001:db8:{third:x}::/40")
            asn.append((prefix, _asn_record(operator.asn + country.slot, operator.organisation)))
            rows += _rows(source, operator, str(prefix))
    by_kind = {operator.kind: operator for operator in reversed(source.operators)}
    for entry in source.ipv4:
        operator, country = by_kind[entry.kind], source.countries[entry.country]
        prefix = ipaddress.ip_network(entry.prefix)
        geo.append((prefix, _city_record(entry.country, country.cities[0], operator.radius_km)))
        asn.append((prefix, _asn_record(operator.asn + country.slot, operator.organisation)))
        rows += _rows(source, operator, entry.prefix)
    registered = ipaddress.ip_network(source.dprk.prefix)
    geo.append((registered, _city_record(source.dprk.country, source.dprk.city, source.dprk.radius_km)))
    asn.append((registered, _asn_record(source.dprk.asn, source.dprk.organisation)))
    return geo, asn, rows


def _rows(source: DemoSource, operator: Operator, prefix: str) -> list[compiled.Row]:
    dated = source.dated if operator.dated is None else operator.dated
    sure = [compiled.Row(prefix, c, source.source, dated, 1.0, operator.operator) for c in operator.classes]
    loose = [compiled.Row(prefix, c, f"{source.source}-loose", dated, 0.5) for c in operator.also]
    return sure + loose


def _asn_record(number: int, organisation: str) -> dict[str, Any]:
    return {"autonomous_system_number": number, "autonomous_system_organization": organisation}


def _city_record(iso: str, city: City, radius_km: int) -> dict[str, Any]:
    """MaxMind's City shape, which most other providers share."""
    return {
        "city": {"names": {"en": city.name}},
        "country": {"iso_code": iso},
        "location": {
            "accuracy_radius": radius_km,
            "latitude": city.latitude,
            "longitude": city.longitude,
            "time_zone": city.time_zone,
        },
        "subdivisions": [{"names": {"en": city.region}}],
    }
