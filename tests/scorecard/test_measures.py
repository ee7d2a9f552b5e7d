"""Arithmetic of the measures, against counting by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.detection.scoring import TIERS
from streams.scorecard import measures
from streams.scorecard.truth import LABELS, NEITHER, POSITIVE, Truth

LABELLED = st.dictionaries(
    st.text("abc", min_size=1, max_size=4),
    st.tuples(st.sampled_from([*sorted(LABELS), ""]), st.sampled_from(TIERS), st.sampled_from([*TIERS, None])),
)


@given(LABELLED)
def test_every_account_is_counted_where_it_belongs(people: dict[str, tuple[str, str, str | None]]) -> None:
    truths = {name: Truth(label, expected) for name, (label, _, expected) in people.items() if label}
    reached = {name: tier for name, (_, tier, _) in people.items() if tier != "none"}
    watch, review, priority = measures.by_tier(people, truths, reached)
    alerted = [people[name][0] for name, tier in reached.items() if tier in ("review", "priority")]
    assert review.true_positives == sum(label in POSITIVE for label in alerted)
    assert review.unlabelled == sum(label == "" or label in NEITHER for label in alerted)
    assert review.true_positives + review.false_positives + review.unlabelled == len(alerted)
    assert watch.true_positives >= review.true_positives >= priority.true_positives
    assert review.true_positives + review.missed == sum(label in POSITIVE for label, _, _ in people.values())
    for item in (watch, review, priority):
        for value in (item.precision, item.recall, item.f1, item.false_positive_rate):
            assert value is None or 0 <= value <= 1
    rows = measures.confusion(people, truths, reached)
    assert sum(sum(row.tiers.values()) for row in rows) == len(people)
    expected = measures.expected(truths, reached, people)
    wanted = [(tier, told) for label, tier, told in people.values() if label and told is not None]
    assert (expected is None) == (not wanted)
    assert expected is None or expected.met == sum(tier == told for tier, told in wanted)


def test_nothing_to_divide_by_is_not_a_perfect_score() -> None:
    (watch, *_) = measures.by_tier(["a"], {"a": Truth("attack")}, {})
    assert (watch.precision, watch.recall, watch.f1) == (None, 0.0, None)
    (watch, *_) = measures.by_tier(["a", "b"], {"a": Truth("attack"), "b": Truth("benign")}, {"b": "watch"})
    assert (watch.precision, watch.recall, watch.f1) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(("weeks", "rate"), [(2000, 2.0), (4000, 1.0), (0, None)])
def test_rates(weeks: int, rate: float | None) -> None:
    watch, review, priority = measures.rates(["watch", "review", "priority"], weeks)
    assert (watch.alerts, review.alerts, priority.alerts) == (3, 2, 1)
    assert review.per_2000_a_week == rate


def test_of_many_misses_the_first_are_named_and_all_are_counted() -> None:
    people = [f"a{number:03}" for number in range(measures.MISSES + 9)]
    found = measures.expected({name: Truth("attack", "review") for name in people}, {}, reversed(people))
    assert found is not None
    assert (found.met, found.of) == (0, len(people))
    assert [miss.account_id for miss in found.misses] == people[: measures.MISSES]
