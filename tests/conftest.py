"""Which tests are not traced for coverage."""

from __future__ import annotations

import pytest

UNTRACED = frozenset(
    {
        "capture/test_proof.py",
        "capture/test_scenarios.py",
        "detection/families/session/test_order.py",
        "detection/test_fairness.py",
        "detection/test_scenarios.py",
        "detection/test_splits.py",
        "enrichers/test_watch.py",
        "explain/test_explain.py",
        "explain/test_recorder.py",
        "replay/test_determinism.py",
        "replay/test_shadow.py",
        "report/test_browser.py",
        "report/test_looks.py",
        "scenarios/test_background.py",
        "scenarios/test_mix.py",
        "scenarios/test_scenarios.py",
        "schemas/formats/test_fuzz.py",
        "scorecard/test_disparity.py",
        "scorecard/test_run.py",
    }
)
"""They run whole stories or make input by the thousand: tracing lines makes them three times as slow, and smaller tests pass the same
lines."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them, and all that need the broker: what they test runs in other processes."""
    for item in items:
        folder, _, place = item.path.as_posix().rpartition("/tests/")
        if folder and (place in UNTRACED or place.startswith("kafka/")):
            item.add_marker(pytest.mark.no_cover)
