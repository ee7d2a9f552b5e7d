"""Ids, weights, hard flags, roots, caps and default states are the catalogue's; the table beside is its copy."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from streams.detection.catalogue.load import RESERVED, builtin

REFERENCE = json.loads(Path(__file__).with_name("reference_weights.json").read_text("utf-8"))
TABLES: dict[str, dict[str, Any]] = {
    name: tomllib.loads(text) for name, text in sorted(builtin().items()) if name != RESERVED
}
ENTRIES: dict[str, dict[str, Any]] = {
    indicator: {**entry, "family": table["family"]["code"]}
    for table in TABLES.values()
    for indicator, entry in table["indicator"].items()
}


def test_every_family_with_its_root_and_cap() -> None:
    found = {table["family"]["code"]: [table["family"]["root"], table["family"]["cap"]] for table in TABLES.values()}
    assert found == REFERENCE["families"]


def test_every_id_and_no_other() -> None:
    assert sorted(ENTRIES) == sorted(REFERENCE["indicators"])


@pytest.mark.parametrize("indicator", sorted(REFERENCE["indicators"]))
def test_the_facts_of_an_indicator(indicator: str) -> None:
    entry = ENTRIES[indicator]
    assert [
        entry["family"],
        entry["weight"],
        entry["scope"],
        entry.get("hard", False),
        entry.get("enabled", True),
        entry.get("explained_by_cluster", False),
    ] == REFERENCE["indicators"][indicator]
    assert entry["sources"], "REQ-F09: every indicator says where it comes from"
