"""What the app as a whole tells about itself, without a broker."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from prometheus_client.exposition import generate_latest

from streams.detection.stage import PlainRecord
from streams.runtime.app import Pipeline
from streams.runtime.metric_labels import SHADOW_STAGES, STAGE
from streams.runtime.metrics import METRICS, Metrics
from streams.runtime.settings import Settings
from tests.kafka.toys import Count, Spread


def read_back(topic: str, partition: int, count: int) -> Any:
    """A batch of changelog records as recovery hands it to a table."""
    records = [PlainRecord(topic, partition, number, 5, b"k%d" % number, b"v") for number in range(count)]
    fetched = SimpleNamespace(records=records, follows=None)
    return SimpleNamespace(message=SimpleNamespace(topic=topic, partition=partition, value=fetched))


def test_counters_of_every_stage_stand_at_zero_also_of_stages_that_only_a_shadow_has() -> None:
    metrics, stage = Metrics(), Count()
    stage.name = SHADOW_STAGES[0]

    async def build() -> None:
        Pipeline(Settings(), [stage], metrics)

    asyncio.run(build())
    text = generate_latest(metrics.registry).decode()
    for metric in METRICS:
        if metric.by == (STAGE,) and metric.kind != "gauge":
            ending = "_count" if metric.kind == "histogram" else ""
            assert f'{metric.exposed}{ending}{{stage="{stage.name}"}} 0.0' in text


def test_a_worker_that_reads_states_back_makes_progress() -> None:
    async def marks() -> list[tuple[int, ...]]:
        pipeline = Pipeline(Settings(), [Spread(), Count()], Metrics())
        [table] = [shell.table for shell in pipeline.shells if shell.table is not None]
        found = [pipeline.mark()]
        for _ in range(2):
            table.apply_changelog_batch([read_back(table.changelog_topic_name, len(found), 3)])
            found.append(pipeline.mark())
        return found

    before, begun, later = asyncio.run(marks())
    assert before != begun != later, "a long recovery is no standstill"


def test_a_worker_whose_inputs_are_not_open_is_still_recovering() -> None:
    """Its states are there, and where to go on is still asked for."""

    async def remaining() -> list[int | None]:
        pipeline = Pipeline(Settings(), [Spread(), Count()], Metrics())
        consumer = SimpleNamespace(reads=False)
        pipeline.app.consumer = consumer
        pipeline.app.tables.actives_ready = True
        found = [pipeline.recovering()]
        consumer.reads = True
        return [*found, pipeline.recovering()]

    assert asyncio.run(remaining()) == [0, None]
