"""The one loop around every stage: run it, deliver its outputs, write its changed states, acknowledge the source. In that order.

Outputs of several batches may be on their way at once, but states are written only when every output that they caused is
acknowledged, and a batch is acknowledged only when its states are written. A rebalance abandons what is not finished: the next owner
(or we) reads the records again, on the states that the changelog has.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import structlog

from schemas.topics import DEAD_LETTERS
from streams.detection.forgetting import PRESENT, forget_some
from streams.detection.stage import Result, SourceRecord, Stage
from streams.detection.states import PartitionStates, StateCodec
from streams.runtime.counting import Handled, finished, handled
from streams.runtime.dead_letters import FloodGate, FloodLimits
from streams.runtime.delivery import Delivery, Parcel
from streams.runtime.metrics import Metrics
from streams.runtime.oversize import Cause
from streams.runtime.table import LostBatchError, NotOursError, StateTable

log = structlog.get_logger(__name__)

# Outputs under way before a stage waits for them, in records: bounds memory when the broker is slow or away.
MOST_UNDER_WAY = 50_000


class Batch(NamedTuple):
    """Records of one partition, and how to acknowledge them."""

    input_name: str
    partition: int
    records: Sequence[SourceRecord]
    acknowledge: Callable[[], None]
    follows: int | None = None
    """Last offset of the batch fetched before this one, or None after a seek."""


class Lane:
    """One partition of one stage: its states and what is not finished yet."""

    __slots__ = (
        "alive",
        "flushing",
        "gate",
        "handled",
        "handled_batches",
        "newest_ms",
        "outputs",
        "parcels",
        "partition",
        "since",
        "states",
        "unacknowledged",
        "written",
    )

    def __init__(self, partition: int, states: PartitionStates[Any]) -> None:
        self.partition = partition
        self.states = states
        self.written = 0  # states flushed since memory was last given back
        self.parcels: list[Parcel] = []
        self.outputs = 0
        self.unacknowledged: list[Callable[[], None]] = []
        self.handled_batches: list[Handled] = []  # of the same batches: what their end adds to the metrics
        self.newest_ms = 0  # newest event time handled
        self.since = 0.0
        self.alive = True
        self.handled: dict[str, int] = {}  # last offset handled, per input
        self.gate = asyncio.Lock()  # held while a batch is handled or a snapshot is taken
        self.flushing = asyncio.Lock()  # held for a whole flush: flushes of a lane never overtake each other


class Shell:
    """Runs one stage over all of its partitions."""

    def __init__(
        self,
        stage: Stage,
        table: StateTable | None,
        delivery: Delivery,
        metrics: Metrics,
        *,
        flush_s: float,
        hot_states: int,
        limits: FloodLimits,
    ) -> None:
        self.stage = stage
        self.table = table
        self.progress = 0
        """Grows whenever records are acknowledged: the no-progress detector watches it."""
        self.closed = False
        """True when no more batches are taken: the worker is stopping."""
        self._delivery = delivery
        self._metrics = metrics
        self._flush_s = flush_s
        self.hot_states = hot_states
        """Changed states of a partition after which decoded ones are given back."""
        self._codec: StateCodec[Any] = StateCodec(stage.state_type)
        self._flood = FloodGate(limits)
        self._refused = 0  # outputs found too large since the last batch: they are dead letters as well
        self._lanes: dict[int, Lane] = {}

    @property
    def hot(self) -> int:
        """States held decoded, over all partitions."""
        return sum(lane.states.hot for lane in self._lanes.values())

    async def handle(self, batch: Batch) -> None:
        """Run the stage on one batch; flush when the oldest unflushed work is due."""
        lane = self._lane(batch.partition)
        if lane is None:
            return  # not ours any more: its owner reads it
        async with lane.gate:
            if self.closed or not lane.alive:
                return
            with _whole(lane):
                await self._take(batch, lane)
        if self._due(lane):
            await self.flush(lane)

    async def flush_due(self) -> None:
        """Flush every lane whose work has waited long enough: the timer's call, so that an idle stream is flushed too."""
        for lane in list(self._lanes.values()):
            if self._due(lane):
                await self.flush(lane)

    async def flush_all(self) -> None:
        """Finish everything that has been started."""
        for lane in list(self._lanes.values()):
            await self.flush(lane)

    def abandon(self) -> None:
        """A rebalance: forget decoded states and unfinished work of every partition."""
        for lane in self._lanes.values():
            lane.alive = False
        self._lanes.clear()

    async def flush(self, lane: Lane) -> None:
        """Outputs acknowledged → changed states in the changelog → source acknowledged."""
        async with lane.flushing:
            with _whole(lane):
                await self._flush(lane)

    async def _flush(self, lane: Lane) -> None:
        async with lane.gate:
            await self._settle(lane)
            if not lane.alive or not lane.unacknowledged:
                return
            is_present = time.time() * 1000 - lane.newest_ms < PRESENT
            forgotten = forget_some(self.stage, lane.states, lane.newest_ms) if is_present else 0
            changes = lane.states.take_changes()
            acknowledge, lane.unacknowledged = lane.unacknowledged, []
            batches, lane.handled_batches = lane.handled_batches, []
        started = time.monotonic()
        if changes and self.table is not None:
            try:
                await self.table.write(self._delivery, lane.partition, changes)
            except NotOursError:
                lane.alive = False
            if not lane.alive:
                return
        for done in acknowledge:
            done()
        self.progress += len(acknowledge)
        self._metrics.add("flushed_states", len(changes), self.stage.name)
        self._metrics.add("evictions", forgotten, "state")
        self._metrics.observe("flush_seconds", time.monotonic() - started, self.stage.name)
        finished(self._metrics, self.stage.name, batches)
        lane.written += len(changes)
        if lane.written > self.hot_states:
            lane.written = 0
            self._metrics.add("evictions", lane.states.cool(), "decoded_state")

    async def _take(self, batch: Batch, lane: Lane) -> None:
        _check_order(batch, lane)
        result = self._run(batch, lane)
        if not lane.unacknowledged:
            lane.since = time.monotonic()
        lane.unacknowledged.append(batch.acknowledge)
        cause = Cause(self.stage, batch.input_name, batch.records, self._note_refused)
        lane.parcels += await self._delivery.send(result.outputs, cause)
        lane.outputs += len(result.outputs)
        if lane.outputs > MOST_UNDER_WAY:
            await self._settle(lane)

    def _lane(self, partition: int) -> Lane | None:
        lane = self._lanes.get(partition)
        if lane is None:
            raw = None
            if self.table is not None:
                if not self.table.owns(partition):
                    return None
                raw = self.table.raw(partition)
            lane = self._lanes[partition] = Lane(partition, PartitionStates(self._codec, raw))
        return lane

    def _run(self, batch: Batch, lane: Lane) -> Result:
        records, name = batch.records, self.stage.name
        started = time.perf_counter()
        result = self.stage.process(batch.input_name, records, lane.states)
        lane.newest_ms = max(lane.newest_ms, result.event_ms)
        lane.handled_batches.append(handled(self._metrics, name, records, result, time.perf_counter() - started))
        dead = sum(output.topic == DEAD_LETTERS.name for output in result.outputs)
        refused, self._refused = self._refused, 0
        self._flood.saw(len(records), dead + refused)
        return result

    def _note_refused(self) -> None:
        self._refused += 1

    async def _settle(self, lane: Lane) -> None:
        parcels, lane.parcels, lane.outputs = lane.parcels, [], 0
        if parcels:
            await self._delivery.settle(parcels)

    def _due(self, lane: Lane) -> bool:
        return bool(lane.unacknowledged) and time.monotonic() - lane.since >= self._flush_s


@contextmanager
def _whole(lane: Lane) -> Iterator[None]:
    """A step that does not come to its end, also by being cancelled, ends its lane: nothing later may be acknowledged past it."""
    try:
        yield
    except BaseException:
        lane.alive = False
        raise


def _check_order(batch: Batch, lane: Lane) -> None:
    handled = lane.handled.get(batch.input_name, -1)
    if batch.follows is not None and batch.follows > handled:
        raise LostBatchError(f"{batch.input_name}[{batch.partition}]", batch.follows, handled)
    lane.handled[batch.input_name] = max(handled, batch.records[-1].offset)
