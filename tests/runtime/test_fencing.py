"""When a worker gives way to another one with its name, and when the same answer only means that it has been silent for too long."""

from __future__ import annotations

import asyncio
import time
from typing import Any, NamedTuple

import pytest
from aiokafka.errors import KafkaError
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.group import HeartbeatRequest, LeaveGroupRequest

from streams.runtime.fencing import FENCED_INSTANCE, NONE, UNKNOWN_MEMBER, FencedError, Guard

REBALANCE, NOT_COORDINATOR = 27, 16


class Answer(NamedTuple):
    error_code: int


class Committed(NamedTuple):
    topics: list[tuple[str, list[tuple[int, int]]]]


class Coordinator:
    """aiokafka's, as far as the guard knows it: answers what it is told to."""

    group_id = "g"

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def _send_req(self, request: Any) -> Any:
        self.asked += 1
        return self.answers.pop(0)


HEARTBEAT = HeartbeatRequest("g", 1, "m")
COMMIT = OffsetCommitRequest("g", 1, "m", -1, [])


def guarded(coordinator: Coordinator, session_s: float = 10) -> list[FencedError]:
    told: list[FencedError] = []
    Guard(coordinator, "w0", session_s, told.append)
    return told


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (HEARTBEAT, Answer(UNKNOWN_MEMBER)),
        (HEARTBEAT, Answer(FENCED_INSTANCE)),
        (COMMIT, Committed([("t", [(0, NONE), (1, UNKNOWN_MEMBER)])])),
    ],
)
def test_out_after_a_short_silence_is_fenced_for_good(request_: Any, answer: Any) -> None:
    async def work() -> None:
        coordinator = Coordinator(Answer(NONE), answer)
        told = guarded(coordinator)
        await coordinator._send_req(HEARTBEAT)
        for _ in range(2):
            with pytest.raises(KafkaError, match="another worker has joined g under our name, w0"):
                await coordinator._send_req(request_)
        assert len(told) == 1
        assert "PERSONAWATCH_INSTANCE_ID" in str(told[0])
        assert coordinator.asked == 2, "nothing more is asked"

    asyncio.run(work())


def test_out_after_a_silence_longer_than_the_session_joins_again() -> None:
    async def work() -> None:
        coordinator = Coordinator(Answer(NONE), Answer(UNKNOWN_MEMBER), Answer(NONE))
        told = guarded(coordinator, session_s=0)
        for _ in range(3):
            await coordinator._send_req(HEARTBEAT)
        assert told == []

    asyncio.run(work())


def test_a_broker_that_comes_back_may_answer_once_before_it_gives_us_up() -> None:
    async def work() -> None:
        seconds = iter((0.0, 0.0, 9.0, 9.0, 10.0, 10.0, 13.0, 13.0, 17.0, 17.0, 20.0, 20.0))  # asked, answered
        answers = (NONE, NONE, UNKNOWN_MEMBER, NONE, NONE, UNKNOWN_MEMBER)
        coordinator = Coordinator(*map(Answer, answers))
        told: list[FencedError] = []
        Guard(coordinator, "w0", 10, told.append, lambda: next(seconds))
        for _ in answers[:-1]:  # an outage of nine seconds: by the broker's clock perhaps of ten
            await coordinator._send_req(HEARTBEAT)
        assert told == []
        with pytest.raises(KafkaError):  # a session later the answer means what it says
            await coordinator._send_req(HEARTBEAT)
        assert len(told) == 1

    asyncio.run(work())


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="this system's clock stands still while it sleeps")
def test_a_machine_that_slept_was_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(time, "clock_gettime", lambda which: now if which == time.CLOCK_BOOTTIME else 0.0)

    async def work() -> None:
        nonlocal now
        coordinator = Coordinator(Answer(NONE), Answer(UNKNOWN_MEMBER))
        told = guarded(coordinator)
        await coordinator._send_req(HEARTBEAT)
        now = 3600.0
        await coordinator._send_req(HEARTBEAT)
        assert told == []

    asyncio.run(work())


def test_a_name_that_is_taken_counts_however_long_the_silence() -> None:
    async def work() -> None:
        coordinator = Coordinator(Answer(FENCED_INSTANCE))
        told = guarded(coordinator, session_s=0)
        with pytest.raises(KafkaError):
            await coordinator._send_req(HEARTBEAT)
        assert len(told) == 1

    asyncio.run(work())


def test_other_answers_and_other_questions_pass() -> None:
    async def work() -> None:
        coordinator = Coordinator(Answer(NONE), Answer(REBALANCE), Answer(UNKNOWN_MEMBER))
        told = guarded(coordinator)
        await coordinator._send_req(HEARTBEAT)
        assert await coordinator._send_req(HEARTBEAT) == Answer(REBALANCE)
        assert await coordinator._send_req(LeaveGroupRequest("g", "m")) == Answer(UNKNOWN_MEMBER)
        assert told == []

    asyncio.run(work())


@pytest.mark.parametrize(
    ("seconds", "answers"),
    [
        ((0, 0, 15, 15), (NONE, UNKNOWN_MEMBER)),  # half a session more than one
        ((0, 8, 17, 17), (NONE, UNKNOWN_MEMBER)),  # the group heard us when we asked, not when its answer came
        ((0, 0, 4, 4, 12, 12), (NONE, NOT_COORDINATOR, UNKNOWN_MEMBER)),  # whoever answered knew nothing of us
    ],
)
def test_silence_is_counted_from_the_last_question_that_the_group_took(
    seconds: tuple[float, ...], answers: tuple[int, ...]
) -> None:
    async def work() -> None:
        clock = iter(seconds)
        coordinator = Coordinator(*map(Answer, answers))
        told: list[FencedError] = []
        Guard(coordinator, "w0", 10, told.append, lambda: next(clock))
        for code in answers:
            assert await coordinator._send_req(HEARTBEAT) == Answer(code)
        assert told == []

    asyncio.run(work())
