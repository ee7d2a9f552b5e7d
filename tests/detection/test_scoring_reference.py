"""Scoring gives the catalogue's numbers for the reference scenarios; no single circumstance opens a case (REQ-F05)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from streams.detection.catalogue.load import load
from streams.detection.scoring import CLUSTER, TIERS, score

CATALOGUE = load()
SCENARIOS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "reference" / "reference_scenarios.json").read_text("utf-8")
)
SOFT = sorted(name for name, indicator in CATALOGUE.indicators.items() if not indicator.hard)
ROOTS = {
    "client": (81, "watch"),
    "corporate": (44, "none"),
    "device": (74, "watch"),
    "graph": (60, "watch"),
    "identity": (88, "watch"),
    "interaction": (80, "watch"),
    "logistics": (60, "watch"),
    "market": (82, "watch"),
    "money": (75, "watch"),
    "network": (54, "watch"),
}
"""Root → score and tier with every soft indicator at 1.0 but the cluster, which halves others (catalogue §11)."""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: str(scenario["id"]))
def test_reference_scenarios(scenario: dict[str, Any]) -> None:
    reached = score(CATALOGUE, scenario["fired"])
    assert reached.total == pytest.approx(scenario["score"], abs=0.05)
    assert reached.total == pytest.approx(scenario["exact"], abs=0.001)
    assert reached.tier == scenario["tier"]


def test_benign_scenarios_stay_below_forty_five() -> None:
    assert all(row["score"] < 45 and row["tier"] == "none" for row in SCENARIOS if row["id"].startswith("B"))


@pytest.mark.parametrize("name", SOFT)
def test_one_indicator_alone_opens_no_case(name: str) -> None:
    assert TIERS.index(score(CATALOGUE, {name: 1.0}).tier) <= TIERS.index("watch")


@pytest.mark.parametrize("root", sorted(ROOTS))
def test_one_root_saturated_opens_no_case(root: str) -> None:
    reached = score(CATALOGUE, dict.fromkeys(_of(root), 1.0))
    assert (round(reached.total), reached.tier) == ROOTS[root]


@pytest.mark.parametrize("root", sorted(ROOTS))
def test_one_root_saturated_beside_a_cluster_of_the_graph_root_stays_honest(root: str) -> None:
    """A cluster is a root of its own: alone it opens no case, and what it explains counts half beside another root."""
    alone = score(CATALOGUE, dict.fromkeys([*_of("graph"), CLUSTER], 1.0))
    assert (round(alone.total), alone.tier) == (70, "watch")
    both = score(CATALOGUE, dict.fromkeys([*_of(root), CLUSTER], 1.0))
    halved = [name for name in _of(root) if CATALOGUE.indicators[name].explained_by_cluster]
    assert all(both.contributions[name] == CATALOGUE.indicators[name].weight / 2 for name in halved)


def test_network_and_device_together_open_no_case() -> None:
    reached = score(CATALOGUE, dict.fromkeys([*_of("network"), *_of("device")], 1.0))
    assert (round(reached.total), reached.tier) == (88, "watch")


def test_an_indicator_at_zero_changes_nothing() -> None:
    fired = SCENARIOS[0]["fired"]
    assert score(CATALOGUE, {**fired, "strong_edge_cluster": 0.0}) == score(CATALOGUE, fired)


def _of(root: str) -> list[str]:
    return [
        name for name in SOFT if name != CLUSTER and CATALOGUE.families[CATALOGUE.indicators[name].family].root == root
    ]
