"""The baseline: what a stock Faust program of the same decoding, the same enrichment and ONE table does. No driver, table or shell of ours.

Run as a program; settings by arguments: broker, group, topic, folder of the demo tables, number of events to stop after.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import faust
import orjson

from schemas.decoder import Decoded, EventDecoder
from tests.bench.in_process import fresh_enricher

PARTITIONS = 4


def make(broker: str, group: str, topic: str, folder: Path, stop_after: int) -> Any:
    """The app: one agent, one table keyed by account, written once an event, as Faust's documentation shows it."""
    app = faust.App(
        group,
        broker=f"kafka://{broker}",
        store="memory://",
        topic_partitions=PARTITIONS,
        web_enabled=False,
        datadir=str(folder / "faust"),
        consumer_auto_offset_reset="earliest",
        producer_linger=0.005,
        worker_redirect_stdouts=False,
    )
    source = app.topic(topic, key_serializer="raw", value_serializer="raw")
    table = app.Table("account", default=dict, partitions=PARTITIONS)
    decoder, enricher = EventDecoder(), fresh_enricher(folder)
    seen, before = [0], [0.0]

    @app.agent(source)  # type: ignore[untyped-decorator]  # Faust has no types
    async def remember(stream: Any) -> None:
        async for event in stream.events():
            before[0] = before[0] or sum(os.times()[:2])  # its start is no part of an event's cost
            for outcome in decoder.decode(event.value, int(event.message.timestamp * 1000)):
                if not isinstance(outcome, Decoded):
                    continue
                facts = enricher.facts(outcome.event.ip, outcome.event.user_agent, outcome.ts_ms)
                account = table[outcome.event.account_id]
                networks = account.get("networks", {})
                networks[facts.network or ""] = outcome.ts_ms
                table[outcome.event.account_id] = {
                    "events": account.get("events", 0) + 1,
                    "networks": dict(sorted(networks.items(), key=lambda item: item[1])[-16:]),
                    "country": facts.country,
                }
            seen[0] += 1
            if seen[0] >= stop_after:
                # Faust's worker takes sys.stdout for its log
                os.write(1, orjson.dumps({"events": seen[0], "cpu_s": sum(os.times()[:2]) - before[0]}) + b"\n")
                os._exit(0)

    return app


def main() -> None:
    """Start the worker with what the command line says."""
    broker, group, topic, folder, stop_after = sys.argv[1:6]
    app = make(broker, group, topic, Path(folder), int(stop_after))
    sys.argv = [sys.argv[0], "worker", "--without-web", "-l", "error"]
    app.main()


if __name__ == "__main__":
    main()
