"""The plug-in as a rule repository meets it: installed with the product, found by pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

RULES = """
import pytest

@pytest.mark.personawatch("{stream}", tables="demo")
def test_found(assert_tier, replayed):
    assert_tier("{account}", "{tier}")
    assert replayed.tier("nobody") == "none"
    assert replayed.indicators("{account}")

@pytest.mark.personawatch("{stream}", tables="demo")
def test_wrong(assert_tier):
    assert_tier("{account}", "none")

def test_unmarked(assert_tier):
    pass
"""


def pytest_in(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PERSONAWATCH_"))},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_rules_are_tested_over_a_stream(s09: Path, tmp_path: Path) -> None:
    assert [point.value for point in entry_points(group="pytest11", name="personawatch")] == [
        "streams.replay.pytest_plugin"
    ]
    (tmp_path / "test_rules.py").write_text(RULES.format(stream=s09.name, account="s09-0-0-t1", tier="watch"))
    said = pytest_in(tmp_path, "--strict-markers", "-W", "error")
    assert "1 passed" in said, said
    assert "1 failed" in said
    assert "1 error" in said
    assert "s09-0-0-t1: expected none, found watch (" in said
    assert "no stream: mark the test with @pytest.mark.personawatch('events.ndjson')" in said
