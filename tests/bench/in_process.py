"""Parts a and b: look-ups, decoding and enriching alone; then the whole core in one process."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from enrichers import demo
from enrichers.enrich import Enricher
from enrichers.snapshot import load_snapshot
from schemas.decoder import Decoded, EventDecoder
from schemas.topics import ENRICHED_EVENTS
from streams.detection.catalogue.load import load
from streams.detection.enrich import EnrichStage
from streams.detection.stage import PlainRecord
from streams.pipeline import build_stages
from streams.runtime.local import LocalRuntime
from tests.bench.codecs import compression
from tests.bench.load import batches, events, opening_of, records, sign_ups
from tests.bench.report import Line

SAMPLE = 200_000
COMPRESSED = 20_000
"""Records of the sample whose outputs are compressed."""


def fresh_enricher(folder: Path) -> Enricher:
    """An enricher on newly built demo tables."""
    return Enricher(load_snapshot(demo.build(folder / "tables"), folder / "private"))


def alone(accounts: int) -> list[Line]:
    """Part a: each step on its own, on the same sample, after one warm-up."""
    started = time.process_time()
    made = sum(1 for _ in events(SAMPLE, accounts))
    making = time.process_time() - started
    sample = list(records(events(SAMPLE, accounts)))
    decoder = EventDecoder()
    with tempfile.TemporaryDirectory() as name:
        enricher = fresh_enricher(Path(name))
        decoded = [
            out
            for record in sample
            for out in decoder.decode(record.value, record.timestamp)
            if isinstance(out, Decoded)
        ]

        started = time.process_time()
        for record in sample:
            decoder.decode(record.value, record.timestamp)
        decode = time.process_time() - started

        started = time.process_time()
        for out in decoded:
            enricher.facts(out.event.ip, out.event.user_agent, out.ts_ms)
        cold = time.process_time() - started
        started = time.process_time()
        for out in decoded:
            enricher.facts(out.event.ip, out.event.user_agent, out.ts_ms)
        warm = time.process_time() - started

        runtime = LocalRuntime([EnrichStage(enricher)], keep=())
        started = time.process_time()
        for topic, batch in batches(iter(sample)):
            runtime.feed(topic, batch)
        enrich = time.process_time() - started
        values = _written(enricher, sample[:COMPRESSED])
    base = decode / len(sample)
    return [
        Line("a", "making background traffic", made / making, "events/s", f"{making / made / base:.1f}×"),
        Line("a", "decode and validate", 1e6 * base, "µs/event", "1.0×"),
        Line(
            "a",
            "look-ups, first sight included",
            1e6 * cold / len(decoded),
            "µs/event",
            f"{cold / len(decoded) / base:.1f}×",
        ),
        Line("a", "look-ups, all cached", 1e6 * warm / len(decoded), "µs/event", f"{warm / len(decoded) / base:.1f}×"),
        Line("a", "enrich stage", len(sample) / enrich, "events/s", f"{enrich / len(sample) / base:.1f}×"),
        *compression(values, base),
    ]


def _written(enricher: Enricher, sample: list[PlainRecord]) -> dict[str, Sequence[bytes]]:
    """What a worker writes for these records: enriched events, and the states of the accounts."""
    runtime = LocalRuntime(build_stages(load(), enricher), keep=(ENRICHED_EVENTS.name,))
    for topic, batch in batches(iter(sample)):
        runtime.feed(topic, batch)
    events_out = [output.value for output in runtime.outputs[ENRICHED_EVENTS.name]]
    changes = runtime.states("accounts", 0).take_changes()
    return {"enriched events": events_out, "account states": [value for _, value in changes if value is not None]}


def _fed(runtime: LocalRuntime, stream: Iterator[PlainRecord]) -> tuple[float, int]:
    """CPU seconds and number of records of a stream; making it is not timed."""
    spent, done = 0.0, 0
    for topic, batch in batches(stream):
        started = time.process_time()
        runtime.feed(topic, batch)
        spent += time.process_time() - started
        done += len(batch)
    return spent, done


def whole_core(count: int, accounts: int) -> list[Line]:
    """Part b: all four stages in one process, states and links included, Kafka excluded.

    The accounts sign up first, which is a line of its own: what is asked for is the login/session mix of accounts that exist.
    """
    with tempfile.TemporaryDirectory() as name:
        enricher = fresh_enricher(Path(name))
        runtime = LocalRuntime(build_stages(load(), enricher), keep=("alerts", "watchlist", "dead-letters"))
        numbered = records(chain(sign_ups(accounts), events(count, accounts)))
        opening, opened = _fed(runtime, islice(numbered, opening_of(accounts)))
        before = sum(runtime.appended("links"))
        spent, done = _fed(runtime, numbered)
        links = sum(runtime.appended("links")) - before
        size = runtime.state_bytes("accounts")
        states = runtime.state_count("accounts")
        entity_size = runtime.state_bytes("entities")
    alerts = len(runtime.outputs.get("alerts", ()))
    return [
        Line("b", f"whole core in process, {done:,} events", done / spent, "events/s", "", "≥ 45,000"),
        Line("b", "per event", 1e6 * spent / done, "µs"),
        Line("b", f"sign-ups before, {opened:,} events", opened / opening, "events/s"),
        Line("b", "account state", size / max(1, states), "bytes/account", "", "≤ 1,024"),
        Line("b", "entity states", entity_size / max(1, states), "bytes/account"),
        Line("b", "links sent", links / done, "per event"),
        Line("b", "alert revisions on background", alerts, f"of {states:,} accounts"),
    ]
