"""The disparity table: ratios, what asks for a review, and what is never shown (REQ-F06)."""

from __future__ import annotations

import functools
import json
from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.explain.page import plain
from streams.scorecard.disparity import MINIMUM_CELL, counted, disparity
from streams.scorecard.run import score
from streams.scorecard.scorecard import Cohort, Disparity, Scorecard
from streams.scorecard.text import sections
from streams.scorecard.truth import Known, Truth
from tests.explain.conftest import configured
from tests.scorecard.conftest import recorded, stream, truths

NOTHING = Known({}, {})


def table(sizes: dict[str, tuple[int, int]], known: Known = NOTHING) -> tuple[Disparity, dict[str, Cohort]]:
    """Cohort → (accounts, those with a review)."""
    cohorts = {f"{name}-{place}": name for name, (size, _) in sizes.items() for place in range(size)}
    reached = {f"{name}-{place}": "review" for name, (_, alerted) in sizes.items() for place in range(alerted)}
    made = disparity(cohorts, {account: set() for account in cohorts}, reached, known)
    return made, {row.cohort: row for row in made.cohorts}


def test_ratio_is_against_the_others() -> None:
    _, rows = table({"a": (400, 40), "b": (800, 40), "c": (400, 20)})
    assert (rows["a"].alerted, rows["a"].ratio, rows["a"].review_rule) == (0.1, 2.0, True)
    assert rows["c"].ratio == pytest.approx(0.05 / (80 / 1200), abs=0.001)
    assert rows["c"].review_rule


@pytest.mark.parametrize(
    ("alerted", "asks"), [(80, False), (79, True), (100, False), (125, False), (126, True), (0, True)]
)
def test_asks_for_a_review_outside_four_fifths_and_five_quarters(alerted: int, asks: bool) -> None:
    _, rows = table({"a": (1000, alerted), "b": (1000, 100)})
    assert rows["a"].review_rule is asks


def test_no_alert_elsewhere_has_no_ratio_and_asks() -> None:
    _, rows = table({"a": (50, 20), "b": (50, 0)})
    assert (rows["a"].ratio, rows["a"].review_rule) == (None, True)
    assert (rows["b"].ratio, rows["b"].review_rule) == (0.0, True)


def test_one_cohort_alone_is_compared_with_nobody() -> None:
    _, rows = table({"a": (50, 10)})
    assert (rows["a"].ratio, rows["a"].review_rule) == (None, False)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 60), min_size=2), st.data())
def test_a_small_cohort_is_named_and_changes_nothing_else(sizes: dict[str, int], data: st.DataObject) -> None:
    counts = {name: (size, data.draw(st.integers(0, size))) for name, size in sizes.items()}
    _, rows = table(counts)
    small = {name for name, size in sizes.items() if size < MINIMUM_CELL}
    for name in small:
        assert rows[name] == Cohort(name, suppressed=True)
        assert set(msgspec.to_builtins(rows[name]).values()) == {name, True, False, None}
    _, without = table({name: count for name, count in counts.items() if name not in small})
    assert {name: row for name, row in rows.items() if name not in small} == without


@pytest.mark.parametrize(("size", "few"), [(19, True), (20, False)])
def test_a_cell_of_twenty_is_full_in_the_table_and_in_the_card(size: int, few: bool) -> None:
    cohorts = {f"a-{place}": "a" for place in range(size)}
    _, rows = table({"a": (size, 0), "b": (20, 0)})
    assert (rows["a"].suppressed, rows["b"].suppressed) == (few, False)
    assert len(counted(cohorts, cohorts)) == (0 if few else 20)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", ""]), st.booleans()), max_size=150))
def test_counts_of_few_are_not_shown_and_cannot_be_subtracted(people: list[tuple[str, bool]]) -> None:
    """Totals of a card are over `counted`: a column is shown for all groups or for none, those without a cohort among them."""
    cohorts = {f"{place}": name for place, (name, _) in enumerate(people) if name}
    fired = {f"{place}": {"marathon_session"} if alerted else set() for place, (_, alerted) in enumerate(people)}
    reached = {account: "review" for account, indicators in fired.items() if indicators}
    made = disparity(cohorts, fired, reached, NOTHING)
    sizes = Counter(name for name, _ in people)
    assert counted(cohorts, fired) == {account for account in fired if sizes[cohorts.get(account, "")] >= MINIMUM_CELL}
    told = [name for name, size in sizes.items() if size >= MINIMUM_CELL]
    alerted = [people.count((name, True)) for name in told]
    few = any(0 < count < MINIMUM_CELL for count in alerted)
    shown = [row for row in made.cohorts if not row.suppressed]
    assert all((row.alerted is None) == few for row in shown)
    assert all(row.ratio is None for row in shown if few)
    assert all((item.share is None) == few for item in made.uneven)


def test_numbers_that_are_hidden_still_ask_for_a_review() -> None:
    _, rows = table({"a": (1000, 5), "b": (1000, 100)})
    assert [(row.alerted, row.ratio, row.review_rule) for row in rows.values()] == [(None, None, True)] * 2


def test_shares_within_a_cohort_need_cells_of_their_own() -> None:
    """Of 20 alerted accounts 19 or 20 have a truth, and of 39 or 40 decisions 19 or 20 cleared: a full cell is shown."""
    for number, shown in ((39, None), (40, 0.5)):
        known = Known({f"a-{place}": Truth("benign") for place in range(40 - number, 40)}, {})
        _, rows = table({"a": (60, 20), "b": (60, 0)}, known)
        assert rows["a"].false_positives == shown
        decisions = {f"a-{place}": "cleared" if place % 2 else "confirmed_pattern" for place in range(number)}
        _, rows = table({"a": (60, 40), "b": (60, 0)}, Known({}, decisions))
        assert rows["a"].cleared == shown
        assert rows["b"].cleared is None


def test_a_share_is_of_those_that_it_is_said_of() -> None:
    """Wrong: of those with nothing to find, not of the misused or of those of whom nobody can say. Cleared: of the alerted."""
    labels = ("benign", "attack", "bystander", "benign")
    truths = {f"a-{place}": Truth(labels[place // 20]) for place in range(80)}
    decisions = {f"a-{place}": "confirmed_pattern" if place % 2 else "cleared" for place in range(40)}
    decisions |= {f"a-{place}": "cleared" for place in range(40, 80)}
    _, rows = table({"a": (80, 40), "b": (20, 0)}, Known(truths, decisions))
    assert (rows["a"].false_positives, rows["a"].cleared) == (0.5, 0.5)


def test_accounts_outside_every_cohort_are_told_unless_few() -> None:
    for outside, told in ((0, 0), (19, None), (20, 20)):
        fired: dict[str, set[str]] = {f"x-{place}": set() for place in range(outside)}
        assert disparity({}, fired, {}, NOTHING).without_cohort == told


def uneven(elsewhere: int) -> list[tuple[str, float | None, float | None, float | None]]:
    """What is said of an indicator that fired on 40 of one cohort and on so many of another, both of 400."""
    cohorts = {f"{name}-{place}": name for name in "ab" for place in range(400)}
    marathon = {f"a-{place}" for place in range(40)} | {f"b-{place}" for place in range(elsewhere)}
    fired = {account: {"marathon_session"} if account in marathon else set() for account in cohorts}
    found = disparity(cohorts, fired, {}, NOTHING).uneven
    assert {item.indicator for item in found} == {"marathon_session"}
    return [(item.cohort, item.share, item.others, item.ratio) for item in found]


def test_an_uneven_indicator_is_named() -> None:
    assert uneven(20) == [("a", 0.1, 0.05, 2.0), ("b", 0.05, 0.1, 0.5)]
    assert uneven(0) == [("a", 0.1, 0.0, None), ("b", 0.0, 0.1, 0.0)]


def test_an_uneven_indicator_is_named_without_numbers_where_it_fired_on_few() -> None:
    for few in (1, 19):
        assert uneven(few) == [("a", None, None, None), ("b", None, None, None)]


def grouped() -> dict[str, str]:
    return {account: "ordinary" if account.startswith("bg-") else "newcomers" for account in truths()}


@functools.cache
def of_two_cohorts() -> Scorecard:
    """Ordinary people against the stories: 24 and 6 accounts."""
    return score(configured(), recorded(stream()), truths(), grouped())


def test_of_a_real_stream() -> None:
    """The six are suppressed, in text and JSON, and so they are in every other number."""
    measured = of_two_cohorts()
    assert measured.disparity is not None
    ordinary, newcomers = sorted(measured.disparity.cohorts, key=lambda row: row.suppressed)
    assert (ordinary.accounts, ordinary.alerted, ordinary.ratio) == (24, 0.0, None)
    assert newcomers == Cohort("newcomers", suppressed=True)
    assert json.loads(msgspec.json.encode(newcomers))["accounts"] is None
    lines = plain(sections(measured))
    assert "  newcomers             suppressed: fewer than 20 accounts" in lines
    assert any("Accounts of suppressed groups are in no number" in line for line in lines)
    assert (measured.accounts, measured.positives, measured.negatives) == (24, 0, 24)
    assert [rate.alerts for rate in measured.rates] == [0, 0, 0]


def test_no_number_of_a_card_depends_on_those_who_are_suppressed() -> None:
    """Without any event of theirs the card is the same, but for the count of records; so nothing can be subtracted from it."""
    ordinary = tuple(line for line in stream() if b'"account_id":"bg-' in line)
    told = {account: truth for account, truth in truths().items() if account.startswith("bg-")}
    alone = score(configured(), recorded(ordinary), told, grouped())
    assert msgspec.structs.replace(alone, records=len(stream())) == of_two_cohorts()
