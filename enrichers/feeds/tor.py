"""Exits of the Tor network: TorDNSEL's exit-addresses and Onionoo's details (catalogue §7 #2, #3)."""

from __future__ import annotations

from collections.abc import Iterator

from enrichers.feeds.rows import NO_ADDRESS, NOT_AN_OBJECT, members, texts
from enrichers.feeds.source import Source
from enrichers.feeds.statement import ListError, Notes, Statement, day_of
from enrichers.prefixes import parse_prefix
from enrichers.shapes.geo import Place
from enrichers.shapes.values import country_code

LONGEST = 4096
_KEYWORDS = frozenset({"ExitNode", "Published"})


def load_exit_addresses(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read blocks `ExitNode`, `Published`, `LastStatus`, one or more `ExitAddress`; the newest time is last_seen."""
    status = ""
    for number, line in source.lines(notes, LONGEST):
        keyword, _, value = line.partition(" ")
        if keyword == "ExitNode":
            status = ""
        elif keyword == "LastStatus":
            status = _day(value)
        elif keyword == "ExitAddress":
            address, _, seen = value.partition(" ")
            prefix = parse_prefix(address)
            if isinstance(prefix, str):
                notes.reject(number, prefix)
                continue
            newest = max(_day(seen), status)
            notes.date_is(day_of(newest))
            yield Statement(number, prefix, last_seen=newest)
        elif keyword not in _KEYWORDS:
            notes.reject(number, "unknown-keyword")


def load_onionoo(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read `relays[]`: the union of or_addresses and exit_addresses, which is omitted when empty.

    When relays have flags, only those with Exit are taken: the query may have been for all.
    """
    document = source.document()
    if not isinstance(document, dict) or not isinstance(document.get("relays"), list):
        raise ListError("format", "no list `relays`", "Onionoo's details document")
    notes.tell("version", document.get("version"))
    notes.date_is(day_of(document.get("relays_published")))
    for number, relay in enumerate(document["relays"], 1):
        if not isinstance(relay, dict):
            notes.reject(number, NOT_AN_OBJECT)
            continue
        if "flags" in relay and "Exit" not in members(relay["flags"]):
            continue
        hosts = {_host(text) for text in texts(relay.get("or_addresses"))} | set(texts(relay.get("exit_addresses")))
        if not hosts:
            notes.reject(number, NO_ADDRESS)
        for host in sorted(hosts):
            prefix = parse_prefix(host)
            if isinstance(prefix, str):
                notes.reject(number, prefix)
            else:
                yield Statement(number, prefix, place=Place(country=country_code(relay.get("country"))))


def _host(text: str) -> str:
    """Take the port, and the brackets of IPv6, off `ip:port` or `[v6]:port`."""
    return text.rpartition(":")[0].removeprefix("[").removesuffix("]")


def _day(text: str) -> str:
    found = day_of(text)
    return found.isoformat() if found else ""
