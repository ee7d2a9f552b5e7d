"""Reading one fixture or one text as a feed's loader does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from enrichers.feeds.formats import FORMATS
from enrichers.feeds.source import Source
from enrichers.feeds.statement import Notes, Statement
from enrichers.prefixes import text_of

FIXTURES = Path(__file__).parent / "fixtures"
DAY = date(2026, 11, 24)

BY_FORMAT = {
    "addresses": ("tor-bulk.txt", "x4bnet-vpn.txt", "firehol.netset"),
    "tor-exit-addresses": ("tor-exit-addresses.txt",),
    "onionoo": ("onionoo.json",),
    "ipinfo-csv": ("ipinfo.csv", "ipinfo-lite.csv"),
    "ipinfo-json": ("ipinfo.ndjson",),
    "spur": ("spur.ndjson",),
    "ip2proxy": ("ip2proxy.csv",),
    "spamhaus": ("drop.jsonl", "asndrop.jsonl"),
    "geofeed": ("egress.csv", "starlink.csv"),
    "mullvad": ("mullvad-web.json", "mullvad-app.json"),
    "aws": ("aws.json",),
    "gcp": ("gcp.json",),
    "azure": ("azure.json",),
    "iptoasn": ("iptoasn.tsv",),
    "dbip": ("dbip-country.csv", "dbip-city.csv", "dbip-asn.csv"),
    "delegated": ("delegated.txt",),
    "domains": ("disposable.txt",),
}
"""Fixtures of the text formats; mmdb files are made by the tests."""


def read(name: str, path: Path) -> tuple[list[Statement], Notes]:
    notes = Notes()
    return list(FORMATS[name].load(Source(path, DAY), notes)), notes


def said(statements: list[Statement]) -> list[tuple[str, tuple[str, ...], str | None]]:
    return [(text_of(s.prefix) if s.prefix else "", s.kinds, s.operator) for s in statements]


Text = Callable[[str, str | bytes], tuple[list[Statement], Notes]]


@pytest.fixture
def text(tmp_path: Path) -> Text:
    def of(name: str, content: str | bytes) -> tuple[list[Statement], Notes]:
        path = tmp_path / "feed"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read(name, path)

    return of
