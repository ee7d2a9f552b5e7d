"""What several lists say of one prefix, and from which day a list counts that has only days ago in it."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from enrichers.building.build import build
from enrichers.enrich import Enricher
from enrichers.snapshot import load_snapshot

TODAY = date(2026, 11, 25)
GEOFEED = """
[[feeds]]
name = "{name}"
format = "geofeed"
path = "{name}.csv"
kinds = ["geo"]
licence = "CC0"
max_age_days = 7
dated = 2026-11-24
"""


def enricher(folder: Path, feeds: str, *roles: str) -> Enricher:
    (folder / "feeds.toml").write_text(feeds)
    build(folder / "feeds.toml", folder / "tables", TODAY)
    return Enricher(load_snapshot({role: folder / "tables" / f"{role}.mmdb" for role in roles}, folder / "private"))


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_of_one_prefix_the_list_named_first_is_believed_of_a_narrower_one_whoever_knows_it(
    tmp_path: Path, order: str
) -> None:
    (tmp_path / "a.csv").write_text("198.51.100.0/24,DE\n")
    (tmp_path / "b.csv").write_text("198.51.100.0/24,FR\n198.51.100.128/25,ES\n")
    asked = enricher(tmp_path, "".join(GEOFEED.format(name=name) for name in order), "geo")
    assert asked.facts("198.51.100.1", None, 0).country == {"a": "DE", "b": "FR"}[order[0]]
    assert asked.facts("198.51.100.129", None, 0).country == "ES"


@pytest.mark.parametrize(("dated", "last_seen"), [("dated = 2026-11-24\n", "2026-11-21"), ("", "2026-11-20")])
def test_days_ago_count_from_the_lists_own_day_else_from_the_files_last_change(
    tmp_path: Path, dated: str, last_seen: str
) -> None:
    row = '"3325256704","3325256704","VPN","DE","Germany","-","-","-","-","-","-","-","3"'
    (tmp_path / "list.csv").write_text(row)
    os.utime(tmp_path / "list.csv", (1_795_392_000, 1_795_392_000))  # 2026-11-23
    feed = GEOFEED.format(name="list").replace("geofeed", "ip2proxy").replace('"geo"', '"vpn"')
    asked = enricher(tmp_path, feed.replace("dated = 2026-11-24\n", dated), "networks")
    (entry,) = asked.facts("198.51.100.0", None, 0).lists
    assert entry.dated == last_seen
