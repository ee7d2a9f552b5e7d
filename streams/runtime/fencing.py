"""Two workers with one name: the older one stops.

A static member that joins takes the place of the one that has its name. aiokafka tells the group its name only when it joins, so the
older one hears "unknown member" instead of "fenced", joins again and takes the place back: both go on for ever, each undoing the
other's work. The same answer is right after a silence longer than the session, when the group has given us up; so the silence decides.
A broker that comes back may answer once before it gives us up, so for one session after a long silence nobody is called fenced.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from aiokafka.errors import KafkaError
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.group import HeartbeatRequest, JoinGroupRequest, SyncGroupRequest

# Error codes of the protocol. aiokafka has no class for the last one.
NONE, UNKNOWN_MEMBER, FENCED_INSTANCE = 0, 25, 82

MEMBERSHIP = (HeartbeatRequest, JoinGroupRequest, SyncGroupRequest, OffsetCommitRequest)

# Between two questions that are refused because we are out: aiokafka asks again at once.
PAUSE_S = 0.5


def clock() -> float:
    """Seconds that pass also while the machine sleeps, as the group's do; `time.monotonic` stands still meanwhile."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class FencedError(Exception):
    """Another worker has joined the group under our name."""

    def __init__(self, group: str, name: str) -> None:
        super().__init__(
            f"another worker has joined {group} under our name, {name}: each needs its own (PERSONAWATCH_INSTANCE_ID)"
        )


class Guard:
    """Between aiokafka's coordinator and the group: once fenced, nothing more is asked. Lives in the consumer's thread."""

    def __init__(
        self,
        coordinator: Any,
        name: str,
        session_s: float,
        tell: Callable[[FencedError], None],
        clock: Callable[[], float] = clock,
    ) -> None:
        self._clock = clock
        self._ask = coordinator._send_req
        self._error = FencedError(coordinator.group_id, name)
        self._session_s = session_s
        self._tell = tell
        self._alive = float("-inf")
        self._sure_from = float("-inf")
        self._fenced = False
        coordinator._send_req = self.ask

    async def ask(self, request: Any) -> Any:
        """Pass a question on, and look at the answer."""
        if self._fenced:
            await asyncio.sleep(PAUSE_S)
            raise KafkaError(str(self._error))
        asked = self._clock()
        answer = await self._ask(request)
        if isinstance(request, MEMBERSHIP):
            codes = _codes(answer)
            now = self._clock()
            out = UNKNOWN_MEMBER in codes and now - self._alive < self._session_s and now >= self._sure_from
            if FENCED_INSTANCE in codes or out:
                self._fenced = True
                self._tell(self._error)
                raise KafkaError(str(self._error))
            if NONE in codes:
                if self._session_s / 2 < asked - self._alive < float("inf"):
                    self._sure_from = now + self._session_s
                self._alive = asked
        return answer


def _codes(answer: Any) -> set[int]:
    if hasattr(answer, "error_code"):
        return {answer.error_code}
    return {code for _, partitions in answer.topics for _, code in partitions}
