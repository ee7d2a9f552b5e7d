"""Part f: another producer's records through the enrich stage, look-ups by the shape of their records, and building the tables."""

from __future__ import annotations

import random
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from enrichers.enrich import Enricher
from enrichers.registry import load_registry
from enrichers.snapshot import Snapshot, load_snapshot
from enrichers.tables import open_table
from schemas.formats.inputs import decoder_of
from schemas.topics import LOGIN_EVENTS
from streams.detection.enrich import EnrichStage
from streams.detection.stage import PlainRecord
from streams.runtime.local import LocalRuntime
from tests.bench import tables
from tests.bench.in_process import fresh_enricher
from tests.bench.load import batches, events, records
from tests.bench.report import Line

RECORDS = 20_000
LOOK_UPS = 200_000
OKTA = Path(__file__).parents[1] / "schemas" / "formats" / "samples" / "okta_system_log.jsonl"
SHARED = Path(__file__).parents[2] / ".." / "shared" / "mmdb" / "maxmind"
SHAPES = (
    ("geo", "GeoIP2-City-Test.mmdb"),
    ("asn", "GeoLite2-ASN-Test.mmdb"),
    ("networks", "GeoIP2-Anonymous-IP-Test.mmdb"),
    ("networks", "GeoIP-Residential-Proxy-Test.mmdb"),
)


def inputs() -> list[Line]:
    """All of part f."""
    return [*_formats(), *_look_ups(), *tables.measure()]


def _formats() -> list[Line]:
    with tempfile.TemporaryDirectory() as name:
        enricher = fresh_enricher(Path(name))
        native = _rate(EnrichStage(enricher), list(records(events(RECORDS * 5, RECORDS))))
        mapped = _rate(EnrichStage(enricher, formats={LOGIN_EVENTS.name: decoder_of("okta")}), list(_okta()))
        found = _rate(EnrichStage(enricher, formats={LOGIN_EVENTS.name: decoder_of("detect")}), list(_okta()))
    return [
        Line("f", "enrich stage, our own format", native, "events/s", "1.0×", "≥ 60,000"),
        Line("f", "enrich stage, Okta's records", mapped, "events/s", f"{mapped / native:.2f}×", "≥ 25,000"),
        Line("f", "enrich stage, Okta's records detected", found, "events/s", f"{found / native:.2f}×"),
    ]


def _rate(stage: EnrichStage, sample: list[PlainRecord]) -> float:
    """Events a CPU second, the best of three passes: the first one also fills the caches."""
    grouped = list(batches(iter(sample)))
    best = 0.0
    for _ in range(3):
        runtime = LocalRuntime([stage], keep=())
        started = time.process_time()
        for topic, batch in grouped:
            runtime.feed(topic, batch)
        best = max(best, runtime.counts["events", "enriched"] / (time.process_time() - started))
    return best


def _okta() -> Any:
    """Log-ins as Okta writes them, each of another person from another address."""
    chance = random.Random(4)
    models = [
        record
        for line in OKTA.read_bytes().splitlines()
        if (record := msgspec.json.decode(line)).get("eventType") == "user.session.start"
    ]
    for number in range(RECORDS):
        record = dict(chance.choice(models))
        record["uuid"] = str(uuid.UUID(int=chance.getrandbits(128)))
        record["actor"] = dict(record["actor"]) | {"id": f"00u{number % 5000}"}
        record["client"] = dict(record["client"]) | {"ipAddress": f"192.0.2.{number % 250}"}
        yield PlainRecord(
            LOGIN_EVENTS.name, number % 4, number // 4, 1_900_000_000_000, b"", msgspec.json.encode(record)
        )


def _look_ups() -> list[Line]:
    chance = random.Random(5)
    addresses = [".".join(str(chance.randrange(1, 224)) for _ in range(4)) for _ in range(2_000)] + [
        "81.2.69.160"
    ] * 2_000
    lines = []
    with tempfile.TemporaryDirectory() as name:
        paths = [(role, SHARED / file) for role, file in SHAPES if (SHARED / file).is_file()]
        for role, path in paths:
            table = open_table(path, role, Path(name))
            lines.append(Line("f", f"look-up, {path.stem}", _nanoseconds(table.look_up, addresses), "ns"))
        if paths:
            together: dict[str, Any] = {"networks": [path for role, path in paths if role == "networks"]}
            enricher = Enricher(load_snapshot(together, Path(name)))
            lines.append(
                Line("f", "facts from several sources, cached", _nanoseconds(_asking(enricher), addresses), "ns")
            )
        bare = Enricher(Snapshot(load_registry(None)))
        lines.append(Line("f", "facts without tables, cached", _nanoseconds(_asking(bare), addresses), "ns"))
    return lines


def _asking(enricher: Enricher) -> Callable[[str], Any]:
    return lambda ip: enricher.facts(ip, None, 1_900_000_000_000)


def _nanoseconds(ask: Callable[[str], Any], addresses: list[str]) -> float:
    rounds = LOOK_UPS // len(addresses)
    started = time.process_time()
    for _ in range(rounds):
        for ip in addresses:
            ask(ip)
    return 1e9 * (time.process_time() - started) / (rounds * len(addresses))
