"""What a worker tells of its partitions: only while they are its own and read, and stuck only when nothing is finished."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import faust
from prometheus_client.exposition import generate_latest

from streams.runtime.gauges import MEASURED_A_SECOND, PARTITION_GAUGES, Gauges, Stuck
from streams.runtime.metrics import Metrics
from streams.runtime.table import StateTable
from tests.kafka.toys import Count


class TP(NamedTuple):
    topic: str
    partition: int


IN, OTHER_IN, CHANGELOG = TP("t-links", 0), TP("t-links", 1), TP("app-count-changelog", 0)


class Consumer:
    """The consumer as far as gauges ask it."""

    def __init__(self) -> None:
        self.reads = True
        self.ends: dict[TP, int] = {IN: 10, OTHER_IN: 5}
        self.progress: dict[TP, int] = {IN: 4, OTHER_IN: 5}
        self.held: set[TP] = set()

    def highwater(self, tp: TP) -> int | None:
        return self.ends.get(tp)

    def done(self, tp: TP) -> int:
        return self.progress[tp]

    def committed(self, tp: TP) -> int:
        return self.progress[tp] - 1

    def holds_back(self, tp: TP) -> bool:
        return tp in self.held


def state_table() -> StateTable:
    """A real one that nothing was written to or read from."""
    app = faust.App("gauges", store="memory://", set_as_current=False)
    return StateTable(app, name=Count.name, on_fault=print)


class Shell:
    stage = Count()
    hot = 2
    hot_states = 1000

    def __init__(self) -> None:
        self.table = state_table()
        self.table.raw(0).update({b"a": b"1234", b"b": b"12"})
        self.table.raw(1)[b"ccc"] = b"1"


class Seen:
    """Gauges on a consumer, and what they say."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.consumer = Consumer()
        self.shell = Shell()
        self.gauges = Gauges(self.metrics, [cast("Any", self.shell)], {"t-links": Count.name})

    def observe(self, now: float, assigned: set[TP] | None = None) -> int:
        return self.gauges.observe(self.consumer, {IN, OTHER_IN, CHANGELOG} if assigned is None else assigned, now)

    def value(self, series: str) -> float | None:
        lines = generate_latest(self.metrics.registry).decode().split("\n")
        found = [line for line in lines if line.startswith(f"personawatch_{series} ")]
        return float(found[0].rsplit(" ", 1)[1]) if found else None

    def partitions(self) -> int:
        """Series that are there of partitions."""
        text = generate_latest(self.metrics.registry).decode()
        return sum(text.count(f"personawatch_{name}{{") for name in PARTITION_GAUGES)


def test_lag_and_place_of_every_input_partition() -> None:
    seen = Seen()
    assert seen.observe(0) == 6
    assert seen.value('partition_lag{partition="0",topic="t-links"}') == 6
    assert seen.value('committed_offset{partition="0",topic="t-links"}') == 3
    assert seen.value('partition_lag{partition="1",topic="t-links"}') == 0
    assert seen.value('consumer_lag{stage="accounts"}') == 6
    assert seen.value("assigned_partitions") == 2, "a changelog is no input"
    assert seen.partitions() == 6


def test_stuck_is_who_has_work_and_finishes_none() -> None:
    seen = Seen()
    series = 'partition_stuck_seconds{partition="0",topic="t-links"}'
    seen.observe(0)
    seen.observe(30)
    assert seen.value(series) == 30
    assert seen.value('partition_stuck_seconds{partition="1",topic="t-links"}') == 0, "it has nothing to do"
    seen.consumer.progress[IN] = 5
    seen.observe(31)
    assert seen.value(series) == 0
    seen.consumer.held.add(IN)
    seen.observe(90)
    assert seen.value(series) == 0, "it waits for older records of another input"


def test_an_end_that_is_not_the_newest_is_no_lag_below_zero() -> None:
    seen = Seen()
    seen.consumer.progress[IN] = 12
    assert seen.observe(0) == 0
    assert seen.value('partition_lag{partition="0",topic="t-links"}') == 0


def test_time_in_which_states_are_read_back_is_no_standstill() -> None:
    seen = Seen()
    seen.observe(0)
    seen.consumer.reads = False
    for now in (1, 600):
        seen.observe(now)
    seen.consumer.reads = True
    seen.consumer.progress[IN] = 4
    seen.gauges.revoked()
    seen.consumer.reads = False
    seen.observe(700)
    seen.observe(1300)
    seen.consumer.reads = True
    seen.observe(1301)
    assert seen.value('partition_stuck_seconds{partition="0",topic="t-links"}') == 0


def test_who_has_no_partition_tells_of_none() -> None:
    seen = Seen()
    seen.observe(0)
    seen.consumer.reads = False
    assert seen.observe(1, set()) == 0
    assert (seen.partitions(), seen.value('consumer_lag{stage="accounts"}')) == (0, 0)


def test_a_revocation_takes_the_series_away_at_once() -> None:
    seen = Seen()
    seen.observe(0)
    seen.observe(50)
    seen.gauges.revoked()
    assert seen.partitions() == 0
    seen.consumer.reads = False
    seen.consumer.progress = {IN: 0, OTHER_IN: 0}  # not known before the end of recovery
    assert seen.observe(60) == 15, "the detector of standstill goes on"
    assert seen.partitions() == 0
    assert seen.value('consumer_lag{stage="accounts"}') is None, "whoever has the partitions now tells of the same lag"
    seen.consumer.reads = True
    seen.consumer.progress = {IN: 4, OTHER_IN: 5}
    seen.observe(70, {IN})
    assert seen.partitions() == 3
    assert seen.value('partition_stuck_seconds{partition="0",topic="t-links"}') == 0, "time counts anew"
    assert seen.value('consumer_lag{stage="accounts"}') == 6
    seen.observe(80, set())
    assert (seen.partitions(), seen.value("assigned_partitions")) == (0, 0)


def test_states_are_counted_and_measured_one_partition_at_a_time() -> None:
    seen = Seen()
    sizes = []
    for now in range(3):
        seen.observe(now)
        sizes.append(seen.value('state_bytes{stage="accounts"}'))
    assert sizes == [4, 12, 12]
    assert seen.value('state_keys{stage="accounts"}') == 3
    assert seen.value('hot_states{stage="accounts"}') == 2
    assert seen.value('hot_states_cap{stage="accounts"}') == 2000
    del seen.shell.table._held[0]
    seen.observe(3)
    assert seen.value('state_bytes{stage="accounts"}') == 4, "those of the partition that is left"


def test_a_large_partition_is_measured_as_much_more_seldom() -> None:
    seen = Seen()
    large = seen.shell.table.raw(1)
    large.update({b"%d" % number: b"" for number in range(2 * MEASURED_A_SECOND)})
    sizes = []
    for now in range(4):
        seen.observe(now)
        large[b"ccc"] += b"1"  # grows by one byte a second
        sizes.append(seen.value('state_bytes{stage="accounts"}'))
    assert sizes[0] == sizes[1] == sizes[2]
    assert sizes[3] == (sizes[2] or 0) + 8, "the other partition's turn"


def test_a_table_counts_as_one_also_while_it_is_empty() -> None:
    table = state_table()
    assert (bool(table), len(table)) == (True, 0)
    table.raw(3)[b"a"] = b"1"
    assert len(table) == 1


def test_what_runs_here_is_told() -> None:
    text = generate_latest(Seen().metrics.registry).decode()
    assert 'personawatch_build_info{catalogue="' in text


def test_stuck_begins_with_the_first_look() -> None:
    stuck = Stuck()
    assert stuck.seconds(("t", "0"), 4, waiting=True, now=100) == 0
    assert stuck.seconds(("t", "0"), 4, waiting=True, now=130) == 30
    assert stuck.seconds(("t", "0"), 4, waiting=False, now=140) == 0
    assert stuck.seconds(("t", "0"), 4, waiting=True, now=150) == 10
