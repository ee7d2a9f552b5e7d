"""Mail domains that throw messages away after minutes, one a line (catalogue §7 #17)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from enrichers.feeds.source import Source
from enrichers.feeds.statement import Notes, Statement

LONGEST = 1024
_DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")

ALIAS_PROVIDERS = frozenset(
    {
        "addy.io", "aleeas.com", "anonaddy.com", "anonaddy.me", "duck.com", "icloud.com", "mozmail.com",
        "passinbox.com", "passmail.com", "passmail.net", "privaterelay.appleid.com", "relay.firefox.com",
        "simplelogin.co", "simplelogin.com", "simplelogin.fr", "slmail.me",
    }
)  # fmt: skip
"""Aliases of a lasting mailbox: they protect people and reach somebody, so they never count as disposable."""


def load(source: Source, notes: Notes) -> Iterator[Statement]:
    """Read domains. Providers of aliases, and what is under them, are left out and counted."""
    aliases = 0
    for number, line in source.lines(notes, LONGEST):
        domain = line.partition("#")[0].strip().lower().removesuffix(".")
        if not domain:
            continue
        if not _DOMAIN.fullmatch(domain):
            notes.reject(number, "not-a-domain")
        elif any(domain == alias or domain.endswith(f".{alias}") for alias in ALIAS_PROVIDERS):
            aliases += 1
        else:
            yield Statement(number, kinds=("disposable_mail",), domain=domain)
    if aliases:
        notes.tell("alias providers left out", aliases)
