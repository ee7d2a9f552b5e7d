"""`strong_edge_cluster`: accounts tied by two or more different kinds of things that strangers do not share (GRA)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from streams.detection.messages import Numbers

INDICATOR = "strong_edge_cluster"
Edge = tuple[str, str, str, str]
"""Edge type, shared thing, account, account."""
NO_AGENCIES: Mapping[str, str] = MappingProxyType({})


def cluster_confidence(
    accounts: Collection[str],
    edges: Iterable[Edge],
    thresholds: Mapping[str, float],
    agencies: Mapping[str, str] = NO_AGENCIES,
) -> tuple[float, Numbers]:
    """Tell with 1.0 or 0.0 whether `accounts`, one connected component, are a dense cluster; and what was counted.

    A shared thing sends its edges as a star to its earliest account. Accounts that one thing connects therefore count as
    tied with each other; the density of the bare stars would fall the more accounts share one thing. What different
    things of one type connect stays a chain: two people with one device each have nothing to do with the next two.
    Accounts of one agency (`agencies`: account → agency) are not tied by what they share. A component above the largest
    size says nothing: a hub was not recognised in it.
    """
    tied, by_kind = _ties(_places(accounts), edges, agencies)
    size = len(tied)
    density = sum(mask.bit_count() for mask in tied) / (size * (size - 1)) if size > 1 else 0.0
    per_account = sum(mask.bit_count() for mask in by_kind.values()) / size if size else 0.0
    numbers: Numbers = {
        "accounts": size,
        "edge_types": len(by_kind),
        "kinds": ", ".join(sorted(by_kind)),
        "density": round(density, 2),
        "types_per_account": round(per_account, 2),
    }
    dense = density >= thresholds["density"] or per_account >= thresholds["types_per_account"]
    fits = thresholds["accounts"] <= size <= thresholds["largest"] and len(by_kind) >= thresholds["edge_types"]
    return (1.0 if fits and dense else 0.0), numbers


def parts(accounts: Collection[str], edges: Iterable[Edge], agencies: Mapping[str, str]) -> list[list[str]]:
    """The connected parts that are left of `accounts` when what an agency shares ties nobody in it."""
    places = _places(accounts)
    tied, _ = _ties(places, edges, agencies)
    names, seen, found = list(places), 0, []
    for place in range(len(names)):
        if seen >> place & 1:
            continue
        part = waiting = 1 << place
        while waiting:
            reached = 0
            for bit in _bits(waiting):
                reached |= tied[bit]
            waiting, part = reached & ~part, part | reached
        seen |= part
        found.append([names[bit] for bit in _bits(part)])
    return found


def _places(accounts: Collection[str]) -> dict[str, int]:
    return {account: bit for bit, account in enumerate(sorted(set(accounts)))}


def _ties(
    place: Mapping[str, int], edges: Iterable[Edge], agencies: Mapping[str, str]
) -> tuple[list[int], dict[str, int]]:
    """Whom each account is tied to, and whom each kind of thing ties, as bit masks."""
    colleagues: dict[str, int] = {}
    for account, agency in agencies.items():
        if agency and account in place:
            colleagues[agency] = colleagues.get(agency, 0) | 1 << place[account]
    related = [colleagues.get(agencies.get(account, ""), 0) | 1 << bit for account, bit in place.items()]
    things: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for kind, thing, a, b in edges:
        if a in place and b in place and a != b:
            things.setdefault((kind, thing), []).append((place[a], place[b]))
    tied, by_kind = [0] * len(place), dict[str, int]()
    for (kind, _), pairs in things.items():
        for group in _groups(pairs):
            for bit in _bits(group):
                if others := group & ~related[bit]:
                    tied[bit] |= others
                    by_kind[kind] = by_kind.get(kind, 0) | 1 << bit
    return tied, by_kind


def _groups(pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Find the connected groups of the pairs, each as a bit mask."""
    groups: list[int] = []
    for a, b in pairs:
        mask = 1 << a | 1 << b
        for touching in [group for group in groups if group & mask]:
            groups.remove(touching)
            mask |= touching
        groups.append(mask)
    return groups


def _bits(mask: int) -> Iterator[int]:
    return (bit for bit in range(mask.bit_length()) if mask >> bit & 1)
