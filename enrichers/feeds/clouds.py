"""Published ranges of cloud providers: AWS, Google, Azure (catalogue §7 #14).

All are hosting, except the services that hand out desktops: people work there, for a company mostly.
"""

from __future__ import annotations

from collections.abc import Iterator

from enrichers.feeds.rows import NO_ADDRESS, NOT_AN_OBJECT, members
from enrichers.feeds.source import Source
from enrichers.feeds.statement import ListError, Notes, Statement, day_of
from enrichers.prefixes import parse_prefix
from enrichers.shapes.values import inner

DESKTOPS = ("WORKSPACES", "WINDOWSVIRTUALDESKTOP", "AZUREVIRTUALDESKTOP")
"""Beginnings of service names and tags, in capitals."""


def load_aws(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read `ip-ranges.json`. The same prefix stands there under several services."""
    document = _document(source, "prefixes")
    stamp = document.get("createDate")
    notes.date_is(day_of(stamp[:10]) if isinstance(stamp, str) else None)
    entries = [*members(document.get("prefixes")), *members(document.get("ipv6_prefixes"))]
    yield from _entries(entries, ("ip_prefix", "ipv6_prefix"), notes)


def load_gcp(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read `cloud.json`."""
    document = _document(source, "prefixes")
    notes.date_is(day_of(document.get("creationTime")))
    yield from _entries(members(document.get("prefixes")), ("ipv4Prefix", "ipv6Prefix"), notes)


def load_azure(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read the weekly ServiceTags file; it has no date but in its name."""
    document = _document(source, "values")
    notes.tell("changeNumber", document.get("changeNumber"))
    for number, tag in enumerate(members(document.get("values")), 1):
        if not isinstance(tag, dict):
            notes.reject(number, NOT_AN_OBJECT)
            continue
        kind = _kind(tag.get("name"))
        for text in members(inner(tag, "properties").get("addressPrefixes")):
            yield from _one(number, text, kind, notes)


def _document(source: Source, key: str) -> dict[str, object]:
    document = source.document()
    if not isinstance(document, dict) or not isinstance(document.get(key), list):
        raise ListError("format", f"no list `{key}`", "the provider's published ranges")
    return document


def _entries(entries: list[object], keys: tuple[str, str], notes: Notes) -> Iterator[Statement]:
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            notes.reject(number, NOT_AN_OBJECT)
            continue
        found = [entry[key] for key in keys if key in entry]
        if not found:
            notes.reject(number, NO_ADDRESS)
        for text in found:
            yield from _one(number, text, _kind(entry.get("service")), notes)


def _one(number: int, text: object, kind: str, notes: Notes) -> Iterator[Statement]:
    prefix = parse_prefix(text) if isinstance(text, str) else NO_ADDRESS
    if isinstance(prefix, str):
        notes.reject(number, prefix)
    else:
        yield Statement(number, prefix, (kind,))


def _kind(service: object) -> str:
    name = service.upper() if isinstance(service, str) else ""
    return "corporate" if name.startswith(DESKTOPS) else "hosting"
