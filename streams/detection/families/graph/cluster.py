"""`strong_edge_cluster`: accounts tied by two or more different kinds of things that strangers do not share (GRA)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from streams.detection.messages import Numbers

INDICATOR = "strong_edge_cluster"
Edge = tuple[str, str, str]
"""Edge type, account, account."""


def cluster_confidence(
    accounts: Collection[str], edges: Collection[Edge], thresholds: Mapping[str, float]
) -> tuple[float, Numbers]:
    """Tell with 1.0 or 0.0 whether `accounts`, one connected component, are a dense cluster; and what was counted.

    A shared thing sends its edges as a star to its earliest account. Accounts that one type connects therefore count as
    tied with each other; the density of the bare stars would fall the more accounts share one thing. A component above
    the largest size says nothing: a hub was not recognised in it.
    """
    place = {account: bit for bit, account in enumerate(sorted(set(accounts)))}
    inside = sorted({(kind, place[a], place[b]) for kind, a, b in edges if a in place and b in place and a != b})
    types = sorted({kind for kind, _, _ in inside})
    tied = [0] * len(place)
    kinds = [0] * len(place)
    for kind in types:
        for group in _groups([(a, b) for name, a, b in inside if name == kind]):
            for bit in _bits(group):
                tied[bit] |= group & ~(1 << bit)
                kinds[bit] += 1
    size = len(place)
    density = sum(mask.bit_count() for mask in tied) / (size * (size - 1)) if size > 1 else 0.0
    per_account = sum(kinds) / size if size else 0.0
    numbers: Numbers = {
        "accounts": size,
        "edge_types": len(types),
        "kinds": ", ".join(types),
        "density": round(density, 2),
        "types_per_account": round(per_account, 2),
    }
    dense = density >= thresholds["density"] or per_account >= thresholds["types_per_account"]
    fits = thresholds["accounts"] <= size <= thresholds["largest"] and len(types) >= thresholds["edge_types"]
    return (1.0 if fits and dense else 0.0), numbers


def _groups(pairs: list[tuple[int, int]]) -> list[int]:
    """Find the connected groups of the pairs, each as a bit mask."""
    groups: list[int] = []
    for a, b in pairs:
        mask = 1 << a | 1 << b
        for touching in [group for group in groups if group & mask]:
            groups.remove(touching)
            mask |= touching
        groups.append(mask)
    return groups


def _bits(mask: int) -> list[int]:
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]
