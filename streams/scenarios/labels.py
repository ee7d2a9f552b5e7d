"""The truth about generated accounts as NDJSON: what `personawatch scorecard --labels` reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import orjson

from streams.scenarios import SCENARIOS
from streams.scenarios.mix import label_of

BYSTANDER = "bystander"
"""Somebody in an attack story who is not in its focus: neither found nor missed."""


def label_lines(
    stories: Sequence[str], accounts: int, days: float, *, seed: int = 0, multiplier: int = 1
) -> Iterator[bytes]:
    """Yield one line for each account in a story's focus and each ordinary one.

    A story that `days` cuts short promises no tier, so its accounts have none to expect.
    """
    for name in stories:
        story = SCENARIOS[name]
        whole = days >= (story.judged_day or story.days)
        for account in story.accounts(seed, multiplier):
            yield _line(account, story.kind, story.id, story.tier_now if whole else None)
    for number in range(accounts):
        yield _line(f"bg-{seed}-{number}", "background", "background", "none")


def other_lines(
    stories: Sequence[str], seen: Iterable[bytes], *, seed: int = 0, multiplier: int = 1
) -> Iterator[bytes]:
    """Yield one line for each account of a story that was seen and is not in its focus."""
    focus = {account for name in stories for account in SCENARIOS[name].accounts(seed, multiplier)}
    for account in sorted(key.decode() for key in seen):
        label = label_of(account)
        if account not in focus and label is not None:
            yield _line(account, BYSTANDER if label.kind == "attack" else label.kind, label.scenario, None)


def _line(account: str, label: str, scenario: str, expected: str | None) -> bytes:
    line = {"account_id": account, "label": label, "scenario": scenario}
    if expected is not None:
        line["expected_tier"] = expected
    return orjson.dumps(line) + b"\n"
