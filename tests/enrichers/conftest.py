"""Tables for the tests: the demo's own, built once, and the providers' samples beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from enrichers.demo import build
from enrichers.enrich import Enricher
from enrichers.snapshot import Snapshot, load_snapshot
from tests.require import require

SAMPLES = Path(__file__).parents[3] / "shared" / "mmdb"


@pytest.fixture(scope="session")
def samples() -> Path:
    if not SAMPLES.is_dir():
        require(f"{SAMPLES} is not there: providers' sample tables are kept outside the repository")
    return SAMPLES


@pytest.fixture(scope="session")
def demo_paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def demo_snapshot(demo_paths: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return load_snapshot(demo_paths, tmp_path_factory.mktemp("private"))


@pytest.fixture
def enricher(demo_snapshot: Snapshot) -> Enricher:
    return Enricher(demo_snapshot)
