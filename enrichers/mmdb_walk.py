"""Going through all records of an mmdb that may be damaged, in bounded time and without touching foreign memory.

The C reader is faster, but on a damaged tree its iterator overwrites memory that is not its own and the process dies;
the library's Python iterator puts ::1:0:0/96 among IPv4. So the tree is walked here, on the Python reader's nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from maxminddb.reader import Reader

from enrichers.prefixes import Prefix, unmapped

VISITS_A_NODE = 4
"""Times that a node may be reached on average: once in a plain tree, a few times where a writer shares branches."""


class EndlessTreeError(ValueError):
    """Branches lead back into the tree."""


def walk(reader: Reader) -> Iterator[tuple[Prefix, Any]]:
    """Every prefix with its record, which may be of any type, in the order of the addresses.

    A damaged file may raise anything, EndlessTreeError among it. `reader` is the library's reader in Python, in any of its modes.
    """
    meta = reader.metadata()
    count, bits = meta.node_count, 128 if meta.ip_version == 6 else 32
    ipv4 = reader._ipv4_start
    visits = VISITS_A_NODE * count
    stack = [(0, 0, 0)]
    while stack:
        node, first, depth = stack.pop()
        if node > count:
            yield unmapped(first, depth + 128 - bits), reader._resolve_data_pointer(node)
        elif node < count and not (first and node == ipv4):  # IPv4 stands at ::/96; other ways to it are aliases
            visits -= 1
            if depth == bits or visits < 0:
                raise EndlessTreeError("branches lead back into the tree")
            stack.append((reader._read_node(node, 1), first | 1 << (bits - 1 - depth), depth + 1))
            stack.append((reader._read_node(node, 0), first, depth + 1))
