"""The Faust app of a worker: one agent for each stage, one table for each stage that has states, and nothing else of Faust.

Faust gives consumer group, assignor, recovery and agents. Everything per record is ours (`driver`, `table`, `shell`).
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import faust
import structlog
from faust.exceptions import ConsumerNotStarted
from faust.types import TP

from schemas.topics import DEAD_LETTERS, ENRICHED_EVENTS, ONE_ORDER, SHADOW_TOPICS, TOPICS
from streams.detection.stage import Output, Stage
from streams.runtime import clients, driver, oversize
from streams.runtime.dead_letters import FloodError, FloodLimits
from streams.runtime.delivery import Delivery, UndeliverableError
from streams.runtime.gauges import Gauges
from streams.runtime.kept import CutOffError
from streams.runtime.metric_labels import STAGE
from streams.runtime.metrics import METRICS, Metrics
from streams.runtime.oversize import TooLarge
from streams.runtime.settings import Settings
from streams.runtime.shell import Batch, Shell
from streams.runtime.table import LostBatchError, StateTable, TableManager

log = structlog.get_logger(__name__)

# Batches that wait in front of an agent. They hold up to MAX_POLL_RECORDS each, so this is already a lot.
BUFFERED_BATCHES = 16


# Faults whose text is enough for whoever operates the worker; of any other the traceback is wanted.
SAYS_IT_ALL = (FloodError, LostBatchError, CutOffError, UndeliverableError)


class Pipeline:
    """A worker's app, its shells and what they share."""

    def __init__(self, settings: Settings, stages: Sequence[Stage], metrics: Metrics) -> None:
        self.settings = settings
        self.metrics = metrics
        self.fault: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        """Done when the worker cannot go on; its result is the reason."""
        driver.register()
        self.app = faust.App(settings.app_id, **_faust_settings(settings))
        self.delivery = Delivery(
            lambda: self.app.producer._producer,
            settings.topic,
            timeout_s=settings.delivery_timeout_s,
            max_record_bytes=settings.max_record_bytes,
            on_too_large=self._too_large,
            single_partition=ONE_ORDER,
        )
        self._told_too_large: set[str] = set()
        self._reader = {settings.topic(name): stage.name for stage in stages for name in stage.inputs}
        self.shells = [self._add(stage) for stage in stages]
        names = [stage.name for stage in stages]
        for metric in METRICS:
            if metric.by == (STAGE,) and metric.kind != "gauge":
                metrics.declare(metric.name, names)
        topics = SHADOW_TOPICS if settings.shadow else TOPICS
        metrics.declare("too_large", [settings.topic(topic.name) for topic in topics])
        if settings.shadow:
            metrics.start_shadow()
        metrics.declare("lost_records", list(self._reader))
        metrics.declare("too_large", [settings.changelog(stage.name) for stage in stages if stage.stateful])
        self._gauges = Gauges(metrics, self.shells, self._reader)

    def fail(self, error: BaseException) -> None:
        """Stop the worker with this reason; called once or more, the first one counts."""
        if not self.fault.done():
            self.fault.set_result(error)
            # What Faust has to say about agents that are cut off would bury the reason.
            logging.getLogger("faust").setLevel(logging.CRITICAL)

    async def start(self) -> None:
        """Start Faust; returns when every table is recovered."""
        self.app.finalize()
        self.app.consumer.handover = self._handover
        loop = asyncio.get_running_loop()
        self.app.consumer.cannot_go_on = lambda error: loop.call_soon_threadsafe(self.fail, error)
        self.app.consumer.lost = self._lost
        self.app.consumer.paced = paced(self.settings, [shell.stage for shell in self.shells])
        await self.app.start()

    async def keep_flushing(self) -> None:
        """The flush timer. Twice per interval, so that nothing waits longer than one and a half."""
        pause = self.settings.flush_ms / 2000
        while True:
            await asyncio.sleep(pause)
            for shell in self.shells:
                await self._guard(shell.flush_due())

    async def finish(self) -> None:
        """Take no more, finish what has been started, commit."""
        if not self.assigned():
            return
        self.app.flow_control.suspend()
        for shell in self.shells:
            shell.closed = True
        for shell in self.shells:
            await shell.flush_all()
        await self.app.consumer.commit()

    def assigned(self) -> bool:
        """Whether the group has given us any partition to work on; copies of another worker's states are none."""
        return any(tp.topic in self._reader for tp in _assignment(self.app))

    def recovering(self) -> int | None:
        """Changelog records still to read, or None when the tables are complete and the inputs are read."""
        app = self.app
        if app.tables.actives_ready and not app.rebalancing and app.consumer.reads:
            return None
        return max(0, int(app.tables.recovery.active_remaining_total()))

    async def ask_broker(self) -> None:
        """A small question that only a working broker answers."""
        producer = self.app.producer._producer
        if producer is not None and producer.client.cluster.brokers():
            await producer.client.fetch_all_metadata()

    def mark(self) -> tuple[int, ...]:
        """Changes whenever anything moves: acknowledged batches, restored states."""
        restored = [shell.table.restored for shell in self.shells if shell.table is not None]
        return (*(shell.progress for shell in self.shells), *restored)

    def observe(self) -> int:
        """Set the gauges; gives the whole lag."""
        if self.app.crashed:
            self.fail(self.app.crash_reason or RuntimeError("Faust has crashed"))
        self.metrics.set("recovery_remaining", self.recovering() or 0)
        return self._gauges.observe(self.app.consumer, _assignment(self.app), time.monotonic())

    def _add(self, stage: Stage) -> Shell:
        settings, app = self.settings, self.app
        table = None
        if stage.stateful:
            changelog = app.topic(
                settings.changelog(stage.name), key_serializer="raw", value_serializer="raw", internal=False, acks=False
            )
            table = StateTable(app, name=stage.name, on_fault=self.fail, changelog_topic=changelog)
            app.tables.add(table)
        shell = Shell(
            stage,
            table,
            self.delivery,
            self.metrics,
            flush_s=settings.flush_ms / 1000,
            hot_states=settings.hot_states,
            limits=FloodLimits(settings.dead_letter_ratio, settings.dead_letter_window, settings.dead_letter_run),
        )
        logical = {settings.topic(name): name for name in stage.inputs}
        source = app.topic(*logical, key_serializer="raw", value_serializer="raw")

        async def agent(stream: Any) -> None:
            async for event in stream.noack().events():
                fetched, consumer = event.message.value, app.consumer
                if consumer.is_current(fetched):
                    name, partition = logical[fetched.tp.topic], fetched.tp.partition
                    done = partial(consumer.acknowledge, fetched)
                    await self._guard(shell.handle(Batch(name, partition, fetched.records, done, fetched.follows)))

        app.agent(source, name=stage.name, concurrency=1)(agent)
        return shell

    async def _guard(self, work: Any) -> None:
        # An exception that leaves an agent is worse than a stop: Faust acknowledges the batch and goes on.
        try:
            await work
        except asyncio.CancelledError:
            raise
        except Exception as error:
            if not isinstance(error, SAYS_IT_ALL):
                log.exception("worker cannot go on")
            self.fail(error)
            await asyncio.Event().wait()  # holds the agent until the process ends

    async def _handover(self) -> None:
        self.metrics.add("rebalances", 1)
        self._gauges.revoked()
        try:
            for shell in self.shells:
                await shell.flush_all()
        finally:
            for shell in self.shells:
                shell.abandon()
                if shell.table is not None:
                    shell.table.release()

    def _lost(self, tp: TP, records: int) -> None:
        self.metrics.add("lost_records", records, tp.topic)
        log.error("records were deleted before they were read", topic=tp.topic, partition=tp.partition, records=records)

    def _too_large(self, what: TooLarge) -> Output | None:
        most = self.settings.max_record_bytes
        self.metrics.add("too_large", 1, what.topic)
        if what.topic == self.settings.topic(DEAD_LETTERS.name):
            letter = oversize.smaller(what, most)
        else:
            letter = oversize.letter_for(what, most)
            self.metrics.add("dead_letters", 1, oversize.REASON)
        if what.topic not in self._told_too_large:
            self._told_too_large.add(what.topic)
            log.error(
                "record too large for the broker", topic=what.topic, bytes=len(what.value), buried=letter is not None
            )
        return letter


def paced(settings: Settings, stages: Sequence[Stage]) -> frozenset[str]:
    """Topics to be read in the order of time: what comes from outside. What stages send each other has an order already.

    A shadow begins with a month of enriched events, and those come from outside for it.
    """
    return frozenset(
        settings.topic(name)
        for stage in stages
        for name in stage.inputs
        if not stage.stateful or (settings.shadow and name == ENRICHED_EVENTS.name)
    )


def _faust_settings(settings: Settings) -> dict[str, Any]:
    compression = None if settings.compression == "none" else settings.compression
    return {
        "broker": [f"{driver.SCHEME}://{broker}" for broker in settings.broker_list()],
        "store": "memory://",
        "TableManager": TableManager,
        "topic_partitions": settings.partitions,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "web_enabled": False,
        # Faust makes this folder whether or not anything goes into it; nothing of ours does, so one is enough for all.
        "datadir": str(Path(tempfile.gettempdir()) / "personawatch-data"),
        "consumer_group_instance_id": settings.worker_name(),
        "consumer_auto_offset_reset": "earliest",
        "broker_session_timeout": settings.session_timeout_s,
        "broker_heartbeat_interval": settings.session_timeout_s / 5,
        "broker_request_timeout": max(30.0, settings.session_timeout_s * 2),
        "broker_max_poll_records": settings.max_poll_records,
        "broker_max_poll_interval": 300.0,
        "broker_commit_interval": 1.0,
        "stream_buffer_maxsize": BUFFERED_BATCHES,
        "stream_wait_empty": False,
        "producer_linger": 0.005,
        "producer_max_batch_size": min(512 * 1024, settings.max_record_bytes),
        "producer_max_request_size": settings.max_record_bytes + 64 * 1024,
        "producer_compression_type": compression,
        # After this time a batch comes back to `delivery`, which decides whether to try again.
        "producer_request_timeout": min(15.0, settings.delivery_timeout_s),
        **clients.faust_options(settings),
    }


def _assignment(app: Any) -> set[Any]:
    try:
        return set(app.consumer.assignment())
    except ConsumerNotStarted:
        return set()
