"""Declared travel: several trips to one country, and journeys that end once the person says so."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import accumulate, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.detection.lately import fold_oldest
from streams.detection.trips import TRIPS, TravelLately, travelled, trips
from streams.detection.windows import DAY, HOUR, MINUTE
from tests.detection.one_account import T0, Stage

DAY0 = T0 // DAY
TODAY = date(1970, 1, 1) + timedelta(days=DAY0)
Declared = tuple[str, int | None, int | None]


def told(stage: Stage, at: int, country: str, start: int | None, end: int | None) -> None:
    """Declare a trip, from and until so many days after the first one (both included)."""
    on = [None if day is None else str(TODAY + timedelta(days=day)) for day in (start, end)]
    stage.tell(T0 + at, "travel.declared", countries=[country], from_date=on[0], until_date=on[1])


def after(*declared: Declared, every: int = 2 * DAY) -> Stage:
    stage = Stage()
    for number, (country, start, end) in enumerate(declared):
        told(stage, number * every, country, start, end)
    return stage


def days(stage: Stage, country: str = "JP") -> list[tuple[float, float | None]]:
    """Trips of the profile in days after the first declaration."""
    return [
        ((begin - DAY0 * DAY) / DAY, None if end is None else (end - DAY0 * DAY) / DAY)
        for begin, end in trips(stage.account().profile.travel[country])
    ]


def explained(stage: Stage) -> list[tuple[float, float | None]]:
    """Days that are explained: from when they begin anywhere until they have ended everywhere."""
    held = stage.account().mitigations.values()
    first, last = DAY0 * DAY - 14 * HOUR, DAY0 * DAY + 12 * HOUR
    return sorted(
        ((item.first - first) / DAY, None if item.until is None else (item.until - last) / DAY) for item in held
    )


def test_a_second_trip_to_a_country_leaves_the_first_one() -> None:
    stage = after(("JP", 0, 21), ("JP", 80, 89))
    travel = stage.account().profile.travel
    assert days(stage) == explained(stage) == [(0, 22), (80, 90)]
    over, begun = DAY0 * DAY + 22 * DAY + 12 * HOUR, DAY0 * DAY + 80 * DAY - 14 * HOUR
    at = (over, over + 1, begun - 1, begun)
    assert [travelled(travel, ms, ms) for ms in at] == [{"JP"}, set(), set(), {"JP"}]


def test_a_journey_without_a_date_begins_when_it_is_declared() -> None:
    stage = Stage()
    told(stage, 0, "JP", None, 9)
    held = list(stage.account().mitigations.values())
    assert [(item.first, item.until) for item in held] == [(T0, (DAY0 + 10) * DAY + 12 * HOUR)]
    travel = stage.account().profile.travel
    assert [travelled(travel, ms, ms) for ms in (T0 - 1, T0)] == [set(), {"JP"}]


@pytest.mark.parametrize(
    ("then", "left"),
    [
        (("JP", 0, 9), [(0, 10)]),  # the same journey, now with an end
        (("JP", 50, 59), [(0, 50), (50, 60)]),
        (("JP", -5, 9), [(-5, 10), (0, 10)]),
        (("JP", -5, -1), [(-5, 0), (0, None)]),  # over before it began: nothing is said of it
        (("JP", 50, None), [(0, 50), (50, None)]),
        (("PT", 0, 9), [(0, None)]),
    ],
)
def test_an_open_journey_ends_when_the_country_is_declared_again(then: Declared, left: list[object]) -> None:
    assert days(after(("JP", 0, None), then)) == left


def test_journeys_that_begin_on_one_day_are_explained_from_the_first_to_the_last() -> None:
    assert explained(after(("JP", 0, 9), ("PT", 0, 4))) == [(0, 10)]
    assert explained(after(("JP", None, 9), ("PT", 0, 4), every=HOUR)) == [(0, 10)]


def test_coming_back_yesterday_ends_it_yesterday() -> None:
    stage = after(("JP", 0, None))
    told(stage, 10 * DAY, "JP", None, 8)
    assert days(stage)[0] == (0, 9)


def test_the_mitigating_fact_ends_with_the_journey_but_not_with_another_countrys() -> None:
    assert explained(after(("JP", 0, None), ("JP", 0, 9))) == [(0, 10)]
    assert explained(after(("JP", 0, 19), ("JP", 0, 9))) == [(0, 10)]
    assert explained(after(("JP", 0, None), ("PT", 0, None), ("JP", 0, 9))) == [(0, None)]
    assert explained(after(("JP", 0, None), ("JP", 50, 59))) == [(0, 50), (50, 60)]


SPANS = st.tuples(st.sampled_from(["JP", "PT"]), st.integers(-3, 8), st.one_of(st.none(), st.integers(-3, 12)))


@given(st.lists(SPANS, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_declarations_of_one_day_mean_the_same_in_any_order(declared: list[Declared], rng: object) -> None:
    order = list(range(len(declared)))
    rng.shuffle(order)  # type: ignore[attr-defined]
    found = []
    for numbers in (range(len(declared)), order):
        stage = Stage()
        for number in numbers:
            told(stage, number * HOUR, *declared[number])
        found.append((stage.account().profile.travel, explained(stage)))
    assert found[0] == found[1]


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1)])
def test_a_journey_declared_days_ago_is_ended_by_the_first_of_two_later_declarations(order: tuple[int, ...]) -> None:
    declared = ((0, 0, None), (4 * DAY, 5, 40), (4 * DAY + 4 * HOUR, 14, 28))
    stage = Stage()
    for number in order:
        at, start, end = declared[number]
        told(stage, at, "JP", start, end)
    assert days(stage) == explained(stage) == [(0, 5), (5, 41), (14, 29)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_start_that_is_declared_again_leaves_what_it_had_ended(order: tuple[int, ...]) -> None:
    declared = ((14, None), (12, 17), (12, 19))
    stage = Stage()
    for number in order:
        told(stage, number * HOUR, "JP", *declared[number])
    assert days(stage) == [(12, 20), (14, 18)]


LATER = st.tuples(SPANS, st.integers(0, 30), st.integers(0, 24))


@given(st.lists(LATER, min_size=2, max_size=8))
def test_declarations_mean_the_same_when_they_come_up_to_a_day_late(
    declared: list[tuple[Declared, int, int]],
) -> None:
    times = list(accumulate((since for _, since, _ in declared), initial=0))[1:]
    late = sorted(range(len(declared)), key=lambda at: times[at] + declared[at][2])
    found = []
    for order in (range(len(declared)), late):
        stage = Stage()
        for at in order:
            told(stage, times[at] * HOUR + at * MINUTE, *declared[at][0])
        stage.tell(T0 + times[-1] * HOUR + 5 * DAY, "message.sent")
        assert stage.account().profile.commitments is None
        found.append((stage.account().profile.travel, explained(stage)))
    assert found[0] == found[1]


def test_what_was_declared_yesterday_is_remembered_after_the_night() -> None:
    stage = Stage()
    told(stage, HOUR, "JP", 0, None)
    stage.tell((DAY0 + 1) * DAY + HOUR, "message.sent")
    told(stage, 0, "JP", -2, 5)
    assert days(stage) == [(-2, 6), (0, None)]


@pytest.mark.parametrize(
    ("late", "left"),
    [
        (("JP", 0, 19), [(0, None)]),  # something newer is known of that start
        (("JP", -9, -5), [(-9, -4), (0, None)]),
        (("JP", -9, None), [(-9, 0), (0, None)]),  # and what was declared since ends it
        (("JP", 3, None), [(0, None), (3, None)]),
    ],
)
def test_what_comes_days_late_only_adds_a_journey_that_nothing_is_known_of(
    late: Declared, left: list[tuple[float, float | None]]
) -> None:
    stage = after(("JP", 0, None))
    stage.tell(T0 + 10 * DAY, "message.sent")
    told(stage, -DAY, *late)
    assert days(stage) == left


def test_which_the_first_of_several_newer_ones_ends() -> None:
    stage = after(("JP", 5, None), ("JP", 9, None))
    stage.tell(T0 + 20 * DAY, "message.sent")
    told(stage, -DAY, "JP", 0, None)
    assert days(stage) == [(0, 5), (5, 9), (9, None)]


@pytest.mark.parametrize("country", ["JP", None])
def test_declarations_of_one_day_are_bounded(country: str | None) -> None:
    stage = Stage()
    for number in range(300):
        told(stage, number * 1000, country or f"{chr(65 + number % 26)}{chr(65 + number // 26)}", number % 5, None)
    kept = stage.account().profile.commitments
    assert kept is not None
    assert sum(len(one.told) for one in kept.travel.values()) <= TRIPS
    assert sum(map(len, stage.account().profile.travel.values())) <= 2 * TRIPS
    assert stage.counts["evictions", "account_network"] >= 300 - TRIPS - 5


def test_of_too_many_declarations_the_oldest_become_what_was_before() -> None:
    known = {"JP": TravelLately([], [(1, 10, 20), (4, 30, 40)]), "PT": TravelLately([], [(2, 10, 20)])}
    assert fold_oldest(known, 2) == 1
    assert (known["JP"].before, known["JP"].told, known["PT"].told) == ([10, 20], [(4, 30, 40)], [(2, 10, 20)])
    assert fold_oldest(known, 1) == 1
    assert list(known) == ["JP"]


def test_trips_are_bounded_the_one_that_ended_first_goes() -> None:
    stage = after(("PT", -30, None), *(("JP", trip, trip) for trip in range(TRIPS + 2)), every=HOUR)
    assert days(stage, "PT") == [(-30, None)]
    assert days(stage)[0] == (3, 4)
    assert stage.counts["evictions", "account_network"] == 3
    assert sum(map(len, stage.account().profile.travel.values())) == 2 * TRIPS
