"""What is asked of aiokafka's consumer, on its own book of what is assigned."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import GroupAuthorizationFailedError
from aiokafka.structs import TopicPartition
from faust.types import TP

from streams.runtime.consumer_thread import ConsumerThread

OURS, GONE = TP("links", 0), TP("links", 1)
NOTHING: frozenset[TP] = frozenset()


def book() -> SubscriptionState:
    """One partition is ours."""
    made = SubscriptionState()
    made.subscribe(topics={"links"})
    made.assign_from_subscribed({TopicPartition(*OURS)})
    return made


def thread_on(made: SubscriptionState, check_errors: Any = lambda: None) -> Any:
    fetcher = SimpleNamespace(_subscriptions=made, _closed=False)
    consumer = SimpleNamespace(
        _subscription=made, _fetcher=fetcher, _closed=False, _coordinator=SimpleNamespace(check_errors=check_errors)
    )
    told: Any = SimpleNamespace(_ensure_consumer=lambda: consumer)
    told.era = lambda: ConsumerThread.era(told)
    return told


def test_the_end_of_a_partition_that_has_just_been_given_away_is_not_known() -> None:
    """The assignment changes in another thread, between two questions of this one."""

    async def work() -> None:
        made = book()
        made.subscription.assignment.state_value(TopicPartition(*OURS)).highwater = 7
        told = thread_on(made)
        assert ConsumerThread.highwater(told, OURS) == 7
        assert ConsumerThread.highwater(told, GONE) is None

    asyncio.run(work())


def test_who_has_nothing_to_read_is_no_dead_consumer() -> None:
    """The client leaves the group for good when nobody has come to read for five minutes."""

    async def work() -> None:
        made = book()
        made._last_fetch_ended -= 1000
        assert made.fetcher_idle_time > 999
        assert await ConsumerThread._fetch(thread_on(made), NOTHING, 0) == []
        assert made.fetcher_idle_time < 999

    asyncio.run(work())


def test_what_went_wrong_with_the_group_is_heard_also_by_who_has_nothing_to_read() -> None:
    """Until somebody has heard it, aiokafka does nothing more for the group: no heartbeat is missed and nothing is joined."""

    async def work() -> None:
        def check_errors() -> None:
            raise GroupAuthorizationFailedError("g")

        with pytest.raises(GroupAuthorizationFailedError):
            await ConsumerThread._fetch(thread_on(book(), check_errors), NOTHING, 0)

    asyncio.run(work())
