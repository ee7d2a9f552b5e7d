"""The garbage collector, set for a process that holds millions of small objects for good."""

from __future__ import annotations

import gc

YOUNG = 100_000
"""New containers before a collection. At Python's 700 the collector took a third of the worker's time; states are freed by reference
counts, so there is next to nothing for it to find."""
GENERATIONS = 20


def settle() -> None:
    """Collect once, put what there is out of the collector's sight, and collect seldom from now on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, GENERATIONS, GENERATIONS)
