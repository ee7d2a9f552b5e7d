"""One account's explanation out of recorded sources: the whole stream is run, since what others do decides about an account too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

from schemas.topics import DEAD_LETTERS
from streams.explain.explain import explain
from streams.explain.explanation import Explanation
from streams.explain.watching import Watch
from streams.replay.configuration import Configuration
from streams.replay.lines import Recorded
from streams.replay.selection import Selection
from streams.replay.states import PARTITIONS, each_state
from streams.runtime.local import LocalRuntime


class Played(NamedTuple):
    """What a stream said about an account: the explanation, or who else is in it."""

    explanation: Explanation | None
    records: int
    refused: int
    accounts: int
    near: list[str]
    """Ids like the one that was asked for."""


def play(account: str, configuration: Configuration, records: Iterable[Recorded]) -> Played:
    """Run the worker's stages over `records` and explain `account`."""
    catalogue = configuration.catalogue
    watch = Watch(account, catalogue, configuration.stages(Selection()))
    runtime = LocalRuntime(watch.stages, PARTITIONS, keep=(DEAD_LETTERS.name,))
    seen: Counter[str] = Counter()
    for topic, record in records:
        seen["records"] += 1
        runtime.play(topic, record)
        if runtime.outputs:
            seen["refused"] += len(runtime.outputs.pop(DEAD_LETTERS.name, ()))
    roles = tuple(sorted({table.role for table in configuration.enricher.snapshot.tables}))
    told = explain(watch, runtime, catalogue, roles)
    known = [] if told else [key.decode() for key, _ in each_state(runtime, "accounts")]
    near = get_close_matches(account, known, n=3)
    return Played(told, seen["records"], seen["refused"], len(known), near)
