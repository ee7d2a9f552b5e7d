"""Spamhaus DROP: JSON lines of prefixes or AS numbers and one trailer (catalogue §7 #10). Context, not a VPN list."""

from __future__ import annotations

from collections.abc import Iterator

from enrichers.feeds.rows import NO_ADDRESS, objects
from enrichers.feeds.source import Source
from enrichers.feeds.statement import ListError, Notes, Statement, day_of, name_of
from enrichers.prefixes import parse_prefix
from enrichers.shapes.asn import MAX_ASN, Owner


def load(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read rows with `cidr` or `asn`. The trailer's copyright stays with the data; its count must be right."""
    rows, stated = 0, None
    for number, entry in objects(source, notes):
        if "type" in entry:
            for name in ("copyright", "terms", "records"):
                notes.tell(name, entry.get(name))
            notes.date_is(day_of(entry.get("timestamp")))
            stated = entry.get("records", stated)
            continue
        rows += 1
        cidr, asn = entry.get("cidr"), entry.get("asn")
        if isinstance(cidr, str):
            prefix = parse_prefix(cidr)
            if isinstance(prefix, str):
                notes.reject(number, prefix)
            else:
                yield Statement(number, prefix)
        elif isinstance(asn, int) and 0 < asn <= MAX_ASN:
            yield Statement(number, owner=Owner(asn, name_of(entry.get("asname"))))
        else:
            notes.reject(number, NO_ADDRESS)
    if isinstance(stated, int) and stated != rows:
        raise ListError("records", f"{rows:,} rows", f"{stated:,}, as its trailer says")
