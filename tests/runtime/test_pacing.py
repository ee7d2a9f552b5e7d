"""Inputs that are read up together keep the order of their records' time, lose nothing, and never wait for what does not come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from streams.runtime.consumer_thread import Fetched
from streams.runtime.pacing import AHEAD_MS, PATIENCE_S, Pacer

LOGINS, PLATFORM = TP("login-events", 0), TP("platform-events", 0)
MINUTE = 60_000


@dataclass
class Record:
    offset: int
    timestamp: int


def fetched(tp: TP, *minutes: int, start: int = 0) -> Fetched:
    records = [Record(start + number, minute * MINUTE) for number, minute in enumerate(minutes)]
    return Fetched(tp, records, object(), start + len(records))


def minutes(batches: list[Fetched]) -> list[int]:
    return [record.timestamp // MINUTE for batch in batches for record in batch.records]


def never(_tp: TP) -> bool:
    return False


def always(_tp: TP) -> bool:
    return True


def test_one_input_alone_never_waits() -> None:
    pacer = Pacer()
    pacer.add(fetched(LOGINS, 0, 1, 5_000))
    assert minutes(pacer.release([LOGINS], always)) == [0, 1, 5_000]


def test_what_is_ahead_waits_for_what_is_behind() -> None:
    pacer = Pacer()
    pacer.add(fetched(PLATFORM, 0, 4, 500, 1_000))
    pacer.add(fetched(LOGINS, 0, 9, 12, 15))
    ahead = AHEAD_MS // MINUTE
    first = pacer.release([LOGINS, PLATFORM], always)
    assert max(minutes(first)) <= ahead
    assert pacer.holds(PLATFORM)
    second = pacer.release([LOGINS, PLATFORM], always)
    assert minutes(second) == [12, 15]
    assert not pacer.holds(LOGINS)
    assert pacer.release([LOGINS, PLATFORM], always) == []  # more log-ins are there: platform events wait for them
    assert minutes(pacer.release([LOGINS, PLATFORM], never)) == [500, 1_000]  # all log-ins are read


def test_an_input_stands_at_its_last_record_and_what_is_not_later_than_its_lead_goes_on() -> None:
    ahead = AHEAD_MS // MINUTE
    pacer = Pacer()
    pacer.add(fetched(LOGINS, 1, 5))
    assert minutes(pacer.release([LOGINS, PLATFORM], never)) == [1, 5]
    pacer.add(fetched(PLATFORM, 5 + ahead - 1, 5 + ahead, 5 + ahead + 1))
    assert minutes(pacer.release([LOGINS, PLATFORM], always)) == [5 + ahead - 1, 5 + ahead]


def test_what_may_go_on_goes_oldest_first() -> None:
    pacer = Pacer()
    pacer.add(fetched(LOGINS, 7))
    pacer.add(fetched(PLATFORM, 3))
    assert minutes(pacer.release([LOGINS, PLATFORM], always)) == [3, 7]


def test_an_input_that_gives_nothing_is_not_waited_for_for_ever() -> None:
    now = 0.0
    pacer = Pacer(lambda: now)
    pacer.add(fetched(PLATFORM, 100))
    assert pacer.release([LOGINS, PLATFORM], always) == []
    now = PATIENCE_S + 0.1
    assert minutes(pacer.release([LOGINS, PLATFORM], always)) == [100]


def test_patience_begins_anew_with_every_record() -> None:
    now = 0.0
    pacer = Pacer(lambda: now)
    pacer.add(fetched(PLATFORM, 100))
    assert pacer.release([LOGINS, PLATFORM], always) == []
    now = PATIENCE_S - 1
    pacer.add(fetched(LOGINS, 100))
    assert minutes(pacer.release([LOGINS, PLATFORM], always)) == [100, 100]
    pacer.add(fetched(PLATFORM, 500))
    assert pacer.release([LOGINS, PLATFORM], always) == []
    now = PATIENCE_S + 1
    assert pacer.release([LOGINS, PLATFORM], always) == []


def test_a_clock_that_is_ahead_holds_nothing_up_at_the_live_edge() -> None:
    """There, another input has records at every moment, and it would wait until the others have come to its time."""
    now = 1_000
    pacer = Pacer(wall=lambda: now * 60)
    pacer.add(fetched(PLATFORM, now, now + 60))
    pacer.add(fetched(LOGINS, now - 1, now))
    assert sorted(minutes(pacer.release([LOGINS, PLATFORM], always))) == [now - 1, now, now, now + 60]


def test_a_clock_that_is_ahead_waits_like_all_others_for_a_backlog() -> None:
    now = 1_000
    pacer = Pacer(wall=lambda: now * 60)
    pacer.add(fetched(PLATFORM, now + 60))
    pacer.add(fetched(LOGINS, 0, 1))
    assert minutes(pacer.release([LOGINS, PLATFORM], always)) == [0, 1]
    assert pacer.holds(PLATFORM)


batches_of_minutes = st.lists(st.lists(st.integers(0, 300), min_size=1, max_size=6), max_size=6)


@given(st.lists(batches_of_minutes, min_size=1, max_size=4))
def test_everything_comes_out_in_its_order_and_no_input_runs_ahead(inputs: list[list[list[int]]]) -> None:
    partitions = [TP("in", number) for number in range(len(inputs))]
    # in time order within a partition, as producers write; otherwise "ahead" has no meaning
    todo = {
        tp: iter_batches(tp, sorted(minute for batch in batches for minute in batch), batches)
        for tp, batches in zip(partitions, inputs, strict=True)
    }
    expected = {tp: [record for batch in batches for record in batch.records] for tp, batches in todo.items()}
    pacer, seen = Pacer(), {tp: list[Record]() for tp in partitions}
    behind: Callable[[TP], bool] = lambda tp: bool(todo[tp])  # noqa: E731 (it closes over what is still to come)
    while any(todo.values()) or any(pacer.holds(tp) for tp in partitions):
        for tp in partitions:
            if todo[tp] and not pacer.holds(tp):
                pacer.add(todo[tp].pop(0))
        oldest = min(
            record.timestamp for tp in partitions for record in expected[tp][len(seen[tp]) : len(seen[tp]) + 1]
        )
        ready = pacer.release(partitions, behind)
        assert ready, "nothing moves"
        for batch in ready:
            if any(len(seen[tp]) < len(expected[tp]) for tp in partitions if tp != batch.tp):
                assert batch.records[0].timestamp <= oldest + AHEAD_MS
            seen[batch.tp] += batch.records
    assert seen == expected


def iter_batches(tp: TP, times: list[int], shape: list[list[int]]) -> list[Fetched]:
    found, start = [], 0
    for batch in shape:
        found.append(fetched(tp, *times[start : start + len(batch)], start=start))
        start += len(batch)
    return found
