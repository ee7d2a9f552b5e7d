"""Numbers of an explanation are those of the alert and of the events: none is of somebody else's, none is made up by rounding."""

from __future__ import annotations

import msgspec
import pytest

from streams.detection.scoring import score
from streams.explain.explanation import IndicatorExplained
from streams.explain.reckoning import conditions
from tests.detection.pipeline import Pipeline, catalogue, scenario
from tests.explain.conftest import events_of, of_scenario, row, told, told_bare

SHARED = "shared_ip_multi_account"


def seen(found: IndicatorExplained, name: str) -> list[float]:
    return [saw.seen for saw in found.saw if saw.threshold == name]


@pytest.mark.parametrize("name", ["S01", "S05b", "S09"])
def test_every_account_of_an_alert_is_told_its_points(name: str) -> None:
    """Told of the stream up to the event that made the alert; also of an account that has some of it less than another, or not."""
    pipeline, upto = Pipeline(), []
    for event in scenario(name):
        upto.append(event)
        newest = [alert for alert in pipeline.play([event]).published() if alert.revision == 3]
        if newest:
            break
    (alert,) = newest
    points = {item.indicator: item.contribution for item in alert.evidence if item.contribution}
    for account in alert.subject.account_ids:
        explanation = told(account, upto)
        assert explanation.reckoning.total == alert.score
        told_points = {item.indicator: item.contribution for item in explanation.indicators if item.contribution}
        assert told_points == points
        assert {item.indicator for item in explanation.indicators if item.outcome == "counts"} == set(points)


def test_two_devices_in_two_countries_are_as_far_apart_as_the_finding_says() -> None:
    """Detection asks for the distance within one country only."""
    found = row(of_scenario("S05b"), "concurrent_distant_sessions")
    assert seen(found, "km_min") == [13338]
    assert "13,338 km apart" in found.why


@pytest.mark.parametrize(("first", "counted"), [(0, 1), (2, 2)])
def test_of_an_address_those_are_counted_who_were_there_twice_within_the_week(first: int, counted: int) -> None:
    """As detection counts them: whoever came last a few days ago, and before that over a week ago, is none of them."""
    days = {"a0": (first, 6), "a1": (8, 8.1)}
    both = [
        events_of(
            name, *((24.0 * day, "session.start", {"ip": "198.51.1.7", "session_id": f"{day}"}) for day in visits)
        )
        for name, visits in days.items()
    ]
    assert seen(row(told_bare("a0", *both), SHARED), "accounts") == [counted]


@pytest.mark.parametrize(("total", "shown"), [(59.97, 59.9), (59.94, 59.9), (60.0, 60.0), (60.04, 60.0)])
def test_a_score_just_below_what_a_tier_takes_does_not_read_as_enough(total: float, shown: float) -> None:
    reached = msgspec.structs.replace(score(catalogue(), {}), total=total)
    (has,) = {count.has for way in conditions(reached) for count in way.counts if count.needs == 60}
    assert has == shown


def test_an_event_that_is_sent_twice_is_one_event() -> None:
    once = events_of("a0", (0.0, "session.start", {"ip": "198.51.1.7"}), (0.1, "payout_method.added", {}))
    twice = [event for event in once for _ in range(2)]
    assert told_bare("a0", twice) == told_bare("a0", once)
