"""The thread that owns the aiokafka consumer: every question and order to it that must be one step is a coroutine that runs there.

Each rebalance gives aiokafka a new *assignment* object, and positions belong to it. We pass that object around as the **era**: what was
read, acknowledged or found committed in one era says nothing about the next.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Coroutine, Iterable, Mapping
from typing import Any, NamedTuple

import structlog
from aiokafka.errors import CommitFailedError, ConsumerStoppedError, IllegalStateError, KafkaError
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers import aiokafka as stock
from faust.types import TP

from streams.runtime import fencing
from streams.runtime.kept import Kept

log = structlog.get_logger(__name__)

# A fetch that waits for idle partitions blocks the ones that became empty meanwhile, since aiokafka keeps one fetch per
# broker in flight. Faust's 1,500 ms made every hop of our four stages that slow; 50 ms are 20 small requests a second.
FETCH_WAIT_MS = 50

# A pause when there is nothing to read: before recovery, or while every agent has enough to do.
IDLE_S = 0.02


class Fetched(NamedTuple):
    """Consecutive records of one partition, and where they belong."""

    tp: TP
    records: list[Any]
    era: Any
    position: int
    """Where aiokafka reads on after them."""
    follows: int | None = None
    """Last offset of what was handed on before in the same era; None for the first."""


class ConsumerThread(stock.AIOKafkaConsumerThread):  # type: ignore[misc]
    """aiokafka's consumer, asked in whole steps."""

    _commits_fail = False

    def era(self) -> Any:
        """The assignment that holds now."""
        return self._ensure_consumer()._subscription.subscription.assignment

    def highwater(self, tp: TP) -> int | None:
        """Where a partition ends, as far as known. None also of one that has just been given away: that happens in this thread."""
        assignment = self.era()
        state = assignment and assignment.state_value(tp)
        return None if state is None else state.highwater

    async def fetch(self, wanted: frozenset[TP], seconds: float) -> list[Fetched]:
        """Records of `wanted`, or none after a short pause. Waits up to `seconds`, and as long as a rebalance takes.

        To be called also when nothing is wanted: aiokafka leaves the group to which nobody has come for five minutes, never joins again,
        and tells of what went wrong with the group only to who comes.
        """
        return list(await self._there(self._fetch(wanted, seconds)))

    async def rewind(self, fetched: Fetched) -> None:
        """Read `fetched` again: unless a rebalance or a seek has moved the partition meanwhile."""
        await self._there(self._rewind(fetched))

    async def seek_committed(self, sources: Iterable[TP]) -> tuple[object, dict[TP, int]]:
        """Move to what the group has committed, or to the start where that is nothing; gives the era and what is committed."""
        answer: tuple[object, dict[TP, int]] = await self._there(self._seek_committed(list(sources)))
        return answer

    async def kept(self, places: Collection[TP]) -> dict[TP, Kept]:
        """What the broker has of each."""
        return dict(await self._there(self._kept(list(places)))) if places else {}

    async def commit_in(self, era: object, offsets: Mapping[TP, int]) -> bool:
        """Commit if it is still `era`. A failure is no reason to crash: the offsets stay due and the next round tries again."""
        return bool(await self._there(self._commit_in(era, offsets)))

    async def on_start(self) -> None:
        """Start aiokafka's consumer."""
        await super().on_start()
        # aiokafka asks a broker for nothing while any of its records wait here for less than 100 ms. With inputs that wait for each
        # other and agents that are busy some always do, and the others starve.
        self._ensure_consumer()._fetcher._prefetch_backoff = 0.0
        conf, coordinator = self.app.conf, self._ensure_consumer()._coordinator
        fencing.Guard(
            coordinator, conf.consumer_group_instance_id, conf.broker_session_timeout, self.consumer.cannot_go_on
        )

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        return consumer

    async def _there(self, work: Coroutine[Any, Any, Any]) -> Any:
        # Not Faust's method queue: its two workers would be held up by a fetch that waits.
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.thread_loop))

    async def _fetch(self, wanted: frozenset[TP], seconds: float) -> list[Fetched]:
        consumer = self._ensure_consumer()
        fetcher = consumer._fetcher
        if consumer._closed or fetcher._closed:
            raise ConsumerStoppedError
        consumer._coordinator.check_errors()
        with fetcher._subscriptions.fetch_context():
            if not wanted:  # to aiokafka that means all
                await asyncio.sleep(min(seconds, IDLE_S))
                return []
            records = await fetcher.fetched_records(wanted, timeout=seconds, max_records=consumer._max_poll_records)
        # aiokafka moves positions and returns without a pause, so records, positions and assignment belong together here.
        era = self.era()
        return [Fetched(TP(*tp), batch, era, era.state_value(tp).position) for tp, batch in records.items() if batch]

    async def _rewind(self, fetched: Fetched) -> None:
        era = self.era()
        if fetched.era is era and era.state_value(fetched.tp).position == fetched.position:
            self._ensure_consumer().seek(stock.ensure_aiokafka_TP(fetched.tp), fetched.records[0].offset)

    async def _seek_committed(self, sources: list[TP]) -> tuple[object, dict[TP, int]]:
        consumer, era = self._ensure_consumer(), self.era()
        places = [stock.ensure_aiokafka_TP(tp) for tp in sources]
        answers = await consumer._coordinator.fetch_committed_offsets(places)
        committed = {TP(*tp): answer.offset for tp, answer in answers.items() if answer.offset >= 0}
        if era is not self.era():
            raise IllegalStateError("the group has moved on")
        for place in places:
            if TP(*place) in committed:
                consumer.seek(place, committed[TP(*place)])
        if fresh := [place for place in places if TP(*place) not in committed]:
            await consumer.seek_to_beginning(*fresh)
        return era, committed

    async def _kept(self, places: list[TP]) -> dict[TP, Kept]:
        consumer = self._ensure_consumer()
        asked = [stock.ensure_aiokafka_TP(tp) for tp in places]
        first, end = await consumer.beginning_offsets(asked), await consumer.end_offsets(asked)
        return {TP(*tp): Kept(first[tp], end[tp]) for tp in asked}

    async def _commit_in(self, era: object, offsets: Mapping[TP, int]) -> bool:
        if era is not self.era():
            return False
        try:
            await self._ensure_consumer().commit(
                {stock.ensure_aiokafka_TP(tp): OffsetAndMetadata(offset, "") for tp, offset in offsets.items()}
            )
        except (CommitFailedError, IllegalStateError) as error:
            log.warning("commit refused: the group has moved on", error=str(error))
            return False
        except KafkaError as error:
            if not self._commits_fail:  # asked every second: the first answer says it
                self._commits_fail = True
                log.warning("commit failed, it will be tried again", error=repr(error))
            return False
        if self._commits_fail:
            self._commits_fail = False
            log.info("commits succeed again")
        self.tp_last_committed_at.update(dict.fromkeys(offsets, time.monotonic()))
        return True
