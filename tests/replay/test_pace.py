from __future__ import annotations

from streams.replay.pace import Pace


def test_waits_by_the_clock_of_the_stream() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(60, lambda: now[0], sleep)
    for when in (-1, 0, 60_000, 30_000, 120_000):
        pace.wait(when)
    now[0] += 5  # the work took longer than the stream
    pace.wait(180_000)
    pace.wait(480_000)
    assert slept == [1.0, 1.0, 1.0]
