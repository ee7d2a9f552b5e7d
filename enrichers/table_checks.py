"""What an opened table must pass before anybody asks it: its age, its records, its answers, and those of the one before.

Each check raises TableError with its name. Damage in the middle of a file can escape all of them; only a checksum
(`<name>.sha256` or the manifest) finds it for certain.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

import maxminddb
from maxminddb.const import MODE_MMAP
from maxminddb.reader import Reader

from enrichers.mmdb_walk import walk
from enrichers.prefixes import SHORTEST_4, SHORTEST_6, Prefix, is_too_wide, text_of
from enrichers.shapes import asn, geo, networks
from enrichers.table import Table, TableError

RECOGNISES: Final[Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "geo": geo.recognises,
    "asn": asn.recognises,
    "networks": networks.recognises,
}

EARLIEST_EPOCH: Final = 1_230_768_000
"""2009-01-01: the format is younger."""
LATEST_EPOCH: Final = 4_102_444_800
"""2100-01-01: later is a broken file (one in the wild has 2**64-1), and dates would overflow."""
CLOCKS_DIFFER_S: Final = 86_400
"""A provider's clock and ours may differ, and some write the day for which a file is meant."""
SAMPLE: Final = 1_000
"""Records read at load, 30 ms. MaxMind's anonymizer file begins with empty records, so a few are not enough."""
ALWAYS_ASKED: Final = ("8.8.8.8", "81.2.69.160", "2001:4860:4860::8888")
"""Any answer will do, but the look-up must not fail. The second finds a broken number in a known bad file."""
SPREAD: Final = 4_000
"""Addresses asked all over the space, 25 ms: a tree with a hole of a thousandth does not pass unseen."""
LEAST_SHARE: Final = {"geo": 0.9, "asn": 0.9, "networks": 0.5}
"""Of what the table in use knows. Registries of places only grow; lists of proxies may shrink, but not by half."""
ENOUGH: Final = 50
"""Answers below this say nothing about a rate."""
_NARROWER: Final = f"narrower prefixes: /{SHORTEST_4} (IPv6 /{SHORTEST_6})"


def check_epoch(table: Table, now: float) -> None:
    """Refuse build times that cannot be."""
    if not EARLIEST_EPOCH <= table.epoch <= LATEST_EPOCH:
        raise TableError(table.path, "epoch", table.epoch, "a build time between 2009 and 2100 (Unix seconds)")
    if table.epoch > now + CLOCKS_DIFFER_S:
        raise TableError(table.path, "epoch", _when(table.epoch), f"a build time that is not after {_when(now)}, now")


def check_age(table: Table, replaces: Table) -> None:
    """Refuse what was built before the table in use: a mirror that went back, a restored backup."""
    if table.epoch < replaces.epoch:
        expected = (
            f"{_when(replaces.epoch)} or later, as the table in use (SIGUSR2 or the manifest can force an older one)"
        )
        raise TableError(table.path, "age", f"a build time of {_when(table.epoch)}", expected)


def check_records(table: Table, copy: Path) -> None:
    """Check, on the private `copy`: records decode, are maps, at least one has a shape of the role, none marks the world."""
    sample = _sample(table, copy)
    strange = next((record for _, record in sample if not isinstance(record, dict)), None)
    if strange is not None:
        raise TableError(table.path, "shape", f"records of type {type(strange).__name__}", "maps")
    if not any(RECOGNISES[table.role](record) for _, record in sample):
        keys = ", ".join(sorted({str(key) for _, record in sample for key in record})[:6]) or "nothing"
        raise TableError(table.path, "shape", f"records with {keys}", f"records of a {table.role} table")
    _check_width(table, sample)


def check_canaries(table: Table, canaries: Mapping[str, object]) -> None:
    """Known addresses can be looked up, and say what the caller knows of them."""
    for ip in (*ALWAYS_ASKED, *canaries):
        answer = _ask(table, ip)
        expected = canaries.get(ip)
        if expected is not None and (expected not in answer if isinstance(answer, frozenset) else expected != answer):
            found = sorted(answer) if isinstance(answer, frozenset) else answer
            raise TableError(table.path, f"canary {ip}", found, repr(expected))


def check_answers(table: Table) -> None:
    """Look up addresses all over the space: none may fail, nor get a class from a prefix that is too wide."""
    for ip in spread():
        try:
            record, length = table.look_up(ip)
            wide = length < (SHORTEST_6 if ":" in ip else SHORTEST_4) and _has_classes(table, record)
        except Exception as error:  # a damaged file may raise anything; all of it means the same
            words = f"{type(error).__name__}: {error}"
            raise TableError(table.path, f"look-up of {ip}", words, "an answer") from error
        if wide:
            raise TableError(table.path, "prefix", f"classes for all of {ip}/{length}", _NARROWER)


def check_hit_rate(table: Table, replaces: Table, in_use: Sequence[str]) -> None:
    """Refuse a table that knows far less than the one in use, as a cut, damaged or nearly empty one does."""
    for what, addresses in (("addresses all over the space", spread()), ("addresses in use", in_use)):
        before, now = _known(replaces, addresses), _known(table, addresses)
        share = LEAST_SHARE[table.role]
        if before >= ENOUGH and now < before * share:
            found = f"{now} of {len(addresses)} {what}"
            expected = f"at least {share:.0%} of the {before} that the table in use knows"
            raise TableError(table.path, "hit rate", found, expected)


@cache
def spread() -> tuple[str, ...]:
    """Give the same addresses every time, evenly over IPv4 and the assigned part of IPv6 (the golden ratio's multiples)."""
    v4 = (ipaddress.IPv4Address(n * 0x9E37_79B1 & 0xFFFF_FFFF) for n in range(1, SPREAD * 3 // 4))
    v6 = (ipaddress.IPv6Address((0x2000 << 112) + (n * 0x9E37_79B1 % (1 << 29) << 96)) for n in range(SPREAD // 4))
    return tuple(str(address) for address in (*v4, *v6))


def _check_width(table: Table, sample: Iterable[tuple[Prefix, Any]]) -> None:
    for prefix, record in sample:
        if is_too_wide(prefix) and _has_classes(table, record):
            raise TableError(table.path, "prefix", f"classes for all of {text_of(prefix)}", _NARROWER)


def _has_classes(table: Table, record: object) -> bool:
    return table.role == "networks" and isinstance(record, dict) and bool(networks.read(record, "").classes)


def _sample(table: Table, copy: Path) -> list[tuple[Prefix, Any]]:
    """Read the first records with their prefixes."""
    try:
        with maxminddb.open_database(copy, MODE_MMAP) as reader:
            assert isinstance(reader, Reader)
            return list(islice(walk(reader), SAMPLE))
    except Exception as error:  # as above
        raise TableError(
            table.path, "records", f"{type(error).__name__}: {error}", "records that can be read"
        ) from error


def _ask(table: Table, ip: str) -> object:
    """Look up and read; a failure refuses the table."""
    try:
        return _essence(table.role, table.look_up(ip)[0])
    except Exception as error:  # as above
        raise TableError(table.path, f"canary {ip}", f"{type(error).__name__}: {error}", "an answer") from error


def _known(table: Table, addresses: Iterable[str]) -> int:
    """Count the addresses of which the table has a record."""
    known = 0
    for ip in addresses:
        with suppress(Exception):  # what cannot be answered is not known
            known += table.look_up(ip)[0] is not None
    return known


def _essence(role: str, record: Any) -> object:
    """Take from a record what a canary of the role is compared with."""
    if not isinstance(record, dict):
        return None
    if role == "geo":
        return geo.read(record).country
    return asn.read(record).asn if role == "asn" else networks.read(record, "").classes


def _when(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
