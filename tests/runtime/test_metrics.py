"""Metrics: declared once; every series at zero before anything happens; labels cannot grow without end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from streams.runtime import memory
from streams.runtime.gauges import PARTITION_GAUGES
from streams.runtime.metric_labels import BURIED, OUTCOMES, STAGES, indicators
from streams.runtime.metrics import BY_NAME, METRICS, OTHER, PREFIX, PROCESS, Metrics

MOST_COUNTED = sum(metric.most_series for metric in METRICS if metric.name not in PARTITION_GAUGES)
"""Time series of one worker at most, besides those of the partitions that the group gives it."""


def text_of(metrics: Metrics) -> str:
    return generate_latest(metrics.registry).decode()


def series(metrics: Metrics) -> dict[str, float]:
    """Ours as they are written, without those about the process."""
    lines = [line for line in text_of(metrics).split("\n") if line.startswith(PREFIX)]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_names_are_unique_described_and_say_their_unit() -> None:
    assert len(BY_NAME) == len(METRICS)
    for metric in METRICS:
        assert re.fullmatch(r"[a-z_]+", metric.name)
        assert metric.about
        assert (metric.unit == "seconds") == metric.name.endswith("_seconds"), metric
        assert (metric.unit == "bytes") == metric.name.endswith("_bytes"), metric
        assert (metric.kind == "histogram") == bool(metric.buckets)
        assert list(metric.buckets) == sorted(metric.buckets)
        assert len(set(metric.labels)) == len(metric.labels)


def test_what_can_be_counted_stands_at_zero_from_the_start() -> None:
    found = series(Metrics())
    for stage in STAGES:
        assert found[f'personawatch_records_total{{stage="{stage}"}}'] == 0
        assert found[f'personawatch_latency_seconds_bucket{{le="10.0",stage="{stage}"}}'] == 0
    for reason in BURIED:
        assert found[f'personawatch_dead_letters_total{{reason="{reason}"}}'] == 0
    for indicator in indicators():
        assert found[f'personawatch_indicator_firings_total{{indicator="{indicator}"}}'] == 0
        for outcome in OUTCOMES:
            name = f'personawatch_indicator_dispositions_total{{indicator="{indicator}",outcome="{outcome}"}}'
            assert found[name] == 0
    assert found['personawatch_alerts_total{status="open",tier="priority"}'] == 0
    assert set(found.values()) == {0}


def test_what_shadows_tell_is_absent_until_a_worker_is_one() -> None:
    metrics = Metrics("abc")
    assert not [name for name in series(metrics) if "shadow" in name]
    metrics.start_shadow()
    found = series(metrics)
    assert found['personawatch_shadow_alerts_total{status="open",tier="priority"}'] == 0
    for indicator in indicators():
        assert found[f'personawatch_shadow_indicator_firings_total{{indicator="{indicator}"}}'] == 0
    metrics.count({("shadow_alerts", "review/open"): 2})
    assert series(metrics)['personawatch_shadow_alerts_total{status="open",tier="review"}'] == 2
    assert metrics.catalogue == "abc" != Metrics().catalogue


def test_a_stage_counts_by_one_text_also_where_there_are_two_labels() -> None:
    metrics = Metrics()
    metrics.count({("alerts", "review/open"): 2, ("records", "enrich"): 3})
    found = series(metrics)
    assert found['personawatch_alerts_total{status="open",tier="review"}'] == 2
    assert found['personawatch_records_total{stage="enrich"}'] == 3


def test_a_value_that_is_not_in_the_vocabulary_becomes_other() -> None:
    metrics = Metrics()
    metrics.count({("dead_letters", f"reason-{number}"): 1 for number in range(1000)})
    metrics.count({("alerts", "review/made-up"): 1, ("alerts", "review"): 1, ("alerts", "a/b/c"): 1})
    found = series(metrics)
    assert found[f'personawatch_dead_letters_total{{reason="{OTHER}"}}'] == 1000
    assert found[f'personawatch_alerts_total{{status="{OTHER}",tier="review"}}'] == 2
    assert found[f'personawatch_alerts_total{{status="{OTHER}",tier="{OTHER}"}}'] == 1


def test_undeclared_metric_is_visible_and_stops_nothing() -> None:
    metrics = Metrics()
    metrics.count({("surprise", "x"): 4, ("ready", ""): 1})
    found = series(metrics)
    assert found['personawatch_undeclared_total{name="surprise"}'] == 4
    assert found['personawatch_undeclared_total{name="ready"}'] == 1, "a stage counts; it sets no gauges"


def test_declaring_for_an_unknown_metric_fails_at_start() -> None:
    with pytest.raises(ValueError, match="no metric is called 'eventz'"):
        Metrics().declare("eventz", ["a"])


def test_two_workers_in_one_process_do_not_meet() -> None:
    one, two = Metrics(), Metrics()
    one.add("rebalances", 1)
    assert series(two)["personawatch_rebalances_total"] == 0


def test_a_batch_is_one_observation_of_all_its_records() -> None:
    metrics = Metrics()
    metrics.observe("latency_seconds", 0.2, "enrich", times=90)
    metrics.observe("latency_seconds", 10, "enrich", times=9)
    metrics.observe("latency_seconds", 99_999, "enrich")
    found = series(metrics)
    expected = {"0.1": 0, "0.3": 90, "3.0": 90, "10.0": 99, "86400.0": 99, "+Inf": 100}
    for limit, count in expected.items():
        assert found[f'personawatch_latency_seconds_bucket{{le="{limit}",stage="enrich"}}'] == count
    assert found['personawatch_latency_seconds_count{stage="enrich"}'] == 100
    assert found['personawatch_latency_seconds_sum{stage="enrich"}'] == pytest.approx(90 * 0.2 + 90 + 99_999)


def test_partitions_come_and_go() -> None:
    metrics = Metrics()
    metrics.replace("partition_lag", {("in", "0"): 5, ("in", "1"): 7})
    metrics.replace("partition_lag", {("in", "1"): 3})
    kept = {name: value for name, value in series(metrics).items() if "partition_lag" in name}
    assert kept == {'personawatch_partition_lag{partition="1",topic="in"}': 3}


def test_what_is_promised_about_the_process_is_there() -> None:
    text = text_of(Metrics())
    for name in PROCESS:
        assert re.search(rf"^{name} \d", text, re.MULTILINE)


@settings(max_examples=10)  # reading a whole page takes long and differs little
@given(
    st.lists(
        st.tuples(
            st.one_of(st.sampled_from(sorted(BY_NAME)), st.text(max_size=12)),
            st.one_of(st.text(max_size=20), st.sampled_from(["enrich", "review/open", "/", "a/b/c/d", "other", ""])),
            st.integers(1, 9),
        ),
        max_size=60,
    )
)
def test_no_input_makes_series_without_end_or_text_that_cannot_be_read(told: list[tuple[str, str, int]]) -> None:
    metrics = Metrics()
    for name, label, number in told:
        metrics.count({(name, label): number})
    families = [f for f in text_string_to_metric_families(text_of(metrics)) if f.name.startswith(PREFIX)]
    assert len(families) == len(METRICS)
    assert sum(len(family.samples) for family in families) <= MOST_COUNTED


def test_a_flood_of_every_kind_stays_within_a_few_thousand_series() -> None:
    metrics = Metrics()
    for number in range(1000):
        metrics.count({(metric.name, f"x{number}/y{number}"): 1 for metric in METRICS})
        metrics.count({(f"made-up-{number}", "x"): 1})
        metrics.observe("latency_seconds", 1, f"stage-{number}")
    assert len(series(metrics)) <= MOST_COUNTED < 5000


def test_memory_and_its_limit_are_read_where_the_platform_tells_them(tmp_path: Path) -> None:
    assert 10_000_000 < memory.in_use() < memory.limit()

    def write(name: str, text: str) -> None:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    assert memory.limit(tmp_path) == memory.in_use(tmp_path) == 0, "unknown"
    write("proc/meminfo", "MemTotal:       1000 kB\nMemFree: 1 kB\n")
    write("proc/self/cgroup", "0::/pod/worker\n")
    assert memory.limit(tmp_path) == 1_024_000
    write("sys/fs/cgroup/pod/worker/memory.max", "max\n")
    write("sys/fs/cgroup/pod/memory.max", "500000\n")
    assert memory.limit(tmp_path) == 500_000
    write("proc/self/cgroup", "4:cpu:/x\n3:memory:/docker/1\n")
    write("sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "400000\n")
    assert memory.limit(tmp_path) == 400_000
