"""What is asked of Kafka at each point of a rebalance."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from faust.types import TP

from streams.runtime.driver import Consumer
from streams.runtime.pacing import Pacer

SOURCE, OURS, COPIED = TP("links", 0), TP("app-entities-changelog", 0), TP("app-entities-changelog", 1)


def wanted(*, is_open: bool) -> set[TP]:
    """Of a worker that works on one partition and keeps a copy of another's state."""
    told: Any = SimpleNamespace(
        app=SimpleNamespace(tables=SimpleNamespace(recovery=SimpleNamespace(standby_tps={COPIED}))),
        _open=is_open,
        _pacer=Pacer(),
        _get_active_partitions=lambda: {SOURCE, OURS, COPIED},
        _is_changelog_tp=lambda tp: tp.topic.endswith("-changelog"),
    )
    return set(Consumer._wanted(told))


def test_copies_of_states_are_read_when_the_sources_open() -> None:
    """Faust empties its queues just before that: what had been read of a copy is lost, and the worker ends rather than build on a hole."""
    assert wanted(is_open=False) == {OURS}
    assert wanted(is_open=True) == {SOURCE, OURS, COPIED}
