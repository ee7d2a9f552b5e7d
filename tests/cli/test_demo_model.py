from __future__ import annotations

import msgspec
import pytest

from streams.demo import lines
from streams.demo.model import Model
from streams.demo.outcome import Row, bystanders, highest_tiers, judge
from streams.demo.pace import MOST_WAITING, STEP, allowance
from streams.demo.scrape import numbers
from streams.detection.alert import Alert, Subject
from streams.scenarios import SCENARIOS


def revision(alert: Alert, number: int, tier: str, *accounts: str, case: str = "case-1") -> Alert:
    subject = Subject("account", accounts[0], accounts, len(accounts))
    return msgspec.structs.replace(alert, alert_id=case, revision=number, tier=tier, subject=subject)


def counters(read: int, lag: int = 0) -> dict[tuple[str, str], float]:
    return {("records", "enrich"): read, ("outputs", "enrich"): read, ("consumer_lag", "accounts"): lag}


def test_a_case_is_news_only_when_its_tier_rises(alert: Alert) -> None:
    model = Model()
    tiers = ["watch", "watch", "priority", "review", "none", "priority"]
    news = [model.heard(revision(alert, number, tier, "a")) for number, tier in enumerate(tiers, 1)]
    assert news == ["watch", "", "priority", "", "", ""]
    assert model.tiers == {"a": "priority"}
    assert model.counted() == {"priority": 1, "review": 0, "watch": 0}


def test_an_older_revision_does_not_replace_a_newer(alert: Alert) -> None:
    model = Model()
    model.heard(revision(alert, 2, "none", "a"))
    model.heard(revision(alert, 1, "review", "a"))
    assert model.cases["case-1"].revision == 2
    assert model.tiers == {"a": "review"}


def test_rates_are_means_over_some_seconds() -> None:
    model = Model()
    for second in range(6):
        model.scraped(counters(1000 * second), float(second))
    assert model.per_second == 1000
    model.scraped({}, 6.0)
    assert model.stages["enrich"].read == 0


def test_waiting_is_what_was_sent_and_not_yet_through_accounts() -> None:
    model = Model(total=100)
    model.sent_until(50, 1)
    model.scraped(counters(30, lag=7), 1.0)
    assert model.waiting == 20 + 7


def test_idle_is_quiet_and_without_lag() -> None:
    model = Model()
    model.sent_until(10, 1)
    model.scraped(counters(9), 1.0)
    assert not model.is_idle(100.0, 2.0)
    model.scraped(counters(10, lag=1), 2.0)
    assert not model.is_idle(100.0, 2.0)
    model.scraped(counters(10), 3.0)
    assert not model.is_idle(3.9, 2.0)
    assert model.is_idle(4.0, 2.0)


def test_dead_letters_are_counted_over_all_reasons() -> None:
    model = Model()
    model.scraped({("dead_letters", "not_json"): 2, ("dead_letters", "too_large"): 1}, 1.0)
    assert model.dead_letters == 3


@pytest.mark.parametrize(
    ("sent", "waiting", "elapsed", "allowed"),
    [
        (0, 0, 0.0, 0),
        (0, 0, 5.0, STEP),
        (4_900, 0, 5.0, 100),
        (0, MOST_WAITING - 10, 5.0, 10),
        (0, MOST_WAITING + 10, 5.0, 0),
        (9_990, 0, 99.0, 10),
        (10_000, 0, 99.0, 0),
    ],
)
def test_pace(sent: int, waiting: int, elapsed: float, allowed: int) -> None:
    assert allowance(sent=sent, waiting=waiting, total=10_000, elapsed_s=elapsed, seconds=10.0) == allowed


def test_scrape_reads_counters_and_gauges() -> None:
    text = (
        "# TYPE personawatch_records_total counter\n"
        'personawatch_records_total{stage="enrich"} 7.0\n'
        'personawatch_records_created{stage="enrich"} 1.7e9\n'
        "# TYPE personawatch_ready gauge\npersonawatch_ready 1.0\n"
        '# TYPE personawatch_batch histogram\npersonawatch_batch_bucket{stage="enrich",le="1.0"} 3.0\n'
    )
    assert numbers(text) == {("records", "enrich"): 7.0, ("ready", ""): 1.0}


def test_outcome_is_the_highest_tier_of_any_account_of_the_story(alert: Alert) -> None:
    alerts = [
        revision(alert, 1, "review", "s01-0-0-a1"),
        revision(alert, 2, "none", "s01-0-0-a1"),
        revision(alert, 1, "watch", "t2-0-0-p1", "bg-0-7", case="case-2"),
    ]
    tiers = highest_tiers(alerts)
    rows = {row.id: row for row in judge(SCENARIOS.values(), tiers)}
    assert list(rows) == list(SCENARIOS)
    assert (rows["S01"].got, rows["T2"].got, rows["B01"].got) == ("review", "watch", "none")
    assert rows["B01"].matches
    assert not rows["T2"].matches
    assert bystanders(tiers) == {"watch": 1}


def test_another_seed_has_other_accounts(alert: Alert) -> None:
    tiers = highest_tiers([revision(alert, 1, "review", "s01-0-0-a1")])
    assert judge([SCENARIOS["S01"]], tiers, seed=1)[0].got == "none"


ROWS = [
    Row("S01", "attack", "Rented", "watch", "review", "watch"),
    Row("B01", "benign", "Office", "none", "none", "watch"),
]


def test_final_table() -> None:
    assert lines.result_table(ROWS) == [
        "     scenario         expected        got",
        "S01  Rented (attack)  watch (review)  watch  ok",
        "B01  Office (benign)  none            watch  NOT AS EXPECTED",
    ]
    assert lines.closing(ROWS, {"watch": 2}, 300) == [
        "1 of 2 scenarios came out as expected.",
        "S01: the tier in brackets needs indicators that are still planned.",
        "Of 300 ordinary people in the background: 2 watch.",
    ]


def test_status_line(alert: Alert) -> None:
    model = Model(total=2000, began=10.0, now=22.0, phase="events flow")
    model.sent_until(1000, 1_772_323_200_000)
    model.heard(revision(alert, 1, "watch", "a"))
    assert lines.status(model) == (
        "[ 12 s] events flow: 1,000 of 2,000 events, 0/s, event time 2026-03-01, lag 0; "
        "cases so far: 0 priority, 0 review, 1 watch"
    )
    assert lines.watched(revision(alert, 1, "watch", "a")).startswith("watchlist: account a, ")
