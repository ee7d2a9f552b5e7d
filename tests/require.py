"""What a test needs of the machine: skipped where it is missing, and failed where it must not be."""

from __future__ import annotations

import os

import pytest


def require(reason: str | None) -> None:
    """Skip, or in CI fail, for a reason; None is no reason."""
    if reason is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
