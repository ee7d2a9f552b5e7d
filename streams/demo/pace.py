"""How many events may be sent now: evenly over the demo, and never more than the broker can hold."""

from __future__ import annotations

MOST_WAITING = 6_000
"""Events on their way. The embedded broker forgets what exceeds 5 MB a partition: a third of that at 0.8 KB an enriched event."""
STEP = 1_000
"""Sent in one go; alerts and the screen wait meanwhile, some 50 ms."""


def allowance(*, sent: int, waiting: int, total: int, elapsed_s: float, seconds: float) -> int:
    """Events that may be sent in this step."""
    due = total if elapsed_s >= seconds else int(total * elapsed_s / seconds)
    return max(0, min(due - sent, MOST_WAITING - waiting, STEP))
