"""The garbage collector, set for a process that holds millions of small objects for good."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 100_000
"""New containers before a collection. At Python's 700 the collector took a third of the worker's time; states are freed by reference
counts, so there is next to nothing for it to find."""
GENERATIONS = 20


@contextmanager
def at_rest() -> Iterator[None]:
    """Do not collect meanwhile. Imports make what stays, and to look through it again and again is a quarter of their time."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def settle() -> None:
    """Collect once, put what there is out of the collector's sight, and collect seldom from now on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, GENERATIONS, GENERATIONS)
