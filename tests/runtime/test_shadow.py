"""What a worker does otherwise when it is a shadow."""

from __future__ import annotations

from streams.cli.environment import bare_stages
from streams.detection.shadow import shadowed
from streams.runtime.app import paced
from streams.runtime.metrics import Metrics
from streams.runtime.settings import load
from streams.runtime.tables import keeper_of

LIVE = load({"PERSONAWATCH_TOPIC_PREFIX": "p-"})
SHADOW = load({"PERSONAWATCH_TOPIC_PREFIX": "p-", "PERSONAWATCH_SHADOW": "tuned", "PERSONAWATCH_GEO_TABLE": "/no/such"})


def test_a_month_of_events_is_read_up_in_the_order_of_time() -> None:
    assert paced(LIVE, bare_stages()) == {"p-platform-events", "p-login-events"}
    assert paced(SHADOW, shadowed(bare_stages())) == {"p-enriched-events"}


def test_a_shadow_opens_no_tables() -> None:
    assert keeper_of(SHADOW, shadowed(bare_stages()), Metrics()) is None
