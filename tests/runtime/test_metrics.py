"""Metrics: declared once; labels cannot grow without end."""

from __future__ import annotations

import pytest
from prometheus_client.exposition import generate_latest

from streams.runtime.metrics import METRICS, OTHER, Metrics


def test_names_are_unique_and_described() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert all(metric.about for metric in METRICS)


def test_unknown_label_becomes_other() -> None:
    metrics = Metrics()
    metrics.count({("records", "enrich"): 2, ("records", "made-up"): 3})
    text = generate_latest(metrics.registry).decode()
    assert 'personawatch_records_total{stage="enrich"} 2.0' in text
    assert f'personawatch_records_total{{stage="{OTHER}"}} 3.0' in text


def test_free_labels_have_a_limit() -> None:
    metrics = Metrics()
    for number in range(1000):
        metrics.count({("dead_letters", f"reason-{number}"): 1})
    series = [line for line in generate_latest(metrics.registry).decode().splitlines() if "dead_letters_total{" in line]
    assert len(series) == 31
    assert f'personawatch_dead_letters_total{{reason="{OTHER}"}} 970.0' in series


def test_undeclared_metric_is_visible_and_stops_nothing() -> None:
    metrics = Metrics()
    metrics.count({("surprise", "x"): 4})
    assert 'personawatch_undeclared_total{name="surprise"} 4.0' in generate_latest(metrics.registry).decode()


def test_declaring_for_an_unknown_metric_fails_at_start() -> None:
    with pytest.raises(ValueError, match="no metric is called 'eventz'"):
        Metrics({"eventz": ["a"]})


def test_two_workers_in_one_process_do_not_meet() -> None:
    one, two = Metrics(), Metrics()
    one.add("rebalances", 1)
    assert "personawatch_rebalances_total 0.0" in generate_latest(two.registry).decode()
