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


FAULTY = """
import pytest

@pytest.mark.personawatch("{stream}", tables="demo")
def test_stranger(assert_tier):
    assert_tier("s09-0-0-t", "none")

@pytest.mark.personawatch("empty.ndjson", tables="demo")
def test_empty(assert_tier):
    assert_tier("a", "none")

@pytest.mark.personawatch("nonsense.ndjson", tables="demo")
def test_nonsense(replayed):
    pass

@pytest.mark.personawatch("{stream}", table="demo")
def test_unknown_word(replayed):
    pass

@pytest.mark.personawatch(["{stream}"], tables="demo")
def test_list(replayed):
    pass

@pytest.mark.personawatch("{stream}", tables="demo", format=["detect"])
def test_list_for_a_word(replayed):
    pass

@pytest.mark.personawatch("{stream}", tables=["none"])
def test_tables_may_be_a_list(replayed):
    pass
"""


def test_what_was_not_looked_at_does_not_pass(s09: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.ndjson").write_bytes(b"")
    (tmp_path / "nonsense.ndjson").write_bytes(b"nonsense\n")
    (tmp_path / "test_rules.py").write_text(FAULTY.format(stream=s09.name))
    said = pytest_in(tmp_path)
    assert "1 passed" in said, said
    assert "1 failed, 1 passed, 5 errors" in said
    assert "s09-0-0-t: no event of it among " in said
    assert "did you mean s09-0-0-t" in said
    assert "empty.ndjson: no event was read" in said
    assert "refused 1 not_json, first record 1" in said
    usage = "@pytest.mark.personawatch(*sources, catalogue=None, tables=None, format=None): "
    told = said.partition("short test summary")[0]  # which repeats all of it where CI is set
    assert told.count(usage) == 3
    assert "Traceback" not in said


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
