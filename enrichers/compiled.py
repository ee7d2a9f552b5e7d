"""Our own mmdb files: many prefixes of many lists in one table, so that a look-up is one C call.

An mmdb answers with one record only. So `merge` first gives every prefix the classes of all prefixes that cover it;
`write` then lays the tree down from the sorted prefixes. Neighbours that say the same become one prefix.
"""

from __future__ import annotations

import ipaddress
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mmdb_writer import MMDBWriter, SearchTreeLeaf, SearchTreeNode, TreeWriter

from enrichers.prefixes import Prefix, last_of, of_network, parse_prefix

NETWORKS_TYPE = "PersonaWatch-Networks"
"""`database_type` of the compiled networks table; shown to people, never used to choose a reader."""

OUTRANKING = frozenset({"relay", "corporate"})
"""Free VPN lists are partly built from consumer relays and company gateways (catalogue §7 #4): these classes outrank
VPN and hosting, for the classes and for the operator's name."""
OUTRANKED = frozenset({"vpn", "hosting"})
"""A residential proxy or Tor exit is not: no list mistakes a relay for one."""

SHARED_SETS = 64
"""Claims about one prefix up to which prefixes share their sets. All lists together make a dozen; a list whose lines all name the
same address makes a new set of each line, which must not be copied each time."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Record = dict[str, Any]

_NOTHING: Record = {}


class Claim(NamedTuple):
    """What one list says of a prefix."""

    network_class: str
    source: str
    dated: str = ""
    confidence: float = 1.0
    operator: str | None = None


class Row(NamedTuple):
    """One list's claim about one prefix, the prefix as text."""

    prefix: str
    network_class: str
    source: str
    dated: str = ""
    confidence: float = 1.0
    operator: str | None = None


class Merged(NamedTuple):
    """One record a prefix, in the order of the addresses, and how many claims of each source were outranked."""

    records: list[tuple[Prefix, Record]]
    outranked: Counter[str]


def merge(claims: Iterable[tuple[Prefix, Claim]]) -> Merged:
    """Join the claims about each prefix with those about all prefixes that cover it, by precedence.

    The order of the claims does not matter. Prefixes of which the same is said share one record.
    """
    at: dict[Prefix, frozenset[Claim]] = {}
    together: dict[tuple[frozenset[Claim] | None, Claim], frozenset[Claim]] = {}
    many: dict[Prefix, set[Claim]] = {}
    for prefix, claim in claims:
        before = at.get(prefix)
        if before is not None and len(before) >= SHARED_SETS:
            many.setdefault(prefix, set()).add(claim)
            continue
        joined = together.get((before, claim))
        if joined is None:  # few combinations, many prefixes: one set object for all that share it
            joined = together[before, claim] = (before or frozenset()) | {claim}
        at[prefix] = joined
    at.update((prefix, at[prefix] | further) for prefix, further in many.items())
    merged = Merged([], Counter())
    known: dict[tuple[frozenset[Claim], int], Record] = {}
    covering: list[tuple[int, Record]] = []
    for prefix in sorted(at):
        while covering and covering[-1][0] < prefix[0]:
            covering.pop()
        outer = covering[-1][1] if covering else _NOTHING
        own = at[prefix]
        record = known.get((own, id(outer)))
        if record is None:
            record = known[own, id(outer)] = _record(sorted(own, key=repr), outer)
        if not OUTRANKING.isdisjoint(record["classes"]):
            merged.outranked.update(claim.source for claim in own if claim.network_class in OUTRANKED)
        covering.append((last_of(prefix), record))
        merged.records.append((prefix, record))
    return merged


def write_networks(rows: Iterable[Row], path: Path, epoch: int, description: str) -> int:
    """Write the compiled networks table and return its number of prefixes. ValueError names a row that has none."""
    return write_claims(((_prefix_of(row), Claim(*row[1:])) for row in rows), path, epoch, description)


def write_claims(claims: Iterable[tuple[Prefix, Claim]], path: Path, epoch: int, description: str) -> int:
    """Merge and write the compiled networks table; answer its number of prefixes."""
    records = merge(claims).records
    write_tree(records, path, NETWORKS_TYPE, epoch, description)
    return len(records)


def write(
    records: Sequence[tuple[Network, Mapping[str, Any]]], path: Path, database_type: str, epoch: int, description: str
) -> None:
    """Write records of networks that do not share a prefix; a narrower one replaces what covers it."""
    entries = [(of_network(network), dict(record)) for network, record in records]
    write_tree(sorted(entries, key=lambda entry: entry[0]), path, database_type, epoch, description)


def write_tree(
    entries: Sequence[tuple[Prefix, Record]], path: Path, database_type: str, epoch: int, description: str
) -> None:
    """Write an IPv6 mmdb with IPv4 inside, from prefixes in ascending order. Same entries and epoch, same bytes."""
    leaves: dict[int, SearchTreeLeaf] = {}
    by_content: dict[str, SearchTreeLeaf] = {}
    for _, record in entries:
        if id(record) not in leaves:
            leaves[id(record)] = by_content.setdefault(repr(record), SearchTreeLeaf(record))
    tree = _Tree([p[0] for p, _ in entries], [p[1] for p, _ in entries], [leaves[id(r)] for _, r in entries])
    meta = MMDBWriter(6, database_type, ["en"], description, ipv4_compatible=True)._build_meta()
    TreeWriter(tree.root(), meta | {"build_epoch": epoch}).write(str(path))  # the writer would put the current time


class _Tree:
    """Nodes of the search tree, made from the sorted prefixes in one pass.

    The library's own `insert_network` walks from the root for every prefix and erases narrower prefixes when a wider
    one comes later; this visits each node once and joins halves that are the same.
    """

    def __init__(self, firsts: list[int], lengths: list[int], leaves: list[SearchTreeLeaf]) -> None:
        self._firsts = firsts
        self._lengths = lengths
        self._leaves = leaves

    def root(self) -> SearchTreeNode:
        """The whole tree: a node, even when it says the same everywhere or nothing at all."""
        found = self._under(0, len(self._firsts), 0, 0, None)
        return found if type(found) is SearchTreeNode else SearchTreeNode(found, found)

    def _under(
        self, low: int, high: int, start: int, depth: int, around: SearchTreeLeaf | None
    ) -> SearchTreeNode | SearchTreeLeaf | None:
        """What stands below the prefix `start`/`depth`: entries low to high lie in it, `around` is said of the rest."""
        if low < high and self._lengths[low] == depth:
            around = self._leaves[low]
            low += 1
        if low == high:
            return around
        half = start | (1 << (127 - depth))
        middle = bisect_left(self._firsts, half, low, high)
        left = self._under(low, middle, start, depth + 1, around)
        right = self._under(middle, high, half, depth + 1, around)
        return left if left is right else SearchTreeNode(left, right)


def _record(claims: Sequence[Claim], outer: Record) -> Record:
    """Claims about one prefix joined with the record that covers it; what is outranked is left out.

    A list that says the same class several times is one entry, with its newest date and highest confidence.
    """
    classes = {claim.network_class for claim in claims} | set(outer.get("classes", ()))
    if not OUTRANKING.isdisjoint(classes):
        classes -= OUTRANKED
    entries: dict[tuple[str, str], tuple[str, float]] = {}
    for claim in claims:
        dated, confidence = entries.get(claim[:2], ("", 0.0))
        entries[claim[:2]] = max(dated, claim.dated), max(confidence, float(claim.confidence))
    for network_class, source, dated, confidence in outer.get("lists", ()):
        entries.setdefault((network_class, source), (dated, confidence))
    record: Record = {
        "classes": sorted(classes),
        "lists": [[*of, *stated] for of, stated in entries.items() if of[0] in classes],
    }
    operator = _operator(claims, outer)
    if operator:
        record["operator"] = operator
    return record


def _operator(claims: Sequence[Claim], outer: Record) -> str | None:
    """Take the name given by a relay or company gateway, here or outside; else the narrowest name.

    The name of an outranked VPN must not stand beside the class that outranks it.
    """
    outside: str | None = outer.get("operator")
    covered = not OUTRANKING.isdisjoint(outer.get("classes", ()))
    outranking = [claim for claim in claims if claim.network_class in OUTRANKING]
    if outranking or covered:
        named = next((claim.operator for claim in outranking if claim.operator), None)
        return named or (outside if covered else None)
    return next((claim.operator for claim in claims if claim.operator), outside)


def _prefix_of(row: Row) -> Prefix:
    prefix = parse_prefix(row.prefix)
    if isinstance(prefix, str):
        raise ValueError(f"{row.prefix!r}: {prefix}")  # noqa: TRY004 - the text is wrong, not its type
    return prefix
