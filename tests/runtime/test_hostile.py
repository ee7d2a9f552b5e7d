"""No label value ever comes from an event: whatever is sent, a worker tells of the same series as before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count, cycle
from pathlib import Path
from typing import Any

from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from enrichers.enrich import Enricher
from streams.detection.stage import PlainRecord
from streams.detection.unreadable import UNREADABLE
from streams.pipeline import build_stages
from streams.runtime.local import LocalRuntime
from streams.runtime.metrics import PREFIX, Metrics
from tests.detection.pipeline import catalogue, demo_snapshot

EXAMPLES = [json.loads(path.read_bytes()) for path in sorted(Path("schemas/examples").glob("*.valid.json"))]
AT = 1_772_500_000_000
"""Later than every example."""

TEXTS = (
    'a"} 1\npersonawatch_ready 0',
    "review/open",
    "other",
    "login.succeeded/../../enrich",
    "\u202e\u0000\ud800",
    "",
    "x" * 300,
    "MIT-OFFICE",
    "::ffff:198.51.100.7%eth0",
    "9" * 4000,
)
INPUTS = ("platform-events", "login-events", "enriched-events", "links", "findings", "assessments")


def paths(value: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """The way to every text of an event, also to those inside others."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from paths(inner, *path, name)
    elif isinstance(value, str):
        yield path


def changed(event: dict[str, Any], path: tuple[str, ...], text: str) -> dict[str, Any]:
    first, *rest = path
    return {**event, first: changed(event[first], tuple(rest), text) if rest else text}


def hostile() -> Iterator[bytes]:
    """Each text of each example replaced, once each, by the next of what means something to somebody; names of fields as well."""
    texts = cycle(TEXTS)
    for number, example in enumerate(EXAMPLES):
        for at, path in enumerate(paths(example)):
            event = {**example, "event_id": f"{number}-{at}"}
            yield json.dumps(changed(event, path, next(texts))).encode()
        yield json.dumps({**example, "event_id": f"{number}", next(texts): next(texts)}).encode()


class Worker:
    """The stages of a worker and the metrics that they count into."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self._enricher = Enricher(demo_snapshot())
        self.runtime = LocalRuntime(build_stages(catalogue(), self._enricher), keep=())
        self.before = self.series()
        self._offsets = count()

    def series(self) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
        """Every series by name and labels, as a reader of the page understands it."""
        text = generate_latest(self.metrics.registry).decode()
        families = [found for found in text_string_to_metric_families(text) if found.name.startswith(PREFIX)]
        return {(one.name, tuple(sorted(one.labels.items()))) for family in families for one in family.samples}

    def send(self, topic: str, value: bytes | None) -> None:
        """Handle one record and all that follows; its key and header are as odd as its value."""
        odd = (value or b"")[:40]
        self.runtime.feed(topic, [PlainRecord(topic, 0, next(self._offsets), AT, odd, value, [(TEXTS[0], odd)])])

    def after(self) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
        """The series once all that stages and look-ups counted is told."""
        self.metrics.count(self.runtime.counts)
        for (role, outcome), number in self._enricher.counts.items():
            self.metrics.add("lookups", number, role, outcome)
        return self.series()


def case() -> Iterator[bytes]:
    """Accounts that share devices and money: alerts are raised about ids that look like labels."""
    for number in range(8):
        event = {
            "account_id": f'a{number}"}} 1',
            "occurred_at": "2026-03-02T09:14:07Z",
            "device_id": 'd"}',
            "ip": "80.1.2.3",
        }
        yield json.dumps({**event, "type": "login.succeeded", "event_id": f"l{number}"}).encode()
        money = {"instrument_h": "0" * 64, "holder_name_match_score": 0.1, "type": "payout_method.added"}
        yield json.dumps({**event, **money, "event_id": f"p{number}"}).encode()


def test_events_that_name_things_of_ours_make_no_series() -> None:
    worker = Worker()
    for value in (*hostile(), *case()):
        worker.send(INPUTS[0], value)
    counted = {name for name, _ in worker.runtime.counts}
    assert counted >= {"events", "dead_letters", "dropped", "indicator_firings", "alerts", "dispositions"}, "it bites"
    assert worker.after() == worker.before


def test_whatever_lies_on_any_topic_makes_no_series() -> None:
    worker = Worker()
    for topic in INPUTS:
        for value in (
            None,
            b"",
            b"\xff\xfe",
            b"\x93\x01\xa1a\xc0",
            b"[]",
            *(text.encode("utf-8", "replace") for text in TEXTS),
        ):
            worker.send(topic, value)
    assert worker.runtime.counts["dead_letters", UNREADABLE] > len(TEXTS)
    assert worker.after() == worker.before
