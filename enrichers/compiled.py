"""Our own mmdb files: many prefixes of many lists in one table, so that a look-up is one C call.

The writer erases narrower prefixes when a wider one is inserted after them, and an mmdb answers with one record only.
So `merge` first gives every prefix the classes of all prefixes that cover it, and `write` inserts wide prefixes first.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mmdb_writer import MMDBWriter, TreeWriter
from netaddr import IPSet

NETWORKS_TYPE = "PersonaWatch-Networks"
"""`database_type` of the compiled networks table; shown to people, never used to choose a reader."""

OUTRANKING = frozenset({"relay", "corporate"})
"""Free VPN lists are partly built from consumer relays and company gateways (catalogue §7 #4): these classes outrank
VPN and hosting, here for the operator's name, in `enrich` for the classes."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Row(NamedTuple):
    """One list's statement about one prefix."""

    prefix: str
    network_class: str
    source: str
    dated: str = ""
    confidence: float = 1.0
    operator: str | None = None


def merge(rows: Iterable[Row]) -> list[tuple[Network, dict[str, Any]]]:
    """One record per distinct prefix: classes, operator and lists of the prefix and of all that cover it.

    The order of the rows does not matter.
    """
    at: dict[Network, list[Row]] = {}
    for row in sorted(set(rows), key=repr):
        at.setdefault(ipaddress.ip_network(row.prefix), []).append(row)
    merged: list[tuple[Network, dict[str, Any]]] = []
    covering: list[tuple[Network, dict[str, Any]]] = []
    for prefix in sorted(at, key=_position):
        while covering and not _covers(covering[-1][0], prefix):
            covering.pop()
        record = _record(at[prefix], covering[-1][1] if covering else {})
        covering.append((prefix, record))
        merged.append((prefix, record))
    return merged


def write_networks(rows: Iterable[Row], path: Path, epoch: int, description: str) -> int:
    """Write the compiled networks table and return its number of prefixes."""
    merged = merge(rows)
    write(merged, path, NETWORKS_TYPE, epoch, description)
    return len(merged)


def write(
    records: Sequence[tuple[Network, Mapping[str, Any]]], path: Path, database_type: str, epoch: int, description: str
) -> None:
    """Write an IPv6 mmdb with IPv4 inside. The same records and epoch give the same bytes."""
    writer = MMDBWriter(6, database_type, ["en"], description, ipv4_compatible=True)
    for prefix, record in sorted(records, key=_breadth):
        writer.insert_network(IPSet([str(prefix)]), dict(record))
    meta = writer._build_meta() | {"build_epoch": epoch}  # the public method always writes the current time
    TreeWriter(writer.tree, meta).write(str(path))


def _record(rows: Sequence[Row], outer: Mapping[str, Any]) -> dict[str, Any]:
    """Rows of one prefix joined with the record that covers it."""
    classes = {row.network_class for row in rows} | set(outer.get("classes", ()))
    own = [[row.network_class, row.source, row.dated, float(row.confidence)] for row in rows]
    record: dict[str, Any] = {
        "classes": sorted(classes),
        "lists": own + [entry for entry in outer.get("lists", ()) if entry not in own],
    }
    operator = _operator(rows, outer)
    if operator:
        record["operator"] = operator
    return record


def _operator(rows: Sequence[Row], outer: Mapping[str, Any]) -> str | None:
    """Take the name given by a relay or company gateway, here or outside; else the narrowest name."""
    inherited: str | None = outer.get("operator")
    outranking = next((row.operator for row in rows if row.operator and row.network_class in OUTRANKING), None)
    if outranking or (inherited and not OUTRANKING.isdisjoint(outer["classes"])):
        return outranking or inherited
    return next((row.operator for row in rows if row.operator), inherited)


def _covers(wide: Network, narrow: Network) -> bool:
    return wide.version == narrow.version and int(wide.broadcast_address) >= int(narrow.network_address)


def _position(prefix: Network) -> tuple[int, int, int]:
    return prefix.version, int(prefix.network_address), prefix.prefixlen


def _breadth(entry: tuple[Network, Mapping[str, Any]]) -> tuple[int, int, int]:
    """Wide first; an IPv4 prefix sits 96 bits deep in the IPv6 tree."""
    prefix = entry[0]
    return prefix.prefixlen + (96 if prefix.version == 4 else 0), prefix.version, int(prefix.network_address)
