"""A Faust table of bytes → bytes whose changelog is written and read in batches, one dictionary per partition.

Three rules keep it exact:

* A partition's bytes are what its changelog says. They are dropped when the partition is revoked for good, and what others wrote
  meanwhile is read when it comes back.
* Every changelog record's timestamp is the *epoch* of its writer: the moment at which that worker took the partition over, later
  than any epoch read from the changelog. A worker that slept through its own eviction writes under an older epoch, and its record
  never replaces a newer one.
* `write` refuses a partition that is not ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import faust
from faust.tables import manager, recovery

from streams.detection.states import keep
from streams.runtime.delivery import Delivery, Pair

# Batches that recovery buffers before they are applied. Not 1: Faust then keeps reading the changelog, which is our own writes,
# after recovery.
RECOVERY_BATCHES = 2

# While a partition is read, the epochs of so many deleted keys are kept, and of as many more as there are others.
DELETED = 10_000


class NotOursError(Exception):
    """A flush came for a partition that has been given away."""


class LostBatchError(Exception):
    """A batch was fetched but never handled: going on would build on a hole. A restart reads it again."""

    def __init__(self, place: str, fetched: int, handled: int) -> None:
        super().__init__(f"{place}: {fetched} was fetched, but only {handled} handled")


class UnansweredError(Exception):
    """Kafka did not answer while states were read back, so it is not known what is missing."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__(f"no answer from Kafka for {seconds:g} s while states were read back")


class Recovery(recovery.Recovery):  # type: ignore[misc]
    """Faust's, but it does not take a question that nobody answers for a wish to stop: it would end, and never recover again."""

    async def _wait(self, work: Any, timeout: float | None = None) -> None:  # noqa: ASYNC109 (Faust's signature)
        try:
            await super()._wait(work, timeout)
        except recovery.ServiceStopped:
            if not self.should_stop:
                self.app.consumer.cannot_go_on(UnansweredError(timeout))
            raise


class TableManager(manager.TableManager):  # type: ignore[misc]
    """Faust's, but without the second for which it waits for tables (ours are all declared before the start), and with our `Recovery`."""

    _recovery: Recovery | None = None

    @property
    def recovery(self) -> Recovery:
        """Reads changelogs back after each rebalance."""
        if self._recovery is None:
            self._recovery = Recovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery

    async def on_start(self) -> None:
        """Register the tables and start their recovery."""
        await self._update_channels()
        await self.recovery.start()


class Held:
    """What we hold of one partition: the bytes, how far the changelog has been read, and the epochs seen."""

    __slots__ = ("epoch", "epochs", "known", "newest", "offset", "raw")

    def __init__(self) -> None:
        self.raw: dict[bytes, bytes] = {}
        self.offset = -1
        self.epoch = 0
        """Not older than any that was read, nor than our own, under which perhaps nothing was written."""
        self.newest = 0
        """Of what is in the changelog, as far as we have read or written it without a gap."""
        self.epochs: dict[bytes, int] = {}
        """By key, while reading: of the keys that are held, and of some that were deleted."""
        self.known = 0
        """The same for all other keys: who took over after that has read it, so an older writer had lost the partition."""


class StateTable(faust.Table):  # type: ignore[misc]
    """The table of one stage."""

    def __init__(self, app: Any, *, name: str, on_fault: Callable[[BaseException], None], **options: Any) -> None:
        super().__init__(
            app,
            name=name,
            key_type=bytes,
            value_type=bytes,
            recovery_buffer_size=RECOVERY_BATCHES,
            **options,
        )
        self._held: dict[int, Held] = {}
        self._owned: dict[int, int] = {}
        self._on_fault = on_fault
        self.restored = 0
        """Changelog records read since the start."""

    def __bool__(self) -> bool:
        """A table is one also while it holds nothing. Faust's is a mapping of its own, in which ours keeps nothing, and so always false."""
        return True

    def __len__(self) -> int:
        """Number of keys over all partitions held."""
        return sum(self.keys_held().values())

    def raw(self, partition: int) -> dict[bytes, bytes]:
        """The bytes of one partition, keyed by state key; the very dictionary that flushes update."""
        return self._hold(partition).raw

    def owns(self, partition: int) -> bool:
        """Whether the partition is ours and recovered."""
        return partition in self._owned

    def keys_held(self) -> dict[int, int]:
        """Number of keys for each partition held."""
        return {partition: len(held.raw) for partition, held in self._held.items()}

    async def write(self, delivery: Delivery, partition: int, pairs: Sequence[Pair]) -> None:
        """Put changed states into the changelog, wait for the acknowledgement, then hold them."""
        epoch = self._owned.get(partition)
        if epoch is None:
            raise NotOursError(f"{self.name}[{partition}]")
        topic = self.changelog_topic_name
        parcels = await delivery.settle(await delivery.send_to(topic, partition, pairs, epoch))
        if self._owned.get(partition) != epoch:
            # Written, but the partition has moved on: what counts is read from the changelog by whoever has it now.
            raise NotOursError(f"{self.name}[{partition}]")
        held = self._hold(partition)
        keep(held.raw, pairs)
        for parcel in sorted(parcels, key=lambda parcel: parcel.offset):
            # A hole means that somebody else wrote (or a retry wrote twice): it is read at the next rebalance.
            if parcel.topic == topic and parcel.offset == held.offset + 1:
                held.offset = parcel.offset + len(parcel.pairs) - 1
                held.newest = held.known = epoch

    def release(self) -> None:
        """A rebalance begins: nothing is ours until recovery says so."""
        self._owned.clear()

    def apply_changelog_batch(self, batch: Iterable[Any]) -> None:
        """Take batches of changelog records as recovery reads them."""
        # Faust would log whatever is raised here and go on with a hole in the states.
        try:
            for event in batch:
                message = event.message
                if message.topic == self.changelog_topic_name:
                    fetched = message.value
                    apply(self._hold(message.partition), fetched.records, fetched.follows)
                    self.restored += len(fetched.records)
        except Exception as error:
            self._on_fault(error)
            raise

    def persisted_offset(self, tp: Any) -> int:
        """How far the changelog is in what we hold, -1 for not at all: recovery goes on from there, wherever Faust was before."""
        held = self._held.get(tp.partition)
        return -1 if held is None else held.offset

    async def on_rebalance(self, assigned: Any, revoked: Any, newly_assigned: Any, generation_id: int = 0) -> None:
        """Drop the states of partitions that are no longer ours, and what Faust had read and not given us yet: it may be of such a one."""
        self._owned.clear()
        self.app.tables.recovery.buffers[self].clear()
        mine = {tp.partition for tp in assigned if tp.topic == self.changelog_topic_name}
        for partition in [partition for partition in self._held if partition not in mine]:
            del self._held[partition]
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)

    async def on_recovery_completed(self, active_tps: Any, standby_tps: Any) -> None:
        """Every active partition is read: take them over under a new epoch."""
        now = int(time.time() * 1000)
        for tp in active_tps:
            held = self._hold(tp.partition)
            held.epochs, held.known = {}, held.newest  # by key only while reading: states are many
            held.epoch = max(held.epoch + 1, now)
            self._owned[tp.partition] = held.epoch
        await super().on_recovery_completed(active_tps, standby_tps)

    def _hold(self, partition: int) -> Held:
        held = self._held.get(partition)
        if held is None:
            held = self._held[partition] = Held()
        return held


def apply(held: Held, records: Sequence[Any], follows: int | None = None) -> None:
    """Take changelog records in their order: the newest offset of a key wins, unless its writer had lost the partition."""
    raw, epochs, known, seen, newest = held.raw, held.epochs, held.known, held.offset, held.newest
    if follows is not None and follows > seen:
        raise LostBatchError("changelog", follows, seen)
    for record in records:
        if record.offset <= seen:
            continue
        key, epoch = record.key, record.timestamp
        if epoch < newest and epochs.get(key, known) > epoch:
            continue
        newest = max(newest, epoch)
        epochs[key] = epoch
        if record.value is None:
            raw.pop(key, None)
        else:
            raw[key] = record.value
    held.offset = max(seen, records[-1].offset)
    held.newest = newest
    held.epoch = max(held.epoch, newest)
    if len(epochs) > 2 * len(raw) + DELETED:
        # A copy of another worker's states reads as long as it lives. What a hung writer brings back of a deleted key is deleted once more.
        held.epochs = {key: epochs[key] for key in raw if key in epochs}
