"""What wording needs to know of one piece of evidence."""

from __future__ import annotations

import msgspec

from streams.detection.catalogue.model import Indicator
from streams.detection.messages import Numbers


class EvidenceView(msgspec.Struct, frozen=True):
    """One indicator that fired, after decay and mitigating facts."""

    indicator: Indicator
    confidence: float
    contribution: float
    first_ms: int
    last_ms: int
    count: int
    numbers: Numbers
    facts: tuple[str, ...] = ()
    """Sentences of the mitigating facts that lower it."""
