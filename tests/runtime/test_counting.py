"""What a batch adds to the metrics: when it is handled, and when all that follows from it is in Kafka."""

from __future__ import annotations

import time

from prometheus_client.exposition import generate_latest

from streams.detection.stage import PlainRecord, Result
from streams.runtime.counting import finished, handled
from streams.runtime.metrics import Metrics

HOUR = 3_600_000


def records(number: int, timestamp: int) -> list[PlainRecord]:
    return [PlainRecord("t", 0, offset, timestamp + offset, None, b"") for offset in range(number)]


def test_a_batch_is_counted_when_handled_and_when_it_is_in_kafka() -> None:
    metrics = Metrics()
    long_ago = 1_000
    result = Result([], {("alerts", "review/open"): 2, ("duplicates", "cases"): 1}, long_ago, long_ago, [long_ago] * 2)
    batch = handled(metrics, "cases", records(5, long_ago), result, 0.25)
    assert (batch.records, batch.oldest_ms, batch.revisions_ms) == (5, long_ago, [long_ago] * 2)

    def text() -> str:
        return generate_latest(metrics.registry).decode()

    assert 'personawatch_records_total{stage="cases"} 5.0' in text()
    assert 'personawatch_busy_seconds_total{stage="cases"} 0.25' in text()
    assert 'personawatch_event_time_lag_seconds_count{stage="cases"} 5.0' in text()
    assert 'personawatch_alerts_total{status="open",tier="review"} 2.0' in text()
    assert 'personawatch_latency_seconds_count{stage="cases"} 0.0' in text(), "it is not finished yet"
    finished(metrics, "cases", [batch])
    assert 'personawatch_latency_seconds_count{stage="cases"} 5.0' in text()
    assert 'personawatch_latency_seconds_bucket{le="86400.0",stage="cases"} 0.0' in text()
    assert "personawatch_end_to_end_seconds_count 2.0" in text()


def value(metrics: Metrics, series: str) -> float:
    [line] = [line for line in generate_latest(metrics.registry).decode().split("\n") if line.startswith(f"{series} ")]
    return float(line.rsplit(" ", 1)[1])


def test_one_fresh_event_does_not_hide_the_late_ones_of_its_batch() -> None:
    metrics, now = Metrics(), int(time.time() * 1000)
    times = [now - 5 * HOUR + number for number in range(2000)] + [now]
    handled(metrics, "enrich", records(2001, now), Result([], {}).at(times), 0.1)
    lag = "personawatch_event_time_lag_seconds"
    assert value(metrics, f'{lag}_count{{stage="enrich"}}') == 2001
    assert value(metrics, f'{lag}_bucket{{le="3600.0",stage="enrich"}}') == 1001, "the half that speaks for the newest"
    assert value(metrics, f'{lag}_bucket{{le="21600.0",stage="enrich"}}') == 2001
    handled(metrics, "accounts", records(1, now), Result([], {}).at([now - 5 * HOUR]), 0.1)
    assert value(metrics, f'{lag}_bucket{{le="3600.0",stage="accounts"}}') == 0
    handled(metrics, "cases", records(9, now), Result([], {}).at([]), 0.1)
    assert value(metrics, f'{lag}_count{{stage="cases"}}') == 0, "no event, no time"


def test_an_alert_is_as_old_as_what_caused_it_not_as_what_came_after() -> None:
    metrics, now = Metrics(), int(time.time() * 1000)
    result = Result([], {}).at([now - 5 * HOUR, now])._replace(revisions_ms=[now - 5 * HOUR])
    finished(metrics, "cases", [handled(metrics, "cases", records(2, now), result, 0.1)])
    assert value(metrics, 'personawatch_end_to_end_seconds_bucket{le="3600.0"}') == 0
    assert value(metrics, "personawatch_end_to_end_seconds_count") == 1
