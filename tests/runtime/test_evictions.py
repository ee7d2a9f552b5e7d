"""What an account forgets because there is too much of it is counted, by kind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

from streams.detection.families.network.spread import NETWORKS
from streams.detection.families.payments.memory import INSTRUMENTS
from streams.detection.families.session.devices import DEVICES
from streams.detection.families.session.sittings import OPEN
from streams.detection.family import LINKS, Remembered
from streams.runtime.metric_labels import EVICTED
from tests.detection.pipeline import START, Event, Pipeline

MANY = 2 * NETWORKS


def event(minute: int, kind: str, **told: Any) -> Event:
    at = int(START.timestamp()) + 60 * minute
    when = datetime.fromtimestamp(at, UTC).isoformat()
    return at * 1000, {"type": kind, "event_id": f"e{minute}", "account_id": "a", "occurred_at": when, **told}


def begin(number: int) -> Event:
    """Another network, device and session than all others."""
    return event(number, "session.start", ip=f"80.{number}.7.1", device_id=f"d{number}", session_id=f"s{number}")


def test_each_kind_is_counted_as_often_as_something_made_room() -> None:
    paid = [event(MANY + n, "payout_method.added", instrument_h=f"{n:064x}") for n in range(INSTRUMENTS + 3)]
    pipeline = Pipeline(partitions=1).play([*map(begin, range(MANY)), *paid])
    counts = {label: number for (name, label), number in pipeline.runtime.counts.items() if name == "evictions"}
    assert len(pipeline.account("a").links) == LINKS
    assert counts == {
        "account_device": MANY - DEVICES,
        "account_link": 3 * MANY + len(paid) - LINKS,  # device, address, subnet; instrument
        "account_network": MANY - NETWORKS,
        "account_payment": 3,
        "account_session": MANY - OPEN,
    }


def test_what_fits_is_not_counted() -> None:
    pipeline = Pipeline(partitions=1).play(map(begin, range(OPEN)))
    assert not [name for name, _ in pipeline.runtime.counts if name == "evictions"]


def test_every_kind_has_its_value_of_the_label() -> None:
    assert {f"account_{kind}" for kind in get_args(Remembered)} < set(EVICTED.values())
